"""Extensions: a country asks for a later date, and the Secretariat decides; or sets another day unasked."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, F, Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reviews import clock, policy
from reviews.models.base import NotAllowedNow, Tracked, TrackedQuerySet, Transition
from reviews.models.choices import StatusChoices, choices_rule
from reviews.models.disruptions import check_cited, cited_disruption
from reviews.models.organisations import Organisation
from reviews.models.trace import Verb
from reviews.models.validators import validate_near_cycle
from reviews.text import isolated

if TYPE_CHECKING:
    from reviews.models import Deadline, DeadlineStatus, Disruption, NationalReport, ReviewCycle, User


class ExtensionStatus(StatusChoices):
    ASKED = "asked", "warn", _("asked")
    GRANTED = "granted", "good", _("granted")
    REFUSED = "refused", "bad", _("refused")


S = ExtensionStatus
DECIDE, SET = "extension.decide", "extension.set"
WHY_REFUSED = _("Say why it is refused.")
EXTENSION_TRANSITIONS = {
    "grant": Transition((S.ASKED,), S.GRANTED, DECIDE, Verb.GRANTED),
    "refuse": Transition((S.ASKED,), S.REFUSED, DECIDE, Verb.REFUSED, WHY_REFUSED),
}
STILL_WAITS = _("A request of your country still waits for the Secretariat's decision.")


class ExtensionQuerySet(TrackedQuerySet["Extension"]):
    def visible_to(self, user: "User") -> "ExtensionQuerySet":
        return policy.filter_readable(self, user, "extension.read", own=Q(member_state=user.organisation_id))

    def to_decide(self) -> "ExtensionQuerySet":
        return self.filter(status=S.ASKED)

    def held_by(self, organisation_id: int | None) -> "ExtensionQuerySet":
        """Requests are with the Secretariat until they are decided."""
        return self.to_decide().filter(Exists(Organisation.objects.secretariats().filter(pk=organisation_id)))

    def waiting_for(self, user: "User") -> "ExtensionQuerySet":
        return self.to_decide() if policy.may(user, DECIDE) else self.none()

    def waiting_since_before(self, moment: datetime) -> "ExtensionQuerySet":
        return self.to_decide().filter(asked_at__lt=moment)

    def granted(self) -> "ExtensionQuerySet":
        return self.filter(status=S.GRANTED)

    def granted_or_asked_in(self, cycles: Iterable["ReviewCycle"]) -> "ExtensionQuerySet":
        return self.filter(status__in=(S.GRANTED, S.ASKED), deadline__cycle__in=list(cycles))

    def granted_in(self, *cycles: "ReviewCycle") -> "ExtensionQuerySet":
        """The granted extensions of all deadlines of these cycles."""
        return self.granted().filter(deadline__cycle__in=cycles)


class Extension(Tracked):
    """One country's request for a later date, and what the Secretariat decided.

    Without a request: another day that the Secretariat set for one country by itself, granted from the start.
    """

    deadline = models.ForeignKey(
        "Deadline", models.PROTECT, related_name="extensions", verbose_name=_("deadline")
    )
    member_state = models.ForeignKey(
        "Organisation", models.PROTECT, related_name="extensions", verbose_name=_("member state")
    )
    asked_until = models.DateField(_("asked until"), null=True, blank=True)  # NULL: nobody asked
    reason = models.TextField(_("reason"))
    disruption = cited_disruption(related_name="extensions")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("asked by"),
    )  # NULL: nobody asked
    asked_at = models.DateTimeField(_("asked"), default=clock.now)  # or set, where nobody asked
    due_when_asked = models.DateField(_("due date when asked"))
    status = models.CharField(_("status"), max_length=20, choices=S, default=S.ASKED)
    granted_until = models.DateField(_("granted until"), null=True, blank=True)  # NULL: not granted
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )  # NULL: not yet decided
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)  # NULL: not yet decided
    decision_note = models.TextField(_("note of the decision"), blank=True)

    # Why a request that waits needs no decision any more, in words; empty: it does. Not stored, since a report can be
    # recalled or returned: set by reviews.queries.extensions.find_needed().
    why_not_needed: str = ""

    statuses, transitions = ExtensionStatus, EXTENSION_TRANSITIONS
    cycle_days = frozenset({"asked_until", "granted_until"})
    verb_labels = {Verb.MOVED: _("set another day")}
    verb_labels_before_name = {Verb.ASKED: _("asked for an"), Verb.MOVED: _("set another day by an")}

    objects = ExtensionQuerySet.as_manager()

    class Meta:
        verbose_name = _("extension")
        verbose_name_plural = _("extensions")
        ordering = ("asked_at", "id")
        constraints = (
            choices_rule("extension_status_known", "status", ExtensionStatus),
            models.UniqueConstraint(
                fields=("deadline", "member_state"), condition=Q(status=S.ASKED), name="extension_asked_once"
            ),
            models.CheckConstraint(
                condition=Q(status=S.GRANTED, granted_until__isnull=False)
                | (~Q(status=S.GRANTED) & Q(granted_until__isnull=True)),
                name="extension_granted_until_a_day",
                violation_error_message=_("A granted extension has its day, and no other has one."),
            ),
            models.CheckConstraint(
                condition=Q(asked_until__gt=F("due_when_asked")),
                name="extension_asks_for_later",
                violation_error_message=_("The day asked for is later than the date in force."),
            ),
            models.CheckConstraint(
                condition=Q(granted_until__isnull=True)
                | Q(granted_until__gt=F("due_when_asked"))
                | Q(asked_by__isnull=True),
                name="extension_grants_later",
                violation_error_message=_("The day granted is later than the date in force."),
            ),
            models.CheckConstraint(
                condition=Q(asked_by__isnull=False, asked_until__isnull=False)
                | Q(asked_by__isnull=True, asked_until__isnull=True, status=S.GRANTED),
                name="extension_asked_or_set",
                violation_error_message=_("Asked for, it has a day; set without a request, it is granted."),
            ),
        )

    def __str__(self) -> str:
        return f"{isolated(str(self.deadline))} · {self.member_state}"

    def is_read_by(self, user: "User") -> bool:
        """As `visible_to`."""
        return policy.can_read(user, "extension.read", own=self.member_state_id == user.organisation_id)

    def get_absolute_url(self) -> str:
        return self.deadline.get_absolute_url()

    def clean(self) -> None:
        check_cited(self.disruption, self.deadline.cycle)

    @property
    def cycle(self) -> "ReviewCycle":
        return self.deadline.cycle

    @property
    def is_asked_for(self) -> bool:
        """Whether the country asked; otherwise the Secretariat set another day by itself."""
        return self.asked_by_id is not None

    @property
    def waits(self) -> bool:
        """Whether it waits for the Secretariat's decision."""
        return self.status == S.ASKED and not self.why_not_needed

    @property
    def tone(self) -> str:
        return "neutral" if self.why_not_needed else super().tone

    @property
    def status_text(self) -> str:
        if self.why_not_needed:
            return _now("no longer needed")
        return self.get_status_display() if self.is_asked_for else _now("set")

    def history_owner(self) -> Tracked:
        return self.deadline

    @classmethod
    def ask_for(
        cls,
        report: "NationalReport",
        status: "DeadlineStatus",
        *,
        by: "User",
        asked_until: date,
        reason: str,
        disruption: "Disruption | None" = None,
    ) -> Self:
        """A coordinator's request for the country of `report`; `status`: of the deadline for it, today.

        `reviews.actions.extensions.ask_for_extension` looks it up. Raises NotAllowedNow if the deadline asks nothing of
        the country, ValidationError while another request waits.
        """
        policy.require(by, "extension.ask", report)
        deadline, due = status.deadline, status.due_on
        require_asked(deadline, status)
        requests = cls.objects.filter(deadline=deadline, member_state=report.member_state)
        if requests.to_decide().exists():
            raise ValidationError(STILL_WAITS)
        _require_later(asked_until, due, "asked_until")
        return cls.create_traced(
            by=by,
            verb=Verb.ASKED,
            deadline=deadline,
            member_state=report.member_state,
            asked_until=asked_until,
            reason=reason,
            disruption=disruption,
            asked_by=by,
            asked_at=clock.now(),
            due_when_asked=due,
        )

    @classmethod
    def set_for(
        cls,
        report: "NationalReport",
        status: "DeadlineStatus",
        *,
        by: "User",
        until: date,
        reason: str,
        disruption: "Disruption | None" = None,
    ) -> Self:
        """Another day for the country of `report`, which has not asked; `status`: of the deadline for it, today.

        `reviews.actions.extensions.set_another_day` looks it up. It replaces whatever was granted before.
        """
        policy.require(by, SET)
        deadline, due, now = status.deadline, status.due_on, clock.now()
        require_settable(report, status)
        _require_another(until, status, report)
        return cls.create_traced(
            by=by,
            verb=Verb.MOVED,
            why=reason,
            deadline=deadline,
            member_state=report.member_state,
            reason=reason,
            disruption=disruption,
            asked_until=None,
            asked_by=None,
            asked_at=now,
            due_when_asked=due,
            status=S.GRANTED,
            granted_until=until,
            decided_by=by,
            decided_at=now,
        )

    def grant(self, *, by: "User", expected_version: int, until: date | None, note: str = "") -> Self:
        """Grant until a day, the asked one or another; the deadline's first date stays."""
        self.require_transition("grant", by)
        if until is None:
            raise ValidationError({"until": _("Give the day until which it is granted.")})
        self.validate_until(until, "until")
        return self._decide("grant", by, expected_version, note, granted_until=until)

    def validate_until(self, until: date, field: str) -> None:
        """Raise ValidationError at `field` unless it can be granted until that day."""
        _require_later(until, self.due_when_asked, field)
        validate_near_cycle({field: until}, self.cycle)

    def refuse(self, *, by: "User", expected_version: int, note: str) -> Self:
        return self._decide("refuse", by, expected_version, note)

    def refusal_reason(self, name: str) -> str:
        return _now("This request has been decided already.")

    def _decide(self, name: str, by: "User", expected_version: int, note: str, **values: object) -> Self:
        values |= {"decided_by": by, "decided_at": clock.now(), "decision_note": note}
        return self.make_transition(name, by=by, expected_version=expected_version, note=note, **values)


