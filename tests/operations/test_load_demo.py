"""load_demo: a history that could have happened, told through the models' own verbs, once."""

import unicodedata
from datetime import date
from io import StringIO
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.test import override_settings

from reviews import clock
from reviews.models import (
    ActionPoint,
    ActionStatus,
    Advice,
    AdviceStatus,
    AdviceUse,
    AgendaItem,
    Channel,
    ClosingWay,
    Confidence,
    DataGap,
    Deadline,
    DeadlineState,
    Decision,
    Delegation,
    Difficulty,
    EntryKind,
    Extension,
    ExtensionStatus,
    Finding,
    GapKind,
    GapStatus,
    Meeting,
    MeetingSeries,
    MeetingStatus,
    Minutes,
    NationalReport,
    Organisation,
    ProgressUpdate,
    ReceivedAdvice,
    ReportStatus,
    ReportVersion,
    ReviewCycle,
    Role,
    Round,
    StatusAtMeeting,
    ThreadEntry,
    TimelineEvent,
    Trace,
    Tracked,
    Turn,
    User,
)
from reviews.operations.loading import story
from reviews.queries import deadlines
from tests.support.shared_records import shared

pytestmark = pytest.mark.django_db
TODAY = date(2020, 8, 20)
PASSWORD = "three small boats"


@pytest.fixture(autouse=True)
def trying_out(settings):
    settings.DEBUG = True
    settings.REVIEWTRACKER_TODAY = TODAY


def load(*arguments: str) -> str:
    out = StringIO()
    call_command("load_demo", *arguments, stdout=out)
    return out.getvalue()


@shared
def demo() -> str:
    """The demonstration, loaded; the output of the command."""
    with override_settings(DEBUG=True, REVIEWTRACKER_TODAY=TODAY):
        return load("--password", PASSWORD)


def rows() -> list[tuple]:
    models = [m for m in apps.get_app_config("reviews").get_models() if issubclass(m, (Tracked, Trace))]
    return [row for model in models for row in model.objects.order_by("pk").values_list()]


def values(model: Any, field: str) -> set:
    return set(model.objects.values_list(field, flat=True))


def test_refused_without_debug(settings):
    settings.DEBUG = False
    with pytest.raises(CommandError, match="^load_demo invents data .* runs only with DEBUG=1.$"):
        load()
    assert User.objects.count() == Organisation.objects.count() == 0


def test_every_state_occurs(demo):
    """So that every page and every filter has something to show."""
    assert values(NationalReport, "status") == set(ReportStatus.values)
    assert values(DataGap, "status") == set(GapStatus.values)
    assert values(DataGap, "kind__code") == values(GapKind, "code")
    assert values(DataGap, "closing_way") == {"", *ClosingWay.values}
    assert values(Extension, "status") == set(ExtensionStatus.values)
    assert values(ActionPoint, "status") == set(ActionStatus.values)
    assert values(Advice, "status") >= {AdviceStatus.DRAFT, AdviceStatus.APPROVED}
    assert values(ReceivedAdvice, "use") == set(AdviceUse.values)
    assert values(ThreadEntry, "kind") == set(EntryKind.values)
    assert values(ThreadEntry, "channel") == set(Channel.values)
    assert DataGap.objects.with_question().filter(has_question=True).exists()
    assert ActionPoint.objects.overdue(TODAY).exists()
    assert Trace.objects.filter(verb="reopened", model="reviews.datagap").exists()
    assert Trace.objects.filter(verb="recalled").exists()
    statuses = deadlines.deadline_statuses(
        NationalReport.objects.all(), Deadline.objects.all(), Extension.objects.granted(), TODAY
    )
    states = {status.state for of_report in statuses.values() for status in of_report}
    assert states >= {
        DeadlineState.MET,
        DeadlineState.MET_LATE,
        DeadlineState.OVERDUE,
        DeadlineState.EXTENDED,
        DeadlineState.DUE_SOON,
    }


