"""Country rounds: record what a member reports in its turn, and close a round."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from reviews import clock
from reviews.models import (
    ActionPoint,
    DataGap,
    EditConflict,
    Finding,
    GapKind,
    NationalReport,
    NotAllowedNow,
    ReviewCycle,
    Round,
    StatusAtMeeting,
    Turn,
    User,
    Verb,
)
from reviews.models.base import all_or_nothing
from reviews.models.workstreams import WORKSTREAMS
from reviews.queries import comparison


@all_or_nothing()
def record_turn(
    *,
    by: User,
    turn: Turn,
    expected_version: int,
    report: NationalReport,
    report_seen: int,
    note: str = "",
    difficulties: Iterable[dict[str, Any]] = (),
    findings: Iterable[dict[str, Any]] = (),
    **figures: int | None,
) -> Turn:
    """Record what a member reports in its turn: progress, difficulties (as data gaps), findings. All or nothing.

    `report_seen` is the expected version of the report. Raises EditConflict if the turn or the report has another
    version by now. While the report is out of the country's hands its figures stay; what the country's own people
    have posted already is not posted twice.
    """
    meeting, earlier_note = turn.round.meeting, turn.note
    turn.mark_reported(by=by, expected_version=expected_version, note=note)
    if report.version != report_seen:
        raise EditConflict(report, report_seen)
    if report.is_editable and _is_news(turn, report, figures, earlier_note):
        report.post_progress(by=by, expected_version=report_seen, note=note, meeting=meeting, **figures)
    for values in difficulties:
        DataGap.raise_for(report, by=by, meeting=meeting, **values)
    for values in findings:
        Finding.record_for(report, by=by, meeting=meeting, **values)
    return turn


def _is_news(turn: Turn, report: NationalReport, figures: dict[str, int | None], earlier_note: str) -> bool:
    """Whether the turn says more than the country has posted since the round before."""
    if tuple(figures.get(name) for name in WORKSTREAMS) != report.figures or turn.note != earlier_note:
        return True
    return not report.progress_updates.filter(at__gt=turn.round.since()).exists()


@all_or_nothing()
def close_round(*, by: User, country_round: Round, expected_version: int) -> Round:
    """Close a round once every member has reported or was passed, and freeze each member's status."""
    status = country_round.require_transition("close", by)
    country_round.lock_while_open()
    if waiting := [str(t.member_state) for t in country_round.turns.waiting().select_related("member_state")]:
        raise NotAllowedNow(_("These still wait; tell or pass them first: %s.") % ", ".join(waiting))
    _lock_records(country_round.cycle)
    moment = clock.now()
    country_round.change_traced(
        by=by, expected_version=expected_version, verb=Verb.FROZEN, status=status, frozen_at=moment
    )
    records = comparison.current_records(country_round.cycle)
    snapshots = comparison.snapshots(records, GapKind.objects.all())
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
    """Let whoever is writing finish, and nobody begin, so that what is frozen belongs to one instant."""
    points = ActionPoint.objects.filter(meeting__cycle=cycle)
    for rows in (cycle.meetings, cycle.reports, cycle.datagaps, cycle.findings, points):
        list(rows.order_by("pk").select_for_update(of=("self",), no_key=True).only("pk"))
