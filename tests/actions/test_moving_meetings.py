"""Moving a meeting: what hangs from it is shown first, then moves with it; nobody is alarmed by that."""

from datetime import date, timedelta
from typing import Any

import pytest

from reviews import clock
from reviews.models import Deadline, Disruption, Meeting, Trace
from reviews.queries import deadlines, meetings
from tests.support import grids, make

PLAN = {
    "title": "Meeting 4", "series": "coordination", "number": "4", "code": "4", "mode": "online",
    "time_zone": "Asia/Jakarta", "why": "The hall is taken.",
}  # fmt: skip
URL = "/cycles/mtr/meetings/4/edit/"


def day(text: str) -> date:
    return date.fromisoformat(f"2020-{text}")


@pytest.fixture
def meeting(cast: Any, cycle: Any) -> Any:
    """8 and 9 September."""
    days = {"planned_from": day("09-08"), "planned_to": day("09-09")}
    return make.meeting(cycle, by=cast.secretariat, code="4", title="Meeting 4", **days)


@pytest.fixture
def before(cast: Any, meeting: Any) -> Deadline:
    """Progress until five days before it: 3 September; the window opens on 27 August."""
    return make.deadline(
        meeting.cycle, by=cast.secretariat, title="Progress", output="progress", anchor=meeting, offset_days=-5,
        opens_on=day("08-27"), due_on=day("09-01"), last_on=day("09-07"),
    )  # fmt: skip


@pytest.fixture
def after(cast: Any, meeting: Any) -> Deadline:
    """Reports until a week after it: 16 September; the window is open."""
    return make.deadline(meeting.cycle, by=cast.secretariat, anchor=meeting, offset_days=7)


def typed(meeting: Any, first: str, last: str, **more: Any) -> dict[str, Any]:
    return (
        PLAN
        | {"planned_from": f"2020-{first}", "planned_to": f"2020-{last}", "version": meeting.version}
        | more
    )


def dates(deadline: Deadline) -> tuple[Any, ...]:
    deadline.refresh_from_db()
    return deadline.opens_on, deadline.due_on, deadline.last_on


def test_the_due_day_follows_from_the_meeting(before, after):
    assert (before.due_on, before.first_due_on) == (day("09-03"), day("09-03"))
    assert after.due_on == day("09-16")


def test_first_a_preview_then_everything_at_once(cast, meeting, before, after, sign_in):
    browser, was = sign_in(cast.secretariat), grids.fingerprint()
    answer = browser.post(URL, typed(meeting, "09-15", "09-15"))
    page = answer.content.decode()
    assert (answer.status_code, grids.changed(was)) == (200, set())
    for told in ("3 Sep 2020", "10 Sep 2020", "16 Sep 2020", "22 Sep 2020", "The hall is taken."):
        assert told in page
    confirmed = answer.context["preview"].fingerprint
    answer = browser.post(URL, typed(meeting, "09-15", "09-15", confirmed=confirmed))
    assert answer.status_code == 302
    assert dates(before) == (day("09-03"), day("09-10"), day("09-14"))
    assert dates(after) == (day("08-01"), day("09-22"), None)  # it was open and stays open
    assert (before.first_due_on, after.first_due_on) == (day("09-03"), day("09-16"))
    meeting.refresh_from_db()
    assert (meeting.planned_from, meeting.first_planned_from) == (day("09-15"), day("09-08"))
    moved = Trace.objects.filter(verb="moved").values_list("model", "why")
    assert sorted(moved) == [
        ("reviews.deadline", "The hall is taken."), ("reviews.deadline", "The hall is taken."),
        ("reviews.meeting", "The hall is taken."),
    ]  # fmt: skip


def test_the_hidden_form_sends_what_was_typed(cast, meeting, before, sign_in):
    """The preview carries the whole form: a browser only adds the confirmation."""
    browser = sign_in(cast.secretariat)
    shown = browser.post(URL, typed(meeting, "09-15", "09-15", shared="on", place="Ha Noi"))
    form = shown.context["form"]
    hidden = {field.html_name: field.value() for field in form if field.value() not in (None, "")}
    browser.post(
        URL, {k: str(v) for k, v in hidden.items()} | {"confirmed": shown.context["preview"].fingerprint}
    )
    meeting.refresh_from_db()
    assert (meeting.shared, meeting.place, meeting.planned_to) == (True, "Ha Noi", day("09-15"))


def test_a_reason_is_owed_before_anything_is_shown(cast, meeting, before, sign_in):
    answer = sign_in(cast.secretariat).post(URL, typed(meeting, "09-15", "09-15", why=" "))
    assert "preview" not in answer.context
    assert list(answer.context["form"].errors) == ["why"]


def test_other_changes_need_no_preview(cast, meeting, before, sign_in):
    answer = sign_in(cast.secretariat).post(URL, typed(meeting, "09-08", "09-09", place="Ha Noi"))
    assert answer.status_code == 302
    assert before.version == Deadline.objects.get(pk=before.pk).version


def test_what_changed_after_the_preview_is_shown_again(cast, meeting, before, sign_in):
    browser = sign_in(cast.secretariat)
    confirmed = browser.post(URL, typed(meeting, "09-15", "09-15")).context["preview"].fingerprint
    before.change_traced(by=cast.secretariat, expected_version=before.version, title="Renamed")
    answer = browser.post(URL, typed(meeting, "09-15", "09-15", confirmed=confirmed))
    assert "changed meanwhile" in answer.content.decode()
    assert Meeting.objects.get(pk=meeting.pk).version == meeting.version


