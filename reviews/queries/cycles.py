"""What closing a review cycle stops: everything in it that is not finished."""

from typing import NamedTuple

from django.urls import reverse
from django.utils.translation import gettext as _

from reviews import clock
from reviews.models import (
    ActionPoint,
    Extension,
    Meeting,
    MeetingStatus,
    Minutes,
    MinutesStatus,
    ReportStatus,
    ReviewCycle,
    Round,
    RoundStatus,
    User,
)
from reviews.queries.extensions import undecided


class Unfinished(NamedTuple):
    """How many records of one kind are not finished, and where they are listed."""

    label: str
    number: int
    url: str


def unfinished_in(cycle: ReviewCycle, user: User) -> list[Unfinished]:
    """Return what nobody could finish any more once the cycle is closed, as far as this person reads it."""
    meetings = Meeting.objects.filter(cycle=cycle).visible_to(user)
    minutes = Minutes.objects.filter(meeting__in=meetings).exclude(status=MinutesStatus.ADOPTED)
    undecided_ones = undecided(Extension.objects.visible_to(user), cycle)
    requests = Extension.objects.filter(pk__in=[request.pk for request in undecided_ones if request.waits])
    reports = cycle.reports.visible_to(user).seated(clock.today()).exclude(status=ReportStatus.ACCEPTED)
    rows = (
        (_("national reports that are not accepted"), reports, "report-list"),
        (_("open data gaps"), cycle.datagaps.visible_to(user).open(), "datagap-list"),
        (
            _("deadlines still to come"),
            cycle.deadlines.visible_to(user).filter(due_on__gte=clock.today()),
            "deadline-list",
        ),
        (_("requests for more time without a decision"), requests, "deadline-list"),
        (_("planned meetings"), meetings.filter(status=MeetingStatus.PLANNED), "meeting-list"),
        (
            _("open country rounds"),
            Round.objects.filter(meeting__in=meetings, status=RoundStatus.OPEN),
            "meeting-list",
        ),
        (_("minutes that are not adopted"), minutes, "meeting-list"),
        (
            _("action points that are not finished"),
            ActionPoint.objects.filter(meeting__in=meetings).unfinished(),
            "action-list",
        ),
    )
    counted = (
        Unfinished(label, found.count(), reverse(page, args=[cycle.slug])) for label, found, page in rows
    )
    return [row for row in counted if row.number]