def require_asked(deadline: "Deadline", status: "DeadlineStatus | None") -> "DeadlineStatus":
    """Return the status of a deadline for a country if it still has to meet it. Raises NotAllowedNow."""
    names = {"deadline": deadline, "state": status.text if status else ""}
    if status is None:
        raise NotAllowedNow(_now("“%(deadline)s” asks nothing of your country.") % names)
    if not status.is_asked:
        raise NotAllowedNow(_now("“%(deadline)s” asks nothing more of your country: %(state)s.") % names)
    return status


def require_settable(report: "NationalReport", status: "DeadlineStatus | None") -> "DeadlineStatus":
    """Return the status of a deadline for a country if another day can be set for it. Raises NotAllowedNow."""
    names: dict[str, object] = {"state": report.member_state}
    if status is None:
        raise NotAllowedNow(_now("This deadline asks nothing of %(state)s.") % names)
    names |= {"status": status.text}
    if not status.is_asked:
        raise NotAllowedNow(_now("This deadline asks nothing more of %(state)s: %(status)s.") % names)
    requests = Extension.objects.filter(deadline=status.deadline, member_state=report.member_state)
    if requests.to_decide().exists():
        text = _now("%(state)s has asked for more time: decide on that request.")
        raise NotAllowedNow(text % names)
    return status


def _require_another(until: date, status: "DeadlineStatus", report: "NationalReport") -> None:
    """Raise ValidationError for the day in force, one before that of all countries, or one that has passed."""
    without = status.deadline.due_for(None, report.revision_due_on if status.is_to_revise else None)
    message = ""
    if until == status.due_on:
        message = _now("This is the date in force already.")
    elif until < without:
        message = _now("Not before %s, the day without an extension.") % date_format(without)
    elif until < min(status.due_on, clock.today()):
        message = _now("This day has passed: the country would be overdue at once.")
    if message:
        raise ValidationError({"until": message})


def _require_later(day: date, due: date, field: str) -> None:
    if day <= due:
        raise ValidationError(
            {field: _now("This is not later than the date in force, %s.") % date_format(due)}
        )
