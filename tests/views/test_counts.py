"""A list says how many rows it has and leads to the last: also where a row concerns several countries."""

import re
from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from tests.support import make

ROWS = 27  # more than a page takes
DAY = date(2020, 9, 1)


@pytest.fixture
def calendar(cycle: Any, cast: Any) -> Any:
    """Of three rows one concerns everybody, one Viet Nam, one Viet Nam and Lao PDR."""
    both = [cast.vnm.organisation, cast.lao.organisation]
    for number in range(ROWS):
        some, by = both[: number % 3], cast.secretariat
        make.deadline(cycle, by=by, only_for=some, shared=True)
        make.disruption(cycle, by=by, countries=some)
        make.meeting(cycle, by=by, code=str(number + 1), planned_from=DAY, planned_to=DAY, shared=True)
    return cycle


def rows_and_total(page: Any) -> tuple[int, int]:
    """How many rows a page shows, and how many it says that there are."""
    text = page.content.decode()
    total = re.search(r"\d–\d+ of (\d+)", text)
    return text.count('<tr role="row">'), int(total[1]) if total else 0


@pytest.mark.parametrize(
    ("name", "who", "rows"),
    [
        ("deadline-list", "vnm", ROWS),
        ("deadline-list", "lao", 18),
        ("deadline-list", "secretariat", ROWS),
        ("deadline-list", "observer", ROWS),
        ("disruption-list", "vnm", ROWS),
        ("disruption-list", "consultant", ROWS),
        ("disruption-list", "secretariat", ROWS),
        ("meeting-list", "vnm", ROWS),
        ("meeting-list", "observer", ROWS),
    ],
)
def test_what_is_said_is_what_is_there(name, who, rows, calendar, cast, sign_in):
    browser, address = sign_in(getattr(cast, who)), reverse(name, args=["mtr"])
    assert rows_and_total(browser.get(address)) == (min(rows, 25), rows)
    if rows > 25:
        assert rows_and_total(browser.get(f"{address}?page=2")) == (rows - 25, rows)


def test_the_disruptions_of_one_country(calendar, cast, sign_in):
    address = reverse("disruption-list", args=["mtr"])
    assert rows_and_total(sign_in(cast.secretariat).get(f"{address}?concerning=LAO")) == (18, 18)
