"""Bounces: mails that came back. The address of a person who cannot be reached is marked, and gets no notifications.

Each mail of notifications has a return address of its own, `bounces+17-signature@…` (BOUNCE_ADDRESS), by which the
message that comes back names the mail, whatever it says inside. Nobody else can make up such an address.
"""

from collections.abc import Iterable
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr

from django.conf import settings
from django.db import transaction
from django.utils.crypto import constant_time_compare, salted_hmac

from reviews.models import MailState, NotificationSettings, OutgoingMail

SIGNATURE = 20  # characters: before the @ there is room for 64
PERMANENT = "5"  # how the status of a failure begins that is for good
LONGEST_REASON = 300


def return_address(row: OutgoingMail) -> str:
    """Where a mail comes back to if it cannot be delivered; without BOUNCE_ADDRESS to its sender."""
    name, at, host = settings.BOUNCE_ADDRESS.partition("@")
    return f"{name}+{signed(row.pk)}@{host}" if at else row.sender


def signed(pk: str | int) -> str:
    """The number of a mail and its signature, the same in capitals: some mail servers change these."""
    return f"{pk}-{salted_hmac('reviews.bounces', str(pk)).hexdigest()[:SIGNATURE]}"


def mail_of(address: str) -> OutgoingMail | None:
    """The mail that a return address names; None for an address that is not ours."""
    tag = parseaddr(address)[1].partition("@")[0].partition("+")[2].lower()
    pk = tag.partition("-")[0]
    if not pk.isdecimal() or not constant_time_compare(tag, signed(pk)):
        return None
    return OutgoingMail.objects.select_related("person").filter(pk=pk).exclude(person=None).first()


def read_bounce(content: bytes) -> bool:
    """Mark the address that a message says is wrong. False: it is no bounce of ours, or one that is not for good."""
    message = message_from_bytes(content, policy=policy.default)
    recipients = (str(message.get(name, "")) for name in ("Delivered-To", "X-Original-To", "To"))
    row = next(filter(None, map(mail_of, recipients)), None)
    reason = reason_of(message)
    if row is None or row.person is None or not reason:
        return False
    mark(row, reason)
    return True


def reason_of(message: EmailMessage) -> str:
    """Why a mail came back for good, as a delivery status says it (RFC 3464); empty: it did not, or not for good."""
    for part in message.walk():
        if part.get_content_type() != "message/delivery-status":
            continue
        for fields in part.iter_parts():
            status = str(fields.get("Status", ""))
            if str(fields.get("Action", "")).lower() == "failed" and status.startswith(PERMANENT):
                diagnosis = str(fields.get("Diagnostic-Code", "")).partition(";")[2] or status
                return " ".join(diagnosis.split())[:LONGEST_REASON]
    return ""


@transaction.atomic
def mark(row: OutgoingMail, reason: str) -> None:
    """Record that a mail came back, and that its address does not work."""
    OutgoingMail.objects.filter(pk=row.pk).update(state=MailState.REFUSED, error=reason)
    if row.person:
        NotificationSettings.of(row.person).mark_address(row.to[0], why=reason)


def read_all(messages: Iterable[bytes]) -> tuple[int, int]:
    """Read many. Returns how many there were, and how many of them marked an address."""
    marked = [read_bounce(content) for content in messages]
    return len(marked), sum(marked)
