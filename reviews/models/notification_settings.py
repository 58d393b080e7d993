"""Notification settings: how often a person wants mail about what."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self, TypedDict, Unpack

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from reviews import clock, policy
from reviews.models.base import Tracked, all_or_nothing
from reviews.models.choices import choices_rule
from reviews.models.notifications import Frequency, Notification, Topic, digest_time_of, next_mail_at

if TYPE_CHECKING:
    from reviews.models import User


def _frequency(topic: Topic) -> "models.CharField[str, str]":
    return models.CharField(
        topic.label, max_length=10, choices=Frequency, default=Frequency.DAILY, db_default=Frequency.DAILY
    )


class SettingsFields(TypedDict, total=False):
    """What a person chooses."""

    reminders: str
    reports: str
    deadlines: str
    guidance: str
    meetings: str
    actions: str
    watched: str


class NotificationSettings(Tracked):
    """How often a person wants mail, by topic. Without a row: once a day."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("person")
    )
    reminders = _frequency(Topic.REMINDERS)
    reports = _frequency(Topic.REPORTS)
    deadlines = _frequency(Topic.DEADLINES)
    guidance = _frequency(Topic.GUIDANCE)
    meetings = _frequency(Topic.MEETINGS)
    actions = _frequency(Topic.ACTIONS)
    watched = _frequency(Topic.WATCHED)

    # The address at which the person could not be reached; another address of the person is tried again.
    failed_address = models.EmailField(_("address that does not work"), blank=True, default="", db_default="")

    class Meta:
        verbose_name = _("notification settings")
        verbose_name_plural = _("notification settings")
        ordering = ("person",)
        constraints = tuple(
            choices_rule(f"notify_{topic.value}_known", topic.value, Frequency) for topic in Topic
        )

    def __str__(self) -> str:
        return str(self.person)

    def get_absolute_url(self) -> str:
        return reverse("notification-settings")

    def history_owner(self) -> Tracked:
        return self.person

    @classmethod
    def of(cls, person: "User") -> "NotificationSettings":
        """The settings of a person: what everybody starts with, until they are saved."""
        return cls.objects.filter(person=person).first() or cls(person=person)

    @all_or_nothing()
    def save_choice(self, *, by: "User", expected_version: int, **values: Unpack[SettingsFields]) -> Self:
        """Save what the person chose; what waits to be sent follows it."""
        if self._state.adding:
            saved = type(self).create_traced(by=by, person=self.person, **values)
        else:
            saved = self.change_traced(by=by, expected_version=expected_version, **values)
        saved._reschedule()
        return saved

    def turn_off(self, *, why: str) -> Self:
        """Send no mail any more, as the link at the end of each mail does."""
        values: Mapping[str, Any] = dict.fromkeys(Topic.values, Frequency.OFF)
        if not self._state.adding and all(getattr(self, name) == Frequency.OFF for name in values):
            return self
        if self._state.adding:
            saved = type(self).create_traced(by=self.person, why=why, person=self.person, **values)
        else:
            saved = self.change_traced(by=self.person, expected_version=self.version, why=why, **values)
        saved._reschedule()
        return saved

    def mark_address(self, address: str, *, why: str) -> Self:
        """Record that mails to an address come back; the system does, for the reason that the mail server gave."""
        if self.failed_address == address:
            return self
        if self._state.adding:
            return type(self).create_traced(by=None, why=why, person=self.person, failed_address=address)
        return self.change_traced(by=None, expected_version=self.version, why=why, failed_address=address)

    def clear_address(self, *, by: "User") -> Self:
        """Take the mark off: the address is tried again."""
        policy.require(by, "mail.read")
        if not self.failed_address:
            return self
        return self.change_traced(by=by, expected_version=self.version, failed_address="")

    @property
    def reaches_nobody(self) -> bool:
        """Whether mails to the present address of the person come back."""
        return bool(self.failed_address) and self.failed_address == self.person.email

    def frequency_of(self, topic: str) -> str:
        return str(getattr(self, topic))

    def next_mail_at(self, topic: str, now: datetime) -> datetime:
        """When the person gets a mail about a topic.

        A reminder is of a day: it is in the mail of that day, also if that is late.
        """
        frequency = self.frequency_of(topic)
        if topic == Topic.REMINDERS and frequency == Frequency.DAILY:
            return digest_time_of(clock.day_of(now))
        return next_mail_at(frequency, now)

    def _reschedule(self) -> None:
        """Let the pending notifications of the person follow the choice."""
        pending, now = Notification.objects.pending().filter(person=self.person), clock.real_now()
        for topic in Topic:
            rows = pending.filter(topic=topic)
            if self.frequency_of(topic) == Frequency.OFF:
                rows.update(dropped_at=now)
            else:
                rows.update(due_at=self.next_mail_at(topic, now))
