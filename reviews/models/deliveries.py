"""Deliveries: that a country has met a deadline which nothing else in this site shows, such as one for comments."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from reviews import clock, policy
from reviews.models.base import NotAllowedNow, Tracked, TrackedQuerySet, all_or_nothing
from reviews.models.trace import Verb
from reviews.models.validators import validate_between
from reviews.text import isolated

if TYPE_CHECKING:
    from reviews.models import Deadline, Organisation, ReviewCycle, User

RECORD = "deadline.record"


class DeliveryQuerySet(TrackedQuerySet["Delivery"]):
    def visible_to(self, user: "User") -> "DeliveryQuerySet":
        return policy.filter_readable(self, user, "deadline.read", own=Q(member_state=user.organisation_id))

    def in_force(self) -> "DeliveryQuerySet":
        """Those that were not taken back."""
        return self.exclude(met_on=None)


class Delivery(Tracked):
    """The record that one country has met one deadline: by its own word, or as the Secretariat received it."""

    deadline = models.ForeignKey(
        "Deadline", models.PROTECT, related_name="deliveries", verbose_name=_("deadline")
    )
    member_state = models.ForeignKey(
        "Organisation", models.PROTECT, related_name="+", verbose_name=_("member state")
    )
    met_on = models.DateField(_("met on"), null=True, blank=True)  # NULL: taken back
    note = models.TextField(_("note"), blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("recorded by")
    )
    recorded_at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField(
        _("recorded"), default=clock.now
    )

    past_days = frozenset({"met_on"})
    verb_labels = {Verb.DONE: _("recorded as met"), Verb.WITHDRAWN: _("recorded as not met")}

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering = ("deadline_id", "member_state__sort_key")
        constraints = (
            models.UniqueConstraint(fields=("deadline", "member_state"), name="delivery_once_per_state"),
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

    @staticmethod
    def day_of(deadline_id: int) -> models.Subquery:
        """Of a query of reports: the day on which the country met a deadline, as it was recorded."""
        recorded = Delivery.objects.filter(deadline=deadline_id, member_state=models.OuterRef("member_state"))
        return models.Subquery(recorded.order_by().values("met_on")[:1])

    @classmethod
    @all_or_nothing()
    def record(
        cls, deadline: "Deadline", state: "Organisation", *, by: "User", met_on: date, note: str = ""
    ) -> "Delivery":
        """Record that a country met a deadline on a day, again after it was taken back. Met already, it stays."""
        policy.require(by, RECORD, Delivery(member_state=state))
        deadline.lock()  # two people at once wait for each other here
        require_recorded(deadline)
        validate_between(met_on, deadline.cycle.starts_on, clock.today(), "met_on")
        values = {"met_on": met_on, "note": note, "recorded_by": by, "recorded_at": clock.now()}
        earlier = cls.objects.filter(deadline=deadline, member_state=state).first()
        if earlier is None:
            return cls.create_traced(
                by=by, verb=Verb.DONE, why=note, deadline=deadline, member_state=state, **values
            )
        earlier.deadline = deadline
        if earlier.met_on:
            return earlier
        version = earlier.version
        return earlier.change_traced(by=by, expected_version=version, verb=Verb.DONE, why=note, **values)

    def take_back(self, *, by: "User", expected_version: int, note: str) -> Self:
        """Record that the country has not met it after all; it owes it again."""
        policy.require(by, RECORD, self)
        if self.met_on is None:
            raise NotAllowedNow(_("It is recorded as not met already."))
        values = {"met_on": None, "note": note, "recorded_by": by, "recorded_at": clock.now()}
        return self.change_traced(
            by=by, expected_version=expected_version, verb=Verb.WITHDRAWN, why=note, **values
        )


def require_recorded(deadline: "Deadline") -> None:
    """Raise NotAllowedNow if the deadline is met by a report or by progress, and not by a record."""
    if not deadline.is_recorded:
        text = _("“%(deadline)s” is met by the %(output)s itself; nothing is recorded by hand.")
        raise NotAllowedNow(text % {"deadline": deadline, "output": deadline.output_text})
