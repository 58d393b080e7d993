"""Extensions: a country asks for a later date, and the Secretariat decides."""

from datetime import date
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reviews import clock, policy
from reviews.models.base import NotAllowedNow, Tracked, TrackedQuerySet, Transition
from reviews.models.choices import StatusChoices, choices_rule
from reviews.models.disruptions import check_cited, cited_disruption
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
DECIDE = "extension.decide"
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

    def granted(self) -> "ExtensionQuerySet":
        return self.filter(status=S.GRANTED)

    def granted_in(self, *cycles: "ReviewCycle") -> "ExtensionQuerySet":
        """The granted extensions of all deadlines of these cycles."""
        return self.granted().filter(deadline__cycle__in=cycles)


class Extension(Tracked):
    """One country's request for a later date, and what the Secretariat decided."""

    deadline = models.ForeignKey(
        "Deadline", models.PROTECT, related_name="extensions", verbose_name=_("deadline")
    )
    member_state = models.ForeignKey(
        "Organisation", models.PROTECT, related_name="extensions", verbose_name=_("member state")
    )
    asked_until = models.DateField(_("asked until"))
    reason = models.TextField(_("reason"))
    disruption = cited_disruption(related_name="extensions")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("asked by")
    )
    asked_at = models.DateTimeField(_("asked"), default=clock.now)
    due_when_asked = models.DateField(_("due date when asked"))
    status = models.CharField(_("status"), max_length=20, choices=S, default=S.ASKED)
    granted_until = models.DateField(_("granted until"), null=True, blank=True)  # NULL: not granted
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("decided by"),
    )  # NULL: not yet decided  # fmt: skip
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)  # NULL: not yet decided
    decision_note = models.TextField(_("note of the decision"), blank=True)

    statuses, transitions = ExtensionStatus, EXTENSION_TRANSITIONS
    cycle_days = frozenset({"asked_until", "granted_until"})
    verb_labels_before_name = {Verb.ASKED: _("asked for an")}

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
                condition=Q(granted_until__isnull=True) | Q(granted_until__gt=F("due_when_asked")),
                name="extension_grants_later",
                violation_error_message=_("The day granted is later than the date in force."),
            ),
        )

    def __str__(self) -> str:
        return f"{isolated(str(self.deadline))} · {self.member_state}"

    def get_absolute_url(self) -> str:
        return self.deadline.get_absolute_url()

    def clean(self) -> None:
        check_cited(self.disruption, self.deadline.cycle)

    @property
    def cycle(self) -> "ReviewCycle":
        return self.deadline.cycle

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
            by=by, verb=Verb.ASKED, deadline=deadline, member_state=report.member_state, asked_until=asked_until,
            reason=reason, disruption=disruption, asked_by=by, asked_at=clock.now(), due_when_asked=due,
        )  # fmt: skip

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


def _require_later(day: date, due: date, field: str) -> None:
    if day <= due:
        raise ValidationError(
            {field: _now("This is not later than the date in force, %s.") % date_format(due)}
        )
