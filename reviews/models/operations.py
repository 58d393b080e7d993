"""Records of the product itself and not of a review: the outbox of mail, and the last run of each job."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from reviews import clock, policy
from reviews.models.base import NotAllowedNow

if TYPE_CHECKING:
    from reviews.models import User


class MailState(models.TextChoices):
    """Status of a mail in the outbox."""

    WAITING = "waiting", _("waiting")
    SENDING = "sending", _("being sent")
    SENT = "sent", _("sent")
    GIVEN_UP = "given_up", _("given up")
    REFUSED = "refused", _("refused for good")
    EMPTY = "empty", _("nothing left to say")


LONGEST_WAIT = timedelta(hours=6)  # between two tries
FAILED = (MailState.GIVEN_UP, MailState.REFUSED)
TONES = {
    MailState.WAITING: "info",
    MailState.SENDING: "info",
    MailState.SENT: "good",
    MailState.GIVEN_UP: "bad",
    MailState.REFUSED: "bad",
    MailState.EMPTY: "neutral",
}
UNSENT = (MailState.WAITING, MailState.SENDING)
# So begins the error of a mail that the mail server answered, and asked to try again later.
PUT_OFF = "Put off: "


class OutgoingMailQuerySet(models.QuerySet["OutgoingMail"]):
    """The outbox. Instants are real ones: mail is not sent on the pinned day of a demonstration."""

    def visible_to(self, user: "User") -> "OutgoingMailQuerySet":
        """All mails, for those who see whether they left."""
        return policy.filter_readable(self, user, "mail.read", own=Q(pk=None))

    def unsent(self) -> "OutgoingMailQuerySet":
        return self.filter(state__in=UNSENT)

    def due(self, at: datetime) -> "OutgoingMailQuerySet":
        """Mail to send now, oldest first; also what a process that died was sending.

        No mail waits longer than LONGEST_WAIT: what seems to is from before the clock was set back.
        """
        now_or_never = Q(next_try_at__lte=at) | Q(next_try_at__gt=at + LONGEST_WAIT)
        return self.unsent().filter(now_or_never).order_by("id")

    def held_up(self) -> "OutgoingMailQuerySet":
        """Mail that waits for us or for the mail server, not for one reader's mailbox that was full."""
        return self.unsent().exclude(error__startswith=PUT_OFF)

    def oldest_held_up(self) -> datetime | None:
        return self.held_up().aggregate(oldest=models.Min("created_at"))["oldest"]


class OutgoingMail(models.Model):
    """One mail: written in the transaction of the change that it is about, sent by the next tick."""

    created_at = models.DateTimeField(_("written"), default=clock.real_now)
    # Of a mail of notifications, whose text is written when it is sent. NULL: of any other
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("person")
    )
    sender = models.CharField(_("from"), max_length=320)
    to = models.JSONField(pgettext_lazy("mail", "to"))
    headers = models.JSONField(default=dict)
    subject = models.CharField(_("subject"), max_length=998)
    body = models.TextField(_("text"))
    html = models.TextField(blank=True)
    state = models.CharField(_("state"), max_length=20, choices=MailState, default=MailState.WAITING)
    tries = models.PositiveIntegerField(_("tries"), default=0)
    next_try_at = models.DateTimeField(_("next try"), default=clock.real_now)
    sent_at = models.DateTimeField(_("sent at"), null=True)  # NULL: not yet
    error = models.TextField(_("last error"), blank=True)

    objects = OutgoingMailQuerySet.as_manager()

    version = 1  # the administration asks every record for it; this one nobody changes there

    class Meta:
        verbose_name = _("outgoing mail")
        verbose_name_plural = _("outgoing mail")
        ordering = ("-id",)
        indexes = (
            models.Index(fields=("next_try_at",), condition=Q(state__in=UNSENT), name="mail_unsent"),
            models.Index(fields=("created_at",), name="mail_written"),
        )
        constraints = (
            models.CheckConstraint(condition=Q(state__in=MailState.values), name="mail_state_known"),
            models.CheckConstraint(
                condition=~Q(state=MailState.SENT) | Q(sent_at__isnull=False), name="mail_sent_has_instant"
            ),
        )

    def __str__(self) -> str:
        return self.subject

    def get_absolute_url(self) -> str:
        return reverse("mail-list")

    @property
    def tone(self) -> str:
        return TONES[MailState(self.state)]

    @property
    def can_be_sent_again(self) -> bool:
        """Whether it failed for good and its text can be written anew: that of a mail about an account is gone."""
        return self.person_id is not None and self.state in FAILED

    def require_failed(self) -> None:
        """Raise NotAllowedNow unless it can be sent again."""
        if not self.can_be_sent_again:
            raise NotAllowedNow(_("Only a mail of notifications that failed can be sent again."))

    def send_again(self, *, by: "User") -> None:
        """Let the next tick send it, to the address that the person has now, even if that is marked."""
        policy.require(by, "mail.read")
        self.require_failed()
        failed = OutgoingMail.objects.filter(pk=self.pk, state__in=FAILED)
        failed.update(state=MailState.WAITING, tries=0, next_try_at=clock.real_now(), error="")

    @property
    def recipients(self) -> str:
        return ", ".join(self.to)


CLOCKS_DIFFER = timedelta(minutes=1)  # between two processes


class JobRun(models.Model):
    """The last run of one job of `manage.py tick`; the row "tick" is the tick itself, and holds its lock."""

    job = models.CharField(max_length=60, unique=True)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)  # NULL: still running, or ended by force
    failed = models.BooleanField(default=False)
    told = models.TextField(blank=True)  # what it did, or the kind of error
    held_until = models.DateTimeField(null=True)  # NULL: not locked

    def __str__(self) -> str:
        return self.job

    @classmethod
    def take(cls, job: str, now: datetime, most: timedelta) -> datetime | None:
        """Lock a job for at most `most`. Returns until when; None while another process has the lock."""
        cls.objects.get_or_create(job=job, defaults={"started_at": now})
        # Held for longer than anybody may: from before the clock was set back. Another process may read the clock
        # a little later than this one, and take the lock first.
        free = Q(held_until=None) | Q(held_until__lt=now) | Q(held_until__gt=now + most + CLOCKS_DIFFER)
        rows = cls.objects.filter(free, job=job)
        # One conditional UPDATE: of two at once, the second finds no row.
        return now + most if rows.update(held_until=now + most, started_at=now) else None

    @classmethod
    def hold_on(cls, job: str, held: datetime, until: datetime) -> datetime | None:
        """Extend the lock; None if another process has taken it."""
        return until if cls.objects.filter(job=job, held_until=held).update(held_until=until) else None

    @classmethod
    def let_go(cls, job: str, held: datetime, now: datetime) -> None:
        cls.objects.filter(job=job, held_until=held).update(held_until=None, ended_at=now)
