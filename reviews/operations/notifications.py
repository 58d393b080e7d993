"""Notifications become mails: events are distributed to people, then written into one mail a person.

Each step is one transaction, and finds what it has done already: a tick that is killed leaves nothing out and makes
nothing twice. The text is written when the mail is sent, from what its reader may read at that moment.
"""

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from email.mime.text import MIMEText
from email.utils import parseaddr
from itertools import groupby

from django.conf import settings
from django.core import mail
from django.core.mail import EmailMessage
from django.core.mail.message import make_msgid
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reviews import clock
from reviews.models import (
    Frequency,
    Notification,
    NotificationEvent,
    NotificationSettings,
    OutgoingMail,
    Topic,
    User,
)
from reviews.models.alternates import stands_in_on
from reviews.queries.calendars import last_changes, meeting_entry
from reviews.queries.notifications import Line, lines_for, recipients_of
from reviews.rendering.calendars import CalendarFile, calendar_invitation

log = logging.getLogger(__name__)

EVENTS_PER_TICK, MAILS_PER_TICK = 500, 500
MOST_LINES = 30  # in a mail; how many more there are is said
signer = Signer(salt="reviews.notifications.unsubscribe")


def _each(step: Callable[[int], int], ids: Iterable[int]) -> Iterator[int]:
    """Take a step for each; where one fails, the others are taken all the same, and it is tried again."""
    for pk in ids:
        try:
            yield step(pk)
        except Exception:
            log.exception("Notifications: %s failed for %s", step.__name__, pk)


# --- from events to people


def distribute() -> str:
    """Write the notifications of the events that were written since the last tick."""
    events = NotificationEvent.objects.undistributed().values_list("pk", flat=True)[:EVENTS_PER_TICK]
    written = sum(_each(_distribute, events))
    return f"{written} notifications"


@transaction.atomic
def _distribute(pk: int) -> int:
    now = clock.real_now()
    # One conditional UPDATE: another tick at the same moment finds no row.
    if not NotificationEvent.objects.undistributed().filter(pk=pk).update(distributed_at=now):
        return 0
    event = NotificationEvent.objects.select_related("trace").get(pk=pk)
    rows = [row for topic, people in recipients_of(event) for row in notifications_of(event, people, topic)]
    return len(Notification.objects.bulk_create(rows, ignore_conflicts=True))


def notifications_of(
    event: NotificationEvent, people: list[User], topic: Topic | None = None
) -> list[Notification]:
    """Their own notifications, then those of the alternates of who is away. Somebody's own one is kept of two.

    What somebody watches is no duty: no alternate is notified of it.
    """
    topic = topic or event.rule.topic
    ids = {person.pk for person in people} | {person.alternate_id for person in people}
    chosen = {row.person_id: row for row in NotificationSettings.objects.filter(person__in=ids)}
    today = clock.day_of(clock.real_now())
    own, instead = [], []
    for person in people:
        options = chosen.get(person.pk) or NotificationSettings(person=person)
        if options.frequency_of(topic) == Frequency.OFF:
            continue
        own.append(_notification(event, topic, person, options))
        stand_in = None if topic == Topic.WATCHED else stands_in_on(today, person)
        if stand_in:
            theirs = chosen.get(stand_in.pk) or NotificationSettings(person=stand_in)
            instead.append(_notification(event, topic, stand_in, theirs, instead_of=person))
    return own + instead


def _notification(
    event: NotificationEvent,
    topic: Topic,
    person: User,
    options: NotificationSettings,
    instead_of: User | None = None,
) -> Notification:
    due_at = options.next_mail_at(topic, clock.real_now())
    return Notification(event=event, person=person, instead_of=instead_of, topic=topic, due_at=due_at)


# --- from notifications to mails


def write_mails() -> str:
    """Put what is due into one mail a person; none where there is nothing to say. Of who is away it waits."""
    now = clock.real_now()
    due = Notification.objects.due(now).exclude(person__in=User.objects.away_on(clock.day_of(now)))
    people = due.order_by().values_list("person", flat=True).distinct()
    written = sum(_each(_write_mail, people[:MAILS_PER_TICK]))
    return f"{written} mails"


@transaction.atomic
def _write_mail(person_id: int) -> bool:
    person, now = User.objects.get(pk=person_id), clock.real_now()
    due = Notification.objects.due(now).filter(person=person)
    ids = list(due.values_list("pk", flat=True))
    rows = Notification.objects.pending().filter(pk__in=ids)
    if NotificationSettings.of(person).reaches_nobody or message_to(person, rows) is None:
        rows.update(dropped_at=now)
        return False
    row = OutgoingMail.objects.create(
        person=person,
        sender=settings.DEFAULT_FROM_EMAIL,
        to=[person.email],
        headers={"Message-ID": make_msgid(domain=mail.DNS_NAME)},
        subject=_("Notifications"),
        body="",
    )
    # Claimed by another tick in the meantime: nothing is left for this mail.
    if not rows.update(mail=row):
        transaction.set_rollback(True)
        return False
    return True


