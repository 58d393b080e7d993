"""Alternates: who acts for somebody who is away, on pages and in mails, and why a named alternate no longer may."""

from datetime import date
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _now

from reviews import policy

if TYPE_CHECKING:
    from reviews.models.people import User


def stands_in_on(day: date, person: "User") -> "User | None":
    """Return who acts for somebody on a day: the alternate, while the person is away; None: nobody does."""
    if not person.is_away_on(day) or why_lapsed(person):
        return None
    return person.alternate


def why_lapsed(person: "User") -> str:
    """Why the alternate who was named for somebody may no longer act; empty if they may, or nobody was named.

    It is asked at each use: whoever moves to another body, or whose account ends, is an alternate no more.
    """
    alternate = person.alternate
    if alternate is None:
        return ""
    names = {"person": person, "alternate": alternate}
    if person.has_gone:
        return _now("The account of %(person)s has ended.") % names
    if alternate.has_gone:
        return _now("The account of %(alternate)s has ended.") % names
    if not alternate.is_open_today:
        return _now("The account of %(alternate)s is not open yet.") % names
    if alternate.organisation_id != person.organisation_id:
        return _now("%(person)s and %(alternate)s no longer belong to the same body.") % names
    if not policy.of_one_side(alternate, person):
        return _now("%(alternate)s does not have a role like that of %(person)s.") % names
    return ""
