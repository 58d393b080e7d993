"""Marks for follow-up: what consultants and the Secretariat want to come back to, on any record of the daily work."""

from datetime import date, datetime
from typing import TYPE_CHECKING, ClassVar, NamedTuple, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce, JSONObject, NullIf
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from reviews import clock, policy
from reviews.models.base import NotAllowedNow, Tracked, TrackedQuerySet, all_or_nothing
from reviews.models.choices import choices_rule
from reviews.models.trace import Verb
from reviews.policy import Rows

if TYPE_CHECKING:
    from reviews.models import User

MARK = "follow_up.mark"
MARKED_ALREADY = _("This is marked for follow-up already.")
DONE_ALREADY = _("This mark was removed already.")


class FollowUpKind(models.TextChoices):
    """What kind of record is marked; `reviews.queries.follow_ups` says where it is found."""

    REPORT = "report", _("national report")
    GAP = "datagap", _("data gap")
    FINDING = "finding", _("finding or recommendation")
    DEADLINE = "deadline", _("deadline")
    EXTENSION = "extension", _("extension request")
    MEETING = "meeting", _("meeting")
    ACTION = "action", _("action point")
    DISRUPTION = "disruption", _("disruption")
    DIFFICULTY = "difficulty", _("shared difficulty")
    STEP = "step", _("step of the plan")


class FollowUpQuerySet(TrackedQuerySet["FollowUp"]):
    def visible_to(self, user: "User") -> "FollowUpQuerySet":
        """Consultants and the Secretariat share their marks; no country knows of them."""
        return self if policy.may(user, MARK) else self.none()

    def open(self) -> "FollowUpQuerySet":
        return self.filter(done_at=None)

    def on(self, record: Tracked) -> "FollowUpQuerySet":
        """The marks of one record."""
        return self.filter(kind=kind_of(record), object_id=record.pk)


class FollowUp(Tracked):
    """A mark on one record, with a note and a day to come back to it; removed when that is done."""

    cycle = models.ForeignKey(
        "ReviewCycle", models.PROTECT, related_name="follow_ups", verbose_name=_("review cycle")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=FollowUpKind)
    object_id = models.PositiveBigIntegerField(_("record id"))
    label = models.CharField(_("record"), max_length=200)  # as it was called when it was marked
    note = models.TextField(_("note"), blank=True)
    due_on = models.DateField(_("day"), null=True, blank=True)  # NULL: no day
    marked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("marked by")
    )
    marked_at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField(
        _("marked"), default=clock.now
    )
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("done by"),
    )  # NULL: not yet done
    done_at = models.DateTimeField(_("done"), null=True, blank=True)  # NULL: not yet done

    cycle_days = frozenset({"due_on"})
    verb_labels: ClassVar = {Verb.CREATED: _("marked for follow-up"), Verb.DONE: _("removed the mark on")}

    objects = FollowUpQuerySet.as_manager()

    class Meta:
        verbose_name = _("mark for follow-up")
        verbose_name_plural = _("marks for follow-up")
        ordering = ("due_on", "marked_at", "id")
        indexes = (models.Index(fields=("kind", "object_id"), name="follow_up_of_record"),)
        constraints = (
            choices_rule("follow_up_kind_known", "kind", FollowUpKind),
            models.UniqueConstraint(
                fields=("kind", "object_id"),
                condition=Q(done_at=None),
                name="follow_up_once",
                violation_error_message=MARKED_ALREADY,
            ),
            models.CheckConstraint(
                condition=Q(done_by=None, done_at=None) | Q(done_by__isnull=False, done_at__isnull=False),
                name="follow_up_done_by_somebody",
            ),
        )

    def __str__(self) -> str:
        return self.label

    def get_absolute_url(self) -> str:
        return reverse("follow-up-list", args=[self.cycle.slug])

    @property
    def is_done(self) -> bool:
        return self.done_at is not None

    def visible_to_all_members(self) -> bool:
        """Only those who mark learn of it: it is in no list of changes that a country reads."""
        return False

    def require_open_for(self, name: str = "") -> None:
        super().require_open_for(name)
        if self.is_done:
            raise NotAllowedNow(DONE_ALREADY)

    @classmethod
    @all_or_nothing()
    def mark(cls, record: Tracked, *, by: "User", note: str = "", due_on: date | None = None) -> Self:
        """Mark a record; the caller has looked up that the person reads it."""
        policy.require(by, MARK)
        record.lock_shared()  # two people who mark it at once: the database refuses the second
        if due_on and due_on < clock.today():
            raise ValidationError({"due_on": _("This day has passed.")})
        if cls.objects.on(record).open().exists():
            raise NotAllowedNow(MARKED_ALREADY)
        return cls.create_traced(
            by=by,
            why=note,
            cycle=record.governing_cycle(),
            kind=kind_of(record),
            object_id=record.pk,
            label=str(record)[:200],
            note=note,
            due_on=due_on,
            marked_by=by,
            marked_at=clock.now(),
        )

    def remove(self, *, by: "User", expected_version: int) -> Self:
        """Take the mark off: it is done."""
        policy.require(by, MARK)
        self.require_open_for()
        return self.change_traced(
            by=by, expected_version=expected_version, verb=Verb.DONE, done_by=by, done_at=clock.now()
        )


# By the name of the model.
KINDS = {
    "nationalreport": FollowUpKind.REPORT,
    "actionpoint": FollowUpKind.ACTION,
    "planstep": FollowUpKind.STEP,
}


def kind_of(record: Tracked | type[Tracked]) -> FollowUpKind:
    """The kind of a record that can be marked."""
    name = str(record._meta.model_name)
    return KINDS.get(name) or FollowUpKind(name)


class OpenMark(NamedTuple):
    """What the page of a record shows of its mark."""

    pk: int
    note: str
    due_on: date | None
    marked_by: str


def with_mark(rows: Rows, user: "User") -> Rows:
    """The records with `mark_values`, for those who may mark: so their page reads the mark with the record."""
    if not policy.may(user, MARK):
        return rows
    marks = FollowUp.objects.open().filter(kind=kind_of(rows.model), object_id=OuterRef("pk"))
    name = Coalesce(NullIf("marked_by__name", Value("")), "marked_by__username")
    values = JSONObject(pk="pk", note="note", due_on="due_on", marked_by=name)
    return rows.annotate(mark_values=Subquery(marks.values_list(values)[:1], models.JSONField()))


def open_mark(record: Tracked, user: "User") -> OpenMark | None:
    """The open mark of a record: read with it by with_mark(), or else now."""
    if not hasattr(record, "mark_values"):
        record = with_mark(type(record)._base_manager.filter(pk=record.pk), user).get()
    values = record.mark_values  # type: ignore[attr-defined]
    if not values:
        return None
    due_on = date.fromisoformat(values["due_on"]) if values["due_on"] else None
    return OpenMark(**{**values, "due_on": due_on})
