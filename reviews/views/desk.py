"""My desk, and all activity that a person may read."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from reviews.models import CycleStatus, ReviewCycle
from reviews.queries import desk
from reviews.request_context import SignedInRequest
from reviews.web.errors import BadAddress

NEWEST = 5  # lines of activity on the desk


def desk_page(request: SignedInRequest) -> HttpResponse:
    """The own country, what there is to do, the next deadlines, recent activity."""
    cycles = list(ReviewCycle.objects.visible_to(request.user).select_related("framework"))
    running = [cycle for cycle in cycles if cycle.status == CycleStatus.OPEN]
    lines = desk.deadlines_of_countries(request.user, running)
    context = {
        "nav": "desk",
        "title": _("My desk"),
        "cycles": cycles,
        "has_several_cycles": len(cycles) > 1,
        "cards": desk.own_cards(request.user, running),
        "waiting": desk.gather_tasks(desk.waiting(request.user, running, lines)),
        "due": desk.due(lines),
        "activity": desk.activity(request.user, most=NEWEST),
        "demo": any(cycle.is_demo for cycle in cycles),
        "cycle": cycle_of_menu(request, cycles),
    }
    return render(request, "desk/desk.html", context)


def cycle_of_menu(request: SignedInRequest, cycles: list[ReviewCycle]) -> ReviewCycle | None:
    """The cycle that was opened last; before that the newest."""
    last = [cycle for cycle in cycles if cycle.pk == request.user.last_cycle_id]
    return next(iter([*last, *cycles]), None)


def activity_page(request: SignedInRequest) -> HttpResponse:
    """All changes by others that the person may read, newest first; `?before=1234` goes on from there."""
    before = request.GET.get("before", "")
    if before and not (before.isascii() and before.isdecimal() and len(before) < 19):
        raise BadAddress(_("There is no page “%s”.") % before[:40])
    rows = desk.activity(request.user, int(before) if before else None)
    context = {
        "nav": "desk",
        "title": _("All activity"),
        "activity": rows,
        "older": rows[-1].pk if rows else None,
        "breadcrumbs": [(_("My desk"), "/")],
    }
    return render(request, "desk/activity.html", context)
