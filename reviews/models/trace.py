"""The audit trail ("trace"): one append-only row per change, written in the same transaction."""

import copy
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.utils import translation
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reviews import clock, policy
from reviews.models.choices import Labelled
from reviews.models.trace_seal import seal
from reviews.policy import Channel
from reviews.request_context import request_id
from reviews.text import as_stored

if TYPE_CHECKING:
    from reviews.models import ReviewCycle, User
    from reviews.models.base import Tracked

Record = TypeVar("Record", bound="Tracked")
OtherRecord = TypeVar("OtherRecord", bound="Tracked")
# Kinds of records whose changes are news: on the desk, and in the mails of those who watch them. The rest (an agenda
# item, a delegation) is in the history of its own page only.
NEWS = (
    *("reviews.nationalreport", "reviews.datagap", "reviews.finding", "reviews.deadline", "reviews.meeting"),
    *(
        "reviews.minutes",
        "reviews.reviewcycle",
        "reviews.extension",
        "reviews.decision",
        "reviews.actionpoint",
    ),
    *("reviews.round", "reviews.threadentry", "reviews.receivedadvice"),
)
ACTING_FOR = "acting_for"  # among the names of a row: in whose place somebody acted


class Verb(models.TextChoices):
    """What was done. The values are sealed in the rows; labels may change."""

    CREATED = "created", _("created")
    CHANGED = "changed", _("changed")
    CORRECTED = "corrected", _("corrected")
    OPENED = "opened", _("opened")
    CLOSED = "closed", _("closed")
    REOPENED = "reopened", _("reopened")
    PROGRESS = "progress", _("posted progress")
    SUBMITTED = "submitted", _("submitted")
    RECALLED = "recalled", _("recalled")
    STARTED_READING = "started_reading", _("started reading")
    RETURNED = "returned", _("returned")
    ACCEPTED = "accepted", _("accepted")
    ASKED_GUIDANCE = "asked_guidance", _("asked for guidance")
    GAVE_GUIDANCE = "gave_guidance", _("gave guidance")
    TAKEN_UP = "taken_up", _("started to resolve")
    ASKED = "asked", _("asked for")
    GRANTED = "granted", _("granted")
    REFUSED = "refused", _("refused")
    MOVED = "moved", _("moved")
    HELD = "held", _("recorded as held")
    CANCELLED = "cancelled", _("cancelled")
    FINALISED = "finalised", _("made final")
    WITHDRAWN = "withdrawn", _("withdrew")
    APPROVED = "approved", _("approved")
    SENT = "sent", _("sent")
    ANSWERED = "answered", _("answered")
    ADOPTED = "adopted", _("adopted")
    GROUPED = "grouped", _("grouped")
    FROZEN = "frozen", _("froze")
    PASSED = "passed", _("marked as absent")
    CIRCULATED = "circulated", _("circulated")
    VERIFIED = "verified", _("verified")
    DONE = "done", _("done")
    DROPPED = "dropped", _("dropped")
    IMPORTED = "imported", _("loaded from reference data")


