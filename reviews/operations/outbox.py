"""The outbox: mail is written in the transaction that it is about, and sent by `manage.py tick`.

So no mail is about something that was rolled back, nobody waits for a mail server, and nothing is lost while that is
down. Each mail is claimed by one conditional UPDATE before it is sent: two ticks at a time send it once. If the machine
fails between the mail server's acceptance and our record of it, it is sent again a quarter of an hour later, with the
same Message-ID, by which the reader's program recognises the second copy.
"""

import logging
import smtplib
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
from reviews.models.operations import LONGEST_WAIT, PUT_OFF
from reviews.operations import bounces, notifications

log = logging.getLogger(__name__)

MAILS_PER_TICK = 200
FAILURES_IN_A_ROW = 3  # after which the mail server is left alone until the next tick
# Both say that this server does not take mail from us at all ("relaying denied"), whoever is to read it.
AUTHENTICATION_REQUIRED, REFUSED_BY_POLICY = 530, "5.7."
SENDING_TIMEOUT = timedelta(minutes=15)
# What remains of a mail that was sent or refused for good. Its text may hold a link that makes an account or sets a
# password: neither the database nor a backup keeps it longer than it needs to arrive.
NO_TEXT = {"body": "", "html": ""}
GIVE_UP_AFTER = timedelta(days=3)


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
    """Send what is due. What fails is tried again after 1, 2, 4 ... minutes for three days, unless refused for good."""
    sent = failures = 0
    # Opened by the first mail, and kept for the others.
    with closing(mail.get_connection(settings.DELIVERY_BACKEND)) as server:
        due = OutgoingMail.objects.due(clock.real_now())
        for pk in due.values_list("pk", flat=True)[:MAILS_PER_TICK]:
            row = _claim(pk)
            state = _send(row, server) if row else None
            if state == MailState.SENT:
                sent += 1
            # A mail server that refuses one mail is there for the next.
            failures = failures + 1 if state in (MailState.WAITING, MailState.GIVEN_UP) else 0
            if failures == FAILURES_IN_A_ROW:
                break
    return f"{sent} sent"


def _claim(pk: int) -> OutgoingMail | None:
    """Return the mail, unless somebody else has claimed it since we looked."""
    now = clock.real_now()
    still_due = OutgoingMail.objects.due(now).filter(pk=pk)
    claimed = still_due.update(state=MailState.SENDING, next_try_at=now + SENDING_TIMEOUT)
    return OutgoingMail.objects.get(pk=pk) if claimed else None


def _send(row: OutgoingMail, server: BaseEmailBackend) -> MailState:
    """Send a claimed mail, record the outcome, and return the state that it has now."""
    try:
        message = _message(row)
    except Exception as error:  # noqa: BLE001 - whatever is in it that no mail may contain
        return _record_failure(
            row, f"This mail cannot be written: {type(error).__name__}: {error}", refused=True
        )
    if message is None:
        _record(row, state=MailState.EMPTY)
        return MailState.EMPTY
    try:
        server.open()
        server.send_messages([message])
    except Exception as error:  # noqa: BLE001 - whatever a mail server or a network does, the next mail is tried
        server.close()
        answer = answer_about_mail(error)
        if answer is None:
            return _record_failure(row, f"{type(error).__name__}: {error}", refused=False)
        code, text = answer
        reason = f"{code} {text}"
        return _record_failure(row, reason if code >= 500 else PUT_OFF + reason, refused=code >= 500)
    _record(row, state=MailState.SENT, sent_at=clock.real_now(), error="", **NO_TEXT)
    return MailState.SENT


def answer_about_mail(error: Exception) -> tuple[int, str] | None:
    """Return code and text of a mail server's answer about this mail or its reader: 5xx is for good, 4xx for now.

    None for any other failure: the server does not answer, or refuses us (our password, our address), which
    would refuse every mail.
    """
    answer: bytes | str
    if isinstance(error, smtplib.SMTPRecipientsRefused) and error.recipients:
        # Of several readers the one that may still get it decides.
        code, answer = min(error.recipients.values())
    elif isinstance(error, smtplib.SMTPDataError):
        code, answer = error.smtp_code, error.smtp_error
    else:
        return None
    text = answer.decode(errors="replace") if isinstance(answer, bytes) else answer
    refuses_us = code == AUTHENTICATION_REQUIRED or text.startswith(REFUSED_BY_POLICY)
    return None if refuses_us else (code, text)


def _record_failure(row: OutgoingMail, reason: str, *, refused: bool) -> MailState:
    now, tries = clock.real_now(), row.tries + 1
    if refused:
        state = MailState.REFUSED
    else:
        state = MailState.GIVEN_UP if now - row.created_at > GIVE_UP_AFTER else MailState.WAITING
    error = one_line(reason)[:500]
    text = NO_TEXT if refused else {}
    _record(row, state=state, tries=tries, next_try_at=now + wait_after(tries), error=error, **text)
    log.warning("Mail %s was not sent (try %s, now %s): %s", row.pk, tries, state.value, error)
    return state


def _message(row: OutgoingMail) -> EmailMessage | None:
    """The mail of a row; None if there is nothing left to say.

    Raises ValueError (BadHeaderError) if something in it may not be in a mail.
    """
    message: EmailMessage | None
    if row.person_id:
        message = notifications.message_of(row)
        if message:
            # The envelope has an address of its own, by which the mail is known if it comes back.
            message.extra_headers.setdefault("From", message.from_email)
            message.from_email = bounces.return_address(row)
            message.message()
        return message
    message = EmailMultiAlternatives(row.subject, row.body, row.sender, row.to, headers=row.headers)
    if row.html:
        message.attach_alternative(row.html, "text/html")
    message.message()
    return message


def wait_after(tries: int) -> timedelta:
    """1, 2, 4 ... minutes, at most six hours."""
    return min(timedelta(minutes=2 ** min(tries - 1, 20)), LONGEST_WAIT)


def _record(row: OutgoingMail, **columns: object) -> None:
    """Record the outcome of sending, unless somebody else has claimed the mail meanwhile."""
    claimed = OutgoingMail.objects.filter(pk=row.pk, state=MailState.SENDING, next_try_at=row.next_try_at)
    claimed.update(**columns)


def purge() -> str:
    """Empty the text of old mail that was given up: links that are in it are nobody's business any more."""
    limit = clock.real_now() - timedelta(days=settings.OUTBOX_KEEP_DAYS)
    old = OutgoingMail.objects.filter(created_at__lt=limit).exclude(state__in=["waiting", "sending"])
    emptied = old.exclude(**NO_TEXT).update(**NO_TEXT)
    return f"{emptied} emptied"
