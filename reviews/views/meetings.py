"""Meetings: the list, one meeting with everything recorded at it, and their forms."""

from typing import Any, NamedTuple, TypeVar

from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from reviews import clock, policy
from reviews.forms.actionpoints import ActionPointForm
from reviews.forms.agenda import AgendaItemForm
from reviews.forms.base import ReasonForm, RecordForm, ReviewForm
from reviews.forms.meetings import DecisionForm, HoldForm, MeetingForm
from reviews.lists.meetings import MeetingFilter, MeetingTable
from reviews.models import (
    ActionPoint,
    AgendaItem,
    Decision,
    Meeting,
    MeetingStatus,
    Minutes,
    ReviewCycle,
    User,
)
from reviews.models.agenda import planned_minutes
from reviews.models.follow_ups import with_mark
from reviews.models.meetings import MeetingPart
from reviews.models.watches import with_watch
from reviews.queries.calendars import last_changes, meeting_entry
from reviews.queries.meetings import (
    Dependents,
    Preview,
    dependents_of,
    fingerprint_of,
    preview_of,
    steps_of,
    with_progress,
)
from reviews.rendering.calendars import CALENDAR, meeting_calendar
from reviews.request_context import SignedInRequest
from reviews.text import is_blank
from reviews.views.actionpoints import ActionPointCard
from reviews.views.base import AddButton, ListPage, cycle_or_404, cycles_named, history, remember_cycle
from reviews.views.form_pages import AddPage, FormPage
from reviews.web.errors import Text


def meeting_or_404(request: SignedInRequest, cycle: ReviewCycle, code: str) -> Meeting:
    """A meeting, if this person may read it."""
    meetings = cycle.meetings.visible_to(request.user).select_related("host", "disruption")
    meetings = with_progress(meetings)
    return get_object_or_404(meetings, code=code)


class MeetingList(ListPage):
    """The meetings of the cycle, in order of date."""

    title, nav, permission = _("Meetings"), "meetings", "meeting.read"
    model, table_class, filterset_class = Meeting, MeetingTable, MeetingFilter
    select_related, ordering = ("cycle", "host"), ("planned_from", "pk")
    empty_text = _("No meeting has been planned yet.")
    add_button = AddButton(_("Plan a meeting"), "meeting-add", "meeting.run")


def meeting_page(request: SignedInRequest, slug: str, code: str) -> HttpResponse:
    """One meeting and everything that was agreed at it."""
    minutes = Minutes.objects.visible_to(request.user).filter(meeting=OuterRef("pk"))
    meetings = Meeting.objects.visible_to(request.user).filter(cycle__in=cycles_named(request, slug))
    meetings = with_progress(meetings.select_related("cycle", "host", "disruption"))
    meetings = with_watch(meetings.annotate(has_minutes=Exists(minutes)), request.user)
    meeting: Meeting = get_object_or_404(with_mark(meetings, request.user), code=code)
    cycle = meeting.cycle
    remember_cycle(request, cycle)
    may_run = policy.may(request.user, "meeting.run") and not cycle.is_closed
    agenda, backlog = agenda_of(request.user, meeting)
    points, earlier_points = action_points_of(request.user, meeting)
    context = {
        "cycle": cycle, "nav": "meetings", "meeting": meeting, "title": meeting.title, "may_run": may_run,
        "agenda": agenda, "planned_minutes": planned_minutes(agenda), "decisions": meeting.decisions.all(),
        "delegations": meeting.delegations.select_related("organisation").prefetch_related("people"),
        "actions": [ActionPointCard.for_user(point, request.user) for point in points],
        "earlier_actions": earlier_points, "backlog": backlog if may_run else [],
        "anchored_deadlines": cycle.deadlines.filter(anchor=meeting).visible_to(request.user),
        "has_minutes": meeting.has_minutes,  # type: ignore[attr-defined]  # annotated above
        "reads_brief": policy.scope_of(request.user, "report.read") is not policy.Scope.NOTHING,
        "steps": steps_of(meeting, may_run=may_run),
        "is_planned": meeting.status == MeetingStatus.PLANNED, "history": history(request, meeting),
    }  # fmt: skip
    return render(request, "meetings/meeting.html", context)