class TraceQuerySet(models.QuerySet["Trace"]):
    """Queries on the trace. Bulk writes raise: it is append-only."""

    def update(self, **values: object) -> NoReturn:
        raise TypeError("The trace is append-only.")

    def delete(self) -> NoReturn:
        raise TypeError("The trace is append-only.")

    def bulk_create(self, *args: object, **kwargs: object) -> NoReturn:
        raise TypeError("A trace row is written by record(), which seals it.")

    def record(
        self,
        record: "Tracked",
        *,
        by: "User | None",
        verb: str,
        why: str,
        before: Mapping[str, object] | None,
        earlier: "Tracked | None" = None,
    ) -> "Trace":
        """Insert the trace row of a change that was just written; `before` is the snapshot from before it.

        Its names are in English, whoever made the change: everybody reads the same row.
        """
        with translation.override(settings.LANGUAGE_CODE):
            return self._record(record, by, verb, why, before, earlier)

    def _record(
        self,
        record: "Tracked",
        by: "User | None",
        verb: str,
        why: str,
        before: Mapping[str, object] | None,
        earlier: "Tracked | None",
    ) -> "Trace":
        after, page, cycle = record.snapshot(), record.history_owner(), record.governing_cycle()
        changed = None if before is None else {k: v for k, v in before.items() if after.get(k) != v}
        return self.create(
            at=clock.now(), by=by, verb=verb, why=why, version=record.version, label=str(record)[:200],
            model=record._meta.label_lower, object_id=record.pk,
            page_model=page._meta.label_lower, page_id=page.pk,
            cycle_id=cycle and cycle.pk, member_state_id=getattr(record, "member_state_id", None),
            common=record.visible_to_all_members(), audience=record.audience(), before=changed, after=after,
            names=_related_names(earlier, record, changed or {}) | _acting_for(by),
        )  # fmt: skip

    def visible_to(self, user: "User") -> "TraceQuerySet":
        """Rows for lists of changes: of the person's own country, and those that all members may read.

        Only of cycles that the person may open: members know nothing about one that is being prepared, and nobody
        reads about a test cycle that was emptied.
        """
        cycles = apps.get_model("reviews", "ReviewCycle").objects
        rows = self.exclude(cycle__in=cycles.emptied())
        if policy.scope_of(user, "report.read") is policy.Scope.OWN:
            rows = rows.filter(cycle__in=cycles.visible_to(user))
        return rows.of_open_cycle_visible_to(user)

    def of_open_cycle_visible_to(self, user: "User") -> "TraceQuerySet":
        """As `visible_to`, for rows of a cycle of which the caller knows that the person may open it."""
        own = Q(member_state=user.organisation_id) | Q(common=True)
        rows = self.filter(audience__in=policy.channels(user))
        return policy.filter_readable(rows, user, "report.read", own=own)

    def readable_on_page_by(self, user: "User") -> "TraceQuerySet":
        """Rows for the page of a record: without other countries' rows and the other side's private ones."""
        own = Q(member_state=None) | Q(member_state=user.organisation_id)
        rows = self.filter(audience__in=policy.channels(user))
        return policy.filter_readable(rows, user, "report.read", own=own)

    def on_page(self, record: "Tracked") -> "TraceQuerySet":
        """The history of a record's page, newest first."""
        rows = self.filter(page_model=record._meta.label_lower, page_id=record.pk)
        return rows.select_related("by").order_by("-id")

    def since_version(self, record: "Tracked", expected_version: int) -> "TraceQuerySet":
        """Changes of a record after a version, oldest first."""
        rows = self.filter(model=record._meta.label_lower, object_id=record.pk, version__gt=expected_version)
        return rows.select_related("by").order_by("id")

    def as_of(self, records: models.QuerySet[Record], at: datetime) -> list[Record]:
        """Return the records as they were at an instant, rebuilt from the trace: unsaved objects."""
        rows = self._newest_rows(records, at).order_by("object_id").values_list("after", flat=True)
        return [records.model.from_snapshot(row) for row in rows]

    def both_as_of(
        self, records: models.QuerySet[Record], others: models.QuerySet[OtherRecord], at: datetime
    ) -> tuple[list[Record], list[OtherRecord]]:
        """As as_of(), of two models in one query."""
        newest = self._newest_rows(records, at).union(self._newest_rows(others, at), all=True)
        rows = list(newest.values_list("model", "object_id", "after").order_by("object_id"))
        first = [records.model.from_snapshot(row) for model, _pk, row in rows if _is_of(model, records)]
        second = [others.model.from_snapshot(row) for model, _pk, row in rows if _is_of(model, others)]
        return first, second

    def _newest_rows(self, records: "models.QuerySet[Any]", at: datetime) -> "TraceQuerySet":
        """The last row of each record at an instant."""
        last = self.filter(model=records.model._meta.label_lower, object_id=OuterRef("pk"), at__lte=at)
        newest = Subquery(last.order_by("-at", "-id").values("id")[:1])
        ids = records.order_by().annotate(newest=newest).values("newest")
        return self.filter(pk__in=ids).order_by()

    def cycle_as_of(
        self, cycle: "ReviewCycle", kinds: "Iterable[type[Tracked]]", at: datetime
    ) -> dict[type[Any], list[Any]]:
        """Return a cycle's records of several models, and those without a cycle, as they were at an instant.

        One query, where as_of() takes one for each model.
        """
        kinds = list(kinds)
        models_by_name = {kind._meta.label_lower: kind for kind in kinds}
        earlier = self.filter(model=OuterRef("model"), object_id=OuterRef("object_id"), at__lte=at)
        newest = Subquery(earlier.order_by("-at", "-id").values("id")[:1])
        rows = self.filter(Q(cycle=cycle) | Q(cycle=None), model__in=models_by_name, at__lte=at, pk=newest)
        records: dict[type[Any], list[Any]] = {kind: [] for kind in kinds}
        for name, after in rows.order_by("object_id").values_list("model", "after"):
            records[models_by_name[name]].append(models_by_name[name].from_snapshot(after))
        return records


