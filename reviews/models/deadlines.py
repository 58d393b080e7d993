"""Deadlines: one computed date for each country, its extensions, and whether it was met."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from reviews import clock, policy
from reviews.models.disruptions import check_cited
from reviews.models.trace import Verb
from reviews.models.workflow import Move, Tracked, TrackedQuerySet, all_or_nothing

DUE_SOON_DAYS = 14
FARTHEST_DAYS = 366  # a deadline hangs at most a year before or after a meeting


class Output(models.TextChoices):
    """What a country does to meet a deadline."""

    NATIONAL_REPORT = "national_report", _("submits its national report")
    PROGRESS = "progress", _("posts progress")


class ExtensionStatus(models.TextChoices):
    ASKED = "asked", _("asked")
    GRANTED = "granted", _("granted")
    REFUSED = "refused", _("refused")


EXTENSION_MOVES = {
    "grant": Move((ExtensionStatus.ASKED,), ExtensionStatus.GRANTED),
    "refuse": Move((ExtensionStatus.ASKED,), ExtensionStatus.REFUSED),
}
STILL_WAITS = _("A request of your country still waits for the Secretariat's decision.")
EXTENSION_STEPS = {"decide": EXTENSION_MOVES["grant"].sources}


class State(models.TextChoices):
    """How a country stands to a deadline on a day: computed, never stored."""

    NOT_YET_OPEN = "not_yet_open", _("not yet open")
    OPEN = "open", _("open")
    DUE_SOON = "due_soon", _("due soon")
    EXTENDED = "extended", _("extended")
    OVERDUE = "overdue", _("overdue")
    MET = "met", _("met")
    MET_LATE = "met_late", _("met late")


STATE_TONES = {
    State.NOT_YET_OPEN: "neutral", State.OPEN: "info", State.DUE_SOON: "warn", State.EXTENDED: "progress",
    State.OVERDUE: "bad", State.MET: "good", State.MET_LATE: "warn",
}  # fmt: skip
EXTENSION_TONES = {
    ExtensionStatus.ASKED: "warn", ExtensionStatus.GRANTED: "good", ExtensionStatus.REFUSED: "bad",
}  # fmt: skip


@dataclass(frozen=True)
class Standing:
    """How one country stands to one deadline on one day."""

    deadline: "Deadline"
    state: State
    due_on: date
    met_on: date | None
    days: int  # left until the due day; negative once it has passed; for a met deadline: met before (+) or after (-)

    @property
    def tone(self) -> str:
        return STATE_TONES[self.state]

    @property
    def is_met(self) -> bool:
        return self.met_on is not None

    @property
    def is_extended(self) -> bool:
        """Whether this country's date is another than everybody's."""
        return self.due_on != self.deadline.due_on

    @property
    def slip(self) -> int:
        """Days between the first date and the one now in force."""
        return clock.days_between(self.deadline.first_due_on, self.due_on)

    @property
    def text(self) -> str:
        """The state in words, with its days."""
        if self.state == State.OVERDUE:
            return ngettext("overdue by %(n)d day", "overdue by %(n)d days", -self.days) % {"n": -self.days}
        if self.state == State.MET_LATE:
            return ngettext("met late by %(n)d day", "met late by %(n)d days", -self.days) % {"n": -self.days}
        return str(self.state.label)


def _concern(member_state_id: int | None) -> Q:
    """Not a join, which would bring a deadline once for each of its countries."""
    countries = Deadline.only_for.through.objects.filter(deadline=OuterRef("pk"))
    return Q(~Exists(countries)) | Q(Exists(countries.filter(organisation=member_state_id)))


class DeadlineQuerySet(TrackedQuerySet):
    def visible_to(self, user: Any) -> "DeadlineQuerySet":
        own = _concern(user.organisation_id) & Q(cycle__memberships__member_state=user.organisation_id)
        return policy.limit(self, user, "deadline.read", own=own, shared=Q(shared=True))

    def concerning(self, member_state_id: int) -> "DeadlineQuerySet":
        """Those of a country: for all members, or for it among others."""
        return self.filter(_concern(member_state_id))

    def passed(self, on: date) -> "DeadlineQuerySet":
        """Whose common due day lies before `on`; a country's own day may be later."""
        return self.filter(due_on__lt=on)


