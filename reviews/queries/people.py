"""What people hold: open items in their name, with the body they stay with when they move or leave; hand-over."""

from collections import defaultdict
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Count, IntegerField, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from reviews import clock, policy
from reviews.models import (
    ActionPoint,
    Advice,
    AdviceStatus,
    CycleStatus,
    DataGap,
    Meeting,
    NationalReport,
    ReportStatus,
    SavedView,
    Trace,
    User,
)
from reviews.models.actionpoints import ActionPointQuerySet
from reviews.models.guidance import AdviceQuerySet
from reviews.models.reports import NationalReportQuerySet
from reviews.models.saved_views import SavedViewQuerySet
from reviews.models.trace import TraceQuerySet

DUTY = ("organisation_id", "role", "is_active", "is_superuser")  # columns that say where somebody belongs

# What people know their way about in, by the name of the model, with what the addresses need.
SUBJECTS: dict[str, QuerySet[Any]] = {
    "reviews.nationalreport": NationalReport.objects.select_related("cycle", "member_state"),
    "reviews.datagap": DataGap.objects.select_related("cycle", "member_state"),
    "reviews.meeting": Meeting.objects.select_related("cycle"),
}


class Held(NamedTuple):
    """An open item in somebody's name: what it is, with whom it stays, and its page."""

    what: str
    about: str
    stays_with: str
    url: str


def held_by(person: User, reader: User) -> list[Held]:
    """Return the open items in a person's name, as far as `reader` may know. Takes five queries.

    Of a draft of advice, or a shared view, whoever does not read it learns only that there is one.
    """
    points = _open_points().visible_to(reader).filter(owner=person)
    points = points.select_related("meeting__cycle", "responsible_body", "owner__organisation")
    reports = _open_reports().visible_to(reader).filter(lead_author=person)
    drafts = _drafts().filter(drafted_by=person)
    drafts = drafts.select_related("gap__cycle", "gap__member_state", "difficulty__cycle")
    return [
        *map(_of_point, points),
        *map(_of_report, reports.select_related("cycle", "member_state")),
        *(_of_draft(draft, reader) for draft in drafts),
        *_of_views(person, reader),
    ]


def _open_points() -> ActionPointQuerySet:
    """The unfinished action points of all cycles; of an emptied test cycle nobody finds any."""
    return ActionPoint.objects.unfinished().exclude(meeting__cycle__status=CycleStatus.EMPTIED)


def _open_reports() -> NationalReportQuerySet:
    """The reports that are not accepted yet, as above."""
    reports = NationalReport.objects.exclude(status=ReportStatus.ACCEPTED)
    return reports.exclude(cycle__status=CycleStatus.EMPTIED)


def _drafts() -> AdviceQuerySet:
    """The drafts of advice, as above."""
    emptied = Q(gap__cycle__status=CycleStatus.EMPTIED) | Q(difficulty__cycle__status=CycleStatus.EMPTIED)
    return Advice.objects.filter(status=AdviceStatus.DRAFT).exclude(emptied)


def _of_point(point: ActionPoint) -> Held:
    body = point.responsible_body or (point.owner and point.owner.organisation)
    return Held(_("action point"), point.text, str(body or ""), point.get_absolute_url())


def _of_report(report: NationalReport) -> Held:
    return Held(_("lead author"), str(report), str(report.member_state), report.get_absolute_url())


def _of_draft(draft: Advice, reader: User) -> Held:
    what, stays_with = _("draft of advice"), _("the Regional Evaluation Team")
    if not policy.may(reader, "guidance.write"):
        return Held(what, _("The consultants alone read it."), stays_with, "")
    return Held(what, draft.text, stays_with, draft.subject.get_absolute_url())


def _of_views(person: User, reader: User) -> list[Held]:
    """The views that the person shares: somebody with whom they are shared takes them over."""
    views = list(_shared_views().filter(person=person).select_related("shared_body"))
    seen = {*SavedView.objects.visible_to(reader).filter(person=person).values_list("pk", flat=True)}
    what, hidden = _("shared view of a list"), _("Those it is shared with see it.")
    return [
        Held(what, view.name, view.shared_text, view.get_absolute_url())
        if view.pk in seen
        else Held(what, hidden, view.shared_text, "")
        for view in views
    ]


def _shared_views() -> SavedViewQuerySet:
    """The views that others see too; of an emptied test cycle nobody finds any."""
    return SavedView.objects.shared().exclude(cycle__status=CycleStatus.EMPTIED)


