"""Timeliness and completeness: how many of the deadlines that were due a country met, on time and at all.

Only what was asked of the country and was due counts: where nothing was, there is no share. Countries are not ranked.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reviews import clock, policy
from reviews.models import (
    DeadlineState,
    DeadlineStatus,
    Extension,
    NationalReport,
    Organisation,
    ReviewCycle,
    User,
)
from reviews.queries.deadlines import deadline_statuses
from reviews.text import percent

READ = "timeliness.read"


class Share(NamedTuple):
    """How many of how many deadlines; of none there is no share."""

    number: int
    of: int

    @property
    def percent(self) -> int | None:
        return round(100 * self.number / self.of) if self.of else None

    @property
    def text(self) -> str:
        """ "75% (3 of 4)", or "N/A" where nothing was due."""
        if self.percent is None:
            return _("N/A")
        values = {"percent": percent(self.percent), "n": self.number, "all": self.of}
        return _("%(percent)s (%(n)d of %(all)d)") % values


@dataclass(frozen=True)
class Measure:
    """A share today, and as it was before the deadline that was due last."""

    today: Share
    before: Share

    @property
    def trend(self) -> str:
        """In words, how it changed with the last deadline; empty: there is nothing to compare."""
        if self.today.percent is None or self.before.percent is None:
            return ""
        points = self.today.percent - self.before.percent
        if points > 0:
            return ngettext("up %(n)d point", "up %(n)d points", points) % {"n": points}
        if points < 0:
            return ngettext("down %(n)d point", "down %(n)d points", -points) % {"n": -points}
        return _("unchanged")


@dataclass(frozen=True)
class Timeliness:
    """What one country met of the deadlines that were due."""

    on_time: Measure
    complete: Measure


@dataclass(frozen=True)
class CountryTimeliness:
    """One row of the page."""

    report: NationalReport
    timeliness: Timeliness

    @property
    def state(self) -> Organisation:
        return self.report.member_state

    @property
    def number_due(self) -> int:
        return self.timeliness.on_time.today.of

    def get_absolute_url(self) -> str:
        return self.report.get_absolute_url()


def timeliness_of(statuses: Iterable[DeadlineStatus]) -> Timeliness:
    """Return what a country met, by the statuses of its deadlines."""
    due = sorted(filter(was_due, statuses), key=lambda status: (status.due_on, status.deadline.number))
    return Timeliness(Measure(_on_time(due), _on_time(due[:-1])), Measure(_met(due), _met(due[:-1])))


def was_due(status: DeadlineStatus) -> bool:
    """Whether the country has met it or should have by now; what is not required of it does not count."""
    return status.not_required is None and (status.is_met or status.state == DeadlineState.OVERDUE)


def _on_time(due: Sequence[DeadlineStatus]) -> Share:
    return Share(
        sum(status.met_on is not None and status.met_on <= status.due_on for status in due), len(due)
    )


def _met(due: Sequence[DeadlineStatus]) -> Share:
    return Share(sum(status.is_met for status in due), len(due))


def timeliness_by_country(cycle: ReviewCycle, user: User) -> list[CountryTimeliness]:
    """Return each country that the person may read about, by name; a country itself alone. At most five queries."""
    policy.require_reader(user, READ)
    today = clock.today()
    reports = list(cycle.member_reports(today).visible_to(user))
    deadlines = cycle.deadlines.visible_to(user).prefetch_related("only_for")
    statuses = deadline_statuses(reports, deadlines, Extension.objects.granted_in(cycle), today)
    rows = [CountryTimeliness(report, timeliness_of(statuses[report.pk])) for report in reports]
    return sorted(rows, key=lambda row: row.state.sort_key)
