"""The minutes of a meeting: page, drafting, editing part by part, transitions, Word document."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from reviews import clock, policy
from reviews.actions.minutes import draft_minutes, redraft_section
from reviews.forms.base import ConfirmForm, ReviewForm
from reviews.forms.minutes import AdoptForm, CirculateForm, RedraftForm, SectionForm
from reviews.models import (
    EditConflict,
    Meeting,
    Minutes,
    MinutesSection,
    MinutesStatus,
    ReviewCycle,
    SectionKind,
    Trace,
)
from reviews.models.watches import with_watch
from reviews.queries.meetings import steps_of
from reviews.queries.minutes import (
    circulations,
    fingerprint,
    notes_at,
    readable_sections,
    sections_of_version,
    text_of_section,
)
from reviews.rendering import docx
from reviews.rendering.differences import line_differences
from reviews.request_context import SignedInRequest
from reviews.views.base import cycle_or_404, history, parse_number
from reviews.views.form_pages import FormPage, TransitionPage
from reviews.views.meetings import meeting_or_404
from reviews.web.errors import BadAddress


def readable_minutes(request: SignedInRequest, meeting: Meeting) -> QuerySet[Minutes]:
    """The minutes of a meeting as a queryset: none, or one."""
    rows = Minutes.objects.visible_to(request.user).select_related("meeting__cycle", "adopted_by")
    return rows.filter(meeting=meeting)


def minutes_of(request: SignedInRequest, meeting: Meeting) -> Minutes | None:
    """The minutes of a meeting, if there are any that this person may read."""
    return readable_minutes(request, meeting).first()


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
    minutes = with_watch(readable_minutes(request, meeting), request.user).first()
    may_run = policy.may(request.user, "meeting.run") and not cycle.is_closed
    if minutes is None and not may_run:
        raise Http404
    context: dict[str, object] = {
        "cycle": cycle,
        "nav": "meetings",
        "meeting": meeting,
        "minutes": minutes,
        "may_run": may_run,
        "steps": steps_of(meeting, may_run=may_run),
        "title": _("Minutes"),
        "breadcrumbs": [(meeting, meeting.get_absolute_url())],
    }
    if minutes:
        is_staff = policy.may(request.user, "minutes.read")  # of every country
        versions = circulations(minutes)
        shown = version_of_address(request, versions)
        sections = (
            sections_of_version(minutes, versions[shown - 1])
            if shown
            else readable_sections(minutes, request.user)
        )
        # A country's own words, for its people and for staff.
        notes = [note for note in notes_at(minutes.meeting) if policy.may(request.user, "report.read", note)]
        # For members without what was changed in the draft.
        rows = [row for row in history(request, minutes, limit=100) if is_staff or row.common]
        context |= {
            "sections": sections,
            "is_draft": minutes.status == MinutesStatus.DRAFT and is_staff,
            "versions": versions,
            "shown": shown,
            "transitions": set() if shown else minutes.transitions_for(request.user),
            "notes": notes,
            "history": rows[:30],
        }
    return render(request, "minutes/minutes.html", context)


def version_of_address(request: SignedInRequest, versions: list[Trace]) -> int:
    """The number of an earlier version, as in `?version=1`; 0: the present text. Raises BadAddress."""
    text = request.GET.get("version", "")
    if not text:
        return 0
    number = parse_number(text, 1, len(versions))
    if number is None:
        raise BadAddress(_("There is no version “%s” of these minutes.") % text[:40])
    return number


def minutes_docx(request: SignedInRequest, slug: str, code: str) -> HttpResponse:
    """The minutes as a Word document: their text and nothing else, so that it can be passed on."""
    minutes = minutes_or_404(request, cycle_or_404(request, slug), code)
    return word_response(docx.minutes(minutes, readable_sections(minutes, request.user)), f"minutes-{code}")


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


class RedraftSection(FormPage):
    """Shows what would change, and asks."""

    object: MinutesSection
    record_or_404 = staticmethod(section_or_404)
    form_class, permission, nav, transition = RedraftForm, "meeting.run", "meetings", "edit"
    template_name = "minutes/redraft.html"
    title, success_message = _("Regenerate from records"), _("This part is regenerated.")
    submit_label = _("Replace the text")

    @cached_property
    def draft(self) -> str:
        """The text that the records give now."""
        return text_of_section(SectionKind(self.object.kind), self.object.minutes.meeting)

    def perform(self, form: ReviewForm, expected_version: int) -> MinutesSection:
        if form.cleaned_data["drafted"] != fingerprint(self.draft):
            raise ValidationError(
                _("The records have changed meanwhile. Nothing was replaced: please look again.")
            )
        return redraft_section(by=self.request.user, section=self.object, expected_version=expected_version)

    def form_invalid(self, form: ReviewForm) -> HttpResponse:
        form.replace_data({"drafted": fingerprint(self.draft)})  # what is shown now
        return super().form_invalid(form)

    def get_initial(self) -> dict[str, Any]:
        return super().get_initial() | {"drafted": fingerprint(self.draft)}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        differences = line_differences(self.object.text, self.draft)
        return super().get_context_data(**kwargs) | {
            "lead": f"{self.object} · {self.object.minutes.meeting}",
            "differences": differences,
            "differs": any(line.change for line in differences),
        }


class MinutesTransition(TransitionPage):
    """A transition of the minutes."""

    object: Minutes
    record_or_404 = staticmethod(minutes_or_404)
    nav = "meetings"


class ReadMinutesTransition(MinutesTransition):
    """A transition of the minutes in the wording that the person has read."""

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
        return self.render_newer(form, changes, locked=locked, feed=True)


class CirculateMinutes(ReadMinutesTransition):
    form_class = CirculateForm
    verb, title, submit_label = "circulate", _("Circulate the minutes"), _("Circulate")
    success_message = _("The minutes are circulated: the members can read them.")


class ReviseMinutes(MinutesTransition):
    verb, title = "revise", _("Prepare a new version")
    submit_label = _("Prepare new version")
    success_message = _("You can edit the new version. Until you circulate it, members read the one before.")


class AdoptMinutes(ReadMinutesTransition):
    form_class = AdoptForm
    verb, title = "adopt", _("Record that the minutes were adopted")
    submit_label, success_message = _("Adopt"), _("The minutes are adopted and locked.")
