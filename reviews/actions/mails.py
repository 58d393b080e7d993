"""Mails: one that failed for good is sent again."""

from reviews.models import NotificationSettings, OutgoingMail, User
from reviews.models.base import all_or_nothing


@all_or_nothing()
def send_again(*, by: User, mail: OutgoingMail) -> OutgoingMail:
    """Let the next tick send a mail of notifications, and take the mark off the address. Raises NotAllowedNow."""
    mail.send_again(by=by)
    if mail.person:
        NotificationSettings.of(mail.person).clear_address(by=by)
    return mail