def test_the_cycle(demo):
    cycle = ReviewCycle.objects.get()
    assert (cycle.slug, cycle.status, cycle.is_demo, cycle.shared) == ("ascc-2025-mtr", "open", True, True)
    assert cycle.reports.count() == cycle.members().count() == 10
    assert not cycle.members().filter(code="TLS").exists()


def test_what_the_browser_tests_stand_on(demo):
    vnm, lao = (NationalReport.objects.get(member_state__code=code) for code in ("VNM", "LAO"))
    assert vnm.status == lao.status == ReportStatus.IN_PROGRESS
    assert vnm.figures == (70, 45, 20)  # so that 80, 60, 30 is news
    assert DataGap.objects.get(member_state__code="VNM", number=3).status == GapStatus.OPEN
    assert NationalReport.objects.filter(writing=None).exclude(progressed_at=None).exists()


def test_the_calendar_is_the_real_one(demo):
    for meeting in Meeting.objects.exclude(series=MeetingSeries.COORDINATION):
        event = TimelineEvent.objects.get(code=meeting.code)
        planned = (meeting.first_planned_from, meeting.first_planned_to)
        assert planned == (event.planned_from, event.planned_to)
        held = (event.held_from, event.held_to) if event.held_to and event.held_to <= TODAY else (None, None)
        assert (meeting.held_from, meeting.held_to) == held
    assert Meeting.objects.get(code="soca-28").has_moved
    window, event = Deadline.objects.get(number=1), TimelineEvent.objects.get(code="national-reports-due")
    assert (window.opens_on, window.due_on) == (event.planned_from, event.planned_to)
    assert window.confidence_note


def test_coordination_meetings(demo):
    first, second, third = Meeting.objects.filter(series=MeetingSeries.COORDINATION).order_by("number")
    assert [m.code for m in (first, second, third)] == ["1", "2", "3"]
    for meeting in (first, second):  # in June, on a day that is not known
        assert (meeting.status, meeting.held_from) == (MeetingStatus.HELD, None)
        assert meeting.confidence == Confidence.CHECK
    assert third.held_from == date(2020, 8, 11)
    assert Delegation.objects.filter(meeting=third, present=True).count() == 12
    assert min(third.agendaitems.count(), third.decisions.count(), third.actionpoints.count()) >= 3
    assert values(ProgressUpdate, "meeting__code") == {None, "1", "2", "3"}


def test_what_came_of_the_third_meeting(demo):
    minutes = Minutes.objects.get()
    assert (minutes.meeting.code, minutes.status) == ("3", "circulated")
    assert "Viet Nam: data collection 65 %" in minutes.sections.get(kind="round").text
    assert [item.number for item in AgendaItem.objects.backlog()] == [5]
    assert [point.code for point in ActionPoint.objects.to_verify()] == ["2/3"]
    hanging = Deadline.objects.get(anchor__isnull=False)
    assert (hanging.anchor.code, hanging.offset_days, hanging.due_on) == ("wrap-up", -5, date(2020, 10, 1))


def test_country_rounds(demo):
    """Held and frozen at each coordination meeting; who was absent was passed, and said why."""
    days = [(r.meeting.code, r.status, str(clock.day_of(r.frozen_at))) for r in Round.objects.order_by("id")]
    assert days == [
        ("1", "closed", "2020-06-10"),
        ("2", "closed", "2020-06-25"),
        ("3", "closed", "2020-08-11"),
    ]
    assert StatusAtMeeting.objects.count() == 30
    assert values(Turn, "status") == {"told", "passed"}
    assert all(turn.note for turn in Turn.objects.filter(status="passed"))


def test_nothing_happened_later_than_today(demo):
    assert not Meeting.objects.filter(status=MeetingStatus.HELD, held_to__gt=TODAY).exists()
    assert max(ProgressUpdate.objects.values_list("at", flat=True)).date() <= TODAY


def test_the_trace_follows_time(demo):
    trace = Trace.objects.filter(cycle__isnull=False).order_by("id")
    moments = [row.at for row in trace]
    assert moments == sorted(moments)
    assert all(row.by_id for row in trace)