class Deadline(Tracked):
    """A window in which countries hand something in: opens, due, last acceptable. Days in Jakarta."""

    cycle = models.ForeignKey(
        "ReviewCycle", models.PROTECT, related_name="deadlines", verbose_name=_("review cycle")
    )
    number = models.PositiveSmallIntegerField(_("number"))
    title = models.CharField(_("title"), max_length=200)
    output = models.CharField(
        _("met when a country"), max_length=20, choices=Output, default=Output.NATIONAL_REPORT
    )
    opens_on = models.DateField(_("opens"))
    due_on = models.DateField(_("due"))
    last_on = models.DateField(_("last acceptable"), null=True, blank=True)  # NULL: never locked
    first_due_on = models.DateField(_("first due date"), editable=False)
    only_for: Any = models.ManyToManyField(
        "Organisation", blank=True, related_name="+", verbose_name=_("only for")
    )  # none: all members
    shared = models.BooleanField(_("shared with observers"), default=False)
    confidence_note = models.CharField(_("note on the dates"), max_length=200, blank=True)
    anchor = models.ForeignKey(
        "Meeting", models.PROTECT, null=True, blank=True, related_name="hanging", verbose_name=_("hangs from"),
    )  # NULL: has dates of its own  # fmt: skip
    offset_days = models.SmallIntegerField(
        _("days after that meeting"), null=True, blank=True,
        validators=[MinValueValidator(-FARTHEST_DAYS), MaxValueValidator(FARTHEST_DAYS)],
    )  # NULL: has dates of its own; negative: days before it  # fmt: skip

    objects = DeadlineQuerySet.as_manager()

    class Meta:
        verbose_name = _("deadline")
        verbose_name_plural = _("deadlines")
        ordering = ("cycle", "due_on", "number")
        constraints = (
            models.UniqueConstraint(fields=("cycle", "number"), name="deadline_number_once"),
            models.CheckConstraint(condition=Q(output__in=Output.values), name="deadline_output_known"),
            models.CheckConstraint(condition=Q(due_on__gte=F("opens_on")), name="deadline_due_after_opening"),
            models.CheckConstraint(
                condition=Q(last_on__isnull=True) | Q(last_on__gte=F("due_on")),
                name="deadline_last_after_due",
            ),
            models.CheckConstraint(
                condition=Q(anchor__isnull=True, offset_days__isnull=True)
                | Q(anchor__isnull=False, offset_days__isnull=False),
                name="deadline_anchor_with_offset",
            ),
            models.CheckConstraint(
                condition=Q(offset_days__isnull=True) | Q(offset_days__range=(-FARTHEST_DAYS, FARTHEST_DAYS)),
                name="deadline_offset_range",
            ),
        )

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("deadline", args=[self.cycle.slug, self.number])

    def clean(self) -> None:
        if self.opens_on and self.due_on and self.due_on < self.opens_on:
            raise ValidationError({"due_on": _("The due day comes before the opening.")})
        if self.last_on and self.due_on and self.last_on < self.due_on:
            raise ValidationError({"last_on": _("The last acceptable day comes before the due day.")})
        if bool(self.anchor_id) != (self.offset_days is not None):
            raise ValidationError({"offset_days": _("Give both, the meeting and the days, or neither.")})
        if self.anchor and self.anchor.cycle_id != self.cycle_id:
            raise ValidationError({"anchor": _("Choose a meeting of this review cycle.")})

    def is_common(self) -> bool:
        return not self.only_for.exists()

    def is_read_by(self, user: Any) -> bool:
        """As `visible_to`, of a deadline of the person's cycle as it stood on some day."""
        return policy.reads(
            user, "deadline.read", own=self.concerns(user.organisation_id), shared=self.shared
        )

    @property
    def only_ids(self) -> list[int]:
        """The countries it is only for; none means all. Of a past day, where the object was rebuilt from one."""
        if hasattr(self, "many_ids"):
            return list(self.many_ids["only_for"])
        return [state.pk for state in self.only_for.all()]

    def concerns(self, member_state_id: int) -> bool:
        """Whether it is one of this country's deadlines."""
        return not self.only_ids or member_state_id in self.only_ids

    @classmethod
    @all_or_nothing()
    def set_for(cls, cycle: Any, *, by: Any, **values: Any) -> "Deadline":
        """A new deadline with the cycle's next number."""
        policy.require(by, "deadline.set")
        # Two officers at once wait for each other here, so that numbers stay apart; who writes in the cycle does not.
        type(cycle).objects.select_for_update(no_key=True).get(pk=cycle.pk)
        number = (cycle.deadlines.aggregate(last=models.Max("number"))["last"] or 0) + 1
        values = hung(values)
        return cls.record_new(by=by, cycle=cycle, number=number, first_due_on=values["due_on"], **values)

    def move(self, *, by: Any, seen: int, why: str, **values: Any) -> "Deadline":
        """Change it; the first date stays and is shown. Moving a date asks for a reason."""
        policy.require(by, "deadline.set")
        values = hung(values)
        dates = {name: values[name] for name in ("opens_on", "due_on", "last_on") if name in values}
        moved = any(day != getattr(self, name) for name, day in dates.items())
        if moved and not why.strip():
            raise ValidationError({"why": _("Say why the dates move.")})
        return self.change(by=by, seen=seen, verb=Verb.MOVED if moved else Verb.CHANGED, why=why, **values)

    def when_following(self, meeting: Any) -> dict[str, Any]:
        """Its dates once `meeting`, which it hangs from, has moved; empty where it stays as it is.

        It stays if the new day has passed already: countries would be overdue from one moment to the next.
        A window that is open does not close again, or who has met it would owe it anew.
        """
        due = meeting.day_at(self.offset_days)
        if due == self.due_on or due < min(self.due_on, clock.today()):
            return {}
        by = due - self.due_on
        opens = self.opens_on + by
        if self.opens_on <= clock.today():
            opens = min(self.opens_on, opens)
        return {"opens_on": opens, "due_on": due, "last_on": self.last_on and self.last_on + by}

    def follow(self, meeting: Any, *, by: Any, why: str) -> "Deadline":
        """Move with the meeting it hangs from; the first date stays."""
        policy.require(by, "deadline.follow")
        days = self.when_following(meeting)
        return self.change(by=by, seen=self.version, verb=Verb.MOVED, why=why, **days) if days else self

    def standing(self, met_on: date | None, granted_until: date | None, on: date) -> Standing:
        """How a country stands on a day.

        `met_on`: the day it met the deadline, if ever; `granted_until`: its latest granted extension.
        """
        due = max(self.due_on, granted_until) if granted_until else self.due_on
        met = met_on if met_on and met_on <= on else None
        return Standing(self, self._state_on(due, met, on), due, met, clock.days_between(met or on, due))

    def locked_on(self, granted_until: date | None, on: date) -> bool:
        """Whether the last acceptable day has passed; an extension unlocks until its own day."""
        last = max(self.last_on, granted_until) if self.last_on and granted_until else self.last_on
        return last is not None and last < on

    def _state_on(self, due: date, met_on: date | None, on: date) -> State:
        if met_on:
            return State.MET if met_on <= due else State.MET_LATE
        if on > due:
            return State.OVERDUE
        if due != self.due_on:
            return State.EXTENDED
        if on < self.opens_on:
            return State.NOT_YET_OPEN
        return State.DUE_SOON if clock.days_between(on, due) <= DUE_SOON_DAYS else State.OPEN