def with_held(people: "QuerySet[User]") -> "QuerySet[User]":
    """The people with `held`: how many action points, reports, drafts of advice and shared views are in their name."""
    points = _open_points().filter(owner=OuterRef("pk"))
    reports = _open_reports().filter(lead_author=OuterRef("pk"))
    drafts = _drafts().filter(drafted_by=OuterRef("pk"))
    views = _shared_views().filter(person=OuterRef("pk"))
    return people.annotate(  # type: ignore[no-redef]  # gives the attribute its value
        held=_number(points, "owner")
        + _number(reports, "lead_author")
        + _number(drafts, "drafted_by")
        + _number(views, "person")
    )


def _number(rows: "QuerySet[Any]", column: str) -> Coalesce:
    counted = rows.order_by().values(column).annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def moves_of(person: User) -> list[Trace]:
    """Return the changes of somebody's body, role and account, newest first."""
    rows = Trace.objects.on_page(person)
    return [row for row in rows if row.before is None or any(name in row.before for name in DUTY)]


# --- hand-over

MOST_SUBJECTS = 40


class Knowledge(NamedTuple):
    """A record that somebody worked on, and who else knows it."""

    label: str
    kind: str
    changes: int
    last_on: date
    others: list[str]  # who can still sign in, most changes first
    url: str


class HandOver(NamedTuple):
    """What is to be handed over when somebody leaves."""

    person: User
    alternates: list[str]  # a sentence about each: the person's, and whose alternate the person is
    held: list[Held]
    gaps: list[DataGap]  # open, of the person's country
    knowledge: list[Knowledge]


def hand_over_of(person: User, reader: User) -> HandOver:
    """Return what is open in somebody's name or country, and what they worked on, as far as its reader may know."""
    gaps = DataGap.objects.filter(member_state=person.organisation_id).visible_to(reader).open()
    gaps = gaps.select_related("cycle", "member_state", "kind").order_by("-cycle_id", "number")
    return HandOver(
        person,
        alternates_of(person),
        held_by(person, reader),
        list(gaps) if person.is_national else [],
        knowledge_of(person, reader),
    )


def alternates_of(person: User) -> list[str]:
    """Return who is the person's alternate, and whose alternate the person is, with why one cannot act."""
    pairs = [person] if person.alternate else []
    pairs += person.stands_in_for.select_related("alternate")
    text = _("%(alternate)s is the alternate of %(person)s.")
    return [
        " ".join(filter(None, (text % {"alternate": one.alternate, "person": one}, one.why_alternate_lapsed)))
        for one in pairs
    ]


def knowledge_of(person: User, reader: User) -> list[Knowledge]:
    """Return the records that the person changed most, with who else changed them. Takes a query for each kind."""
    rows = Trace.objects.readable_on_page_by(reader).filter(page_model__in=SUBJECTS)
    own = rows.filter(by=person).order_by().values("page_model", "page_id")
    counted = list(own.annotate(n=Count("pk"), last=Max("at")).order_by("-n", "-last")[:MOST_SUBJECTS])
    pages = {(row["page_model"], row["page_id"]) for row in counted}
    others = _others_on(pages, rows, person)
    records = {
        model: records.in_bulk([pk for name, pk in pages if name == model])
        for model, records in SUBJECTS.items()
    }
    knowledge = []
    for row in counted:
        record = records[row["page_model"]].get(row["page_id"])
        if record is not None:
            key = (row["page_model"], row["page_id"])
            label, kind = str(record), str(record._meta.verbose_name)
            day, url = clock.day_of(row["last"]), record.get_absolute_url()
            knowledge.append(Knowledge(label, kind, row["n"], day, others[key], url))
    return knowledge


def _others_on(
    pages: set[tuple[str, int]], rows: TraceQuerySet, person: User
) -> dict[tuple[str, int], list[str]]:
    """The other people who changed these records and can still sign in, most changes first."""
    ids = [pk for _model, pk in pages]
    there = User.objects.offered().exclude(pk=person.pk)
    changes = rows.filter(page_id__in=ids, by__in=there).order_by()
    counted = changes.values_list("page_model", "page_id", "by__name", "by__username").annotate(n=Count("pk"))
    others: dict[tuple[str, int], list[str]] = defaultdict(list)
    for model, pk, name, username, _n in counted.order_by("-n", "by__username"):
        others[model, pk].append(name or username)
    return others


def people_gone_with_items() -> "QuerySet[User]":
    """Those who can no longer sign in and in whose name something is open: with `held`, and `closed_at` (at latest)."""
    changes = Trace.objects.filter(model=User._meta.label_lower, object_id=OuterRef("pk")).order_by("-pk")
    people = User.objects.gone().annotate(closed_at=Subquery(changes.values("at")[:1]))
    return with_held(people).filter(held__gt=0)  # type: ignore[misc]  # annotated there
