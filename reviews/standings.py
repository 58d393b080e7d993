"""How every country of a cycle stands to every deadline: on any day, for any page."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from reviews.actions import latest_extensions
from reviews.models import Deadline, Standing


def standings(
    reports: Iterable[Any], deadlines: Iterable[Deadline], granted: Iterable[Any], on: date
) -> dict[int, list[Standing]]:
    """By report id: one standing for each deadline that concerns its country, in order of date."""
    until, deadlines = latest_extensions(granted), list(deadlines)
    return {report.pk: _of_report(report, deadlines, until, on) for report in reports}


def next_standing(theirs: list[Standing]) -> Standing | None:
    """What is due next for a country: the earliest deadline it has not met."""
    return min((s for s in theirs if not s.is_met), key=lambda s: s.due_on, default=None)


def _of_report(report: Any, deadlines: list[Deadline], until: Any, on: date) -> list[Standing]:
    theirs = [d for d in deadlines if d.concerns(report.member_state_id)]
    found = [d.standing(report, until.get((d.pk, report.member_state_id)), on) for d in theirs]
    return sorted(found, key=lambda s: (s.due_on, s.deadline.number))
