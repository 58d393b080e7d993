"""What people hold: open items in their name, with the body that they stay with when the person moves or leaves."""

from typing import NamedTuple

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from reviews.models import ActionPoint, Advice, AdviceStatus, NationalReport, ReportStatus, Trace, User

DUTY = ("organisation_id", "role", "is_active", "is_superuser")  # columns that say where somebody belongs


class Held(NamedTuple):
    """An open item in somebody's name: what it is, with whom it stays, and its page."""

    what: str
    about: str
    stays_with: str
    url: str


def held_by(person: User) -> list[Held]:
    """Return the open items in a person's name. Takes three queries."""
    points = ActionPoint.objects.unfinished().filter(owner=person)
    points = points.select_related("meeting__cycle", "responsible_body", "owner__organisation")
    reports = NationalReport.objects.filter(lead_author=person).exclude(status=ReportStatus.ACCEPTED)
    drafts = Advice.objects.filter(drafted_by=person, status=AdviceStatus.DRAFT)
    drafts = drafts.select_related("gap__cycle", "gap__member_state", "difficulty__cycle")
    return [
        *map(_of_point, points),
        *map(_of_report, reports.select_related("cycle", "member_state")),
        *map(_of_draft, drafts),
    ]


def _of_point(point: ActionPoint) -> Held:
    body = point.responsible_body or (point.owner and point.owner.organisation)
    return Held(_("action point"), point.text, str(body or ""), point.get_absolute_url())


def _of_report(report: NationalReport) -> Held:
    return Held(_("lead author"), str(report), str(report.member_state), report.get_absolute_url())


def _of_draft(draft: Advice) -> Held:
    subject = draft.gap or draft.difficulty
    url = subject.get_absolute_url() if subject else ""
    return Held(_("draft of advice"), draft.text, _("the Regional Evaluation Team"), url)


def with_held(people: "QuerySet[User]") -> "QuerySet[User]":
    """The people with `held`: how many action points and reports are in their name."""
    points = ActionPoint.objects.unfinished().filter(owner=OuterRef("pk"))
    reports = NationalReport.objects.filter(lead_author=OuterRef("pk")).exclude(status=ReportStatus.ACCEPTED)
    return people.annotate(held=_number(points, "owner") + _number(reports, "lead_author"))


def _number(rows: "QuerySet[ActionPoint] | QuerySet[NationalReport]", column: str) -> Coalesce:
    counted = rows.order_by().values(column).annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def moves_of(person: User) -> list[Trace]:
    """Return the changes of somebody's body, role and account, newest first."""
    rows = Trace.objects.on_page(person)
    return [row for row in rows if row.before is None or any(name in row.before for name in DUTY)]