class Trace(Labelled):
    """One change: who, when, which record, values before and after, and why. Append-only and sealed."""

    at = models.DateTimeField(_("when"), default=clock.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("who")
    )
    verb = models.CharField(_("what was done"), max_length=20, choices=Verb)
    model = models.CharField(_("kind of record"), max_length=60)
    object_id = models.BigIntegerField(_("record id"))
    label = models.CharField(_("record"), max_length=200)
    version = models.PositiveIntegerField(_("version"))
    page_model = models.CharField(max_length=60)
    page_id = models.BigIntegerField()
    cycle = models.ForeignKey("ReviewCycle", models.PROTECT, null=True, related_name="+")
    member_state = models.ForeignKey("Organisation", models.PROTECT, null=True, related_name="+")
    common = models.BooleanField(default=False)
    audience = models.CharField(_("who may read it"), max_length=20, choices=Channel, default=Channel.SHARED)
    before = models.JSONField(_("before"), null=True)
    after = models.JSONField(_("after"))
    names = models.JSONField(default=dict)
    why = models.TextField(_("why"), blank=True)
    # NULL: written by a command.
    request_id = models.UUIDField(_("request"), null=True, editable=False, default=request_id)
    # Empty: written by a release that did not seal. The database's own default lets such a release go on writing
    # while it is being replaced.
    digest = models.CharField(_("seal"), max_length=64, editable=False, default="", db_default="")

    objects = TraceQuerySet.as_manager()

    class Meta:
        verbose_name = _("trace row")
        verbose_name_plural = _("trace")
        ordering = ("-id",)
        indexes = (
            models.Index(fields=("model", "object_id", "-at", "-id"), name="trace_of_record"),
            models.Index(fields=("page_model", "page_id", "-id"), name="trace_of_page"),
            models.Index(fields=("cycle", "-id"), name="trace_of_cycle"),
            models.Index(fields=("cycle", "member_state", "-id"), name="trace_of_country"),
        )
        constraints = (
            models.CheckConstraint(condition=Q(verb__in=Verb.values), name="trace_verb_known"),
            models.UniqueConstraint(fields=("model", "object_id", "version"), name="trace_once_per_version"),
            models.CheckConstraint(condition=Q(audience__in=Channel.values), name="trace_audience_known"),
        )

    def __str__(self) -> str:
        return f"{self.label}: {self.get_verb_display()}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("The trace is append-only.")
        self.digest = seal(self)
        super().save(*args, **kwargs)

    def delete(self, *args: object, **kwargs: object) -> NoReturn:
        raise TypeError("The trace is append-only.")

    @property
    def why_text(self) -> str:
        """The reason; one that the site gave itself ("password set") is in the reader's language."""
        return translation.gettext(self.why) if self.why else ""

    @property
    def by_text(self) -> str:
        """Who it was; of an alternate both names: "X for Y"."""
        if self.by is None:
            return _now("The system")
        away = self.names.get(ACTING_FOR)
        return (
            _now("%(person)s for %(away)s") % {"person": self.by, "away": away[1]} if away else str(self.by)
        )

    @property
    def verb_text(self) -> str:
        """The verb, as on the record's own page: "posted progress"."""
        labels = apps.get_model(self.model).verb_labels
        return str(labels.get(self.verb, self.get_verb_display()))

    @property
    def verb_before_record(self) -> str:
        """The verb with the record's name to follow: "posted progress on"."""
        labels = apps.get_model(self.model).verb_labels_before_name
        return str(labels.get(self.verb, self.verb_text))

    @property
    def kind_text(self) -> str:
        """The kind of record: "data gap"."""
        return str(apps.get_model(self.model)._meta.verbose_name)

    @property
    def is_of_part(self) -> bool:
        """Whether the record is a part of the page's record, such as a decision of a meeting."""
        return (self.model, self.object_id) != (self.page_model, self.page_id)

    def for_reader(self, user: "User") -> "Trace | None":
        """Return this row as `user` may read it, or None if it is not for them.

        A row about some countries only is for these; what the record was before it became theirs is left out.
        """
        now = self.after.get("only_for")
        before = (self.before or {}).get("only_for", now)
        if not _is_for(user, now):
            return None
        if _is_for(user, before):
            return self
        row = copy.copy(self)
        row.before = None
        return row

    def wrote(self, values: Mapping[str, Any]) -> bool:
        """Whether the record has these values, by field, after this change; `note` and `why` are its reason.

        False where that cannot be told: of a file, and of what is no column of the record.
        """
        columns = {field.name: name for name, field in columns_by_name(apps.get_model(self.model)).items()}
        for name, value in values.items():
            stored = self.why if name in ("note", "why") else self.after.get(columns.get(name, ""))
            if _as_in_snapshot(stored) != _as_in_snapshot(value):
                return False
        return True


