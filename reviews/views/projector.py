"""The projector of a country round: a window of its own for the room, which follows the rapporteur's pages."""

import time
from typing import TypedDict

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.cache import get_conditional_response

from reviews import policy
from reviews.models import Round, Turn
from reviews.queries.projector import screen_of
from reviews.request_context import SignedInRequest
from reviews.views.base import cycle_or_404
from reviews.views.meetings import meeting_or_404

KEY = "projected"


class Projected(TypedDict):
    """What the session remembers: which turn the rapporteur has open, and since when (seconds of real time)."""

    meeting: int
    state: str
    since: float


def follow(request: SignedInRequest, turn: Turn) -> None:
    """Let the projector show the turn that the rapporteur has opened."""
    now: Projected | None = request.session.get(KEY)
    meeting, state = turn.round.meeting_id, turn.member_state.code
    if now is None or (now["meeting"], now["state"]) != (meeting, state):
        request.session[KEY] = Projected(meeting=meeting, state=state, since=time.time())


def projector(request: SignedInRequest, slug: str, code: str) -> HttpResponseBase:
    """The country whose turn it is, in large letters; 304 while nothing has changed."""
    cycle = cycle_or_404(request, slug)
    meeting = meeting_or_404(request, cycle, code)
    policy.require(request.user, "meeting.run")
    country_round = get_object_or_404(Round, meeting=meeting)
    country_round.meeting = meeting
    projected: Projected | None = request.session.get(KEY)
    is_followed = projected is not None and projected["meeting"] == meeting.pk
    screen = screen_of(country_round, projected["state"] if projected and is_followed else "")
    seconds = int(time.time() - projected["since"]) if projected and is_followed else None
    etag = f'"{screen.fingerprint}"'
    page = {"cycle": cycle, "meeting": meeting, "screen": screen, "seconds": seconds, "etag": etag}
    response = render(request, "rounds/projector.html", page)
    answer: HttpResponse | None = get_conditional_response(request, etag=etag, response=response)
    answer = response if answer is None else answer
    answer["ETag"] = etag
    return answer
