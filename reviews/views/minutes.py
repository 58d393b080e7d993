"""The minutes of a meeting: page, drafting, editing part by part, transitions, Word document."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _

from reviews import clock, policy
from reviews.actions.minutes import draft_minutes, redraft_section
from reviews.forms.base import ConfirmForm, ReviewForm
from reviews.forms.minutes import AdoptForm, CirculateForm, SectionForm
from reviews.models import EditConflict, Meeting, Minutes, MinutesSection, ReviewCycle, Trace
from reviews.queries.minutes import notes_at
from reviews.rendering import docx
from reviews.request_context import SignedInRequest
from reviews.views.base import FormPage, TransitionPage, cycle_or_404, history
from reviews.views.meetings import meeting_or_404


def minutes_of(request: SignedInRequest, meeting: Meeting) -> Minutes | None:
    """The minutes of a meeting, if there are any that this person may read."""
    rows = Minutes.objects.visible_to(request.user).select_related("meeting__cycle", "adopted_by")
    return rows.filter(meeting=meeting).first()


def minutes_or_404(request: SignedInRequest, cycle: ReviewCycle, code: str) -> Minutes:
    """The minutes of a meeting, if this person may read them."""
    minutes = minutes_of(request, meeting_or_404(request, cycle, code))
    if minutes is None:
        raise Http404
    return minutes


def section_or_404(request: SignedInRequest, cycle: ReviewCycle, code: str, pk: str) -> MinutesSection:
    """A part of minutes that the person may read."""
    minutes = minutes_or_404(request, cycle, code)
    sections = minutes.sections.select_related("minutes__meeting__cycle", "minutes__adopted_by")
    return get_object_or_404(sections, pk=pk)


def minutes_page(request: SignedInRequest, slug: str, code: str) -> HttpResponse:
    """The minutes as they are worded now; before there are any, the button that drafts them."""
    cycle = cycle_or_404(request, slug)
    meeting = meeting_or_404(request, cycle, code)
    minutes = minutes_of(request, meeting)
    may_run = policy.may(request.user, "meeting.run") and not cycle.is_closed
    if minutes is None and not may_run:
        raise Http404
    context: dict[str, object] = {
        "cycle": cycle,
        "nav": "meetings",
        "meeting": meeting,
        "minutes": minutes,
        "may_run": may_run,
        "title": _("Minutes"),
        "breadcrumbs": [(meeting, meeting.get_absolute_url())],
    }
    if minutes:
        # A country's own words, for its people and for staff.
        notes = [note for note in notes_at(minutes.meeting) if policy.may(request.user, "report.read", note)]
        # For members without what was changed in the draft.
        is_staff = policy.may(request.user, "minutes.read")  # of every country
        rows = [row for row in history(request, minutes, limit=100) if is_staff or row.common]
        context |= {
            "sections": list(minutes.sections.all()),
            "transitions": minutes.transitions_for(request.user),
            "notes": notes,
            "history": rows[:30],
        }
    return render(request, "minutes/minutes.html", context)


def minutes_docx(request: SignedInRequest, slug: str, code: str) -> HttpResponse:
    """The minutes as a Word document: their text and nothing else, so that it can be passed on."""
    minutes = minutes_or_404(request, cycle_or_404(request, slug), code)
    return word_response(docx.minutes(minutes, minutes.sections.all()), f"minutes-{code}")


def word_response(content: bytes, name: str) -> HttpResponse:
    """A Word document as a download under our name, with its day."""
    response = HttpResponse(content, content_type=docx.DOCX)
    response["Content-Disposition"] = f'attachment; filename="{name}-{clock.today().isoformat()}.docx"'
    return response


class DraftMinutes(TransitionPage):
    object: Meeting
    record_or_404 = staticmethod(meeting_or_404)
    form_class, permission, nav, is_new = ConfirmForm, "meeting.run", "meetings", True
    title, success_message = (
        _("Draft the minutes"),
        _("The minutes are drafted; please read and edit every part."),
    )

    redirects_to_result = True

    def perform(self, form: ReviewForm, expected_version: int) -> Minutes:
        return draft_minutes(by=self.request.user, meeting=self.object)


class EditSection(FormPage):
    """Word one part of the minutes."""

    object: MinutesSection
    record_or_404 = staticmethod(section_or_404)
    form_class, permission, nav = SectionForm, "meeting.run", "meetings"
    transition, verb = "edit", "edit"
    success_message = _("This part is changed.")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"title": self.object.get_kind_display()}


class RedraftSection(TransitionPage):
    object: MinutesSection
    record_or_404 = staticmethod(section_or_404)
    form_class, permission, nav = ConfirmForm, "meeting.run", "meetings"
    title, success_message = _("Draft anew from the records"), _("This part is drafted anew.")

    def perform(self, form: ReviewForm, expected_version: int) -> MinutesSection:
        return redraft_section(by=self.request.user, section=self.object, expected_version=expected_version)


class MinutesTransition(TransitionPage):
    """A transition of the minutes."""

    object: Minutes
    record_or_404 = staticmethod(minutes_or_404)
    nav = "meetings"

    def render_conflict(self, form: CirculateForm | AdoptForm, conflict: EditConflict) -> HttpResponse:
        """The minutes or a part of them changed meanwhile: show what is newer than the text that the person read."""
        self.object = self.get_object()
        changes = list(Trace.objects.since_version(self.object, conflict.expected_version))
        seen = map(int, form.cleaned_data["seen_parts"].split("."))
        for part, version in zip(self.object.sections.all(), seen, strict=False):
            changes += Trace.objects.since_version(part, version)
        form.accept_version(self.object.version)
        form.replace_data({"seen_parts": self.object.seen_parts})
        locked = self.get_refusal_reason()
        if locked:
            form.add_error(None, locked)
        stale = {
            "by": changes[-1].by if changes else None,
            "changes": changes,
            "locked": locked,
            "feed": True,
        }
        return self.render_to_response(self.get_context_data(form=form, stale=stale), status=409)


class CirculateMinutes(MinutesTransition):
    form_class = CirculateForm
    verb, title, submit_label = "circulate", _("Circulate the minutes"), _("Circulate")
    success_message = _("The minutes are circulated: the members can read them.")


class AdoptMinutes(MinutesTransition):
    form_class = AdoptForm
    verb, title = "adopt", _("Record that the minutes were adopted")
    submit_label, success_message = _("Adopt"), _("The minutes are adopted and locked.")
