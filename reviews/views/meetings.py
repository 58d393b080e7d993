"""Meetings: the list, one meeting with everything recorded at it, and their forms."""

from typing import Any

from django.db.models import Exists, OuterRef
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from reviews import policy
from reviews.forms.actionpoints import ActionPointForm
from reviews.forms.agenda import AgendaItemForm
from reviews.forms.base import ReasonForm
from reviews.forms.meetings import (
    DecisionForm,
    DelegationForm,
    HoldForm,
    MeetingForm,
)
from reviews.lists.meetings import MeetingFilter, MeetingTable
from reviews.models import (
    ActionPoint,
    AgendaItem,
    Decision,
    Delegation,
    Meeting,
    MeetingStatus,
    Minutes,
    ReviewCycle,
    User,
)
from reviews.models.agenda import planned_minutes
from reviews.queries.meetings import Preview, preview_of
from reviews.request_context import SignedInRequest
from reviews.views.actionpoints import ActionPointCard
from reviews.views.base import FormPage, ListPage, cycles_named, history


def meeting_or_404(request: SignedInRequest, cycle: ReviewCycle, code: str) -> Meeting:
    """A meeting, if this person may read it."""
    meetings = cycle.meetings.visible_to(request.user).select_related("host", "disruption")
    meeting: Meeting = get_object_or_404(meetings, code=code)
    return meeting


class MeetingList(ListPage):
    """The meetings of the cycle, in order of date."""

    title, nav, permission = _("Meetings"), "meetings", "meeting.read"
    table_class, filterset_class = MeetingTable, MeetingFilter
    empty_text = _("No meeting has been planned yet.")

    def get_queryset(self) -> Any:
        meetings = Meeting.objects.filter(cycle=self.cycle).visible_to(self.request.user)
        return meetings.select_related("cycle", "host").order_by("planned_from", "pk")

    def get_actions(self) -> list[tuple[Any, str]]:
        actions = [(_("Action points"), reverse("action-list", args=[self.cycle.slug]))]
        if policy.may(self.request.user, "meeting.run") and not self.cycle.is_closed:
            actions.insert(0, (_("Plan a meeting"), reverse("meeting-add", args=[self.cycle.slug])))
        return actions


def meeting_page(request: SignedInRequest, slug: str, code: str) -> HttpResponse:
    """One meeting and everything that was agreed at it."""
    meeting = get_object_or_404(_meetings_with_minutes(request, slug), code=code)
    cycle = meeting.cycle
    may_run = policy.may(request.user, "meeting.run") and not cycle.is_closed
    agenda, backlog = _agenda(request.user, meeting)
    points, former = _action_points(request.user, meeting)
    context = {
        "cycle": cycle, "nav": "meetings", "meeting": meeting, "title": meeting.title, "may_run": may_run,
        "agenda": agenda, "planned_minutes": planned_minutes(agenda), "decisions": meeting.decisions.all(),
        "delegations": meeting.delegations.select_related("organisation"),
        "actions": [ActionPointCard(point, request.user) for point in points], "former_actions": former,
        "backlog": backlog if may_run else [],
        "anchored_deadlines": cycle.deadlines.filter(anchor=meeting).visible_to(request.user),
        "has_minutes": meeting.has_minutes,
        "reads_brief": policy.scope_of(request.user, "report.read") is not policy.Scope.NOTHING,
        "is_planned": meeting.status == MeetingStatus.PLANNED, "history": history(request, meeting),
    }  # fmt: skip
    return render(request, "meetings/meeting.html", context)


def _meetings_with_minutes(request: SignedInRequest, slug: str) -> Any:
    """The meetings of a cycle that this person may open, each with its cycle and whether there are minutes."""
    minutes = Minutes.objects.visible_to(request.user).filter(meeting=OuterRef("pk"))
    meetings = Meeting.objects.visible_to(request.user).annotate(has_minutes=Exists(minutes))
    meetings = meetings.filter(cycle__in=cycles_named(request, slug))
    return meetings.select_related("cycle", "host", "disruption")


def _agenda(user: User, meeting: Meeting) -> tuple[list[AgendaItem], list[AgendaItem]]:
    """The meeting's agenda; and if it is the next of its series, what earlier ones did not reach."""
    earlier = Meeting.objects.before(meeting).visible_to(user)
    backlog = AgendaItem.objects.backlog().filter(meeting__in=earlier)
    rows = AgendaItem.objects.filter(meeting=meeting) | backlog
    agenda, not_reached = _split_by_meeting(rows.select_related("carried_from"), meeting, "position")
    for item in agenda:
        if item.carried_from and not item.carried_from.meeting.is_read_by(user):
            item.carried_from = None  # on the page, not stored: for this person that meeting does not exist
    is_next = not_reached and Meeting.objects.next_after(meeting, including=True) == meeting
    return agenda, not_reached if is_next else []


def _action_points(user: User, meeting: Meeting) -> tuple[list[ActionPoint], list[ActionPoint]]:
    """The meeting's own action points, and what is unfinished of earlier meetings of its series."""
    earlier = Meeting.objects.before(meeting).visible_to(user)
    unfinished = ActionPoint.objects.unfinished().filter(meeting__in=earlier)
    rows = ActionPoint.objects.filter(meeting=meeting) | unfinished
    return _split_by_meeting(rows.select_related("owner", "owner_body"), meeting, "number")


