"""Watches: records of which a person wants to know whatever changes, one table for all kinds."""

from typing import TYPE_CHECKING, Any, Self

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from reviews import clock, policy
from reviews.policy import Rows

if TYPE_CHECKING:
    from reviews.models import Trace, Tracked, User

# A watched report is its country in that cycle: whatever changes there, also its data gaps and findings.
COUNTRY = "reviews.nationalreport"
# What can be watched, by the name in addresses: kinds of records that have a page of their own.
WATCHED_KINDS = {
    "country": COUNTRY,
    "datagap": "reviews.datagap",
    "meeting": "reviews.meeting",
    "minutes": "reviews.minutes",
}
MOST_WATCHES = 200  # of one person


def may_watch(user: "User") -> bool:
    """Whether the person reads changes of records at all; observers do not."""
    return policy.scope_of(user, "report.read") is not policy.Scope.NOTHING


class WatchQuerySet(models.QuerySet["Watch"]):
    def of(self, user: "User") -> Self:
        return self.filter(person=user)

    def on(self, record: "Tracked") -> Self:
        return self.filter(model=record._meta.label_lower, object_id=record.pk)

    def of_change(self, trace: "Trace") -> Self:
        """The watches that a change concerns: of the record on whose page it is, and of its country."""
        concerned = Q(model=trace.page_model, object_id=trace.page_id)
        if trace.cycle_id and trace.member_state_id:
            concerned |= Q(cycle=trace.cycle_id, member_state=trace.member_state_id)
        return self.filter(concerned)

    def changes_of(self) -> Q:
        """The changes that these watches are about, as a condition on the trace."""
        rows = self.values_list("model", "object_id", "cycle", "member_state")
        is_watched = Q(pk__in=())
        for model, pk, cycle, country in rows:
            if model == COUNTRY:
                is_watched |= Q(cycle=cycle, member_state=country)
            else:
                is_watched |= Q(page_model=model, page_id=pk)
        return is_watched


class Watch(models.Model):
    """That a person watches a record.

    No record of the review: nobody else sees it. It ends with the right to see the record.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    model = models.CharField(max_length=60)  # as in the trace
    object_id = models.BigIntegerField()
    # Of a watched country, its place in the trace; of any other record NULL.
    cycle = models.ForeignKey("ReviewCycle", models.PROTECT, null=True, related_name="+", db_index=False)
    member_state = models.ForeignKey("Organisation", models.PROTECT, null=True, related_name="+")
    since = models.DateTimeField(default=clock.now)

    objects = WatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("watch")
        verbose_name_plural = _("watches")
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(fields=("person", "model", "object_id"), name="watch_once"),
            models.CheckConstraint(
                condition=Q(model__in=tuple(WATCHED_KINDS.values())), name="watch_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(model=COUNTRY, cycle__isnull=False, member_state__isnull=False)
                | (~Q(model=COUNTRY) & Q(cycle=None, member_state=None)),
                name="watch_of_country_placed",
            ),
        )
        indexes = (
            models.Index(fields=("model", "object_id"), name="watch_of_record"),
            models.Index(fields=("cycle", "member_state"), name="watch_of_country"),
        )

    def __str__(self) -> str:
        return f"{self.model} {self.object_id}"

    @classmethod
    def start(cls, user: "User", record: "Tracked") -> None:
        """Watch a record; once, however often this is asked. Raises ValidationError if there are too many."""
        label = record._meta.label_lower
        if cls.objects.of(user).exclude(model=label, object_id=record.pk).count() >= MOST_WATCHES:
            raise ValidationError(_("You watch 200 records: stop watching one of them first."))
        place: dict[str, Any] = {}
        if label == COUNTRY:
            place = {"cycle_id": record.cycle_id, "member_state_id": record.member_state_id}  # type: ignore[attr-defined]
        cls.objects.bulk_create(
            [cls(person=user, model=label, object_id=record.pk, **place)], ignore_conflicts=True
        )

    @classmethod
    def stop(cls, user: "User", record: "Tracked") -> None:
        cls.objects.of(user).on(record).delete()


def with_watch(rows: Rows, user: "User") -> Rows:
    """The records with `is_watched`, for those who may watch them: its button is on their page."""
    if not may_watch(user):
        return rows
    watches = Watch.objects.of(user).filter(model=rows.model._meta.label_lower, object_id=OuterRef("pk"))
    return rows.annotate(is_watched=Exists(watches))


def watchable(user: "User", label: str) -> "models.QuerySet[Any]":
    """The records of a kind that the person may see, and so watch: none of a test cycle that was emptied."""
    cycles = apps.get_model("reviews", "ReviewCycle").objects.visible_to(user)
    place = "meeting__cycle" if label == WATCHED_KINDS["minutes"] else "cycle"
    rows = apps.get_model(label).objects.visible_to(user)
    return rows.filter(**{f"{place}__in": cycles}).distinct()


def end_unseen_watches() -> int:
    """End the watches of records that their people may not see any more. Return how many."""
    ended = 0
    people = apps.get_model("reviews", "User").objects.filter(pk__in=Watch.objects.values("person"))
    for user in people.select_related("organisation"):
        for label in WATCHED_KINDS.values():
            unseen = Watch.objects.of(user).filter(model=label)
            visible = watchable(user, label) if may_watch(user) else apps.get_model(label).objects.none()
            deleted, _by_model = unseen.exclude(object_id__in=visible.order_by().values("pk")).delete()
            ended += deleted
    return ended
