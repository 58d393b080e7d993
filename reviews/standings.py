"""How every country of a cycle stands to every deadline: on any day, for any page."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from reviews import clock
from reviews.actions import latest_extensions
from reviews.models import Deadline, Output, ProgressUpdate, Standing

Told = Mapping[int, list[datetime]]  # by report id: when its country posted progress, oldest first


def standings(
    reports: Iterable[Any],
    deadlines: Iterable[Deadline],
    granted: Iterable[Any],
    on: date,
    told: Told | None = None,
) -> dict[int, list[Standing]]:
    """By report id: one standing for each deadline that concerns its country, in order of date.

    `told` saves a query where the page has read the progress updates already.
    """
    reports, deadlines, until = list(reports), list(deadlines), latest_extensions(granted)
    told = progress_told(reports, deadlines) if told is None else told
    return {
        r.pk: of_report(
            r, [d for d in deadlines if d.concerns(r.member_state_id)], until, told.get(r.pk, []), on
        )
        for r in reports
    }


def next_standing(theirs: list[Standing]) -> Standing | None:
    """What is due next for a country: the earliest deadline it has not met."""
    return min((s for s in theirs if not s.is_met), key=lambda s: s.due_on, default=None)


def progress_told(reports: list[Any], deadlines: list[Deadline]) -> Told:
    """When each country posted progress, since the first deadline that asks for it opened."""
    opened = [d.opens_on for d in deadlines if d.output == Output.PROGRESS]
    told: dict[int, list[datetime]] = defaultdict(list)
    if opened:
        since = ProgressUpdate.objects.filter(report__in=reports, at__gte=clock.start_of(min(opened)))
        for report, moment in since.order_by("at").values_list("report", "at"):
            told[report].append(moment)
    return told


def of_report(
    report: Any, theirs: Iterable[Deadline], until: Any, told: list[datetime], on: date
) -> list[Standing]:
    """How one country stands to the deadlines that concern it, in order of date.

    `until`: the granted days, as `latest_extensions` gives them; `told`: when it posted progress, oldest first.
    """
    found = [
        d.standing(_met_on(d, report, told), until.get((d.pk, report.member_state_id)), on) for d in theirs
    ]
    return sorted(found, key=lambda s: (s.due_on, s.deadline.number))


def _met_on(deadline: Deadline, report: Any, told: list[datetime]) -> date | None:
    """The day a country met a deadline: handed its report in, or posted progress in the window."""
    if deadline.output == Output.NATIONAL_REPORT:
        return clock.day_of(report.handed_in_at) if report.handed_in_at else None
    days = (clock.day_of(moment) for moment in told)
    return next((day for day in days if day >= deadline.opens_on), None)
