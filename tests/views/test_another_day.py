"""Another day for one country: set by the Secretariat with a reason, its effect shown first, counted everywhere."""

from datetime import date
from html import unescape
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from reviews.actions.extensions import set_another_day
from reviews.models import Extension, NotAllowedNow, Trace
from reviews.queries import board
from reviews.queries.deadlines import status_of
from tests.support import make

TODAY = date(2020, 8, 20)
URL = "/cycles/mtr/deadlines/1/another-day/VNM/"


@pytest.fixture
def deadline(cycle: Any, cast: Any) -> Any:
    """National reports by 7 September; they are needed by 10 September."""
    for code, kind, days, day in (
        ("reports", "national_reports", 0, None),
        ("draft", "regional_draft", 14, None),
        ("summit-37", "ladder", 49, date(2020, 11, 12)),
    ):
        make.step(cycle, by=cast.secretariat, code=code, kind=kind, days=days, planned_on=day)
    for person in (cast.vnm, cast.lao):
        own = make.report(cycle, person.organisation.code)
        own.post_progress(by=person, expected_version=own.version, writing=10)
    return make.deadline(cycle, by=cast.secretariat)


def words(answer: Any) -> str:
    return " ".join(unescape(answer.content.decode()).split())


def sent(answer: Any, **values: Any) -> dict[str, Any]:
    """What a browser sends from the form."""
    form = answer.context["form"]
    typed = {name: form[name].value() for name in form.fields} | {"reason": "Elections."} | values
    return {name: value for name, value in typed.items() if value is not None}


def set_day(cast: Any, deadline: Any, until: date, code: str = "VNM", **values: Any) -> Extension:
    report = make.report(deadline.cycle, code)
    values = {"by": cast.secretariat, "reason": "Elections.", **values}
    return set_another_day(report=report, deadline=deadline, until=until, **values)


def in_force(deadline: Any, code: str = "VNM") -> Any:
    return status_of(make.report(deadline.cycle, code), deadline, Extension.objects.granted(), TODAY)


def test_it_counts_for_that_country_alone_and_the_first_date_stays(cast, cycle, deadline):
    made = set_day(cast, deadline, date(2020, 9, 9))
    assert (made.asked_by, made.asked_until, made.status, made.decided_by) == (
        None,
        None,
        "granted",
        cast.secretariat,
    )
    assert (in_force(deadline).due_on, in_force(deadline).slip) == (date(2020, 9, 9), 2)
    assert in_force(deadline, "LAO").due_on == date(2020, 9, 7)
    assert in_force(deadline).deadline.first_due_on == date(2020, 9, 7)
    row = next(row for row in board.build(cycle, cast.vnm, TODAY).rows if row.state.code == "VNM")
    assert row.next_due.due_on == date(2020, 9, 9)
    assert Trace.objects.on_page(deadline).first().why == "Elections."


def test_a_later_one_replaces_it_and_it_can_be_taken_back(cast, deadline):
    for day in (date(2020, 9, 20), date(2020, 9, 9), date(2020, 9, 7)):
        set_day(cast, deadline, day)
        assert in_force(deadline).due_on == day
    assert not in_force(deadline).is_extended


def test_what_is_asked_for_after_it_counts_too(cast, report, deadline):
    set_day(cast, deadline, date(2020, 9, 9))
    asked = make.extension(report, deadline, by=cast.vnm, asked_until=date(2020, 9, 12))
    with pytest.raises(NotAllowedNow, match="decide on that request"):
        set_day(cast, deadline, date(2020, 9, 10))
    asked.grant(by=cast.secretariat, expected_version=1, until=date(2020, 9, 12))
    assert in_force(deadline).due_on == date(2020, 9, 12)
    set_day(cast, deadline, date(2020, 9, 11))
    assert in_force(deadline).due_on == date(2020, 9, 11)


