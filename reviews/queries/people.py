"""What people hold: open items in their name, with the body that they stay with when the person moves or leaves."""

from typing import NamedTuple

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from reviews.models import ActionPoint, CycleStatus, NationalReport, ReportStatus, Trace, User
from reviews.models.actionpoints import ActionPointQuerySet
from reviews.models.reports import NationalReportQuerySet

DUTY = ("organisation_id", "role", "is_active", "is_superuser")  # columns that say where somebody belongs


class Held(NamedTuple):
    """An open item in somebody's name: what it is, with whom it stays, and its page."""

    what: str
    about: str
    stays_with: str
    url: str


def held_by(person: User, user: User) -> list[Held]:
    """Return the open items in a person's name, as far as `user` may read them. Takes two queries."""
    points = _open_points().visible_to(user).filter(owner=person)
    points = points.select_related("meeting__cycle", "responsible_body", "owner__organisation")
    reports = _open_reports().visible_to(user).filter(lead_author=person)
    return [
        *map(_of_point, points),
        *map(_of_report, reports.select_related("cycle", "member_state")),
    ]


def _open_points() -> ActionPointQuerySet:
    """The unfinished action points of all cycles; of an emptied test cycle nobody finds any."""
    return ActionPoint.objects.unfinished().exclude(meeting__cycle__status=CycleStatus.EMPTIED)


def _open_reports() -> NationalReportQuerySet:
    """The reports that are not accepted yet, as above."""
    reports = NationalReport.objects.exclude(status=ReportStatus.ACCEPTED)
    return reports.exclude(cycle__status=CycleStatus.EMPTIED)


def _of_point(point: ActionPoint) -> Held:
    body = point.responsible_body or (point.owner and point.owner.organisation)
    return Held(_("action point"), point.text, str(body or ""), point.get_absolute_url())


def _of_report(report: NationalReport) -> Held:
    return Held(_("lead author"), str(report), str(report.member_state), report.get_absolute_url())


def with_held(people: "QuerySet[User]") -> "QuerySet[User]":
    """The people with `held`: how many action points and reports are in their name."""
    points = _open_points().filter(owner=OuterRef("pk"))
    reports = _open_reports().filter(lead_author=OuterRef("pk"))
    return people.annotate(held=_number(points, "owner") + _number(reports, "lead_author"))


def _number(rows: "QuerySet[ActionPoint] | QuerySet[NationalReport]", column: str) -> Coalesce:
    counted = rows.order_by().values(column).annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def moves_of(person: User) -> list[Trace]:
    """Return the changes of somebody's body, role and account, newest first."""
    rows = Trace.objects.on_page(person)
    return [row for row in rows if row.before is None or any(name in row.before for name in DUTY)]