def test_somebody_else_moved_the_meeting(cast, meeting, before, sign_in):
    browser, first = sign_in(cast.secretariat), typed(meeting, "09-15", "09-15")
    meeting.reschedule(
        by=cast.secretariat,
        expected_version=1,
        why="Earlier mail.",
        planned_from=day("09-10"),
        planned_to=day("09-10"),
    )
    answer = browser.post(URL, first)
    assert answer.status_code == 409
    assert "Earlier mail." in answer.content.decode()


def test_nobody_becomes_overdue_because_a_meeting_moved(cast, report, meeting, before, after):
    """Moved to 22 August, the progress would have been due on 17 August: that deadline stays."""
    on, by = clock.today(), cast.secretariat
    shown = meetings.preview_of(meeting, day("08-22"), day("08-22")).following
    assert [(f.deadline.pk, f.is_rescheduled, f.has_passed) for f in shown] == [
        (before.pk, False, True), (after.pk, True, False),
    ]  # fmt: skip
    meeting.reschedule(
        by=by, expected_version=1, why="Earlier.", planned_from=day("08-22"), planned_to=day("08-22")
    )
    assert dates(before)[1] == day("09-03")
    assert dates(after)[1] == day("08-29")
    found = deadlines.deadline_statuses([report], Deadline.objects.all(), [], on)[report.pk]
    assert {standing.state for standing in found} <= {"not_yet_open", "due_soon"}
    meeting.reschedule(
        by=by, expected_version=2, why="Back.", planned_from=day("10-01"), planned_to=day("10-01")
    )
    assert dates(before)[1] == day("09-26")  # it hangs from the meeting still


def test_whoever_has_met_a_deadline_does_not_owe_it_again(cast, report, meeting):
    window = make.deadline(
        meeting.cycle, by=cast.secretariat, output="progress", anchor=meeting, offset_days=-5,
        opens_on=day("08-15"), due_on=day("09-03"),
    )  # fmt: skip
    report.post_progress(by=cast.vnm, expected_version=report.version, data_collection=10)
    meeting.reschedule(
        by=cast.secretariat,
        expected_version=1,
        why="Later.",
        planned_from=day("10-01"),
        planned_to=day("10-01"),
    )
    window.refresh_from_db()
    assert (window.opens_on, window.due_on) == (day("08-15"), day("09-26"))
    assert deadlines.deadline_statuses([report], [window], [], clock.today())[report.pk][0].is_met


def test_all_or_nothing(cast, meeting, before, after, monkeypatch):
    follow: Any = Deadline.follow
    followed: list[Deadline] = []

    def once(deadline: Deadline, *args: Any, **kwargs: Any) -> Deadline:
        if followed:
            raise RuntimeError("No power")
        followed.append(deadline)
        return follow(deadline, *args, **kwargs)

    monkeypatch.setattr(Deadline, "follow", once)
    days = {"planned_from": day("09-15"), "planned_to": day("09-15")}
    with pytest.raises(RuntimeError):
        meeting.reschedule(by=cast.secretariat, expected_version=1, why="Later.", **days)
    assert Meeting.objects.get(pk=meeting.pk).planned_from == day("09-08")
    assert (dates(before)[1], dates(after)[1]) == (day("09-03"), day("09-16"))


def test_a_correction_of_the_days_moves_them_too(cast, meeting, before):
    days = {"planned_from": day("09-15"), "planned_to": day("09-15")}
    meeting.correct(by=cast.admin, expected_version=1, why="Mistyped.", **days)
    assert dates(before)[1] == day("09-10")


def test_the_move_may_cite_a_disruption(cast, meeting, sign_in):
    storm = Disruption.register(
        meeting.cycle, by=cast.secretariat, title="Cyclone", kind="disaster", starts_on=day("08-18")
    )
    sign_in(cast.secretariat).post(URL, typed(meeting, "09-15", "09-15", disruption=storm.pk))
    assert Meeting.objects.get(pk=meeting.pk).disruption == storm
    assert "Cyclone" in sign_in(cast.vnm).get(meeting.get_absolute_url()).content.decode()


def test_hanging_a_deadline_by_form(cast, meeting, sign_in):
    browser, url = sign_in(cast.secretariat), "/cycles/mtr/deadlines/add/"
    values = {"title": "Comments", "output": "progress", "opens_on": "2020-08-24", "due_on": ""}
    answer = browser.post(url, values)
    assert list(answer.context["form"].errors) == ["due_on"]
    answer = browser.post(url, values | {"anchor": meeting.pk})
    assert set(answer.context["form"].errors) == {"offset_days", "due_on"}
    assert browser.post(url, values | {"anchor": meeting.pk, "offset_days": "-5"}).status_code == 302
    made = Deadline.objects.get()
    assert (made.due_on, made.first_due_on) == (day("09-03"), day("09-03"))
    page = browser.get(made.get_absolute_url()).content.decode()
    assert "5 days before it" in page
    assert "Comments" in browser.get(meeting.get_absolute_url()).content.decode()


def test_days_from_the_first_and_from_the_last_day(meeting):
    assert meeting.day_at(-1) == meeting.planned_from - timedelta(days=1)
    assert meeting.day_at(0) == meeting.planned_to
    assert meeting.day_at(1) == meeting.planned_to + timedelta(days=1)
