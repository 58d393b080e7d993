"""A record of every kind that the administration keeps."""

from datetime import date
from types import SimpleNamespace
from typing import Any

from reviews.actions.reminders import remind
from reviews.models import (
    ActionPoint,
    Advice,
    AgendaItem,
    Beneficiaries,
    BodyRole,
    CompletionLevel,
    CoverageStatement,
    CycleMembership,
    DataGap,
    Deadline,
    Decision,
    DefaultView,
    Delegation,
    Delivery,
    Difficulty,
    Disruption,
    Explanation,
    Extension,
    Finding,
    FollowUp,
    Framework,
    FrameworkNode,
    GapKind,
    Invitation,
    Meeting,
    MethodNote,
    Minutes,
    MinutesSection,
    NationalReport,
    NotificationSettings,
    Organisation,
    OutgoingMail,
    PlanStep,
    PrivateReading,
    ProgressUpdate,
    ReceivedAdvice,
    Reminder,
    ReminderSchedule,
    ReportVersion,
    ReviewCycle,
    Round,
    SavedView,
    SeriesBreak,
    StandIn,
    StatusAtMeeting,
    ThreadEntry,
    TimelineEvent,
    Trace,
    Turn,
    User,
)
from tests.support import make

TREATED: dict[Any, dict[str, Any]] = {
    StandIn: {"way": "proxy_agreed", "method": "Its neighbour.", "reliance": "low"},
    SeriesBreak: {"way": "limitation", "broke_on": date(2018, 1, 1), "reason": "New definition."},
    Beneficiaries: {"way": "limitation", "basis": "survey", "low": 10, "high": 20},
    CompletionLevel: {"way": "limitation", "done": 1, "ongoing": 1, "not_started": 1, "cannot_tell": 1,
                      "rule": "not_done", "agreed_by": "Team"},
}  # fmt: skip


def one_of_each(cast: SimpleNamespace, n: int) -> dict[type[Any], Any]:
    """A record of every kind; `n` keeps several sets apart."""
    by = cast.secretariat
    kind, area = make.kind(f"kind_{n}"), make.area(f"A.{n}")
    part = FrameworkNode.create_traced(
        by=by, framework=make.framework(), parent=area, level="indicator", code=f"A.{n}.1", title="Indicator"
    )
    event = TimelineEvent.create_traced(
        by=by, code=f"event-{n}", kind="meeting", title="Event", source="000",
        planned_from=date(2020, 2, n), planned_to=date(2020, 2, n), confidence="check",
    )  # fmt: skip
    cycle = make.cycle(f"cycle-{n}", by=by, starts_on=date(2020, n, 1))
    report = make.report(cycle, "VNM")
    gap = make.gap(report, by=cast.vnm, kind=kind, key_result_area=area)
    deadline = make.deadline(cycle, by=by, only_for=[cast.vnm.organisation, cast.lao.organisation])
    extension = make.extension(report, deadline, by=cast.vnm, asked_until=date(2020, 10, n), reason="Floods")
    meeting = make.meeting(cycle, by=by, confidence="check")
    parts = {
        AgendaItem: AgendaItem.add_to(meeting, by=by, title="Opening"),
        Delegation: Delegation.add_to(meeting, by=by, organisation=cast.vnm.organisation),
        Decision: Decision.add_to(meeting, by=by, text="Agreed."),
        ActionPoint: ActionPoint.add_to(
            meeting, by=by, text="Send it.", owner=cast.vnm, due_on=date(2020, 9, n)
        ),
    }
    treatments = {model: model.create_traced(by=by, gap=gap, **values) for model, values in TREATED.items()}
    note = make.method(f"note-{n}", by=cast.lead, kind=kind)
    difficulty = make.difficulty(cycle, [gap], by=cast.lead, kind=kind)
    guided = {
        MethodNote: note, Difficulty: difficulty, ThreadEntry: ThreadEntry.note(gap, by=cast.vnm, text="Among us."),
        Advice: make.approved(by=cast.lead, difficulty=difficulty, notes=[note]), ReceivedAdvice: gap.received.get(),
    }  # fmt: skip
    make.submitted(report, by=cast.vnm)
    minutes = Minutes.create_traced(by=by, meeting=meeting)
    minutes_section = MinutesSection.create_traced(
        by=by, minutes=minutes, kind="decisions", position=1, text="Agreed."
    )
    country_round = make.frozen(meeting, by=by)
    return {
        **treatments, Disruption: make.disruption(cycle, by=by, countries=[cast.vnm.organisation]),
        CoverageStatement: CoverageStatement.state(report, area, by=cast.vnm, expected_version=0, coverage="reported"),
        Organisation: make.organisation(f"X{n}", confidence="check"),
        Framework: Framework.create_traced(by=by, code=f"framework-{n}", title="Plan"),
        FrameworkNode: part, GapKind: kind, TimelineEvent: event, ReviewCycle: cycle,
        CycleMembership: CycleMembership.objects.filter(cycle=cycle).first(),
        BodyRole: make.body_role(cycle, by=by),
        NationalReport: report, ProgressUpdate: report.progress_updates.get(),
        ReportVersion: report.versions.get(),
        Finding: make.finding(report, by=cast.vnm),
        DataGap: gap, Deadline: deadline, Extension: extension, Meeting: meeting, **parts,
        Delivery: make.delivery(make.deadline(cycle, by=by, output="comments"), by=cast.vnm),
        PlanStep: make.step(cycle, by=by),
        **reminded(deadline, cast),
        Minutes: minutes, MinutesSection: minutes_section,
        Round: country_round, Turn: country_round.turns.first(),
        StatusAtMeeting: country_round.statuses.first(),
        **guided,
        PrivateReading: private_reading(gap, by=cast.admin),
        **with_settings(make.user(f"person-{n}", "team", cast.vnm.organisation)),
        Invitation: make.invitation(by=cast.admin, email=f"new-{n}@vnm.example")[0],
        Trace: Trace.objects.on_page(report).first(),
        OutgoingMail: OutgoingMail.objects.create(sender="a@b.example", to=["c@d.example"], subject="Hello"),
    }  # fmt: skip


def reminded(deadline: Any, cast: SimpleNamespace) -> dict[type[Any], Any]:
    """What follows up a deadline."""
    by, state = cast.secretariat, cast.lao.organisation
    schedule = ReminderSchedule.of(deadline.cycle)
    return {
        Reminder: remind(by=by, items=[(deadline, state)], text="The chair asks.")[0],
        ReminderSchedule: schedule.choose(by=by, expected_version=1, days={"progress.team": [-7]}),
        FollowUp: FollowUp.mark(deadline, by=by, note="Ask again."),
        Explanation: Explanation.request(deadline, state, by=by, question="Why?"),
    }


def with_settings(person: User) -> dict[type[Any], Any]:
    settings = NotificationSettings.of(person).save_choice(by=person, expected_version=1)
    view = make.saved_view(person, None, list_name="datagap-list")
    default = make.default_view(view, None)
    return {User: person, NotificationSettings: settings, SavedView: view, DefaultView: default}


def private_reading(gap: Any, *, by: Any) -> PrivateReading:
    PrivateReading.record(gap, channel="country", by=by)
    return PrivateReading.objects.get(gap=gap)