# --- from a mail to its text


@dataclass(frozen=True)
class CycleLines:
    """The lines about one review cycle."""

    name: str
    lines: list[Line]


def message_of(row: OutgoingMail) -> EmailMessage | None:
    """The mail of notifications as it is now; None if there is nothing left that its reader may or wants to read."""
    assert row.person is not None
    message = message_to(row.person, row.notifications.all())
    if message:
        message.extra_headers |= row.headers
    return message


def message_to(person: User, notifications: "Iterable[Notification]") -> EmailMessage | None:
    """The mail about these notifications, in the language of the person; None if it would be empty."""
    if not person.is_open_today or not person.email:
        return None
    options = NotificationSettings.of(person)
    wanted = [topic for topic in Topic if options.frequency_of(topic) != Frequency.OFF]
    rows = Notification.objects.filter(pk__in=[row.pk for row in notifications], topic__in=wanted)
    rows = rows.select_related("event__trace__member_state", "instead_of")
    with translation.override(person.mail_language):
        lines = lines_for(person, rows)
        return _message(person, lines) if lines else None


def _message(person: User, lines: list[Line]) -> EmailMessage:
    shown, more = lines[:MOST_LINES], len(lines) - MOST_LINES
    unsubscribe_url = site_url(reverse("unsubscribe", args=[signer.sign(str(person.pk))]))
    context = {
        "person": person,
        "cycles": by_cycle(shown),
        "more": max(more, 0),
        "site": site_url(""),
        "desk_url": site_url(reverse("desk")),
        "settings_url": site_url(reverse("notification-settings")),
        "unsubscribe_url": unsubscribe_url,
        "has_calendar_files": any(line.meeting for line in lines),
    }
    message = EmailMessage(
        subject_of(lines), render_to_string("notifications/mail.txt", context), settings.DEFAULT_FROM_EMAIL
    )
    message.to = [person.email]
    message.extra_headers = {
        "List-Id": f"<notifications.{host()}>",
        "List-Unsubscribe": f"<{unsubscribe_url}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Auto-Submitted": "auto-generated",
    }
    for file in calendar_files(person, lines):
        message.attach(_calendar_part(file))
    return message


def calendar_files(person: User, lines: Iterable[Line]) -> list[CalendarFile]:
    """The calendar file of each meeting that the mail is about, once, as the meeting is now."""
    meetings = {line.meeting.pk: line.meeting for line in lines if line.meeting}
    changes = last_changes([meeting_entry(meeting) for meeting in meetings.values()])
    _name, sender = parseaddr(settings.DEFAULT_FROM_EMAIL)
    files = [
        calendar_invitation(meeting, change, site_url(""), to=person, sender=sender)
        for meeting, change in zip(meetings.values(), changes, strict=True)
    ]
    return [file for file in files if file]


def _calendar_part(file: CalendarFile) -> MIMEText:
    """The file as a part of a mail. Calendar programs look for the method in its content type."""
    part = MIMEText(file.content.decode(), "calendar", "utf-8")
    part.replace_header("Content-Type", file.mime_type)
    part.add_header("Content-Disposition", "attachment", filename=file.name)
    return part


def by_cycle(lines: list[Line]) -> list[CycleLines]:
    """The lines by review cycle, those of each in their order."""
    in_order = sorted(lines, key=lambda line: line.cycle.pk)
    groups = groupby(in_order, key=lambda line: line.cycle.name)
    return [CycleLines(name, list(of_cycle)) for name, of_cycle in groups]


def subject_of(lines: list[Line]) -> str:
    """The first line, and how many more there are."""
    first, others = " ".join(lines[0].text.split()), len(lines) - 1
    if not others:
        return first
    names = {"first": first, "n": others}
    return ngettext("%(first)s And %(n)d more.", "%(first)s And %(n)d more.", others) % names


def host() -> str:
    """The host name by which people know the site."""
    return [*settings.ALLOWED_HOSTS, "localhost"][0].lstrip(".")


def site_url(path: str) -> str:
    """The whole address of a page, for a mail."""
    return f"{'https' if settings.SECURE_SSL_REDIRECT else 'http'}://{host()}{path}"


# --- the link at the end of each mail


def person_of_token(token: str) -> User | None:
    """Whose mails the link of a mail turns off; None for a link that is not ours."""
    try:
        pk = signer.unsign(token)
    except BadSignature:
        return None
    return User.objects.filter(pk=pk).first()


def unsubscribe(person: User) -> None:
    """Turn all notifications of a person off."""
    NotificationSettings.of(person).turn_off(why=_("Unsubscribed by the link of a mail."))
