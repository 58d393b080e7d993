"""Meetings: the list, one meeting with its agenda, delegations, decisions and action points."""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from reviews import policy
from reviews.forms.base import OptionalNoteForm, ReasonForm, RequiredNoteForm
from reviews.forms.meetings import (
    ActionPointForm,
    AgendaItemForm,
    DecisionForm,
    DelegationForm,
    HoldForm,
    MeetingForm,
)
from reviews.forms.minutes import FinishForm
from reviews.lists.actionpoints import ActionPointFilter, ActionPointTable
from reviews.lists.meetings import MeetingFilter, MeetingTable
from reviews.models import (
    ActionPoint,
    AgendaItem,
    Decision,
    Delegation,
    Meeting,
    MeetingStatus,
    Minutes,
)
from reviews.models.agenda import planned_minutes
from reviews.queries.meetings import Preview, preview
from reviews.uploads.storage import CONTENT_TYPES
from reviews.views.base import FormPage, ListPage, TransitionPage, cycle_or_404, cycles_named, history


def meeting_or_404(request: HttpRequest, cycle: Any, code: str) -> Meeting:
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


class ActionPointList(ListPage):
    """Action points of all meetings of the cycle."""

    title, nav, permission = _("Action points"), "meetings", "meeting.read"
    table_class, filterset_class = ActionPointTable, ActionPointFilter
    empty_text = _("No meeting has given anybody anything to do yet.")

    def get_queryset(self) -> Any:
        points = ActionPoint.objects.filter(meeting__cycle=self.cycle).visible_to(self.request.user)
        return points.select_related("meeting__cycle", "owner", "owner_body").order_by("due_on", "pk")


