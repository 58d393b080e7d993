"""2,000 random addresses over all lists and the board: never an error of ours."""

import random
from datetime import date
from typing import Any
from urllib.parse import quote

import pytest
from django.urls import reverse

from reviews.lists.actionpoints import ActionPointFilter, ActionPointTable
from reviews.lists.datagaps import DataGapFilter, DataGapTable
from reviews.lists.deadlines import DeadlineFilter, DeadlineTable
from reviews.lists.meetings import MeetingFilter, MeetingTable
from reviews.lists.progress import ProgressFilter, ProgressTable
from reviews.lists.reports import ReportFilter, ReportTable
from reviews.models import ActionPoint
from tests.support import make

SEED, HOW_MANY, AT_ONCE = 20200820, 2_000, 250
PAGES: dict[str, tuple[Any, Any]] = {
    "report-list": (ReportFilter, ReportTable), "progress-list": (ProgressFilter, ProgressTable),
    "datagap-list": (DataGapFilter, DataGapTable), "deadline-list": (DeadlineFilter, DeadlineTable),
    "meeting-list": (MeetingFilter, MeetingTable), "action-list": (ActionPointFilter, ActionPointTable),
    "board": (None, None),
}  # fmt: skip
OURS = ("sort", "page", "_export", "as_of")
STRANGE = (
    "", "per_page", "id", "pk", "cycle", "status__in", "member_state__code", "search", "__class__", "q\0", "😀", "%",
)  # fmt: skip

NASTY = (
    "", " ", "0", "1", "-1", "2", "25", "99999999999999999999", "9" * 5_000, "1e9", "0x10", "NaN", "None", "null",
    "true", "VNM", "vnm", "missing", "A.1", "open", "closed", "coordination", "progress", "csv", "xlsx", "pdf",
    "2020-08-11", "2020-08-20", "2020-02-30", "0001-01-01", "9999-12-31", "20200811", "2020-W33-2", "2020-08-11T10:00",
    "\0", "a\0b", "%", "_", "%%%", "\\", "'", '"', "';--", "<script>", "{{ 7 }}", "../../etc/passwd",
    "\r\nSet-Cookie: a=b", "Đà Nẵng", "e\u0301", "\u202e", "\u200b", "😀", "ﷺ", "x" * 5_000, "[]", "{}", "a,b",
    "-", "--", ",", "-,-", "٥",
)  # fmt: skip
# What no browser makes of a text: bytes, and marks of the query itself.
RAW = ("%ED%A0%80", "%FF", "%00", "%C0%AF", "%", "%zz", "+", "&", "=", ";", "%26", "a=b=c", "%F0%9F")  # fmt: skip


@pytest.fixture
def browser(cast: Any, report: Any, sign_in: Any) -> Any:
    """Of the person who sees most, over one row of everything."""
    report.post_progress(by=cast.vnm, expected_version=report.version, writing=10, note="Đã gửi")
    make.gap(report, by=cast.vnm, key_result_area=make.area())
    make.deadline(report.cycle, by=cast.secretariat)
    meeting = make.meeting(report.cycle, by=cast.secretariat)
    body = cast.vnm.organisation
    ActionPoint.add_to(meeting, by=cast.secretariat, text="Send", owner_body=body, due_on=date(2020, 9, 1))
    browser = sign_in(cast.secretariat)
    browser.raise_request_exception = False  # a 500 is an answer to look at
    return browser


def names(page: str) -> list[str]:
    """The parameters of a page, those of others, and some that no page has."""
    filters, _table = PAGES[page]
    own = list(filters.base_filters) if filters else []
    return [*own * 6, *OURS * 2, *STRANGE]


def value(chance: random.Random, page: str, name: str) -> str:
    if name == "sort" and PAGES[page][1] and chance.random() < 0.7:
        columns = list(PAGES[page][1].base_columns)
        return quote(
            ",".join(chance.choice(["", "-"]) + chance.choice(columns) for _n in range(chance.randint(1, 3)))
        )
    if chance.random() < 0.1:
        return chance.choice(RAW)
    return quote("".join(chance.choices(NASTY, k=chance.choice((1, 1, 1, 2)))))


def query(chance: random.Random, page: str) -> str:
    """Up to four parameters, the same one also twice."""
    chosen = chance.choices(names(page), k=chance.randint(0, 4))
    return "&".join(f"{quote(name)}={value(chance, page, name)}" for name in chosen)


def address(chance: random.Random) -> str:
    page = chance.choice(list(PAGES))
    path = reverse(page, args=["mtr", *(["VNM"] if page == "progress-list" else [])])
    return f"{path}?{query(chance, page)}"


@pytest.mark.parametrize("part", range(HOW_MANY // AT_ONCE))
def test_never_an_error_of_ours(part, browser):
    chance = random.Random(SEED + part)  # the same addresses in every run
    statuses = []
    for _n in range(AT_ONCE):
        url = address(chance)
        answer = browser.get(url)
        statuses.append(answer.status_code)
        assert answer.status_code in (200, 404), url
        if answer.streaming:
            assert b"".join(answer)
    # Both kinds are met, so that the addresses are neither all harmless nor all refused at the door.
    assert min(statuses.count(200), statuses.count(404)) > AT_ONCE // 10
