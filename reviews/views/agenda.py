"""The agenda of a meeting: order, the outcome of each item, and the backlog."""

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from reviews.forms.agenda import CarryForm, ConcludeForm
from reviews.forms.base import ConfirmForm
from reviews.models import AgendaItem, ReviewCycle
from reviews.request_context import SignedInRequest
from reviews.views.form_pages import FormPage, TransitionPage
from reviews.views.meetings import meeting_or_404


def item_or_404(request: SignedInRequest, cycle: ReviewCycle, code: str, pk: str) -> AgendaItem:
    """An item on the agenda of a meeting that the person may read."""
    meeting = meeting_or_404(request, cycle, code)
    return get_object_or_404(AgendaItem.objects.select_related("meeting__cycle"), meeting=meeting, pk=pk)


class ConcludeItem(FormPage):
    """Record the outcome of an item."""

    record_or_404 = staticmethod(item_or_404)
    form_class, nav = ConcludeForm, "meetings"
    permission, transition, verb = "meeting.run", "conclude", "conclude"
    title, success_message = _("Outcome"), _("The outcome is recorded.")
    initial_from = {"outcome": "outcome", "outcome_text": "outcome_text"}


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