def test_submitted_files_say_that_they_are_invented(demo):
    versions = list(ReportVersion.objects.all())
    assert len(versions) >= 5
    for version in versions:
        with version.file.open("rb") as file:
            content = file.read()
        assert content.startswith(b"%PDF-")
        assert b"Demonstration: invented content" in content
        assert len(content) == version.size


def test_what_could_be_taken_for_a_fact_is_marked(demo):
    marked = (
        (DataGap, "missing"),
        (Finding, "text"),
        (Advice, "text"),
        (Difficulty, "title"),
        (ActionPoint, "text"),
        (Decision, "text"),
        (User, "name"),
    )
    texts = [text for model, field in marked for text in values(model, field)]
    assert [text for text in texts if "(demonstration)" not in text] == []


def test_vietnamese_notes_are_composed(demo):
    notes = " ".join(values(ProgressUpdate, "note"))
    assert "khuyến nghị" in notes
    assert unicodedata.is_normalized("NFC", notes)


def test_accounts(demo):
    roles = [Role.COORDINATOR, Role.TEAM]
    for state in ReviewCycle.objects.get().members():
        people = User.objects.filter(organisation=state)
        assert [p.role for p in people] == roles
        assert [p.username for p in people] == [f"{state.code.lower()}.{role}" for role in roles]
    others = User.objects.exclude(role__in=roles)
    assert {u.username: (u.role, u.organisation.code, u.is_superuser) for u in others} == {
        "admin": ("", "ASEC", True),
        "consultant": (Role.CONSULTANT, "RET", False),
        "lead.consultant": (Role.LEAD_CONSULTANT, "RET", False),
        "observer": (Role.OBSERVER, "UN-ESCAP", False),
        "secretariat": (Role.SECRETARIAT, "ASEC", False),
    }
    assert all(authenticate(username=u.username, password=PASSWORD) == u for u in User.objects.all())
    assert "vnm.coordinator  National coordinator  Viet Nam\n" in demo
    assert PASSWORD not in demo


def test_a_password_is_made_up_once():
    password = load().rstrip().rpartition("Password of all accounts: ")[2]
    assert len(password) >= 16
    assert authenticate(username="secretariat", password=password)
    before = rows()
    assert "Passwords as set at the first run" in load()
    assert rows() == before


def test_a_second_run_changes_nothing(demo):
    report, team = NationalReport.objects.get(member_state__code="VNM"), User.objects.get(username="vnm.team")
    report.post_progress(
        by=team, expected_version=report.version, data_collection=80, analysis=60, writing=30
    )
    before = rows()
    for arguments in ((), ("--password", ""), ("--password", PASSWORD)):
        assert "The demonstration was there already." in load(*arguments)
        assert rows() == before


def test_a_new_password_changes_only_passwords(demo):
    story_rows = Trace.objects.exclude(model="reviews.user").count()
    load("--password", "four larger boats")
    assert authenticate(username="vnm.team", password="four larger boats")
    assert not authenticate(username="vnm.team", password=PASSWORD)
    assert Trace.objects.exclude(model="reviews.user").count() == story_rows


def test_a_missing_account_is_made_again(demo):
    gone = User.objects.get(username="observer")
    User.objects.filter(pk=gone.pk).update_if_version(gone.version, username="renamed")
    output = load()
    password = output.rstrip().rpartition("Password of the 1 accounts added now: ")[2]
    assert authenticate(username="observer", password=password)
    assert authenticate(username="admin", password=PASSWORD)


def test_a_bad_step_names_its_line_and_writes_nothing(tmp_path, monkeypatch):
    for file in story.FOLDER.iterdir():
        text = file.read_text(encoding="utf-8").replace("VNM,70,45,20", "VNM,170,45,20")
        (tmp_path / file.name).write_text(text, encoding="utf-8")
    monkeypatch.setattr(story, "FOLDER", tmp_path)
    with pytest.raises(CommandError, match=r"progress.csv line 64: data_collection: .* Nothing was loaded"):
        load()
    assert ReviewCycle.objects.count() == User.objects.count() == 0
