"""My desk, and all activity that a person may read."""

from datetime import timedelta
from typing import NamedTuple

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from reviews import clock
from reviews.models import CycleStatus, NationalReport, ReviewCycle, SeenUntil
from reviews.models.changes import with_seen
from reviews.models.workstreams import WORKSTREAMS, workstream_label
from reviews.queries import desk, progress
from reviews.queries.changes import changes_since_last_visit
from reviews.rendering import board_charts, fragments
from reviews.request_context import SignedInRequest
from reviews.views.base import parse_number
from reviews.web.errors import BadAddress

NEWEST = 5  # lines of activity on the desk
LARGEST_ID = 2**63 - 1
TREND_DAYS = 90  # of the line beside a figure


class Figure(NamedTuple):
    """A figure of a country, with a small line of how it came about."""

    label: str
    value: int | None
    line: SafeString


def desk_page(request: SignedInRequest) -> HttpResponse:
    """The own country, what there is to do, the next deadlines, recent activity."""
    visible = ReviewCycle.objects.visible_to(request.user).select_related("framework")
    cycles = list(with_seen(visible, request.user))
    running = [cycle for cycle in cycles if cycle.status == CycleStatus.OPEN]
    if request.method == "GET":
        SeenUntil.begin(request.user, running)
    reports = desk.reports_of(request.user, running)
    extensions = desk.extensions_of(running)
    lines = desk.deadlines_of_countries(request.user, running, reports, extensions)
    context = {
        "nav": "desk",
        "title": _("My desk"),
        "cycles": cycles,
        "has_several_cycles": len(cycles) > 1,
        "cards": cards_with_figures(request, reports),
        "waiting": desk.gather_tasks(desk.waiting(request.user, running, reports, lines, extensions)),
        "due": desk.due(lines),
        "changes_by_cycle": changes_since_last_visit(request.user, running),
        "activity": desk.activity(request.user, most=NEWEST),
        "demo": any(cycle.is_demo for cycle in cycles),
        "cycle": cycle_of_menu(request, cycles),
    }
    return render(request, "desk/desk.html", context)


def cards_with_figures(
    request: SignedInRequest, reports: list[NationalReport]
) -> list[tuple[desk.CountryCard, list[Figure]]]:
    """The cards of the own country, each with its three figures and how they came about."""
    cards, today = desk.own_cards(request.user, reports), clock.today()
    since = today - timedelta(days=TREND_DAYS)
    trends = progress.trends([card.report for card in cards], since, today) if cards else {}
    lines = board_charts.sparklines(trends, meetings=(), since=since, until=today)
    return [
        (
            card,
            [
                Figure(
                    workstream_label(name).capitalize(),
                    getattr(card.report, name),
                    fragments.sparkline(*lines[card.report.pk, name]),
                )
                for name in WORKSTREAMS
            ],
        )
        for card in cards
    ]


def cycle_of_menu(request: SignedInRequest, cycles: list[ReviewCycle]) -> ReviewCycle | None:
    """The cycle that was opened last; before that the newest."""
    last = [cycle for cycle in cycles if cycle.pk == request.user.last_cycle_id]
    return next(iter([*last, *cycles]), None)


def activity_page(request: SignedInRequest) -> HttpResponse:
    """All changes by others that the person may read, newest first; `?before=1234` goes on from there.

    With `?watched=yes` only those in what the person watches.
    """
    is_watched = request.GET.get("watched") == "yes"
    text = request.GET.get("before", "")
    before = parse_number(text, 0, LARGEST_ID)
    if text and before is None:
        raise BadAddress(_("There is no page “%s”.") % text[:40])
    rows = desk.activity(request.user, before, only_watched=is_watched)
    context = {
        "nav": "desk",
        "title": _("Changes in what I watch") if is_watched else _("All activity"),
        "activity": rows,
        "is_watched": is_watched,
        "older": rows[-1].pk if rows else None,
        "breadcrumbs": [(_("My desk"), "/")],
    }
    return render(request, "desk/activity.html", context)


def activity_target(request: SignedInRequest, pk: int) -> HttpResponse:
    """The page that a line of activity is about: looked for when somebody follows it, not for every line."""
    record = desk.page_of_news(get_object_or_404(desk.news_for(request.user), pk=pk))
    if record is None:
        raise Http404
    return redirect(record.get_absolute_url())