def meeting_page(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """One meeting and everything that was agreed at it."""
    meeting = get_object_or_404(_shown(request, slug), code=code)
    cycle = meeting.cycle
    may_run = policy.may(request.user, "meeting.run") and not cycle.is_closed
    agenda, backlog = _agenda(request.user, meeting)
    own, former = _actions(request.user, meeting)
    context = {
        "cycle": cycle, "nav": "meetings", "meeting": meeting, "title": meeting.title, "may_run": may_run,
        "agenda": agenda, "planned_minutes": planned_minutes(agenda), "decisions": meeting.decisions.all(),
        "delegations": meeting.delegations.select_related("organisation"),
        "actions": [ActionShown(point, request.user) for point in own], "former_actions": former,
        "backlog": backlog if may_run else [],
        "hanging": cycle.deadlines.filter(anchor=meeting).visible_to(request.user),
        "has_minutes": meeting.has_minutes,
        "reads_brief": policy.scope_of(request.user, "report.read") is not policy.Scope.NOTHING,
        "is_planned": meeting.status == MeetingStatus.PLANNED, "history": history(request, meeting),
    }  # fmt: skip
    return render(request, "meetings/meeting.html", context)


def _shown(request: HttpRequest, slug: str) -> Any:
    """The meetings of a cycle that this person may open, each with its cycle and whether there are minutes."""
    minutes = Minutes.objects.visible_to(request.user).filter(meeting=OuterRef("pk"))
    meetings = Meeting.objects.visible_to(request.user).annotate(has_minutes=Exists(minutes))
    found = meetings.filter(cycle__in=cycles_named(request, slug))
    return found.select_related("cycle", "host", "disruption")


@dataclass
class ActionShown:
    """An action point, with what this person may do about it."""

    point: ActionPoint
    user: Any

    @property
    def mine(self) -> bool:
        return self.point.may_finish(self.user)

    @property
    def may_verify(self) -> bool:
        return self.point.waits_for_verification and self.point.may_verify(self.user)

    @property
    def opens_document(self) -> bool:
        return bool(self.point.file) and self.point.may_open_document(self.user)

    @property
    def finish_form(self) -> FinishForm:
        return FinishForm(auto_id=f"finish-{self.point.pk}-%s", high=self.point.is_high)


def _agenda(user: Any, meeting: Meeting) -> tuple[list[Any], list[Any]]:
    """The meeting's agenda; if it is the next of its series, what earlier ones did not reach."""
    earlier = Meeting.objects.before(meeting).visible_to(user)
    late = AgendaItem.objects.backlog().filter(meeting__in=earlier)
    rows = AgendaItem.objects.filter(meeting=meeting) | late
    own, backlog = _apart(rows.select_related("carried_from"), meeting, "position")
    for item in own:
        if item.carried_from and not item.carried_from.meeting.is_read_by(user):
            item.carried_from = None  # shown, not stored: for this person that meeting does not exist
    is_next = backlog and Meeting.objects.next_after(meeting, including=True) == meeting
    return own, backlog if is_next else []


def _actions(user: Any, meeting: Meeting) -> tuple[list[Any], list[Any]]:
    """The meeting's own action points, and what is unfinished of earlier meetings of its series."""
    earlier = Meeting.objects.before(meeting).visible_to(user)
    former = ActionPoint.objects.unfinished().filter(meeting__in=earlier)
    rows = ActionPoint.objects.filter(meeting=meeting) | former
    return _apart(rows.select_related("owner", "owner_body"), meeting, "number")


def _apart(rows: Any, meeting: Meeting, order: str) -> tuple[list[Any], list[Any]]:
    """What belongs to the meeting, and what to earlier ones: one question to the database for both."""
    found = list(rows.order_by(order))
    carried = [item for row in found if (item := getattr(row, "carried_from", None))]
    _know_meetings([*found, *carried], meeting)
    former = [row for row in found if row.meeting != meeting]
    former.sort(key=lambda row: (row.meeting.planned_from, row.meeting_id))
    return [row for row in found if row.meeting == meeting], former


def _know_meetings(parts: list[Any], meeting: Meeting) -> None:
    """Parts of this meeting and of others of its cycle: those are asked for only where there is any."""
    others = {part.meeting_id for part in parts} - {meeting.pk}
    known = {meeting.pk: meeting} | (meeting.cycle.meetings.in_bulk(others) if others else {})
    for part in parts:
        part.meeting = known[part.meeting_id]


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
    """Change or move a meeting; the first plan stays."""

    form_class, title, success_message = MeetingForm, _("Change the meeting"), _("The meeting is changed.")

    def form_valid(self, form: Any) -> HttpResponse:
        """Before anything hanging from the meeting moves with it, show what would."""
        shown = self._preview(form)
        if shown is None or self.request.POST.get("confirmed") == shown.fingerprint:
            return super().form_valid(form)
        page = {
            "form": form, "preview": shown, "title": _("Move the meeting"),
            "changed_meanwhile": "confirmed" in self.request.POST,
        }  # fmt: skip
        return render(self.request, "meetings/move.html", self.get_context_data(**page))

    def _preview(self, form: Any) -> Preview | None:
        """What would move; None where nothing does, or where the move itself would be refused."""
        typed = form.cleaned_data
        refused = typed["version"] != self.object.version or not typed["why"].strip()
        if (
            refused
            or self.get_refusal_reason()
            or self.object.status != MeetingStatus.PLANNED
            or not self.object.would_move(typed)
        ):
            return None
        shown = preview(self.object, typed["planned_from"], typed["planned_to"])
        return shown if shown.following else None

    def perform(self, form: Any, expected_version: int) -> Any:
        return self.object.move(by=self.request.user, expected_version=expected_version, **form.values())


class HoldMeeting(MeetingFormPage):
    form_class, transition = HoldForm, "hold"
    title, success_message = _("Record that the meeting was held"), _("The meeting is recorded as held.")

    def get_initial(self) -> dict[str, Any]:
        return {"held_from": self.object.planned_from, "held_to": self.object.planned_to}

    def perform(self, form: Any, expected_version: int) -> Any:
        return self.object.hold(by=self.request.user, expected_version=expected_version, **form.values())


class CancelMeeting(MeetingFormPage):
    form_class, transition = ReasonForm, "cancel"
    title, success_message = _("Cancel the meeting"), _("The meeting is cancelled.")
    submit_label = _("Cancel the meeting")

    def perform(self, form: Any, expected_version: int) -> Any:
        return self.object.cancel(by=self.request.user, expected_version=expected_version, **form.values())


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
        return self.object.record(PARTS[self.kwargs["kind"]][0], by=self.request.user, **form.values())


class EditPart(FormPage):
    """Correct one of them."""

    permission, nav, transition, success_message = "meeting.run", "meetings", "edit", _("It is changed.")

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

    def perform(self, form: Any, expected_version: int) -> Any:
        return self.object.edit(by=self.request.user, expected_version=expected_version, **form.values())


class ActionMove(TransitionPage):
    """Finish, drop or reopen an action point."""

    nav, verb = "meetings", ""
    form_class: Any = RequiredNoteForm

    def get_object(self) -> ActionPoint:
        points = ActionPoint.objects.visible_to(self.request.user).select_related("meeting__cycle")
        return get_object_or_404(points, pk=self.kwargs["pk"], meeting__cycle=self.cycle)

    def check_permission(self) -> None:
        if not self.object.may_finish(self.request.user):
            raise PermissionDenied(_("This action point is not yours to close."))

    def get_success_url(self) -> str:
        return self.object.meeting.get_absolute_url()

    def perform(self, form: Any, expected_version: int) -> Any:
        return getattr(self.object, self.verb)(
            by=self.request.user, expected_version=expected_version, **form.values()
        )


class FinishAction(ActionMove):
    form_class, verb, title = FinishForm, "finish", _("Close the action point")
    success_message = _("The action point is closed as done.")

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"high": self.object.is_high}


class DropAction(ActionMove):
    verb, title, success_message = "drop", _("Drop the action point"), _("The action point is dropped.")

    def check_permission(self) -> None:
        policy.require(self.request.user, "meeting.run")


class ReopenAction(ActionMove):
    verb, title, success_message = (
        "reopen",
        _("Reopen the action point"),
        _("The action point is open again."),
    )

    def check_permission(self) -> None:
        policy.require(self.request.user, "meeting.run")


class VerifyAction(ActionMove):
    """A second person has looked at the document."""

    form_class, verb, title = OptionalNoteForm, "verify", _("Verify the action point")
    success_message = _("The action point is verified.")

    def check_permission(self) -> None:
        policy.require(self.request.user, "action.verify")


def action_file(request: HttpRequest, slug: str, pk: str) -> FileResponse:
    """The document of an action point, always as a download under our name."""
    points = ActionPoint.objects.visible_to(request.user).select_related("meeting__cycle")
    point = get_object_or_404(points, pk=pk, meeting__cycle=cycle_or_404(request, slug))
    if not point.file or not point.may_open_document(request.user):
        raise Http404
    kind = CONTENT_TYPES[point.file.name.rpartition(".")[2]]
    return FileResponse(
        point.file.open("rb"), as_attachment=True, filename=point.download_name, content_type=kind
    )
