"""The agenda of a meeting: order, the outcome of each item, and the backlog."""

from typing import Any

from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reviews.actions.agenda import copy_agenda, order_agenda, outline_of
from reviews.forms.agenda import CarryForm, ConcludeForm, CopyAgendaForm, OrderForm
from reviews.forms.base import ConfirmForm
from reviews.models import AgendaItem, AgendaOutcome, Meeting, ReviewCycle
from reviews.request_context import SignedInRequest
from reviews.uploads.documents import CONTENT_TYPES
from reviews.views.base import cycle_or_404
from reviews.views.form_pages import FormPage, TransitionPage
from reviews.views.meetings import MeetingFormPage, meeting_or_404


def item_or_404(request: SignedInRequest, cycle: ReviewCycle, code: str, pk: str) -> AgendaItem:
    """An item on the agenda of a meeting that the person may read."""
    meeting = meeting_or_404(request, cycle, code)
    return get_object_or_404(AgendaItem.objects.select_related("meeting__cycle"), meeting=meeting, pk=pk)


def agenda_paper(request: SignedInRequest, slug: str, code: str, pk: str) -> FileResponse:
    """The paper of an item, always as a download under our name, for whoever may read the meeting."""
    item = item_or_404(request, cycle_or_404(request, slug), code, pk)
    if not item.file:
        raise Http404
    content_type = CONTENT_TYPES[item.file.name.rpartition(".")[2]]
    return FileResponse(
        item.file.open("rb"), as_attachment=True, filename=item.download_name, content_type=content_type
    )


class CopyAgenda(MeetingFormPage):
    """Take over the items of the template, or of another meeting's agenda."""

    form_class, is_new = CopyAgendaForm, True
    title, submit_label = _("Fill the agenda"), _("Add these items")
    success_message = _("The items are on the agenda. Change, order and complete them as needed.")

    def get_instance(self) -> AgendaItem:
        return AgendaItem(meeting=self.object)

    def get_form_kwargs(self) -> dict[str, Any]:
        meetings = Meeting.objects.filter(cycle=self.cycle, agendaitems__isnull=False).visible_to(
            self.request.user
        )
        others = meetings.exclude(pk=self.object.pk).distinct().order_by("-planned_from", "-pk")
        titles = " · ".join(item["title"] for item in outline_of(None))
        template = _now("The usual agenda: %s") % titles
        return super().get_form_kwargs() | {"meetings": list(others), "template": template}

    def perform(self, form: CopyAgendaForm, expected_version: int) -> Meeting:
        return copy_agenda(by=self.request.user, meeting=self.object, **form.values())

    def get_success_url(self) -> str:
        return f"{self.object.get_absolute_url()}#agenda"


class OrderAgenda(TransitionPage):
    """Put the agenda into another order: from dragging its items."""

    object: Meeting
    record_or_404 = staticmethod(meeting_or_404)
    form_class, permission, nav, is_new = OrderForm, "meeting.run", "meetings", True
    title, success_message = _("Order the agenda"), _("The order is saved.")

    def perform(self, form: OrderForm, expected_version: int) -> Meeting:
        return order_agenda(by=self.request.user, meeting=self.object, **form.values())

    def get_success_url(self) -> str:
        return f"{self.object.get_absolute_url()}#agenda"


class ConcludeItem(FormPage):
    """Record the outcome of an item; then the next one, if so wished."""

    record_or_404 = staticmethod(item_or_404)
    form_class, nav, template_name = ConcludeForm, "meetings", "meetings/conclude.html"
    permission, transition, verb = "meeting.run", "conclude", "conclude"
    title, success_message = _("Outcome"), _("The outcome is recorded.")
    initial_from = {"outcome": "outcome", "outcome_text": "outcome_text"}

    def get_initial(self) -> dict[str, Any]:
        """Of an item that has no outcome yet, the most frequent one is chosen."""
        values = super().get_initial()
        return values | {"outcome": values["outcome"] or AgendaOutcome.INFORMATION}

    @cached_property
    def next_item(self) -> AgendaItem | None:
        """The next item on the agenda without an outcome."""
        later = AgendaItem.objects.filter(meeting=self.object.meeting_id, position__gt=self.object.position)
        return later.planned().order_by("position").first()

    def get_success_url(self) -> str:
        if self.next_item and "next" in self.request.POST:
            codes = [self.cycle.slug, self.object.meeting.code, self.next_item.pk]
            return reverse("agenda-conclude", args=codes)
        return f"{self.object.get_absolute_url()}#{self.object.anchor}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        meeting = self.object.meeting
        return super().get_context_data(**kwargs) | {
            "next_item": self.next_item,
            "breadcrumbs": [(meeting, meeting.get_absolute_url())],
        }


class AgendaItemTransition(TransitionPage):
    """A transition of one item."""

    object: AgendaItem
    record_or_404 = staticmethod(item_or_404)
    nav = "meetings"


class MoveItem(AgendaItemTransition):
    """Another place on its agenda; the page then shows the item's place."""

    form_class, permission = ConfirmForm, "meeting.run"

    def get_success_url(self) -> str:
        return f"{self.object.get_absolute_url()}#{self.object.anchor}"


class MoveItemUp(MoveItem):
    verb, title, success_message = "move_up", _("Move up"), _("The item is one place higher.")


class MoveItemDown(MoveItem):
    verb, title, success_message = "move_down", _("Move down"), _("The item is one place lower.")


class PutOffItem(AgendaItemTransition):
    verb, title = "put_off", _("Not reached: into the backlog")
    success_message = _("The item waits in the backlog for the next meeting of the series.")


class CarryItem(AgendaItemTransition):
    form_class, verb, title = CarryForm, "carry", _("Take into the next meeting")
    success_message = _("The item is on this agenda now.")
    redirects_to_result = True

    def perform(self, form: CarryForm, expected_version: int) -> AgendaItem:
        code = form.cleaned_data["into"]
        into = meeting_or_404(self.request, self.cycle, code) if code else None
        return self.object.carry(by=self.request.user, expected_version=expected_version, into=into)


class ReopenItem(AgendaItemTransition):
    verb, title, success_message = "reopen", _("Take it up again"), _("The item is open again.")