def meeting_ics(request: SignedInRequest, slug: str, code: str) -> HttpResponse:
    """The meeting as a file for a calendar program, for whoever may read its page."""
    cycle = cycle_or_404(request, slug)
    meeting = meeting_or_404(request, cycle, code)
    (change,) = last_changes([meeting_entry(meeting)])
    content = meeting_calendar(meeting, change, request.build_absolute_uri("/").rstrip("/"))
    response = HttpResponse(content, content_type=CALENDAR)
    response["Content-Disposition"] = f'attachment; filename="meeting-{code}.ics"'
    return response


def agenda_of(user: User, meeting: Meeting) -> tuple[list[AgendaItem], list[AgendaItem]]:
    """The meeting's agenda; and if it is the next of its series, what earlier ones of any series did not reach."""
    earlier = Meeting.objects.before(meeting).visible_to(user)
    backlog = AgendaItem.objects.backlog().filter(meeting__in=earlier)
    rows = AgendaItem.objects.filter(meeting=meeting) | backlog
    agenda, not_reached = split_by_meeting(rows.select_related("carried_from"), meeting, "position")
    for item in agenda:
        if item.carried_from and not item.carried_from.meeting.is_read_by(user):
            item.carried_from = None  # on the page, not stored: for this person that meeting does not exist
    is_next = not_reached and Meeting.objects.next_after(meeting, including=True) == meeting
    return agenda, not_reached if is_next else []


def action_points_of(user: User, meeting: Meeting) -> tuple[list[ActionPoint], list[ActionPoint]]:
    """The meeting's own action points; and those of earlier meetings that are open, or ended since the last one."""
    earlier = Meeting.objects.before(meeting).visible_to(user)
    last = Meeting.objects.last_before(meeting)
    since = clock.end_of(last.ends_on) if last else clock.start_of(meeting.cycle.starts_on)
    of_earlier = ActionPoint.objects.unfinished() | ActionPoint.objects.ended_since(since)
    rows = ActionPoint.objects.filter(meeting=meeting) | of_earlier.filter(meeting__in=earlier)
    return split_by_meeting(rows.select_related("owner", "owner_body"), meeting, "number")


Part = TypeVar("Part", bound=MeetingPart)


def split_by_meeting(rows: QuerySet[Part], meeting: Meeting, order: str) -> tuple[list[Part], list[Part]]:
    """What belongs to the meeting, and what to earlier ones: one query for both.

    The other meetings are queried only if there are any, and set on their parts.
    """
    parts = list(rows.order_by(order))
    origins = [getattr(part, "carried_from", None) for part in parts]
    carried = [item for item in origins if item is not None]
    other_ids = {part.meeting_id for part in (*parts, *carried)} - {meeting.pk}
    meetings = {meeting.pk: meeting} | (meeting.cycle.meetings.in_bulk(other_ids) if other_ids else {})
    for part in (*parts, *carried):
        part.meeting = meetings[part.meeting_id]
    earlier = [part for part in parts if part.meeting != meeting]
    earlier.sort(key=lambda part: (part.meeting.planned_from, part.meeting_id))
    return [part for part in parts if part.meeting == meeting], earlier


class AddMeeting(AddPage):
    model, verb, form_class = Meeting, "plan", MeetingForm
    permission, nav = "meeting.run", "meetings"
    title, submit_label, success_message = _("Plan a meeting"), _("Save meeting"), _("The meeting is saved.")


class MeetingFormPage(FormPage):
    """A form about one meeting."""

    object: Meeting
    record_or_404 = staticmethod(meeting_or_404)
    permission, nav = "meeting.run", "meetings"


