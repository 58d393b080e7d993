"""Mail leaves in two steps: written in the transaction that it tells of, sent by `manage.py tick`.

So no mail tells of what was rolled back, nobody waits for a mail server, and nothing is lost while that is down.
Each mail is claimed by one conditional UPDATE before it is sent: two ticks at a time send it once. If the machine
fails between the mail server's yes and our note of it, it is sent again a quarter of an hour later, with the same
Message-ID, by which the reader's program knows the second copy.
"""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from email.utils import make_msgid
from typing import Any

from django.conf import settings
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.message import EmailMessage, EmailMultiAlternatives

from reviews import clock
from reviews.models import MailState, OutgoingMail

log = logging.getLogger(__name__)

AT_ONCE = 200  # mails of one tick
IN_A_ROW = 3  # failures after which the mail server is left alone until the next tick
LONGEST_SENDING = timedelta(minutes=15)
LONGEST_WAIT, PATIENCE = timedelta(hours=6), timedelta(days=3)


class Outbox(BaseEmailBackend):
    """What Django's `send_mail` and `EmailMessage.send` call: keeps each mail as a row."""

    def send_messages(self, email_messages: Iterable[EmailMessage]) -> int:
        rows = [_row(message) for message in email_messages if message.recipients()]
        for row in rows:
            row.save(force_insert=True)
        return len(rows)


def _row(message: EmailMessage) -> OutgoingMail:
    if message.attachments or message.cc or message.bcc:
        # Papers stay behind a sign-in, and nobody learns from a mail who else got it.
        raise ValueError(
            "A mail of this site is text to named people: link to papers, and write to each reader."
        )
    headers = {"Message-ID": make_msgid(domain=mail.DNS_NAME), **message.extra_headers}
    if message.reply_to:
        headers["Reply-To"] = ", ".join(map(str, message.reply_to))
    return OutgoingMail(
        sender=message.from_email, to=list(message.to), headers=headers,
        subject=one_line(message.subject), body=str(message.body), html=_html(message),
    )  # fmt: skip


def one_line(text: Any) -> str:
    """A title in a subject may have come with line breaks, after which a mail server would read headers."""
    return " ".join(str(text).split())


def _html(message: EmailMessage) -> str:
    return next((str(text) for text, kind in getattr(message, "alternatives", ()) if kind == "text/html"), "")


def deliver() -> str:
    """Send what is due; what fails is tried again after 1, 2, 4 ... minutes, for three days."""
    sent = failures = 0
    with _connection() as server:
        for pk in OutgoingMail.objects.due(clock.real_now()).values_list("pk", flat=True)[:AT_ONCE]:
            if row := _claimed(pk):
                went = _send(row, server)
                sent, failures = sent + went, 0 if went else failures + 1
            if failures == IN_A_ROW:
                break
    return f"{sent} sent"


@contextmanager
def _connection() -> Iterator[Any]:
    """The real mail server; opened by the first mail, kept for the others."""
    server = mail.get_connection(settings.DELIVERY_BACKEND)
    try:
        yield server
    finally:
        server.close()


def _claimed(pk: int) -> OutgoingMail | None:
    """The mail, if nobody else has taken it since we looked."""
    now = clock.real_now()
    taken = OutgoingMail.objects.due(now).filter(pk=pk)
    ours = taken.update(state=MailState.SENDING, next_try_at=now + LONGEST_SENDING)
    return OutgoingMail.objects.get(pk=pk) if ours else None


def _send(row: OutgoingMail, server: Any) -> bool:
    try:
        server.open()
        server.send_messages([_message(row)])
    except Exception as error:  # noqa: BLE001 - whatever a mail server or a network does, the next mail is tried
        server.close()
        _put_off(row, error)
        return False
    _note(row, state=MailState.SENT, sent_at=clock.real_now(), error="")
    return True


def _message(row: OutgoingMail) -> EmailMessage:
    message = EmailMultiAlternatives(row.subject, row.body, row.sender, row.to, headers=row.headers)
    if row.html:
        message.attach_alternative(row.html, "text/html")
    return message


def _put_off(row: OutgoingMail, error: Exception) -> None:
    now, tries = clock.real_now(), row.tries + 1
    over = now - row.created_at > PATIENCE
    state = MailState.GIVEN_UP if over else MailState.WAITING
    told = f"{type(error).__name__}: {error}"[:500]
    _note(row, state=state, tries=tries, next_try_at=now + wait_after(tries), error=told)
    log.warning("Mail %s was not sent (try %s): %s", row.pk, tries, told)


def wait_after(tries: int) -> timedelta:
    """1, 2, 4 ... minutes, at most six hours."""
    return min(timedelta(minutes=2 ** min(tries - 1, 20)), LONGEST_WAIT)


def _note(row: OutgoingMail, **values: Any) -> None:
    """Write down what became of it, unless it has been taken from us meanwhile."""
    ours = OutgoingMail.objects.filter(pk=row.pk, state=MailState.SENDING, next_try_at=row.next_try_at)
    ours.update(**values)


def purge() -> str:
    """Empty the text of old mail: links that were in it are nobody's business any more."""
    before: datetime = clock.real_now() - timedelta(days=settings.OUTBOX_KEEP_DAYS)
    old = OutgoingMail.objects.filter(created_at__lt=before).exclude(state__in=["waiting", "sending"])
    emptied = old.exclude(body="", html="").update(body="", html="")
    return f"{emptied} emptied"
