"""Rehearsal of a country round: its pages as on the day of the meeting, and nothing of it is stored.

Each request opens the round anew in a transaction, takes the turns that were taken before, does what it asks, and is
rolled back. The browser's session alone remembers the order and which turns were taken.
"""

from collections.abc import Callable
from functools import partial, wraps
from typing import Any, TypedDict

from django.db import transaction
from django.http.response import HttpResponseBase

from reviews import clock, policy
from reviews.models import Meeting, NotAllowedNow, Organisation, Round, Turn, TurnStatus
from reviews.request_context import SignedInRequest

KEY = "rehearsal"

View = Callable[..., HttpResponseBase]


class Rehearsal(TypedDict):
    """What the session remembers."""

    meeting: int
    order: str
    first: list[str]  # codes of the members that come first
    taken: dict[str, str]  # by code of the member: the status of its turn, once it was taken


def begin(request: SignedInRequest, meeting: Meeting, *, order: str, first: list[str]) -> None:
    request.session[KEY] = Rehearsal(meeting=meeting.pk, order=order, first=first, taken={})


def end(request: SignedInRequest) -> None:
    request.session.pop(KEY, None)


def rehearsable(view: View) -> View:
    """Let a page of a country round also be rehearsed: whoever rehearses this meeting gets it rolled back."""

    @wraps(view)
    def rehearsed(request: SignedInRequest, slug: str, code: str, **kwargs: Any) -> HttpResponseBase:
        meeting = _meeting_rehearsed(request, slug, code)
        open_page = partial(view, request, slug=slug, code=code, **kwargs)
        response = _rehearse(request, meeting, open_page) if meeting else None
        return open_page() if response is None else response

    return rehearsed


def _rehearse(
    request: SignedInRequest, meeting: Meeting, open_page: Callable[[], HttpResponseBase]
) -> HttpResponseBase | None:
    """Open the page on the day of the meeting, and roll back; None where the rehearsal has come to its end."""
    with clock.at(max(meeting.starts_on, clock.today())), transaction.atomic():
        country_round = _play_again(request, meeting)
        if country_round is None:
            return None
        request.is_rehearsal = True  # type: ignore[attr-defined]  # for the templates
        response = open_page()
        render = getattr(response, "render", None)
        if render:
            render()
        _remember(request, country_round)
        transaction.set_rollback(True)
    return response


def _meeting_rehearsed(request: SignedInRequest, slug: str, code: str) -> Meeting | None:
    """The meeting of the address, if this person rehearses its round."""
    rehearsal: Rehearsal | None = request.session.get(KEY)
    if rehearsal is None or not policy.may(request.user, "meeting.run"):
        return None
    meetings = Meeting.objects.visible_to(request.user).select_related("cycle")
    return meetings.filter(pk=rehearsal["meeting"], cycle__slug=slug, code=code).first()


def _play_again(request: SignedInRequest, meeting: Meeting) -> Round | None:
    """Open the round and take the turns that were taken; None, and the end of the rehearsal, if it is refused."""
    rehearsal: Rehearsal = request.session[KEY]
    by, states = (
        request.user,
        {state.code: state for state in Organisation.objects.filter(code__in=rehearsal["first"])},
    )
    try:
        with transaction.atomic():
            first = [states[code] for code in rehearsal["first"] if code in states]
            country_round = Round.open_for(meeting, by=by, order=rehearsal["order"], first=first, early=True)
            turns = Turn.objects.filter(round=country_round).select_related(
                "round__meeting__cycle", "member_state"
            )
            for turn in turns:
                _take(turn, rehearsal["taken"].get(turn.member_state.code), by)
    except NotAllowedNow:  # somebody has opened it for real, or the meeting was cancelled
        end(request)
        return None
    return country_round


def _take(turn: Turn, status: str | None, by: Any) -> None:
    if status == TurnStatus.REPORTED:
        turn.mark_reported(by=by, expected_version=turn.version, note="")
    elif status == TurnStatus.PASSED:
        turn.pass_over(by=by, expected_version=turn.version)


def _remember(request: SignedInRequest, country_round: Round) -> None:
    """Remember which turns were taken; a round that was closed ends the rehearsal."""
    country_round.refresh_from_db()
    if not country_round.is_open:
        end(request)
        return
    turns = country_round.turns.exclude(status=TurnStatus.WAITING)
    taken = dict(turns.values_list("member_state__code", "status"))
    if taken != request.session[KEY]["taken"]:  # the projector, which asks all the time, writes nothing
        request.session[KEY] |= {"taken": taken}
        request.session.modified = True
