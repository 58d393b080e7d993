"""Country rounds: record what a member reports in its turn, and close a round."""

from collections.abc import Iterable
from typing import Required, Unpack

from reviews import clock
from reviews.models import (
    ActionPoint,
    DataGap,
    EditConflict,
    Finding,
    GapKind,
    NationalReport,
    ReviewCycle,
    Round,
    StatusAtMeeting,
    Turn,
    User,
    Verb,
)
from reviews.models.base import all_or_nothing
from reviews.models.datagaps import GapFields
from reviews.models.findings import FindingFields
from reviews.models.workstreams import WORKSTREAMS, Figures
from reviews.queries import comparison
from reviews.queries.trace import current_counts


class TurnFinding(FindingFields):
    """A finding or recommendation of a turn."""

    kind: Required[str]


@all_or_nothing()
def record_turn(
    *,
    by: User,
    turn: Turn,
    expected_version: int,
    report: NationalReport,
    report_seen: int,
    note: str = "",
    internal_note: str = "",
    difficulties: Iterable[GapFields] = (),
    findings: Iterable[TurnFinding] = (),
    **figures: Unpack[Figures],
) -> Turn:
    """Record what a member reports in its turn: progress, difficulties (as data gaps), findings. All or nothing.

    `report_seen` is the expected version of the report. Raises EditConflict if the turn or the report has another
    version by now. While the report is out of the country's hands its figures stay; what the country's own people
    have posted already is not posted twice.
    """
    meeting, earlier_note = turn.round.meeting, turn.note
    turn.mark_reported(by=by, expected_version=expected_version, note=note, internal_note=internal_note)
    if report.version != report_seen:
        raise EditConflict(report, report_seen)
    figures_differ = tuple(figures.get(name) for name in WORKSTREAMS) != report.figures
    if report.is_editable and (figures_differ or turn.note != earlier_note or not turn.has_posted(report)):
        words = internal_note or note
        report.post_progress(by=by, expected_version=report_seen, note=words, meeting=meeting, **figures)
    for difficulty in difficulties:
        DataGap.raise_for(report, by=by, meeting=meeting, **difficulty)
    for finding in findings:
        Finding.record_for(report, by=by, meeting=meeting, **finding)
    return turn


@all_or_nothing()
def pass_all_waiting(*, by: User, country_round: Round, expected_version: int, note: str = "") -> Round:
    """Pass every member that still waits. Raises EditConflict if the round has another version by now."""
    country_round.require_permission("close", by)
    country_round.lock(expected_version)
    country_round.require_transition("close", by)
    for turn in country_round.turns.waiting().select_related("member_state"):
        turn.round = country_round
        turn.pass_over(by=by, expected_version=turn.version, note=note)
    return country_round


@all_or_nothing()
def close_round(*, by: User, country_round: Round, expected_version: int) -> Round:
    """Close a round once every member has reported or was passed, and freeze each member's status for good.

    Raises NotAllowedNow before the day of the meeting.
    """
    country_round.require_permission("close", by)
    country_round.lock(expected_version)
    status = country_round.require_transition("close", by)
    country_round.require_all_reported()
    _lock_records(country_round.cycle)
    moment = clock.now()
    country_round.change_traced(
        by=by, expected_version=expected_version, verb=Verb.FROZEN, status=status, frozen_at=moment
    )
    records, counts = comparison.current_records(country_round.cycle), current_counts(country_round.cycle)
    snapshots = comparison.snapshots(records, counts, GapKind.objects.all())
    for state in country_round.cycle.members():
        StatusAtMeeting.create_traced(
            by=by,
            verb=Verb.FROZEN,
            round=country_round,
            member_state=state,
            at=moment,
            **snapshots[state.pk].frozen_values(),
        )
    return country_round


def _lock_records(cycle: ReviewCycle) -> None:
    """Lock the records of a cycle, so that the statuses to be frozen are of one instant."""
    points = ActionPoint.objects.filter(meeting__cycle=cycle)
    for rows in (cycle.meetings, cycle.reports, cycle.datagaps, cycle.findings, points):
        list(rows.order_by("pk").select_for_update(of=("self",), no_key=True).only("pk"))
