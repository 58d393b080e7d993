"""The brief for a meeting: page and Word document, of all countries or of one."""

from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from reviews import policy
from reviews.models import Organisation
from reviews.queries import brief
from reviews.queries.deadlines import by_deadline
from reviews.rendering import docx
from reviews.request_context import SignedInRequest
from reviews.views.base import cycle_or_404, page_of
from reviews.views.meetings import meeting_or_404
from reviews.views.minutes import word_response


def brief_or_404(request: SignedInRequest, slug: str, code: str) -> brief.Brief:
    """The brief of a meeting, or of one country of `?member_state=`; 404 for one that this person may not read."""
    cycle = cycle_or_404(request, slug)
    policy.require_reader(request.user, "report.read")
    meeting = meeting_or_404(request, cycle, code)
    try:
        return brief.build(meeting, request.user, request.GET.get("member_state", ""))
    except Organisation.DoesNotExist:
        raise Http404 from None


def brief_page(request: SignedInRequest, slug: str, code: str) -> HttpResponse:
    """The brief of today; `?member_state=VNM` of one country."""
    meeting_brief = brief_or_404(request, slug, code)
    meeting = meeting_brief.meeting
    context = {
        "cycle": meeting.cycle,
        "nav": "meetings",
        "meeting": meeting,
        "title": _("Brief"),
        "brief": meeting_brief,
        "overdue": by_deadline(meeting_brief.overdue),
        "page": page_of(request, meeting_brief.countries),
        "query": urlencode({"member_state": meeting_brief.only.code}) if meeting_brief.only else "",
        "breadcrumbs": [(meeting, meeting.get_absolute_url())],
    }
    return render(request, "brief/brief.html", context)


def brief_docx(request: SignedInRequest, slug: str, code: str) -> HttpResponse:
    """The same as a Word document."""
    meeting_brief = brief_or_404(request, slug, code)
    name = f"brief-{code}-{meeting_brief.only.code}" if meeting_brief.only else f"brief-{code}"
    return word_response(docx.brief(meeting_brief), name)
