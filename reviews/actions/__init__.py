"""What changes several nouns at once: each function is one transaction, and says who acts."""

from collections.abc import Iterable
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from reviews import clock, policy
from reviews.models import (
    ActionPoint,
    CoverageStatement,
    CycleMembership,
    DataGap,
    Deadline,
    DeadlineOutput,
    EditConflict,
    Extension,
    Finding,
    GapKind,
    NationalReport,
    NotAllowedNow,
    Organisation,
    ReportVersion,
    ReviewCycle,
    Round,
    StatusAtMeeting,
    Turn,
    Verb,
)
from reviews.models.base import all_or_nothing
from reviews.models.framework import CYCLE_TRANSITIONS
from reviews.models.reports import WORKSTREAMS
from reviews.models.rounds import ROUND_TRANSITIONS
from reviews.queries import comparison
from reviews.queries.deadlines import latest_extensions


@all_or_nothing()
def open_cycle(*, by: Any, cycle: ReviewCycle, expected_version: int) -> ReviewCycle:
    """Open a cycle: every member gets its national report, not yet started."""
    policy.require(by, "cycle.run")
    status = cycle.allow(CYCLE_TRANSITIONS, "open")
    cycle.change_traced(by=by, expected_version=expected_version, verb=Verb.OPENED, status=status)
    for state in cycle.members(cycle.ends_on):
        _start_report(by, cycle, state)
    return cycle


@all_or_nothing()
def seat_member(
    *, by: Any, cycle: ReviewCycle, member_state: Organisation, joined_on: Any
) -> CycleMembership:
    """Give a member state its seat; in a cycle that is open already it gets its report at once."""
    policy.require(by, "cycle.run")
    seat = CycleMembership.create_traced(by=by, cycle=cycle, member_state=member_state, joined_on=joined_on)
    if cycle.status == "open":
        _start_report(by, cycle, member_state)
    return seat


def submit_report(
    *, by: Any, report: NationalReport, expected_version: int, **submission: Any
) -> ReportVersion:
    """Hand in a report, unless its last acceptable day has passed."""
    policy.require(by, "report.submit", report)
    for deadline, granted_until in deadlines_of(report):
        if deadline.output == DeadlineOutput.NATIONAL_REPORT and deadline.locked_on(
            granted_until, clock.today()
        ):
            raise NotAllowedNow(_locked(deadline))
    return report.submit(by=by, expected_version=expected_version, **submission)


def deadlines_of(report: NationalReport) -> list[tuple[Deadline, Any]]:
    """A report's deadlines, each with the day until which its country has an extension (or None)."""
    extended = latest_extensions(Extension.objects.filter(deadline__cycle=report.cycle_id).granted())
    deadlines = Deadline.objects.filter(cycle=report.cycle_id).prefetch_related("only_for")
    return [
        (d, extended.get((d.pk, report.member_state_id)))
        for d in deadlines
        if d.concerns(report.member_state_id)
    ]


def _start_report(by: Any, cycle: ReviewCycle, state: Organisation) -> None:
    if not cycle.reports.filter(member_state=state).exists():
        NationalReport.create_traced(
            by=by, cycle=cycle, member_state=state, holder=state, held_since=clock.now()
        )


def _locked(deadline: Deadline) -> str:
    return _(
        "“%(deadline)s” could be met until %(day)s. Ask for an extension: the Secretariat can grant one."
    ) % {"deadline": deadline, "day": date_format(deadline.last_on or deadline.due_on)}


# --- the country round


@all_or_nothing()
def tell_turn(
    *, by: Any, turn: Turn, expected_version: int, report: NationalReport, report_seen: int, note: str = "",
    difficulties: Iterable[dict[str, Any]] = (), findings: Iterable[dict[str, Any]] = (), **figures: Any,
) -> Turn:  # fmt: skip
    """What a member tells in its turn: progress, difficulties (as data gaps), findings. All of it, or nothing.

    Raises EditConflict if the turn or the report is no longer as it was seen. While the report is out of the country's
    hands its figures stay; what the country's own people have posted already is not posted twice.
    """
    meeting, noted = turn.round.meeting, turn.note
    turn.tell(by=by, expected_version=expected_version, note=note)
    if report.version != report_seen:
        raise EditConflict(report, report_seen)
    if report.is_editable and _is_news(turn, report, figures, noted):
        report.post_progress(by=by, expected_version=report_seen, note=note, meeting=meeting, **figures)
    for values in difficulties:
        DataGap.raise_for(report, by=by, meeting=meeting, **values)
    for values in findings:
        Finding.record_for(report, by=by, meeting=meeting, **values)
    return turn


def _is_news(turn: Turn, report: NationalReport, figures: dict[str, Any], noted: str) -> bool:
    """Whether more was told than the country has posted since the round before."""
    if tuple(figures.get(name) for name in WORKSTREAMS) != report.figures or turn.note != noted:
        return True
    return not report.progress_updates.filter(at__gt=turn.round.since()).exists()


@all_or_nothing()
def close_round(*, by: Any, country_round: Round, expected_version: int) -> Round:
    """Close a round once every member has told or was passed, and freeze how each of them stands."""
    policy.require(by, "meeting.run")
    status = country_round.allow(ROUND_TRANSITIONS, "close")
    country_round.hold_open()
    if waiting := [str(t.member_state) for t in country_round.turns.waiting().select_related("member_state")]:
        raise NotAllowedNow(_("These still wait; tell or pass them first: %s.") % ", ".join(waiting))
    _hold_still(country_round.cycle)
    moment = clock.now()
    country_round.change_traced(
        by=by, expected_version=expected_version, verb=Verb.FROZEN, status=status, frozen_at=moment
    )
    found = comparison.stands(comparison.present(country_round.cycle), GapKind.objects.all())
    for state in country_round.cycle.members():
        _freeze(by, country_round, state, found[state.pk])
    return country_round


def _freeze(by: Any, country_round: Round, state: Organisation, stand: comparison.MemberSnapshot) -> None:
    figures: dict[str, Any] = dict(zip(WORKSTREAMS, stand.figures, strict=True))
    StatusAtMeeting.create_traced(
        by=by, verb=Verb.FROZEN, round=country_round, member_state=state, at=country_round.frozen_at,
        status=stand.status, open_gaps=stand.gaps, findings=stand.findings, open_actions=stand.actions,
        recommendations=stand.recommendations, **figures,
    )  # fmt: skip


def _hold_still(cycle: ReviewCycle) -> None:
    """Let whoever is writing finish, and nobody begin, so that what is frozen belongs to one instant."""
    points = ActionPoint.objects.filter(meeting__cycle=cycle)
    for rows in (cycle.meetings, cycle.reports, cycle.datagaps, cycle.findings, points):
        list(rows.order_by("pk").select_for_update(of=("self",), no_key=True).only("pk"))


@all_or_nothing()
def state_coverage(*, by: Any, report: NationalReport, rows: list[tuple[Any, dict[str, Any]]]) -> None:
    """What a country says of several areas at once; raises EditConflict if one of them is newer than it was seen."""
    policy.require(by, "report.update", report)
    for area, said in rows:
        CoverageStatement.state(report, area, by=by, **said)
