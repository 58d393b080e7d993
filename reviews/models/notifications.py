"""Notifications: what people get mail about, by whom it concerns; and when each of them gets it.

`NOTIFICATION_RULES` says which verbs of the trace people are notified of, who, and in which words. The event is written
in the transaction of the change; `reviews.operations.notifications` makes mails of it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from reviews import clock
from reviews.models.trace import NEWS, Trace, Verb
from reviews.models.watches import Watch

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from reviews.models import ReviewCycle, Tracked

DIGEST_HOUR = time(7)  # in Jakarta
MONDAY = 0
CYCLE = "reviews.reviewcycle"


class Topic(models.TextChoices):
    """What a notification is about. People choose for each topic how often they want mail."""

    REMINDERS = "reminders", _("Reminders of deadlines, and requests to explain")
    REPORTS = "reports", _("National reports: submitted, returned, accepted")
    DEADLINES = "deadlines", _("Deadlines that moved, and extensions")
    GUIDANCE = "guidance", _("Data gaps: questions, answers, advice")
    MEETINGS = "meetings", _("Meetings and minutes")
    ACTIONS = "actions", _("Action points")
    WATCHED = "watched", _("Changes in what I watch")


class Frequency(models.TextChoices):
    """How often somebody wants mail about a topic."""

    AT_ONCE = "at_once", _("at once")
    DAILY = "daily", _("once a day")
    WEEKLY = "weekly", _("once a week")
    OFF = "off", _("never")


class Recipients(Enum):
    """Whom a change concerns. Who of them may read it is asked again when the mail is sent."""

    COUNTRY = "the coordinators and the team of its country"
    CONSULTANTS = "the regional consultants"
    SECRETARIAT = "the Secretariat"
    MEMBERS = "the coordinators and teams of all members of the cycle"
    EVERYBODY = "these, the consultants and the Secretariat"
    OWNER = "the person or the body who has to act"
    NAMED = "the people who are named in it"
    REMINDED = "those of its country, or of the Secretariat, who are reminded"
    ASKER = "whoever asked"
    WATCHERS = "those who watch its record, or its country"


def _is(column: str, value: str) -> Callable[[Trace], bool]:
    """The record has this value."""
    return lambda trace: trace.after.get(column) == value


def _changed(*columns: str) -> Callable[[Trace], bool]:
    """One of these columns changed."""
    return lambda trace: any(column in (trace.before or {}) for column in columns)


def _always(trace: Trace) -> bool:
    return True


@dataclass(frozen=True)
class NotificationRule:
    """Who is notified of a change, and in which words; the names in them are from `reviews.queries.notifications`."""

    model: str
    verb: str
    topic: Topic
    recipients: Recipients
    sentence: "str | Promise"
    applies: Callable[[Trace], bool] = _always

    def is_about(self, trace: Trace) -> bool:
        is_such = (trace.model, trace.verb) == (f"reviews.{self.model}", self.verb)
        return is_such and self.applies(trace)


Rule = NotificationRule
_R = Recipients
_TO_DO = _("Action point for you, due on %(day)s: %(record)s")
_INVITED = _("You are in the delegation of %(body)s to “%(record)s”, %(day)s.")

# Of anything else, only those who watch it are notified: see WATCH_RULE.
NOTIFICATION_RULES = (
    Rule(
        "reviewcycle", Verb.OPENED, Topic.DEADLINES, _R.EVERYBODY, _("The review cycle “%(record)s” is open.")
    ),
    Rule(
        "nationalreport",
        Verb.SUBMITTED,
        Topic.REPORTS,
        _R.CONSULTANTS,
        _("%(country)s submitted its national report."),
    ),
    Rule(
        "nationalreport",
        Verb.STARTED_READING,
        Topic.REPORTS,
        _R.COUNTRY,
        _("%(country)s: the regional consultants started to read the national report."),
    ),
    Rule(
        "nationalreport",
        Verb.RETURNED,
        Topic.REPORTS,
        _R.COUNTRY,
        _("%(country)s: the national report was returned, to be revised by %(day)s."),
    ),
    Rule(
        "nationalreport",
        Verb.ACCEPTED,
        Topic.REPORTS,
        _R.COUNTRY,
        _("%(country)s: the national report was accepted."),
    ),
    Rule(
        "extension",
        Verb.ASKED,
        Topic.DEADLINES,
        _R.SECRETARIAT,
        _("%(country)s requested an extension of “%(deadline)s” until %(day)s."),
    ),
    Rule(
        "extension",
        Verb.GRANTED,
        Topic.DEADLINES,
        _R.COUNTRY,
        _("%(country)s: the extension of “%(deadline)s” was granted until %(day)s."),
    ),
    Rule(
        "extension",
        Verb.REFUSED,
        Topic.DEADLINES,
        _R.COUNTRY,
        _("%(country)s: the extension of “%(deadline)s” was refused."),
    ),
    Rule(
        "deadline", Verb.MOVED, Topic.DEADLINES, _R.MEMBERS, _("The deadline “%(record)s” moved to %(day)s.")
    ),
    Rule("reminder", Verb.SENT, Topic.REMINDERS, _R.REMINDED, _("%(country)s: “%(deadline)s”, %(state)s.")),
    Rule(
        "explanation",
        Verb.ASKED,
        Topic.REMINDERS,
        _R.COUNTRY,
        _("%(country)s: please explain why “%(deadline)s” is not met."),
    ),
    Rule(
        "explanation",
        Verb.ANSWERED,
        Topic.REMINDERS,
        _R.ASKER,
        _("%(country)s explained why “%(deadline)s” is not met."),
    ),
    Rule(
        "datagap",
        Verb.ASKED_GUIDANCE,
        Topic.GUIDANCE,
        _R.CONSULTANTS,
        _("%(country)s asked for guidance on %(record)s."),
    ),
    Rule(
        "threadentry",
        Verb.CREATED,
        Topic.GUIDANCE,
        _R.COUNTRY,
        _("The regional consultants asked a question about %(gap)s."),
        _is("kind", "question"),
    ),
    Rule(
        "threadentry",
        Verb.CREATED,
        Topic.GUIDANCE,
        _R.CONSULTANTS,
        _("%(country)s answered a question about %(gap)s."),
        _is("kind", "answer"),
    ),
    Rule(
        "receivedadvice",
        Verb.SENT,
        Topic.GUIDANCE,
        _R.COUNTRY,
        _("%(country)s received advice on %(gap)s."),
    ),
    Rule("actionpoint", Verb.CREATED, Topic.ACTIONS, _R.OWNER, _TO_DO),
    Rule("actionpoint", Verb.CHANGED, Topic.ACTIONS, _R.OWNER, _TO_DO, _changed("owner_id", "owner_body_id")),
    Rule("actionpoint", Verb.REOPENED, Topic.ACTIONS, _R.OWNER, _TO_DO),
    Rule("meeting", Verb.CREATED, Topic.MEETINGS, _R.EVERYBODY, _("Invitation: “%(record)s”, %(day)s.")),
    Rule("meeting", Verb.MOVED, Topic.MEETINGS, _R.EVERYBODY, _("“%(record)s” moved to %(day)s.")),
    Rule(
        "meeting",
        Verb.CHANGED,
        Topic.MEETINGS,
        _R.EVERYBODY,
        _("“%(record)s”, %(day)s: the time, the place or the video link changed."),
        _changed("start_time", "end_time", "time_zone", "place", "mode", "video_link"),
    ),
    Rule(
        "meeting",
        Verb.CANCELLED,
        Topic.MEETINGS,
        _R.EVERYBODY,
        _("“%(record)s”, planned for %(day)s, was cancelled."),
    ),
    Rule("delegation", Verb.CREATED, Topic.MEETINGS, _R.NAMED, _INVITED),
    Rule("delegation", Verb.CHANGED, Topic.MEETINGS, _R.NAMED, _INVITED),
    Rule(
        "minutes",
        Verb.CIRCULATED,
        Topic.MEETINGS,
        _R.EVERYBODY,
        _("The minutes of “%(meeting)s” were circulated."),
    ),
)


# Of every change, for those whom no other rule names.
WATCH_RULE = Rule("", "", Topic.WATCHED, _R.WATCHERS, _("You watch this: %(who)s %(verb)s %(record)s."))


def rule_for(trace: Trace) -> NotificationRule | None:
    """The rule about a change; None: only those who watch it are notified."""
    return next((rule for rule in NOTIFICATION_RULES if rule.is_about(trace)), None)


_silent: ContextVar[bool] = ContextVar("silent", default=False)


@contextmanager
def without_notifications() -> Iterator[None]:
    """Load a history: nobody is notified of what happened long ago."""
    token = _silent.set(True)
    try:
        yield
    finally:
        _silent.reset(token)


def record_event(record: "Tracked", trace: Trace) -> None:
    """Write the event of a change that somebody is notified of, in the transaction of the change."""
    if _silent.get():
        return
    cycle: ReviewCycle | None = record if trace.model == CYCLE else record.governing_cycle()  # type: ignore[assignment]
    if not (cycle and cycle.sends_mail and cycle.is_open):
        return
    if rule_for(trace) or (trace.model in NEWS and Watch.objects.of_change(trace).exists()):
        NotificationEvent.objects.create(trace=trace)


class NotificationEventQuerySet(models.QuerySet["NotificationEvent"]):
    def undistributed(self) -> "NotificationEventQuerySet":
        """Events whose notifications are not written yet, oldest first."""
        return self.filter(distributed_at=None).order_by("pk")


class NotificationEvent(models.Model):
    """A change that people are notified of: written together with its row of the trace."""

    trace = models.OneToOneField(Trace, models.PROTECT, related_name="+", verbose_name=_("change"))
    written_at = models.DateTimeField(_("written"), default=clock.real_now)
    distributed_at = models.DateTimeField(_("distributed"), null=True)  # NULL: the next tick does it

    objects = NotificationEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event of a notification")
        verbose_name_plural = _("events of notifications")
        ordering = ("-id",)
        indexes = (
            models.Index(fields=("id",), condition=models.Q(distributed_at=None), name="event_undistributed"),
        )

    def __str__(self) -> str:
        return str(self.trace)

    @property
    def rule(self) -> NotificationRule:
        """What those are notified by whom the change concerns, whether or not they watch it."""
        return rule_for(self.trace) or WATCH_RULE


class NotificationQuerySet(models.QuerySet["Notification"]):
    def pending(self) -> "NotificationQuerySet":
        """Neither in a mail, nor dropped."""
        return self.filter(mail=None, dropped_at=None)

    def due(self, at: datetime) -> "NotificationQuerySet":
        """To be put into a mail now."""
        return self.pending().filter(due_at__lte=at)


class Notification(models.Model):
    """One person's notification of an event, until it is in a mail or dropped."""

    event = models.ForeignKey(NotificationEvent, models.PROTECT, related_name="notifications")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    # Whose alternate the person is. NULL: it is the person's own.
    instead_of = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    topic = models.CharField(max_length=20, choices=Topic)
    due_at = models.DateTimeField()
    mail = models.ForeignKey(
        "OutgoingMail", models.PROTECT, null=True, related_name="notifications"
    )  # NULL: in none yet
    # When it turned out that there was nothing that the person may read or wants to read. NULL: it was not dropped
    dropped_at = models.DateTimeField(null=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        ordering = ("id",)
        indexes = (
            models.Index(
                fields=("due_at", "person"),
                condition=models.Q(mail=None, dropped_at=None),
                name="notification_pending",
            ),
        )
        constraints = (
            models.UniqueConstraint(fields=("event", "person"), name="notification_once"),
            models.CheckConstraint(
                condition=models.Q(topic__in=Topic.values), name="notification_topic_known"
            ),
        )

    def __str__(self) -> str:
        return f"{self.person}: {self.event}"

    @property
    def rule(self) -> NotificationRule:
        """The rule by which this person is notified."""
        return WATCH_RULE if self.topic == Topic.WATCHED else self.event.rule


def next_mail_at(frequency: str, after: datetime) -> datetime:
    """The instant of the next mail for somebody who wants them so often."""
    if frequency == Frequency.AT_ONCE:
        return after
    day = clock.day_of(after)
    if digest_time_of(day) <= after:
        day += timedelta(days=1)
    if frequency == Frequency.WEEKLY:
        day += timedelta(days=(MONDAY - day.weekday()) % 7)
    return digest_time_of(day)


def digest_time_of(day: date) -> datetime:
    """When the mails of a day are written."""
    return timezone.make_aware(datetime.combine(day, DIGEST_HOUR))