def _split_by_meeting(rows: Any, meeting: Meeting, order: str) -> tuple[list[Any], list[Any]]:
    """What belongs to the meeting, and what to earlier ones: one query for both."""
    parts = list(rows.order_by(order))
    carried = [item for part in parts if (item := getattr(part, "carried_from", None))]
    _set_meetings([*parts, *carried], meeting)
    earlier = [part for part in parts if part.meeting != meeting]
    earlier.sort(key=lambda part: (part.meeting.planned_from, part.meeting_id))
    return [part for part in parts if part.meeting == meeting], earlier


def _set_meetings(parts: list[Any], meeting: Meeting) -> None:
    """Set `meeting` on parts of this one and of others of its cycle; the others are queried only if there are any."""
    others = {part.meeting_id for part in parts} - {meeting.pk}
    meetings = {meeting.pk: meeting} | (meeting.cycle.meetings.in_bulk(others) if others else {})
    for part in parts:
        part.meeting = meetings[part.meeting_id]


class AddMeeting(FormPage):
    form_class, permission, nav, is_new = MeetingForm, "meeting.run", "meetings", True
    title, submit_label, success_message = _("Plan a meeting"), _("Plan"), _("The meeting is planned.")

    def get_instance(self) -> Meeting:
        return Meeting(cycle=self.cycle)

    def perform(self, form: Any, expected_version: int) -> Any:
        return Meeting.plan(self.cycle, by=self.request.user, **form.values())

    def get_success_url(self) -> str:
        return self.result.get_absolute_url()


class MeetingFormPage(FormPage):
    """A form about one meeting."""

    permission, nav = "meeting.run", "meetings"

    def get_object(self) -> Meeting:
        return meeting_or_404(self.request, self.cycle, self.kwargs["code"])


class EditMeeting(MeetingFormPage):
    """Change or reschedule a meeting; the first plan stays."""

    form_class, verb = MeetingForm, "reschedule"
    title, success_message = _("Change the meeting"), _("The meeting is changed.")

    def form_valid(self, form: Any) -> HttpResponse:
        """Before deadlines anchored to the meeting are rescheduled with it, show which."""
        preview = self._preview(form)
        if preview is None or self.request.POST.get("confirmed") == preview.fingerprint:
            return super().form_valid(form)
        page = {
            "form": form, "preview": preview, "title": _("Move the meeting"),
            "changed_meanwhile": "confirmed" in self.request.POST,
        }  # fmt: skip
        return render(self.request, "meetings/move.html", self.get_context_data(**page))

    def _preview(self, form: Any) -> Preview | None:
        """The deadlines that would follow; None where none does, or where rescheduling would be refused."""
        values = form.cleaned_data
        refused = values["version"] != self.object.version or not values["why"].strip()
        refused = refused or self.get_refusal_reason() or self.object.status != MeetingStatus.PLANNED
        if refused or not self.object.has_other_dates(values):
            return None
        preview = preview_of(self.object, values["planned_from"], values["planned_to"])
        return preview if preview.following else None


class HoldMeeting(MeetingFormPage):
    form_class, transition, verb = HoldForm, "hold", "hold"
    title, success_message = _("Record that the meeting was held"), _("The meeting is recorded as held.")

    def get_initial(self) -> dict[str, Any]:
        return {"held_from": self.object.planned_from, "held_to": self.object.planned_to}


class CancelMeeting(MeetingFormPage):
    form_class, transition, verb = ReasonForm, "cancel", "cancel"
    title, success_message = _("Cancel the meeting"), _("The meeting is cancelled.")
    submit_label = _("Cancel the meeting")


# What may be recorded at a meeting, by the word in the address.
PARTS: dict[str, tuple[Any, Any, Any]] = {
    "agenda": (AgendaItem, AgendaItemForm, _("Agenda item")),
    "delegations": (Delegation, DelegationForm, _("Delegation")),
    "decisions": (Decision, DecisionForm, _("Decision")),
    "actions": (ActionPoint, ActionPointForm, _("Action point")),
}


class AddPart(MeetingFormPage):
    """A new agenda item, delegation, decision or action point."""

    is_new, success_message = True, _("It is recorded.")

    def get_form_class(self) -> Any:
        return PARTS[self.kwargs["kind"]][1]

    def get_form_kwargs(self) -> dict[str, Any]:
        model = PARTS[self.kwargs["kind"]][0]
        return super().get_form_kwargs() | {"instance": model(meeting=self.object)}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"title": PARTS[self.kwargs["kind"]][2]}

    def perform(self, form: Any, expected_version: int) -> Any:
        return PARTS[self.kwargs["kind"]][0].add_to(self.object, by=self.request.user, **form.values())


class EditPart(FormPage):
    """Correct one of them."""

    permission, nav, transition, verb = "meeting.run", "meetings", "edit", "edit"
    success_message = _("It is changed.")

    def get_object(self) -> Any:
        meeting = meeting_or_404(self.request, self.cycle, self.kwargs["code"])
        parts = PARTS[self.kwargs["kind"]][0].objects.select_related("meeting__cycle")
        return get_object_or_404(parts, meeting=meeting, pk=self.kwargs["pk"])

    def get_form_class(self) -> Any:
        return PARTS[self.kwargs["kind"]][1]

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"instance": self.object}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"title": PARTS[self.kwargs["kind"]][2]}

    def get_success_url(self) -> str:
        return self.object.meeting.get_absolute_url()
