"""Deadlines: one computed date for each country, and whether it was met."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple, Self, TypedDict, Unpack

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
from reviews.models.base import Tracked, TrackedQuerySet, all_or_nothing
from reviews.models.choices import StatusChoices, choices_rule
from reviews.models.numbering import next_number, sort_key_column
from reviews.models.trace import Verb
from reviews.models.validators import days_outside, validate_offered, validate_within_cycle
from reviews.text import is_blank, isolated

if TYPE_CHECKING:
    from reviews.models import Meeting, Organisation, ReviewCycle, User

DUE_SOON_DAYS = 14
FARTHEST_DAYS = 366  # a deadline is anchored at most a year before or after a meeting


class DeadlineOutput(models.TextChoices):
    """What a deadline asks of a country."""

    NATIONAL_REPORT = "national_report", _("national report")
    PROGRESS = "progress", _("progress update")
    # The three phases are named as their workstreams are.
    DATA_COLLECTION = "data_collection", _("data collection finished")
    ANALYSIS = "analysis", _("analysis finished")
    WRITING = "writing", _("writing finished")
    COMMENTS = "comments", _("comments")
    ADDED_INFORMATION = "added_information", _("added information")
    OTHER = "other", _("other")  # named by the deadline


# Met by a country while its figure of that workstream is 100.
PHASE_OUTPUTS = (DeadlineOutput.DATA_COLLECTION, DeadlineOutput.ANALYSIS, DeadlineOutput.WRITING)
# Nothing in this site shows whether these were met: it is recorded, see reviews.models.deliveries.
RECORDED_OUTPUTS = (DeadlineOutput.COMMENTS, DeadlineOutput.ADDED_INFORMATION, DeadlineOutput.OTHER)


class DeadlineState(StatusChoices):
    """State of a deadline for one country on a given day. Derived, not stored."""

    NOT_YET_OPEN = "not_yet_open", "neutral", _("not yet open")
    OPEN = "open", "info", _("open")
    DUE_SOON = "due_soon", "warn", _("due soon")
    EXTENDED = "extended", "progress", _("extended")
    OVERDUE = "overdue", "bad", _("overdue")
    MET = "met", "good", _("met")
    MET_LATE = "met_late", "warn", _("met late")
    TO_REVISE = "to_revise", "warn", _("to be revised")
    NOT_REQUIRED = "not_required", "neutral", _("not required")


class NotRequired(models.TextChoices):
    """Why nothing more is asked of a country for a deadline that it has not met."""

    ACCEPTED = "accepted", _("not required: report accepted")
    SUBMITTED = "submitted", _("not required: report submitted")


class Revision(NamedTuple):
    """A report that was sent back, to be handed in again by a day; None: no day was named."""

    revise_by: date | None


class DeadlineFields(TypedDict, total=False):
    """What the Secretariat enters."""

    title: str
    output: str
    output_name: str
    opens_on: date
    due_on: date
    last_on: date | None
    only_for: "Iterable[Organisation]"
    shared: bool
    confidence_note: str
    anchor: "Meeting | None"
    offset_days: int | None


@dataclass(frozen=True)
class DeadlineStatus:
    """One deadline for one country on one day: state, date in force, and the day it was met."""

    deadline: "Deadline"
    state: DeadlineState
    due_on: date
    met_on: date | None
    days: int  # left until the due day; negative once it has passed; for a met deadline: met before (+) or after (-)
    not_required: NotRequired | None = None  # None: it is met, or still asked
    is_to_revise: bool = False  # it was met, and the report was sent back

    @property
    def tone(self) -> str:
        return self.state.tone

    @property
    def is_met(self) -> bool:
        return self.met_on is not None

    @property
    def stops_submission(self) -> bool:
        """Whether its last acceptable day has passed, so that the country cannot submit its report."""
        is_report = self.deadline.output == DeadlineOutput.NATIONAL_REPORT
        return is_report and self.deadline.locked_on(self.due_on, clock.today())

    @property
    def is_asked(self) -> bool:
        """Whether the country still has to meet it."""
        return not self.is_met and self.not_required is None

    @property
    def is_extended(self) -> bool:
        """Whether this country got another date than the common one before it handed anything in."""
        return self.due_on != self.deadline.due_on and not self.is_to_revise

    @property
    def slip(self) -> int:
        """Days between the first date and the one in force; 0 for a country that did not need them."""
        first = self.deadline.first_due_on
        if self.not_required or (self.met_on and self.met_on <= first):
            return 0
        return max(clock.days_between(first, self.due_on), 0)

    @property
    def text(self) -> str:
        """The state in words, with its days or its reason."""
        if self.not_required:
            return str(self.not_required.label)
        if self.state == DeadlineState.OVERDUE:
            return ngettext("overdue by %(n)d day", "overdue by %(n)d days", -self.days) % {"n": -self.days}
        if self.state == DeadlineState.MET_LATE:
            return ngettext("met late by %(n)d day", "met late by %(n)d days", -self.days) % {"n": -self.days}
        return str(self.state.label)


def _concerning(member_state_id: int | None) -> Q:
    """Deadlines for all members or for this one. Not a join, which would repeat a deadline for each country."""
    countries = Deadline.only_for.through.objects.filter(deadline=OuterRef("pk"))
    return Q(~Exists(countries)) | Q(Exists(countries.filter(organisation=member_state_id)))


class DeadlineQuerySet(TrackedQuerySet["Deadline"]):
    def visible_to(self, user: "User") -> "DeadlineQuerySet":
        own = _concerning(user.organisation_id) & Q(cycle__memberships__member_state=user.organisation_id)
        return policy.filter_readable(self, user, "deadline.read", own=own, shared=Q(shared=True))

    def concerning(self, member_state_id: int) -> "DeadlineQuerySet":
        """The deadlines of a country: for all members, or for it among others."""
        return self.filter(_concerning(member_state_id))

    def passed(self, on: date) -> "DeadlineQuerySet":
        """Deadlines whose common due day is before `on`; a country's own day may be later."""
        return self.filter(due_on__lt=on)


