"""Standing in: an alternate acts for somebody who is away, with the same rights, until the alternate stops.

The session remembers for whom; each request asks again whether it still may be.
"""

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from reviews.models import User
from reviews.models.base import all_or_nothing

KEY = "acting_for"


def people_away_for(alternate: User) -> list[User]:
    """Return those for whom the person may act today."""
    named = User.objects.filter(alternate=alternate).select_related("alternate")
    return [person for person in named if alternate.stands_in_today(person)]


@all_or_nothing()
def begin(request: HttpRequest, person: User) -> None:
    """From the next request on, act for somebody; with a line in the history of both."""
    alternate = request.user
    assert isinstance(alternate, User)  # the page is for people who are signed in
    person.note(_("%(alternate)s begins to act for this person") % {"alternate": alternate}, by=alternate)
    request.session[KEY] = person.pk


@all_or_nothing()
def end(request: HttpRequest) -> None:
    """Act in the own name again."""
    alternate = request.user
    assert isinstance(alternate, User)  # as above
    person = User.objects.get(pk=request.session.pop(KEY))
    alternate.acting_for = None
    person.note(_("%(alternate)s no longer acts for this person") % {"alternate": alternate}, by=alternate)


def apply(request: HttpRequest) -> None:
    """Let the signed-in person act for whom the session says, if that still may be."""
    if not request.user.is_authenticated or KEY not in request.session:
        return
    person = User.objects.select_related("alternate").filter(pk=request.session[KEY]).first()
    if person and request.user.stands_in_today(person):
        request.user.acting_for = person
        return
    del request.session[KEY]
    messages.info(request, _("You act in your own name again: the person you acted for is no longer away."))
