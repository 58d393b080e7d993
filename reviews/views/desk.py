"""My desk, and the cycles a person may open."""

from datetime import datetime, timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from reviews import clock
from reviews.models import CycleStatus, ReviewCycle
from reviews.queries import desk
from reviews.request_context import SignedInRequest

FIRST_VISIT_DAYS = 14  # how far back the changes go at the first visit


def desk_page(request: SignedInRequest) -> HttpResponse:
    """To do, what is due, what changed since my last visit."""
    cycles = list(ReviewCycle.objects.visible_to(request.user).select_related("framework"))
    running = [cycle for cycle in cycles if cycle.status == CycleStatus.OPEN]

    last_visit = request.session.get("last_visit")
    if last_visit and not clock.is_pinned():
        since = datetime.fromisoformat(last_visit)
    else:
        since = clock.now() - timedelta(days=FIRST_VISIT_DAYS)
    asked = desk.asked_of_countries(request.user, running)
    context = {
        "nav": "desk",
        "title": _("My desk"),
        "cycles": cycles,
        "since": since,
        "waiting": desk.gather_tasks(desk.waiting(request.user, running, asked)),
        "due": desk.due(asked),
        "changes": desk.changes(request.user, since),
        "demo": any(cycle.is_demo for cycle in cycles),
        "cycle": running[0] if len(running) == 1 else None,
    }
    return render(request, "desk/desk.html", context)
