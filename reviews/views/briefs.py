"""The brief for a meeting: page and Word document, of all countries or of one."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _

from reviews import brief, policy, word
from reviews.models import Meeting, Organisation
from reviews.views.base import cycle_or_404
from reviews.views.meetings import meeting_or_404
from reviews.views.minutes import word_response


def brief_page(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """The brief of today; `?member_state=VNM` of one country."""
    cycle, meeting, only = _asked(request, slug, code)
    states = [] if request.user.is_national else list(brief.readable(cycle, request.user))  # type: ignore[union-attr]
    context = {
        "cycle": cycle, "nav": "meetings", "meeting": meeting, "title": _("Brief"), "states": states,
        "brief": brief.build(meeting, request.user, only), "query": request.GET.urlencode(),
        "breadcrumbs": [(meeting, meeting.get_absolute_url())],
    }  # fmt: skip
    return render(request, "meetings/brief.html", context)


def brief_docx(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """The same as a Word document."""
    _cycle, meeting, only = _asked(request, slug, code)
    name = f"brief-{code}-{only.code}" if only else f"brief-{code}"
    return word_response(word.brief(brief.build(meeting, request.user, only)), name)


def _asked(request: HttpRequest, slug: str, code: str) -> tuple[Any, Meeting, Organisation | None]:
    """The meeting, and the country asked for, among those that this person may read."""
    cycle = cycle_or_404(request, slug)
    policy.require_reader(request.user, "report.read")
    meeting, wanted = meeting_or_404(request, cycle, code), request.GET.get("member_state")
    states = brief.readable(cycle, request.user)
    return cycle, meeting, get_object_or_404(states, code=wanted) if wanted else None