def hung(values: dict[str, Any]) -> dict[str, Any]:
    """The values of a deadline, with the day that follows from the meeting it hangs from."""
    meeting, days = values.get("anchor"), values.get("offset_days")
    if meeting is None or days is None:
        return values
    return values | {"due_on": meeting.day_at(days)}


class ExtensionQuerySet(TrackedQuerySet):
    def visible_to(self, user: Any) -> "ExtensionQuerySet":
        return policy.limit(self, user, "extension.read", own=Q(member_state=user.organisation_id))

    def to_decide(self) -> "ExtensionQuerySet":
        return self.filter(status=ExtensionStatus.ASKED)

    def granted(self) -> "ExtensionQuerySet":
        return self.filter(status=ExtensionStatus.GRANTED)


class Extension(Tracked):
    """One country's request for a later date, and what the Secretariat decided."""

    deadline = models.ForeignKey(
        Deadline, models.PROTECT, related_name="extensions", verbose_name=_("deadline")
    )
    member_state = models.ForeignKey(
        "Organisation", models.PROTECT, related_name="extensions", verbose_name=_("member state")
    )
    asked_until = models.DateField(_("asked until"))
    reason = models.TextField(_("reason"))
    disruption = models.ForeignKey(
        "Disruption",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="extensions",
        verbose_name=_("caused by"),
    )  # NULL: no disruption is cited
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("asked by")
    )
    asked_at = models.DateTimeField(_("asked"), default=clock.now)
    due_when_asked = models.DateField(_("due date when asked"))
    status = models.CharField(
        _("status"), max_length=20, choices=ExtensionStatus, default=ExtensionStatus.ASKED
    )
    granted_until = models.DateField(_("granted until"), null=True, blank=True)  # NULL: not granted
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("decided by"),
    )  # NULL: not yet decided  # fmt: skip
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)  # NULL: not yet decided
    decision_note = models.TextField(_("note of the decision"), blank=True)

    steps = EXTENSION_STEPS

    objects = ExtensionQuerySet.as_manager()

    class Meta:
        verbose_name = _("extension")
        verbose_name_plural = _("extensions")
        ordering = ("asked_at", "id")
        constraints = (
            models.CheckConstraint(
                condition=Q(status__in=ExtensionStatus.values), name="extension_status_known"
            ),
            models.UniqueConstraint(
                fields=("deadline", "member_state"),
                condition=Q(status=ExtensionStatus.ASKED),
                name="extension_asked_once",
            ),
            models.CheckConstraint(
                condition=Q(status=ExtensionStatus.GRANTED, granted_until__isnull=False)
                | (~Q(status=ExtensionStatus.GRANTED) & Q(granted_until__isnull=True)),
                name="extension_granted_until_a_day",
                violation_error_message=_("A granted extension has its day, and no other has one."),
            ),
            models.CheckConstraint(
                condition=Q(asked_until__gt=F("due_when_asked")),
                name="extension_asks_for_later",
                violation_error_message=_("The day asked for is later than the date in force."),
            ),
            models.CheckConstraint(
                condition=Q(granted_until__isnull=True) | Q(granted_until__gt=F("due_when_asked")),
                name="extension_grants_later",
                violation_error_message=_("The day granted is later than the date in force."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.deadline} · {self.member_state}"

    def get_absolute_url(self) -> str:
        return self.deadline.get_absolute_url()

    @property
    def tone(self) -> str:
        return EXTENSION_TONES[ExtensionStatus(self.status)]

    def clean(self) -> None:
        check_cited(self.disruption, self.deadline.cycle)

    @property
    def cycle(self) -> Any:
        return self.deadline.cycle

    def page(self) -> Tracked:
        return self.deadline

    @classmethod
    @all_or_nothing()
    def ask_for(
        cls,
        report: Any,
        deadline: Deadline,
        *,
        by: Any,
        asked_until: date,
        reason: str,
        disruption: Any = None,
    ) -> "Extension":
        """A coordinator's request for the country of `report`."""
        policy.require(by, "extension.ask", report)
        # Two people of one country asking at once wait for each other here; the second is told of the first.
        type(report).objects.select_for_update().get(pk=report.pk)
        theirs = deadline.extensions.filter(member_state=report.member_state)
        if theirs.to_decide().exists():
            raise ValidationError(STILL_WAITS)
        granted = theirs.granted().aggregate(until=models.Max("granted_until"))["until"]
        due = max(deadline.due_on, granted) if granted else deadline.due_on
        _later(asked_until, due, "asked_until")
        return cls.record_new(
            by=by, verb=Verb.ASKED, deadline=deadline, member_state=report.member_state, asked_until=asked_until,
            reason=reason, disruption=disruption, asked_by=by, asked_at=clock.now(), due_when_asked=due,
        )  # fmt: skip

    def grant(self, *, by: Any, seen: int, until: date | None, note: str = "") -> "Extension":
        """Grant until a day, the asked one or another; the deadline's first date stays."""
        status = self._permit("grant", by)
        if until is None:
            raise ValidationError({"until": _("Give the day until which it is granted.")})
        _later(until, self.due_when_asked, "until")
        return self._decide(status, Verb.GRANTED, by, seen, note, granted_until=until)

    def refuse(self, *, by: Any, seen: int, note: str) -> "Extension":
        status = self._permit("refuse", by)
        if not note.strip():
            raise ValidationError({"note": _("Say why it is refused.")})
        return self._decide(status, Verb.REFUSED, by, seen, note)

    def why_not(self, move: str) -> str:
        return _now("This request has been decided already.")

    def _permit(self, move: str, by: Any) -> str:
        policy.require(by, "extension.decide")
        return self.allow(EXTENSION_MOVES, move)

    def _decide(self, status: str, verb: str, by: Any, seen: int, note: str, **values: Any) -> "Extension":
        decided = {"decided_by": by, "decided_at": clock.now(), "decision_note": note}
        return self.change(by=by, seen=seen, verb=verb, why=note, status=status, **decided, **values)


def _later(day: date, than: date, field: str) -> None:
    if day <= than:
        raise ValidationError(
            {field: _now("This is not later than the date in force, %s.") % date_format(than)}
        )
