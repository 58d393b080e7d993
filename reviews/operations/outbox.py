"""The outbox: mail is written in the transaction that it is about, and sent by `manage.py tick`.

So no mail is about something that was rolled back, nobody waits for a mail server, and nothing is lost while that is
down. Each mail is claimed by one conditional UPDATE before it is sent: two ticks at a time send it once. If the machine
fails between the mail server's acceptance and our record of it, it is sent again a quarter of an hour later, with the
same Message-ID, by which the reader's program recognises the second copy.
"""

import logging
from collections.abc import Iterable
from contextlib import closing
from datetime import timedelta
from email.utils import make_msgid

from django.conf import settings
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.message import EmailMessage, EmailMultiAlternatives

from reviews import clock
from reviews.models import MailState, OutgoingMail

log = logging.getLogger(__name__)

MAILS_PER_TICK = 200
FAILURES_IN_A_ROW = 3  # after which the mail server is left alone until the next tick
SENDING_TIMEOUT = timedelta(minutes=15)
LONGEST_WAIT, GIVE_UP_AFTER = timedelta(hours=6), timedelta(days=3)


class Outbox(BaseEmailBackend):
    """Email backend, called by Django's `send_mail` and `EmailMessage.send`: stores each mail as a row."""

    def send_messages(self, email_messages: Iterable[EmailMessage]) -> int:
        """Store the mails; if one is refused with ValueError, none is stored."""
        rows = []
        for message in email_messages:
            if not message.recipients():
                continue
            if message.attachments or message.cc or message.bcc:
                # Papers stay behind a sign-in, and nobody learns from a mail who else got it.
                raise ValueError(
                    "A mail of this site is text to named people: link to papers, and write to each reader."
                )
            headers = {"Message-ID": make_msgid(domain=mail.DNS_NAME), **message.extra_headers}
            if message.reply_to:
                headers["Reply-To"] = ", ".join(map(str, message.reply_to))
            alternatives = getattr(message, "alternatives", ())
            html = [str(content) for content, kind in alternatives if kind == "text/html"]
            row = OutgoingMail(sender=message.from_email, to=list(message.to), headers=headers)
            row.subject, row.body = one_line(message.subject), str(message.body)
            row.html = html[0] if html else ""
            rows.append(row)
        for row in rows:
            row.save(force_insert=True)
        return len(rows)


def one_line(text: object) -> str:
    """Join the lines of a subject, after whose end a mail server would read headers."""
    return " ".join(str(text).split())


def deliver() -> str:
    """Send what is due. What fails is tried again after 1, 2, 4 ... minutes, for three days."""
    sent = failures = 0
    # Opened by the first mail, and kept for the others.
    with closing(mail.get_connection(settings.DELIVERY_BACKEND)) as server:
        due = OutgoingMail.objects.due(clock.real_now())
        for pk in due.values_list("pk", flat=True)[:MAILS_PER_TICK]:
            row = _claim(pk)
            if row and _send(row, server):
                sent, failures = sent + 1, 0
            elif row:
                failures += 1
            if failures == FAILURES_IN_A_ROW:
                break
    return f"{sent} sent"


def _claim(pk: int) -> OutgoingMail | None:
    """Return the mail, unless somebody else has claimed it since we looked."""
    now = clock.real_now()
    still_due = OutgoingMail.objects.due(now).filter(pk=pk)
    claimed = still_due.update(state=MailState.SENDING, next_try_at=now + SENDING_TIMEOUT)
    return OutgoingMail.objects.get(pk=pk) if claimed else None


def _send(row: OutgoingMail, server: BaseEmailBackend) -> bool:
    """Send a claimed mail, record the outcome, and return whether it was sent."""
    try:
        server.open()
        server.send_messages([_message(row)])
    except Exception as error:  # noqa: BLE001 - whatever a mail server or a network does, the next mail is tried
        server.close()
        now, tries = clock.real_now(), row.tries + 1
        state = MailState.GIVEN_UP if now - row.created_at > GIVE_UP_AFTER else MailState.WAITING
        reason = f"{type(error).__name__}: {error}"[:500]
        _record(row, state=state, tries=tries, next_try_at=now + wait_after(tries), error=reason)
        log.warning("Mail %s was not sent (try %s): %s", row.pk, tries, reason)
        return False
    _record(row, state=MailState.SENT, sent_at=clock.real_now(), error="")
    return True


def _message(row: OutgoingMail) -> EmailMessage:
    message = EmailMultiAlternatives(row.subject, row.body, row.sender, row.to, headers=row.headers)
    if row.html:
        message.attach_alternative(row.html, "text/html")
    return message


def wait_after(tries: int) -> timedelta:
    """1, 2, 4 ... minutes, at most six hours."""
    return min(timedelta(minutes=2 ** min(tries - 1, 20)), LONGEST_WAIT)


def _record(row: OutgoingMail, **columns: object) -> None:
    """Record the outcome of sending, unless somebody else has claimed the mail meanwhile."""
    claimed = OutgoingMail.objects.filter(pk=row.pk, state=MailState.SENDING, next_try_at=row.next_try_at)
    claimed.update(**columns)


def purge() -> str:
    """Empty the text of old mail: links that were in it are nobody's business any more."""
    limit = clock.real_now() - timedelta(days=settings.OUTBOX_KEEP_DAYS)
    old = OutgoingMail.objects.filter(created_at__lt=limit).exclude(state__in=["waiting", "sending"])
    emptied = old.exclude(body="", html="").update(body="", html="")
    return f"{emptied} emptied"
