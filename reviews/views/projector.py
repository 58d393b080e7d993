"""The projector of a country round: a window of its own for the room, which follows the rapporteur's pages."""

import time
from typing import NamedTuple

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.cache import get_conditional_response

from reviews import policy
from reviews.models import Meeting, Round, Turn
from reviews.queries.projector import screen_of
from reviews.request_context import SignedInRequest
from reviews.views.base import cycle_or_404
from reviews.views.meetings import meeting_or_404

COOKIE = "projected"  # signed, of this browser: which turn the rapporteur has open, and since when


class Projected(NamedTuple):
    """What the cookie says: the code of the member, and since when its turn is open (seconds of real time)."""

    state: str = ""
    since: int = 0


def projected_of(request: HttpRequest, meeting: Meeting) -> Projected:
    """What the cookie says of this meeting."""
    text = request.get_signed_cookie(cookie_name(), default="") or ""
    code, _space, rest = text.partition(" ")
    state, _space, since = rest.rpartition(" ")
    return Projected(state, int(since)) if code == str(meeting.pk) else Projected()


def follow(request: HttpRequest, response: HttpResponseBase, turn: Turn) -> None:
    """Let the projector in this browser show the turn that the rapporteur has opened."""
    meeting, state = turn.round.meeting, turn.member_state.code
    if projected_of(request, meeting).state == state:
        return
    assert isinstance(response, HttpResponse)
    response.set_signed_cookie(
        cookie_name(),
        f"{meeting.pk} {state} {int(time.time())}",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def cookie_name() -> str:
    return f"{settings.COOKIE_PREFIX}{COOKIE}"


def projector(request: SignedInRequest, slug: str, code: str) -> HttpResponseBase:
    """The country whose turn it is, in large letters; 304 while nothing has changed."""
    cycle = cycle_or_404(request, slug)
    meeting = meeting_or_404(request, cycle, code)
    policy.require(request.user, "meeting.run")
    country_round = get_object_or_404(Round, meeting=meeting)
    country_round.meeting = meeting
    projected = projected_of(request, meeting)
    screen = screen_of(country_round, projected.state)
    seconds = int(time.time()) - projected.since if projected.since else None
    etag = f'"{screen.fingerprint}"'
    page = {"cycle": cycle, "meeting": meeting, "screen": screen, "seconds": seconds, "etag": etag}
    response = render(request, "rounds/projector.html", page)
    answer: HttpResponse | None = get_conditional_response(request, etag=etag, response=response)
    answer = response if answer is None else answer
    answer["ETag"] = etag
    return answer
