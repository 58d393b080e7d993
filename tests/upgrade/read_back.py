"""Print what a database says of the past: `python -m tests.upgrade.read_back boards` or `... records`.

Runs in a process of its own, on the database that DATABASE_URL names.
"""

import os
import sys
from itertools import chain

import django
from lxml import html

SLUG = "ascc-2025-mtr"
READERS = ("secretariat", "vnm.coordinator", "observer")
DAYS = ("2020-06-02", "2020-08-11")


def read_tables(page: str) -> list[str]:
    """The rows of every table of a page, one a line: cells apart by a bar, white space folded."""
    rows = html.fromstring(page).xpath("//main//table//tr")
    return [" | ".join(" ".join(" ".join(cell.itertext()).split()) for cell in row) for row in rows]


def print_boards() -> None:
    """The boards of two past days and their pictures, as three people read them."""
    from django.test import Client

    from reviews.models import User

    for name in READERS:
        browser = Client(HTTP_HOST="localhost")
        browser.force_login(User.objects.get(username=name))
        for day in DAYS:
            pages = [browser.get(f"/cycles/{SLUG}/{path}?as_of={day}") for path in ("", "pictures/")]
            print(f"# {name}, {day}: {', '.join(str(page.status_code) for page in pages)}")
            for page in pages:
                print(*read_tables(page.content.decode()), sep="\n")


def print_records() -> None:
    """Every column that a sealed row holds and that a record rebuilt from it would lack or tell differently."""
    from django.apps import apps

    from reviews.models import Trace

    rows = Trace.objects.order_by("id").values_list("id", "model", "after", "before")
    for pk, label, after, before in rows:
        model = apps.get_model(label)
        rebuilt = model.from_snapshot(after)
        columns = {field.attname for field in model._meta.concrete_fields} - {*model.untraced}
        columns |= {field.name for field in model._meta.many_to_many}
        lost = {*chain(after, before or {})} - columns
        for field in model._meta.concrete_fields:
            if field.attname in after and str(field.value_from_object(rebuilt)) != str(
                field.to_python(after[field.attname])
            ):
                lost.add(field.attname)
        for name in sorted(lost):
            print(f"row {pk}: {label}.{name}")
    print(f"{len(rows)} rows read back")


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "reviewtracker.settings"
    django.setup()
    {"boards": print_boards, "records": print_records}[sys.argv[1]]()