@pytest.mark.parametrize(
    ("until", "error"),
    [
        (date(2020, 9, 7), "the date in force already"),
        (date(2020, 9, 6), "Not before 7 Sep 2020"),
    ],
)
def test_days_that_cannot_be_set(until, error, cast, deadline):
    with pytest.raises(ValidationError, match=error):
        set_day(cast, deadline, until)


def test_nobody_becomes_overdue_by_it(cast, cycle):
    past = make.deadline(cycle, by=cast.secretariat, opens_on=date(2020, 7, 1), due_on=date(2020, 8, 10))
    set_day(cast, past, date(2020, 9, 1))
    with pytest.raises(ValidationError, match="has passed"):
        set_day(cast, past, date(2020, 8, 12))


def test_nothing_is_set_for_a_report_that_is_in(cast, report, deadline):
    make.in_status("submitted", make.report(deadline.cycle, "VNM"), cast)
    with pytest.raises(NotAllowedNow, match="asks nothing more of Viet Nam"):
        set_day(cast, deadline, date(2020, 9, 9))


@pytest.mark.parametrize("who", ["vnm", "vnm_team", "consultant", "lead", "observer", "admin"])
def test_only_the_secretariat_sets_it(who, cast, deadline):
    with pytest.raises(PermissionDenied):
        set_day(cast, deadline, date(2020, 9, 9), by=getattr(cast, who))


def test_harm_is_shown_before_it_is_saved(cast, deadline, sign_in):
    browser = sign_in(cast.secretariat)
    page = browser.get(URL)
    assert "Days to spare if it is due by 7 Sep 2020" in words(page)
    shown = browser.post(URL, sent(page, until="2020-09-18"))
    assert "later than 10 Sep 2020, the latest day that harms nothing" in words(shown)
    assert shown.context["effect"].after.slack == -8
    assert not Extension.objects.exists()
    assert browser.post(URL, sent(shown)).status_code == 302
    assert in_force(deadline).due_on == date(2020, 9, 18)


def test_a_shorter_day_gives_days_back(cast, deadline, sign_in):
    set_day(cast, deadline, date(2020, 9, 18))
    browser = sign_in(cast.secretariat)
    page = browser.get(URL)
    assert page.context["effect"].before.slack == -8
    browser.post(URL, sent(page, until="2020-09-10"))
    assert in_force(deadline).due_on == date(2020, 9, 10)
    assert browser.get(URL).context["effect"].before.slack == 0


def test_another_officer_was_faster(cast, deadline, sign_in):
    browser = sign_in(cast.secretariat)
    page = browser.get(URL)
    set_day(cast, deadline, date(2020, 9, 9))
    answer = browser.post(URL, sent(page, until="2020-09-10"))
    assert "the date in force has become 9 Sep 2020" in words(answer)
    assert in_force(deadline).due_on == date(2020, 9, 9)


def test_the_country_sees_who_decided_and_why(cast, deadline, sign_in):
    set_day(cast, deadline, date(2020, 9, 9), reason="Elections-in-Hanoi")
    page = words(sign_in(cast.vnm).get(deadline.get_absolute_url()))
    for text in ("due by 9 Sep 2020, set by the Secretariat", "Elections-in-Hanoi", str(cast.secretariat)):
        assert text in page, text
    assert "(instead of 7 Sep 2020)" in page
    other = words(sign_in(cast.lao).get(deadline.get_absolute_url()))
    assert "Elections-in-Hanoi" not in other


def test_the_link_is_beside_each_country_that_owes_it(cast, deadline, report, sign_in):
    page = sign_in(cast.secretariat).get(deadline.get_absolute_url()).content.decode()
    assert page.count("/another-day/") == 2
    assert "/another-day/" not in sign_in(cast.vnm).get(deadline.get_absolute_url()).content.decode()
    make.in_status("submitted", make.report(deadline.cycle, "VNM"), cast)
    page = sign_in(cast.secretariat).get(deadline.get_absolute_url()).content.decode()
    assert page.count("/another-day/") == 1