def _as_in_snapshot(value: object) -> object:
    """A value of a form, or of a snapshot, as a snapshot holds it; "" for what was left empty, which 0 was not."""
    if value is None or value is False:
        return ""
    if isinstance(value, models.Model):
        return value.pk
    if isinstance(value, list | tuple | models.QuerySet):
        ids: list[Any] = [getattr(record, "pk", record) for record in value]
        return sorted(ids)
    if isinstance(value, date):
        return value.isoformat()
    return as_stored(value) if isinstance(value, str) else value


def _is_for(user: "User", countries: list[int] | None) -> bool:
    """Whether a record for these countries only (none: for all) is for this person."""
    own = not countries or user.organisation_id in countries
    return policy.can_read(user, "deadline.read", own=own, shared=not countries)


class TraceLink(models.Model):
    """One link of the chain through the trace, made by the periodic job after the commit. Append-only."""

    # 1, 2, 3 ...: there cannot be two of one number.
    number = models.PositiveBigIntegerField(primary_key=True)
    trace = models.OneToOneField(Trace, models.PROTECT, related_name="link")
    digest = models.CharField(max_length=64)
    adopted = models.BooleanField(default=False)  # a row without a seal, which somebody vouched for

    class Meta:
        verbose_name = _("link of the trace")
        verbose_name_plural = _("links of the trace")
        ordering = ("number",)

    def __str__(self) -> str:
        return f"{self.number}:{self.digest}"


def _acting_for(by: "User | None") -> dict[str, list[str]]:
    """For the names of a row: in whose place the person acted. Under a key that is no column."""
    return {ACTING_FOR: ["", str(by.acting_for)]} if by and by.acting_for else {}


def _is_of(model: str, records: "models.QuerySet[Any]") -> bool:
    return bool(model == records.model._meta.label_lower)


def columns_by_name(model: "type[models.Model] | models.Model") -> dict[str, Any]:
    """Fields by column, many-to-many ones by name; of a model or a record."""
    columns: dict[str, Any] = {f.attname: f for f in model._meta.concrete_fields}
    return columns | {f.name: f for f in model._meta.many_to_many}


def _related_names(
    before: "Tracked | None", after: "Tracked", changed: Mapping[str, Any]
) -> dict[str, list[str]]:
    """Names, as of that day, of the records that a change pointed at before and after it, by column."""
    names = {}
    for column, field in columns_by_name(after).items():
        if column not in changed or not field.is_relation:
            continue
        if field.many_to_many:
            earlier = field.related_model.objects.filter(pk__in=changed[column])
            texts = [
                ", ".join(sorted(map(str, rows))) for rows in (earlier, getattr(after, field.name).all())
            ]
        else:
            texts = [str(getattr(record, field.name) or "") for record in (before, after)]
        names[column] = texts
    return names
