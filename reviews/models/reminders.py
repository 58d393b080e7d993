"""Reminders of deadlines: on which days each role is reminded, and each reminder that went to a country."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from reviews import clock, policy
from reviews.models.base import NotAllowedNow, Tracked, TrackedQuerySet, all_or_nothing
from reviews.models.deadlines import DeadlineOutput
from reviews.models.trace import Verb
from reviews.policy import Role
from reviews.text import isolated

if TYPE_CHECKING:
    from reviews.models import Deadline, Organisation, ReviewCycle, User

SEND = "reminder.send"
FARTHEST_DAYS = 90  # before and after the due day
# Days after the due day (negative: before it) on which each role is reminded, unless a cycle has others.
USUAL_DAYS: Mapping[str, tuple[int, ...]] = {
    Role.COORDINATOR: (-21, -14, -7, -1, 1, 7),
    Role.TEAM: (-14, -7, -1),
    Role.SECRETARIAT: (1, 7),
}
ANSWERED_ALREADY = _("The explanation was given already; request another one if something is still open.")
# By output of the deadline and role.
ReminderDays = Mapping[tuple[str, str], tuple[int, ...]]


class ReminderSchedule(Tracked):
    """The days on which a review cycle reminds of its deadlines. A cycle without a row has the usual ones."""

    cycle = models.OneToOneField(
        "ReviewCycle", models.PROTECT, related_name="+", verbose_name=_("review cycle")
    )
    days = models.JSONField(
        _("days"), default=dict
    )  # {"progress.team": [-7, -1]}; what is missing is as usual

    class Meta:
        verbose_name = _("reminder schedule")
        verbose_name_plural = _("reminder schedules")
        ordering = ("-cycle_id",)

    def __str__(self) -> str:
        return str(self.cycle)

    def get_absolute_url(self) -> str:
        return reverse("deadline-list", args=[self.cycle.slug])

    def history_owner(self) -> Tracked:
        return self.cycle

    @classmethod
    def of(cls, cycle: "ReviewCycle") -> "ReminderSchedule":
        """The schedule of a cycle: the usual one, until another is saved."""
        found = cls.objects.filter(cycle=cycle).first() or cls()
        found.cycle = cycle
        return found

    def by_output_and_role(self) -> ReminderDays:
        return {
            (output.value, role): tuple(self.days.get(f"{output}.{role}", usual))
            for output in DeadlineOutput
            for role, usual in USUAL_DAYS.items()
        }

    @all_or_nothing()
    def choose(self, *, by: "User", expected_version: int, days: Mapping[str, list[int]]) -> Self:
        """Choose the days, in the form of the column."""
        policy.require(by, SEND)
        if self._state.adding:
            return self.create_traced(by=by, cycle=self.cycle, days=dict(days))
        return self.change_traced(by=by, expected_version=expected_version, days=dict(days))


class ReminderQuerySet(TrackedQuerySet["Reminder"]):
    def visible_to(self, user: "User") -> "ReminderQuerySet":
        return policy.filter_readable(self, user, "deadline.read", own=Q(member_state=user.organisation_id))

    def to_countries(self) -> "ReminderQuerySet":
        """Without what only the Secretariat was reminded of."""
        return self.exclude(role=Role.SECRETARIAT)

    def last_days(self, deadlines: "Iterable[Deadline]") -> dict[tuple[int, int], date]:
        """By deadline and member state, the day of the last reminder that went to the country."""
        rows = self.to_countries().filter(deadline__in=deadlines).order_by()
        newest = rows.values_list("deadline", "member_state").annotate(last=models.Max("on"))
        return {(deadline, state): day for deadline, state, day in newest}


class Reminder(Tracked):
    """One reminder of a deadline to the people of one country: by the schedule, or sent by the Secretariat."""

    deadline = models.ForeignKey(
        "Deadline", models.PROTECT, related_name="reminders", verbose_name=_("deadline")
    )
    member_state = models.ForeignKey(
        "Organisation", models.PROTECT, related_name="+", verbose_name=_("member state")
    )
    role = models.CharField(
        _("role"), max_length=20, choices=Role, blank=True
    )  # empty: coordinators and team, reminded by hand
    due_on = models.DateField(_("due"))
    days = models.SmallIntegerField(
        _("days after the due day"), null=True, blank=True
    )  # NULL: not by the schedule
    on = models.DateField(_("day"), default=clock.today)
    text = models.TextField(_("text"), blank=True)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("sent by"),
    )  # NULL: by the schedule

    never_changed = _("A reminder is not changed; send another one.")
    verb_labels: ClassVar = {Verb.SENT: _("sent")}

    objects = ReminderQuerySet.as_manager()

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=("deadline", "member_state", "role", "due_on", "days"), name="reminder_once_per_rung"
            ),
            models.UniqueConstraint(
                fields=("deadline", "member_state", "role", "on"), name="reminder_once_a_day"
            ),
            models.CheckConstraint(
                condition=Q(role="", days__isnull=True, sent_by__isnull=False)
                | Q(role__in=[*USUAL_DAYS], days__isnull=False, sent_by__isnull=True),
                name="reminder_by_hand_or_schedule",
            ),
        )

    def __str__(self) -> str:
        return f"{isolated(str(self.deadline))} · {self.member_state}"

    def get_absolute_url(self) -> str:
        return self.deadline.get_absolute_url()

    @property
    def cycle(self) -> "ReviewCycle":
        return self.deadline.cycle

    def history_owner(self) -> Tracked:
        return self.deadline


class ExplanationQuerySet(TrackedQuerySet["Explanation"]):
    def visible_to(self, user: "User") -> "ExplanationQuerySet":
        return policy.filter_readable(self, user, "extension.read", own=Q(member_state=user.organisation_id))

    def unanswered(self) -> "ExplanationQuerySet":
        return self.filter(answered_at=None)

    def held_by(self, organisation_id: int | None) -> "ExplanationQuerySet":
        return self.unanswered().filter(member_state=organisation_id)

    def waiting_for(self, user: "User") -> "ExplanationQuerySet":
        gives_own = policy.scope_of(user, "explanation.give") is policy.Scope.OWN
        return self.held_by(user.organisation_id) if gives_own else self.none()

    def waiting_since_before(self, moment: datetime) -> "ExplanationQuerySet":
        return self.unanswered().filter(asked_at__lt=moment)


class Explanation(Tracked):
    """A request to one country to explain why a deadline is not met, and its answer."""

    deadline = models.ForeignKey(
        "Deadline", models.PROTECT, related_name="explanations", verbose_name=_("deadline")
    )
    member_state = models.ForeignKey(
        "Organisation", models.PROTECT, related_name="+", verbose_name=_("member state")
    )
    question = models.TextField(_("question"))
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("requested by")
    )
    asked_at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField(
        _("requested"), default=clock.now
    )
    answer = models.TextField(_("explanation"), blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("explained by"),
    )  # NULL: not yet
    answered_at = models.DateTimeField(_("explained"), null=True, blank=True)  # NULL: not yet

    verb_labels_before_name: ClassVar = {Verb.ASKED: _("requested an"), Verb.ANSWERED: _("gave the")}

    objects = ExplanationQuerySet.as_manager()

    class Meta:
        verbose_name = _("explanation")
        verbose_name_plural = _("explanations")
        ordering = ("asked_at", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("deadline", "member_state"),
                condition=Q(answered_at=None),
                name="explanation_asked_once",
            ),
            models.CheckConstraint(
                condition=Q(answer="", answered_by=None, answered_at=None)
                | ~Q(answer="") & Q(answered_by__isnull=False, answered_at__isnull=False),
                name="explanation_answered_by_somebody",
            ),
        )

    def __str__(self) -> str:
        return f"{isolated(str(self.deadline))} · {self.member_state}"

    def get_absolute_url(self) -> str:
        return self.deadline.get_absolute_url()

    @property
    def cycle(self) -> "ReviewCycle":
        return self.deadline.cycle

    @property
    def is_answered(self) -> bool:
        return self.answered_at is not None

    def history_owner(self) -> Tracked:
        return self.deadline

    def require_open_for(self, name: str = "") -> None:
        """As the base; an explanation is given once."""
        super().require_open_for(name)
        if self.is_answered:
            raise NotAllowedNow(ANSWERED_ALREADY)

    @classmethod
    @all_or_nothing()
    def request(cls, deadline: "Deadline", state: "Organisation", *, by: "User", question: str) -> Self:
        """Ask a country why it has not met a deadline. The caller has looked up that it is still asked."""
        policy.require(by, "explanation.ask")
        deadline.lock()  # two people at once wait for each other here
        waiting = cls.objects.unanswered().filter(deadline=deadline, member_state=state)
        if waiting.exists():
            raise NotAllowedNow(_("A request to this country still waits for its explanation."))
        return cls.create_traced(
            by=by,
            verb=Verb.ASKED,
            why=question,
            deadline=deadline,
            member_state=state,
            question=question,
            asked_by=by,
            asked_at=clock.now(),
        )

    def explain(self, *, by: "User", expected_version: int, answer: str) -> Self:
        """Give the explanation, for the country."""
        policy.require(by, "explanation.give", self)
        self.require_open_for()
        return self.change_traced(
            by=by,
            expected_version=expected_version,
            verb=Verb.ANSWERED,
            why=answer,
            answer=answer,
            answered_by=by,
            answered_at=clock.now(),
        )
