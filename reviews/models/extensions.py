"""Extensions: a country asks for a later date, and the Secretariat decides."""

from datetime import date
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reviews import clock, policy
from reviews.models.base import Tracked, TrackedQuerySet, Transition, all_or_nothing
from reviews.models.disruptions import check_cited
from reviews.models.trace import Verb


class ExtensionStatus(models.TextChoices):
    ASKED = "asked", _("asked")
    GRANTED = "granted", _("granted")
    REFUSED = "refused", _("refused")


EXTENSION_TRANSITIONS = {
    "grant": Transition((ExtensionStatus.ASKED,), ExtensionStatus.GRANTED),
    "refuse": Transition((ExtensionStatus.ASKED,), ExtensionStatus.REFUSED),
}
STILL_WAITS = _("A request of your country still waits for the Secretariat's decision.")
EXTENSION_STEPS = {"decide": EXTENSION_TRANSITIONS["grant"].sources}
EXTENSION_TONES = {
    ExtensionStatus.ASKED: "warn", ExtensionStatus.GRANTED: "good", ExtensionStatus.REFUSED: "bad",
}  # fmt: skip


class ExtensionQuerySet(TrackedQuerySet):
    def visible_to(self, user: Any) -> "ExtensionQuerySet":
        return policy.filter_readable(self, user, "extension.read", own=Q(member_state=user.organisation_id))

    def to_decide(self) -> "ExtensionQuerySet":
        return self.filter(status=ExtensionStatus.ASKED)

    def granted(self) -> "ExtensionQuerySet":
        return self.filter(status=ExtensionStatus.GRANTED)


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

    def history_owner(self) -> Tracked:
        return self.deadline

    @classmethod
    @all_or_nothing()
    def ask_for(
        cls,
        report: Any,
        deadline: Any,
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
        return cls.create_traced(
            by=by, verb=Verb.ASKED, deadline=deadline, member_state=report.member_state, asked_until=asked_until,
            reason=reason, disruption=disruption, asked_by=by, asked_at=clock.now(), due_when_asked=due,
        )  # fmt: skip

    def grant(self, *, by: Any, expected_version: int, until: date | None, note: str = "") -> "Extension":
        """Grant until a day, the asked one or another; the deadline's first date stays."""
        status = self._permit("grant", by)
        if until is None:
            raise ValidationError({"until": _("Give the day until which it is granted.")})
        _later(until, self.due_when_asked, "until")
        return self._decide(status, Verb.GRANTED, by, expected_version, note, granted_until=until)

    def refuse(self, *, by: Any, expected_version: int, note: str) -> "Extension":
        status = self._permit("refuse", by)
        if not note.strip():
            raise ValidationError({"note": _("Say why it is refused.")})
        return self._decide(status, Verb.REFUSED, by, expected_version, note)

    def refusal_reason(self, move: str) -> str:
        return _now("This request has been decided already.")

    def _permit(self, move: str, by: Any) -> str:
        policy.require(by, "extension.decide")
        return self.allow(EXTENSION_TRANSITIONS, move)

    def _decide(
        self, status: str, verb: str, by: Any, expected_version: int, note: str, **values: Any
    ) -> "Extension":
        decided = {"decided_by": by, "decided_at": clock.now(), "decision_note": note}
        return self.change_traced(
            by=by, expected_version=expected_version, verb=verb, why=note, status=status, **decided, **values
        )


def _later(day: date, than: date, field: str) -> None:
    if day <= than:
        raise ValidationError(
            {field: _now("This is not later than the date in force, %s.") % date_format(than)}
        )
