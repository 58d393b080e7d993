"""The backward plan: the steps from the countries' reports to the Summit, each with its date and its outcome."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Self, TypedDict, Unpack

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reviews import policy
from reviews.models import locks
from reviews.models.base import NotAllowedNow, Tracked, TrackedQuerySet, Transition, all_or_nothing
from reviews.models.choices import StatusChoices, choices_rule
from reviews.models.codes import address_word
from reviews.models.meetings import MeetingStatus
from reviews.models.trace import Verb
from reviews.models.validators import validate_offered
from reviews.text import is_blank

if TYPE_CHECKING:
    from reviews.models import Meeting, Organisation, ReviewCycle, User


class StepKind(models.TextChoices):
    NATIONAL_REPORTS = "national_reports", _("national reports are handed in")
    REGIONAL_DRAFT = "regional_draft", _("regional draft")
    WORK = "work", _("other work")
    LADDER = "ladder", _("approval")


class StepStatus(StatusChoices):
    PLANNED = "planned", "neutral", _("planned")
    DONE = "done", "good", _("done")
    NOTED = "noted", "info", _("noted")
    ENDORSED = "endorsed", "good", _("endorsed")
    ADOPTED = "adopted", "good", _("adopted")
    SENT_BACK = "sent_back", "warn", _("sent back")


S = StepStatus
EDIT = "plan.edit"
WHY_SENT_BACK = _("Say why it was sent back.")
# Work is done; the bodies of the ladder have four answers. What was sent back comes to them again.
WORK_TRANSITIONS = {"finish": Transition((S.PLANNED,), S.DONE, EDIT, Verb.DONE)}
LADDER_TRANSITIONS = {
    "note": Transition((S.PLANNED, S.SENT_BACK), S.NOTED, EDIT),
    "endorse": Transition((S.PLANNED, S.SENT_BACK), S.ENDORSED, EDIT),
    "adopt": Transition((S.PLANNED, S.SENT_BACK), S.ADOPTED, EDIT, Verb.ADOPTED),
    "send_back": Transition((S.PLANNED, S.SENT_BACK), S.SENT_BACK, EDIT, Verb.RETURNED, WHY_SENT_BACK),
}
STEP_TRANSITIONS: dict[str, dict[str, Transition]] = {
    StepKind.NATIONAL_REPORTS: {},  # the reports themselves say whether they are in
    StepKind.REGIONAL_DRAFT: WORK_TRANSITIONS,
    StepKind.WORK: WORK_TRANSITIONS,
    StepKind.LADDER: LADDER_TRANSITIONS,
}
KINDS_ONCE = (StepKind.NATIONAL_REPORTS, StepKind.REGIONAL_DRAFT)
MOST_DAYS = 366
OUTCOMES = {
    kind: {S.PLANNED, *(row.target for row in rows.values())} for kind, rows in STEP_TRANSITIONS.items()
}


class PlanStepFields(TypedDict, total=False):
    """What the Secretariat enters."""

    position: int
    code: str
    kind: str
    title: str
    body: "Organisation | None"
    paper: str
    days: int
    meeting: "Meeting | None"
    planned_on: date | None
    note: str


def _outcome_fits() -> Q:
    """Every kind of step with the statuses it may have."""
    fits = Q()
    for kind, statuses in OUTCOMES.items():
        fits |= Q(kind=kind, status__in=sorted(statuses))
    return fits


class PlanStepQuerySet(TrackedQuerySet["PlanStep"]):
    def visible_to(self, user: "User") -> "PlanStepQuerySet":
        own = Q(cycle__memberships__member_state=user.organisation_id)
        return policy.filter_readable(self, user, "plan.read", own=own)


class PlanStep(Tracked):
    """One step of the backward plan: a stretch of work, or a body that takes note, endorses or adopts."""

    cycle = models.ForeignKey(
        "ReviewCycle", models.PROTECT, related_name="plan_steps", verbose_name=_("review cycle")
    )
    position = models.PositiveSmallIntegerField(_("position"))
    code = address_word(_("short name in addresses"), 40)
    kind = models.CharField(_("kind"), max_length=20, choices=StepKind, default=StepKind.WORK)
    title = models.CharField(_("title"), max_length=200)
    body = models.ForeignKey(
        "Organisation", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("body")
    )  # NULL: every member state for itself
    paper = models.CharField(_("paper"), max_length=300, blank=True)
    days = models.PositiveSmallIntegerField(
        _("days after the step before"), default=0, validators=[MaxValueValidator(MOST_DAYS)],
        help_text=_("How long it takes from the end of the step before to this one: work, or papers sent ahead."),
    )  # fmt: skip
    meeting = models.ForeignKey(
        "Meeting", models.PROTECT, null=True, blank=True, related_name="plan_steps", verbose_name=_("meeting")
    )  # NULL: none, or not yet known
    planned_on = models.DateField(
        _("planned"), null=True, blank=True
    )  # NULL: not known, or the meeting's day
    first_planned_on = models.DateField(
        _("first planned"), null=True, blank=True, editable=False
    )  # NULL: no date was known yet
    status = models.CharField(_("outcome"), max_length=20, choices=S, default=S.PLANNED)
    actual_on = models.DateField(_("took place"), null=True, blank=True)  # NULL: not yet, or day not known
    note = models.CharField(_("note on the dates"), max_length=200, blank=True)

    statuses = StepStatus
    past_days = frozenset({"actual_on"})
    cycle_days = frozenset({"planned_on"}) | past_days
    lasting_codes = ("code",)
    verb_labels = {Verb.DONE: _("finished")}

    objects = PlanStepQuerySet.as_manager()

    class Meta:
        verbose_name = _("step of the plan")
        verbose_name_plural = _("steps of the plan")
        ordering = ("-cycle_id", "position")
        constraints = (
            models.UniqueConstraint(fields=("cycle", "position"), name="plan_step_position_once"),
            models.UniqueConstraint(fields=("cycle", "code"), name="plan_step_code_once"),
            models.UniqueConstraint(
                fields=("cycle",), condition=Q(kind=StepKind.NATIONAL_REPORTS), name="plan_reports_once"
            ),
            models.UniqueConstraint(
                fields=("cycle",), condition=Q(kind=StepKind.REGIONAL_DRAFT), name="plan_draft_once"
            ),
            choices_rule("plan_step_kind_known", "kind", StepKind),
            models.CheckConstraint(condition=_outcome_fits(), name="plan_step_outcome_fits"),
            models.CheckConstraint(condition=Q(position__gte=1), name="plan_step_position_from_one"),
            models.CheckConstraint(condition=Q(days__range=(0, MOST_DAYS)), name="plan_step_days_in_range"),
            models.CheckConstraint(
                condition=Q(meeting__isnull=True) | Q(planned_on__isnull=True), name="plan_step_one_date"
            ),
            models.CheckConstraint(
                condition=Q(actual_on__isnull=True) | ~Q(status=S.PLANNED),
                name="plan_step_took_place_with_outcome",
            ),
        )  # fmt: skip

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return f"{reverse('plan', args=[self.cycle.slug])}#{self.code}"

    def clean(self) -> None:
        if self.meeting and self.planned_on:
            raise ValidationError({"planned_on": _("The meeting has its own days: leave this empty.")})
        if self.meeting and self.meeting.cycle_id != self.cycle_id:
            raise ValidationError({"meeting": _("This meeting belongs to another review cycle.")})
        if self.actual_on and self.status == S.PLANNED:
            raise ValidationError({"actual_on": _("Only a step with an outcome took place.")})
        if self.status not in OUTCOMES[self.kind]:
            raise ValidationError({"status": _("A step of this kind has no such outcome.")})

    @property
    def transitions(self) -> Mapping[str, Transition]:  # type: ignore[override]
        """The table of its kind."""
        return STEP_TRANSITIONS[self.kind]

    @property
    def due_on(self) -> date | None:
        """The day for which it is planned: its meeting's, else its own; None: date not known."""
        if self.meeting is None:
            return self.planned_on
        return None if self.meeting.status == MeetingStatus.CANCELLED else self.meeting.starts_on

    @property
    def took_place_on(self) -> date | None:
        """The day it took place on; an outcome may be known without it."""
        return self.actual_on or (self.meeting.held_from if self.meeting else None)

    @property
    def is_over(self) -> bool:
        """Whether the paper has gone on; what was sent back comes again."""
        return self.status not in (S.PLANNED, S.SENT_BACK)

    @property
    def has_moved(self) -> bool:
        return self.first_planned_on is not None and self.first_planned_on != self.due_on

    @property
    def possible_outcomes(self) -> list[str]:
        """Names of the transitions that may be recorded now."""
        return [name for name, row in self.transitions.items() if self.status in row.sources]

    def require_open_for(self, name: str = "") -> None:
        """As the base; `outcome` stands for any of the transitions."""
        super().require_open_for(name)
        if name == "outcome":
            if not self.possible_outcomes:
                raise NotAllowedNow(self.refusal_reason(next(iter(self.transitions), "")))
            self._require_earlier_over(self.earlier_steps())

    def earlier_steps(self) -> PlanStepQuerySet:
        """The steps that come before a body of the ladder; none for other steps."""
        steps = PlanStep.objects.filter(cycle=self.cycle_id, position__lt=self.position)
        return steps if self.kind == StepKind.LADDER else steps.none()

    def waits_for(self, other: "PlanStep") -> bool:
        """Whether another step has to be over before a body of the ladder decides.

        National reports have no outcome of their own: whether they are in, they say themselves.
        """
        comes_before = self.kind == StepKind.LADDER and other.position < self.position
        return comes_before and not other.is_over and other.kind != StepKind.NATIONAL_REPORTS

    def _require_earlier_over(self, steps: "Iterable[PlanStep]") -> None:
        """Raise NotAllowedNow, with their names, if steps of the plan that come before this one are still open."""
        still_open = sorted(filter(self.waits_for, steps), key=lambda step: step.position)
        if still_open:
            text = _now("These steps come before it and are still open: %s. Record their outcome first.")
            raise NotAllowedNow(text % ", ".join(step.title for step in still_open))

    def target_of(self, name: str) -> str:
        if name not in self.transitions:
            raise NotAllowedNow(self.refusal_reason(name))
        return super().target_of(name)

    def refusal_reason(self, name: str) -> str:
        if self.kind == StepKind.NATIONAL_REPORTS:
            return _now("The national reports themselves say whether they are in.")
        if name not in self.transitions:
            return _now("A step of this kind has no such outcome.")
        reason = super().refusal_reason(name)
        return _now("%(reason)s An administrator can correct it.") % {"reason": reason}

    @classmethod
    @all_or_nothing()
    def enter(cls, cycle: "ReviewCycle", *, by: "User", **values: Unpack[PlanStepFields]) -> Self:
        """A new step; its first date is kept for good. If its position is taken, those from there on move by one."""
        policy.require(by, EDIT)
        validate_offered(values.get("meeting"), "meeting")
        cycle.lock()  # two officers at once wait here, so that no position is taken twice
        kind = values["kind"]
        if kind in KINDS_ONCE and cycle.plan_steps.filter(kind=kind).exists():
            raise ValidationError({"kind": _("The plan has a step of this kind already.")})
        following = cycle.plan_steps.filter(position__gte=values["position"]).order_by("-position")
        if following.filter(position=values["position"]).exists():
            for step in following.select_related("cycle", "meeting"):
                step.change_traced(by=by, expected_version=step.version, position=step.position + 1)
        return cls.create_traced(by=by, cycle=cycle, first_planned_on=first_day_of(values), **values)

    def edit(
        self, *, by: "User", expected_version: int, why: str = "", **values: Unpack[PlanStepFields]
    ) -> Self:
        """Change paper or dates; another date than a known one requires a reason, and the first one stays."""
        policy.require(by, EDIT)
        validate_offered(values.get("meeting"), "meeting", self.meeting)
        dates: PlanStepFields = {"meeting": self.meeting, "planned_on": self.planned_on, **values}
        due_on = PlanStep(meeting=dates["meeting"], planned_on=dates["planned_on"]).due_on
        has_other_date = self.due_on not in (None, due_on)
        if has_other_date and is_blank(why):
            raise ValidationError({"why": _("Say why the date moves.")})
        first = self.first_planned_on or self.due_on or first_day_of(dates)
        verb = Verb.MOVED if has_other_date else Verb.CHANGED
        return self.change_traced(
            by=by, expected_version=expected_version, verb=verb, why=why, first_planned_on=first, **values
        )

    @all_or_nothing()
    def record_outcome(
        self,
        *,
        by: "User",
        expected_version: int,
        outcome: str,
        actual_on: date | None = None,
        note: str = "",
    ) -> Self:
        """Make the transition `outcome`: what became of the paper, on a day that may be unknown.

        Raises NotAllowedNow for a body of the ladder that comes before its turn.
        """
        policy.require(by, EDIT)
        self.lock(expected_version)
        self.target_of(outcome)
        self._require_earlier_over(locks.lock_rows(self.earlier_steps()))
        return self.make_transition(
            outcome, by=by, expected_version=expected_version, note=note, actual_on=actual_on
        )


def first_day_of(values: PlanStepFields) -> date | None:
    """The date that a new step is first planned for, which stays."""
    meeting = values.get("meeting")
    return meeting.first_planned_from if meeting else values.get("planned_on")