class EditMeeting(MeetingFormPage):
    """Change or reschedule a meeting; the first plan stays."""

    form_class, verb = MeetingForm, "reschedule"
    title, success_message = _("Change the meeting"), _("The meeting is changed.")

    def form_valid(self, form: ReviewForm) -> HttpResponse:
        """Before deadlines anchored to the meeting are rescheduled with it, show which."""
        preview = self.preview_deadlines(form)
        if preview is None or self.request.POST.get("confirmed") == preview.fingerprint:
            return super().form_valid(form)
        page = self.get_context_data(
            form=form,
            preview=preview,
            title=_("Move the meeting"),
            changed_meanwhile="confirmed" in self.request.POST,
        )
        return render(self.request, "meetings/reschedule.html", page)

    def preview_deadlines(self, form: ReviewForm) -> Preview | None:
        """The deadlines that would follow; None where none does, or where rescheduling would be refused."""
        values = form.cleaned_data
        if values["version"] != self.object.version or is_blank(values["why"]):
            return None
        if self.object.status != MeetingStatus.PLANNED or self.get_refusal_reason():
            return None
        if not self.object.has_other_dates(values):
            return None
        preview = preview_of(self.object, values["planned_from"], values["planned_to"])
        return preview if preview.following else None


class HoldMeeting(MeetingFormPage):
    form_class, transition, verb = HoldForm, "hold", "hold"
    title, success_message = _("Record that the meeting was held"), _("The meeting is recorded as held.")
    initial_from = {"held_from": "planned_from", "held_to": "planned_to"}


class CancelMeeting(MeetingFormPage):
    """Cancel a meeting, after the page has named what depends on it."""

    form_class, transition, verb, template_name = ReasonForm, "cancel", "cancel", "meetings/cancel.html"
    title, success_message = _("Cancel the meeting"), _("The meeting is cancelled.")
    submit_label = _("Cancel the meeting")

    @cached_property
    def dependents(self) -> list[Dependents]:
        return dependents_of(self.object)

    def form_valid(self, form: ReviewForm) -> HttpResponse:
        """Before anything is written, show what has come to depend on it since the page was opened."""
        is_current = form.cleaned_data["version"] == self.object.version and not self.get_refusal_reason()
        if not is_current or self.request.POST.get("shown", "") == fingerprint_of(self.dependents):
            return super().form_valid(form)
        return self.render_to_response(self.get_context_data(form=form, changed_meanwhile=True))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        page = {"dependents": self.dependents, "shown": fingerprint_of(self.dependents)}
        return page | super().get_context_data(**kwargs)


class PartKind(NamedTuple):
    """A kind of record that is made at a meeting."""

    model: Any  # a part of a meeting: each has add_to(), with fields of its own
    form_class: type[RecordForm]
    title: Text


# By the word in the address.
PARTS = {
    "agenda": PartKind(AgendaItem, AgendaItemForm, _("Agenda item")),
    "decisions": PartKind(Decision, DecisionForm, _("Decision")),
    "actions": PartKind(ActionPoint, ActionPointForm, _("Action point")),
}


class PartPage(FormPage):
    """A form about an agenda item, decision or action point."""

    permission, nav = "meeting.run", "meetings"
    model: Any

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.model, self.form_class, self.title = PARTS[kwargs["kind"]]


class AddPart(PartPage):
    """A new one; with "Save and add another", the next form follows."""

    object: Meeting
    template_name = "meetings/add_part.html"
    is_new = asks_before_repeating = True
    success_message = _("The entry is saved.")

    def get_object(self) -> Meeting:
        return meeting_or_404(self.request, self.cycle, self.kwargs["code"])

    def get_instance(self) -> MeetingPart:
        return self.model(meeting=self.object)

    def perform(self, form: ReviewForm, expected_version: int) -> MeetingPart:
        return self.model.add_to(self.object, by=self.request.user, **form.values())

    def get_success_url(self) -> str:
        return self.request.path if "another" in self.request.POST else super().get_success_url()


class EditPart(PartPage):
    """Correct one of them."""

    object: MeetingPart
    transition = verb = "edit"
    success_message = _("It is changed.")

    def get_object(self) -> MeetingPart:
        meeting = meeting_or_404(self.request, self.cycle, self.kwargs["code"])
        parts = self.model.objects.select_related("meeting__cycle")
        return get_object_or_404(parts, meeting=meeting, pk=self.kwargs["pk"])

    def get_success_url(self) -> str:
        return self.object.meeting.get_absolute_url()
