"""Numbers and days typed into every page: what is stored is what the person meant, or the page says what is wrong."""

import random
from datetime import date, timedelta
from typing import Any

import pytest

from reviews.forms.fields import DayField, WholeNumberField
from tests.support import grids, steps
from tests.support.browsers import undone

PAGES = [
    "report-update",
    "disruption-add",
    "disruption-edit",
    "plan-edit",
    "deadline-add",
    "deadline-edit",
    "extension-ask",
    "extension-decide",
    "extension-set",
    "meeting-add",
    "meeting-edit",
    "meeting-hold",
    "round-turn",
    "cycle-copy",
    "cycle-ladder",
    "delivery-add",
    "delivery-record",
    "meeting-attendance",
]
OF_COUNTRIES = {"report-update", "extension-ask", "delivery-add"}
TRIES = 12  # of each field


def typed_numbers(rng: random.Random) -> tuple[str, int | None]:
    number = rng.randrange(120)
    junk = rng.choice([",5", "-85", "e1", ".000", " or so", "x"])
    return rng.choice(
        [(f" {number} ", number), (str(number), number), (f"{number}{junk}", None), ("--", None)]
    )


def typed_days(rng: random.Random) -> tuple[str, date | None]:
    day = date(2020, 8, 1) + timedelta(days=rng.randrange(120))
    meant = (f"{day.day}/{day.month}/{day.year}", f"{day:%d.%m.%Y}", f"{day:%Y-%m-%d}", f"{day:%d %b %Y}")
    junk = (
        f"{day.day}/{day.month}",
        f"{day:%d/%m/%y}",
        f"{day.day}/{day.month}/{day.year + 543}",
        "soon",
        "31/2/2020",
    )
    return (rng.choice(meant), day) if rng.random() < 0.6 else (rng.choice(junk), None)


TYPED: dict[type, Any] = {WholeNumberField: typed_numbers, DayField: typed_days}


def values_of(row: tuple[Any, ...]) -> list[Any]:
    return [value for value in row if not isinstance(value, bool)]


def newly_stored(before: dict[str, list[Any]]) -> list[Any]:
    """The values of every row that is not as it was."""
    now = grids.fingerprint()
    return [value for name in now for row in now[name] if row not in before[name] for value in values_of(row)]


@pytest.mark.parametrize("page", PAGES)
def test_what_is_typed_is_what_is_stored(page, cast, cycle, sign_in):
    rng, made = random.Random(page), steps.world(page, cast, cycle)
    url, values, browser = (
        steps.address(page, made),
        steps.typed(page, made),
        sign_in(cast.vnm if page in OF_COUNTRIES else cast.secretariat),
    )
    fields = browser.get(url).context["form"].fields
    tried = 0
    for name, field in fields.items():
        for kind in (kind for kind in TYPED if isinstance(field, kind)):
            for _ in range(TRIES):
                text, meant = TYPED[kind](rng)
                with undone():
                    before = grids.fingerprint()
                    answer = browser.post(url, values | {name: text})
                    stored = newly_stored(before)
                    if answer.status_code == 302:
                        assert meant in stored, (name, text)
                    else:
                        assert (answer.status_code, stored) == (200, []), (name, text)
                        assert name in answer.context["form"].errors or meant is not None, (name, text)
                tried += 1
    assert tried
