"""What changed since a person's last visit: up to where he or she has seen a cycle, and what came after."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, Max, OuterRef, Subquery
from django.utils.translation import gettext_lazy as _

from reviews import clock, policy
from reviews.models.base import Tracked
from reviews.models.trace import Trace, TraceQuerySet
from reviews.models.watches import may_watch
from reviews.policy import Rows

if TYPE_CHECKING:
    from reviews.models import ReviewCycle, User


class SeenUntil(models.Model):
    """Up to which change a person has seen a cycle. Moved by "Mark as seen" alone, never by opening a page.

    No record of the review: nobody else sees it.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    cycle = models.ForeignKey("ReviewCycle", models.PROTECT, related_name="+")
    trace_id = models.BigIntegerField()  # of the last change that was seen; 0: there was none
    at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("moment up to which a cycle was seen")
        verbose_name_plural = _("moments up to which cycles were seen")
        ordering = ("-id",)
        constraints = (models.UniqueConstraint(fields=("person", "cycle"), name="seen_until_once"),)

    def __str__(self) -> str:
        return f"{self.person_id} {self.cycle_id}"

    @classmethod
    def begin(cls, user: "User", cycles: "Iterable[Any]") -> None:
        """On the first visit to some of these cycles: nothing of what is there already is new."""
        cycles = [cycle for cycle in cycles if getattr(cycle, "seen_trace_id", 0) is None]
        if not cycles:
            return
        newest = dict(
            Trace.objects.filter(cycle__in=cycles).order_by().values_list("cycle").annotate(Max("pk"))
        )
        rows = [SeenUntil(person=user, cycle=cycle, trace_id=newest.get(cycle.pk, 0)) for cycle in cycles]
        SeenUntil.objects.bulk_create(rows, ignore_conflicts=True)

    @classmethod
    def mark(cls, user: "User", cycle: "ReviewCycle", until: int) -> None:
        """Move the moment on to the newest change that a page showed; never back, and never past what there is."""
        newest = Trace.objects.filter(cycle=cycle, pk__lte=until).aggregate(Max("pk"))["pk__max"] or 0
        cls.objects.filter(person=user, cycle=cycle, trace_id__lt=newest).update(
            trace_id=newest, at=clock.now()
        )


def changes_by_others(user: "User") -> TraceQuerySet:
    """The changes that are new to a person in a cycle that he or she may open: by others, as far as they are read."""
    return Trace.objects.of_open_cycle_visible_to(user).exclude(by=user)


def with_seen(cycles: Rows, user: "User") -> Rows:
    """The cycles with up to where the person saw them, and the newest change since, in the query that reads them.

    Observers read no changes: for them without.
    """
    if not may_watch(user):
        return cycles
    seen = SeenUntil.objects.filter(person=user, cycle=OuterRef("pk"))
    # Of the outermost row, the cycle: found once, so that the index on a cycle's changes starts there.
    last_seen = SeenUntil.objects.filter(person=user, cycle=OuterRef(OuterRef("pk"))).values("trace_id")[:1]
    since = changes_by_others(user).filter(cycle=OuterRef("pk"), pk__gt=Subquery(last_seen))
    return cycles.annotate(
        seen_trace_id=Subquery(seen.values("trace_id")[:1]),
        seen_at=Subquery(seen.values("at")[:1]),
        newest_change=Subquery(since.order_by("-pk").values("pk")[:1]),
    )


def has_changes(cycle: "ReviewCycle") -> bool:
    """Whether anything in a cycle, read `with_seen`, is new to the person."""
    return getattr(cycle, "newest_change", None) is not None


def changed_in(cycle: "ReviewCycle", user: "User") -> TraceQuerySet:
    """The changes in a cycle, read `with_seen`, that are new to the person."""
    return changes_by_others(user).filter(cycle=cycle.pk, pk__gt=cycle.seen_trace_id)


def changed_records(rows: "models.QuerySet[Any]", user: "User", cycle: "ReviewCycle") -> TraceQuerySet:
    """The new changes of each of these records: on its page, or of a part of one of the part itself."""
    changes, label = changed_in(cycle, user), rows.model._meta.label_lower
    if rows.model.history_owner is Tracked.history_owner:
        return changes.filter(page_model=label, page_id=OuterRef("pk"))
    return changes.filter(model=label, object_id=OuterRef("pk"))


def with_changes(rows: Rows, user: "User", cycle: "ReviewCycle") -> Rows:
    """The records of a list with `is_changed`, where anything in their cycle is new to the person."""
    if not (has_changes(cycle) and issubclass(rows.model, Tracked)):
        return rows
    return rows.annotate(is_changed=Exists(changed_records(rows, user, cycle)))


def with_changes_of_country(reports: Rows, user: "User", cycle: "ReviewCycle") -> Rows:
    """The reports with `is_changed`: whether anything of their country in the cycle is new to the person."""
    if not has_changes(cycle):
        return reports
    changes = changed_in(cycle, user).filter(member_state=OuterRef("member_state"))
    if policy.scope_of(user, "report.read") is policy.Scope.OWN:  # of other countries the person reads none
        changes = changes.filter(member_state=user.organisation_id)
    return reports.annotate(is_changed=Exists(changes))
