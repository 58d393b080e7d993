"""Mails about accounts that somebody else changed: to the person, and to the side that somebody was let into.

What people change about themselves (factors, a password, a connection) is mailed by django-allauth. Every mail is a row
of the outbox, written in the transaction of the change.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.core import context
from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import Q
from django.dispatch import receiver
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from reviews import policy
from reviews.models import Invitation, User
from reviews.models.people import account_changed


def _first_day_text(person: User) -> str:
    if person.active_from is None:
        return _("It is open at once.")
    return _("It opens on %(day)s.") % {"day": date_format(person.active_from)}


def _last_day_text(person: User) -> str:
    if person.active_until is None:
        return _("It no longer has a last day.")
    return _("Its last day is %(day)s.") % {"day": date_format(person.active_until)}


# What the mail says, by the column that changed.
SENTENCES: dict[str, Callable[[User], str]] = {
    "username": lambda person: _("Its user name is now %s.") % person.username,
    "password": lambda person: _("It has a new password."),
    "email": lambda person: _("It has another e-mail address."),
    "organisation_id": lambda person: _("Its organisation is now: %s.") % (person.organisation or _("none")),
    "role": lambda person: _("Its role is now: %s.") % (person.get_role_display() or _("none")),
    "is_active": lambda person: (
        _("It may sign in again.") if person.is_active else _("It may no longer sign in.")
    ),
    "active_from": lambda person: _first_day_text(person),
    "active_until": lambda person: _last_day_text(person),
    "is_superuser": lambda person: (
        _("It is now an administrator's.")
        if person.is_superuser
        else _("It is no longer an administrator's.")
    ),
}
# A change of these lets somebody into a side.
DUTY = {"organisation_id", "role", "is_superuser", "is_active"}


@receiver(account_changed)
def notify_person(earlier: User, person: User, by: User | None, **kwargs: Any) -> None:
    """Write to the person, at the old and the new address, and to the side that the person was let into."""
    changed = {name for name in SENTENCES if getattr(earlier, name) != getattr(person, name)}
    # django-allauth writes to whoever has chosen a new password.
    news = changed - {"password"} if by == person else changed
    if news:
        with language_of(person):
            sentences = [sentence(person) for name, sentence in SENTENCES.items() if name in news]
            for address in dict.fromkeys((earlier.email, person.email)):
                send("account/email/account_changed", address, person=person, by=by, sentences=sentences)
    if changed & DUTY and not person.has_gone:
        notify_side(person, by=by)


def notify_side(newcomer: User | Invitation, *, by: User | None) -> None:
    """Write to the people whose side somebody was let into, or invited to; not to whoever did it."""
    is_administrator = isinstance(newcomer, User) and newcomer.is_superuser
    for reader in _people_of_side(newcomer, is_administrator):
        if reader in (newcomer, by):
            continue
        with language_of(reader):
            role = _("Administrator") if is_administrator else newcomer.get_role_display()
            send("account/email/side_joined", reader.email, newcomer=newcomer, role=role, by=by)


def _people_of_side(newcomer: User | Invitation, is_administrator: bool) -> list[User]:
    people = User.objects.offered().filter(is_superuser=is_administrator)
    if not is_administrator:
        own = Q(organisation=newcomer.organisation) if newcomer.role in policy.NATIONAL else Q()
        people = people.filter(own, role__in=policy.ROLE_GIVING[newcomer.role].informed)
    return list(people)


def language_of(reader: User) -> AbstractContextManager[None]:
    """A block in which a mail is written in its reader's language; of one who has chosen none, in English."""
    return translation.override(reader.mail_language)


def send(template: str, address: str, **values: object) -> None:
    """Write one mail into the outbox; none where there is no address."""
    if address:
        compose(template, address, **values).send()


def compose(template: str, address: str, **values: object) -> EmailMessage:
    """Return one mail, in a request or in a command."""
    request = context.request
    host = request.get_host() if request else [*settings.ALLOWED_HOSTS, "localhost"][0]
    message: EmailMessage = get_adapter().render_mail(
        template, address, {"current_site": {"domain": host}, **values}
    )
    return message