class Deadline(Tracked):
    """A window in which countries hand something in: opens, due, last acceptable. Days in Jakarta."""

    cycle = models.ForeignKey(
        "ReviewCycle", models.PROTECT, related_name="deadlines", verbose_name=_("review cycle")
    )
    number = models.PositiveSmallIntegerField(_("number"))
    title = models.CharField(_("title"), max_length=200)
    sort_key = sort_key_column()
    output = models.CharField(
        _("requirement"), max_length=20, choices=DeadlineOutput, default=DeadlineOutput.NATIONAL_REPORT
    )
    output_name = models.CharField(
        _("name of the requirement"), max_length=100, blank=True, default="", db_default=""
    )
    opens_on = models.DateField(_("opens"))
    due_on = models.DateField(_("due"))
    last_on = models.DateField(_("closes on"), null=True, blank=True)  # NULL: never locked
    first_due_on = models.DateField(_("first due date"), editable=False)
    only_for: Any = models.ManyToManyField(
        "Organisation", blank=True, related_name="+", verbose_name=_("only for")
    )  # none: all members
    shared = models.BooleanField(_("shared with observers"), default=False)
    confidence_note = models.CharField(_("note on the dates"), max_length=200, blank=True)
    anchor = models.ForeignKey(
        "Meeting", models.PROTECT, null=True, blank=True, related_name="hanging", verbose_name=_("linked to meeting")
    )  # NULL: has dates of its own  # fmt: skip
    offset_days = models.SmallIntegerField(
        _("days after that meeting"), null=True, blank=True,
        validators=[MinValueValidator(-FARTHEST_DAYS), MaxValueValidator(FARTHEST_DAYS)],
    )  # NULL: has dates of its own; negative: days before it  # fmt: skip

    cycle_days = frozenset({"opens_on", "due_on", "last_on"})
    sorted_by, untraced = "title", frozenset({"sort_key"})

    objects = DeadlineQuerySet.as_manager()

    class Meta:
        verbose_name = _("deadline")
        verbose_name_plural = _("deadlines")
        ordering = ("-cycle_id", "due_on", "number")
        constraints = (
            models.UniqueConstraint(fields=("cycle", "number"), name="deadline_number_once"),
            choices_rule("deadline_output_known", "output", DeadlineOutput),
            models.CheckConstraint(
                condition=Q(output=DeadlineOutput.OTHER) & ~Q(output_name="")
                | ~Q(output=DeadlineOutput.OTHER) & Q(output_name=""),
                name="deadline_other_named",
            ),
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

    @property
    def is_recorded(self) -> bool:
        """Whether somebody has to record that it is met."""
        return self.output in RECORDED_OUTPUTS

    @property
    def is_phase(self) -> bool:
        """Whether it asks for a workstream to be finished."""
        return self.output in PHASE_OUTPUTS

    @property
    def output_text(self) -> str:
        """What it asks for, in words."""
        return self.output_name or self.get_output_display()

    def clean(self) -> None:
        if (self.output == DeadlineOutput.OTHER) == is_blank(self.output_name):
            needed = _("Name what is asked for.") if is_blank(self.output_name) else _("Only for “other”.")
            raise ValidationError({"output_name": needed})
        if self.opens_on and self.due_on and self.due_on < self.opens_on:
            raise ValidationError({"due_on": _("The due day comes before the opening.")})
        if self.last_on and self.due_on and self.last_on < self.due_on:
            raise ValidationError({"last_on": _("The closing day comes before the due day.")})
        if bool(self.anchor_id) != (self.offset_days is not None):
            raise ValidationError({"offset_days": _("Give both, the meeting and the days, or neither.")})
        if self.anchor and self.anchor.cycle_id != self.cycle_id:
            raise ValidationError({"anchor": _("Choose a meeting of this review cycle.")})
        outside = days_outside({"due_on": self.due_on, "last_on": self.last_on}, self.cycle)
        validate_within_cycle(self._without_stored(outside), self.cycle)

    def _without_stored(self, days: dict[str, date]) -> dict[str, date]:
        """Those of these days that are not stored already: what came there before may stay."""
        if not days or self.pk is None:
            return days
        stored = Deadline.objects.filter(pk=self.pk).values(*days).get()
        return {name: day for name, day in days.items() if day != stored[name]}

    def visible_to_all_members(self) -> bool:
        return not self.only_for.exists()

    def is_read_by(self, user: "User") -> bool:
        """As `visible_to`, for a deadline of the person's cycle, which may be rebuilt as of a past day."""
        return policy.can_read(
            user, "deadline.read", own=self.concerns(user.organisation_id), shared=self.shared
        )

    @property
    def only_ids(self) -> list[int]:
        """The countries it is only for; none means all. Also of an object rebuilt as of a past day."""
        if hasattr(self, "many_ids"):
            return list(self.many_ids["only_for"])
        return [state.pk for state in self.only_for.all()]

    def concerns(self, member_state_id: int | None) -> bool:
        """Whether it is one of this country's deadlines."""
        return not self.only_ids or member_state_id in self.only_ids

    @classmethod
    @all_or_nothing()
    def set_for(cls, cycle: "ReviewCycle", *, by: "User", **values: Unpack[DeadlineFields]) -> Self:
        """A new deadline with the cycle's next number."""
        policy.require(by, "deadline.set")
        # Two officers at once wait for each other here, so that numbers differ; and nobody hands in a report meanwhile.
        cycle.lock()
        number = next_number(cls.objects.filter(cycle=cycle))
        validate_offered(values.get("anchor"), "anchor")
        values = with_anchored_due_day(values)
        return cls.create_traced(by=by, cycle=cycle, number=number, first_due_on=values["due_on"], **values)

    @all_or_nothing()
    def reschedule(
        self, *, by: "User", expected_version: int, why: str, **values: Unpack[DeadlineFields]
    ) -> Self:
        """Change it; the first date stays and is shown. Another date requires a reason."""
        policy.require(by, "deadline.set")
        validate_offered(values.get("anchor"), "anchor", self.anchor)
        values = with_anchored_due_day(values)
        dates = {name: day for name, day in values.items() if name in ("opens_on", "due_on", "last_on")}
        has_other_dates = any(day != getattr(self, name) for name, day in dates.items())
        if has_other_dates and is_blank(why):
            raise ValidationError({"why": _("Say why the dates move.")})
        verb = Verb.MOVED if has_other_dates else Verb.CHANGED
        return self.change_traced(by=by, expected_version=expected_version, verb=verb, why=why, **values)

    def dates_following(self, meeting: "Meeting") -> dict[str, date | None]:
        """Its dates once `meeting`, its anchor, has been rescheduled; empty where they stay.

        They stay if the new day has passed already: countries would be overdue from one moment to the next.
        A window that is open does not close again, or a country that has met it would have to meet it twice.
        """
        assert self.offset_days is not None  # it has an anchor
        due = meeting.day_at(self.offset_days)
        if due == self.due_on or due < min(self.due_on, clock.today()):
            return {}
        by = due - self.due_on
        opens = self.opens_on + by
        if self.opens_on <= clock.today():
            opens = min(self.opens_on, opens)
        return {"opens_on": opens, "due_on": due, "last_on": self.last_on and self.last_on + by}

    def follow(self, meeting: "Meeting", *, by: "User", why: str) -> Self:
        """Take the dates that follow from its anchor's; the first date stays."""
        policy.require(by, "deadline.follow")
        dates = self.dates_following(meeting)
        if not dates:
            return self
        try:
            validate_within_cycle({"due_on": dates["due_on"], "last_on": dates["last_on"]}, self.cycle)
        except ValidationError as error:
            text = _now("“%(deadline)s” is linked to this meeting. %(reason)s")
            words = {"deadline": isolated(self.title), "reason": error.messages[0]}
            raise ValidationError({"planned_from": text % words}) from error
        return self.change_traced(by=by, expected_version=self.version, verb=Verb.MOVED, why=why, **dates)

    def due_for(self, granted_until: date | None, revise_by: date | None = None) -> date:
        """The date in force for a country; `granted_until`: its latest granted extension.

        `revise_by`: the day by which its report, sent back, has to be there again; then only what was granted since
        is given.
        """
        due = revise_by or self.due_on
        return max(due, granted_until) if granted_until else due

    def status_for(
        self,
        met_on: date | None,
        granted_until: date | None,
        on: date,
        not_required: NotRequired | None = None,
        revision: Revision | None = None,
    ) -> DeadlineStatus:
        """The deadline's status for one country on a day.

        `met_on`: the day the country met it, if ever; `not_required`: why it does not have to any more; `revision`:
        what met it was sent back.
        """
        if revision:
            return self._status_of_revision(revision, granted_until, on)
        due = self.due_for(granted_until)
        met = met_on if met_on and met_on <= on else None
        if met:
            not_required = None
            state = DeadlineState.MET if met <= due else DeadlineState.MET_LATE
        elif not_required:
            state = DeadlineState.NOT_REQUIRED
        elif on > due:
            state = DeadlineState.OVERDUE
        elif due != self.due_on:
            state = DeadlineState.EXTENDED
        elif on < self.opens_on:
            state = DeadlineState.NOT_YET_OPEN
        elif clock.days_between(on, due) <= DUE_SOON_DAYS:
            state = DeadlineState.DUE_SOON
        else:
            state = DeadlineState.OPEN
        return DeadlineStatus(self, state, due, met, clock.days_between(met or on, due), not_required)

    def _status_of_revision(self, revision: Revision, granted_until: date | None, on: date) -> DeadlineStatus:
        """As status_for(); nobody is late for a day that was not named."""
        due = self.due_for(granted_until, revision.revise_by)
        is_late = on > due and bool(revision.revise_by or granted_until)
        state = DeadlineState.OVERDUE if is_late else DeadlineState.TO_REVISE
        return DeadlineStatus(self, state, due, None, clock.days_between(on, due), is_to_revise=True)

    def locked_on(self, due: date | None, on: date) -> bool:
        """Whether the last acceptable day has passed; `due`, a country's later date, unlocks until that day."""
        last = max(self.last_on, due) if self.last_on and due else self.last_on
        return last is not None and last < on

    @property
    def lock_reason(self) -> str:
        """Why nothing can be handed in any more, and who can unlock it."""
        text = _now(
            "“%(deadline)s” could be met until %(day)s. Ask for an extension: the Secretariat can grant one."
        )
        return text % {"deadline": isolated(str(self)), "day": date_format(self.last_on or self.due_on)}


def with_anchored_due_day(values: DeadlineFields) -> DeadlineFields:
    """A deadline's values, with the due day that follows from its anchor where it has one.

    The meeting does not move before the deadline is stored; when it does after that, the deadline follows.
    """
    meeting = values.get("anchor")
    if meeting is None or values.get("offset_days") is None:
        return values
    meeting.lock_shared()
    due_on = anchored_due_day(values)
    assert due_on is not None  # it has an anchor
    return {**values, "due_on": due_on}


def anchored_due_day(values: DeadlineFields) -> date | None:
    """The due day of a deadline's values: the one that follows from its anchor, where it has one."""
    meeting, days = values.get("anchor"), values.get("offset_days")
    return values.get("due_on") if meeting is None or days is None else meeting.day_at(days)
