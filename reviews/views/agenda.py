"""The agenda of a meeting: order, what came of each item, and the backlog."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from reviews.forms.base import NoteForm, OwedNoteForm, PlainMoveForm
from reviews.forms.minutes import ConcludeForm
from reviews.models import AgendaItem
from reviews.views.base import FormPage, MovePage
from reviews.views.meetings import meeting_or_404


def item_or_404(page: FormPage) -> AgendaItem:
    """An item on the agenda of a meeting that the person may read."""
    meeting = meeting_or_404(page.request, page.cycle, page.kwargs["code"])
    items = AgendaItem.objects.select_related("meeting__cycle")
    item: AgendaItem = get_object_or_404(items, meeting=meeting, pk=page.kwargs["pk"])
    return item


class ConcludeItem(FormPage):
    """Record what came of an item."""

    form_class, right, nav, step = ConcludeForm, "meeting.run", "meetings", "conclude"
    title, done = _("What came of it"), _("The outcome is recorded.")

    def get_subject(self) -> AgendaItem:
        return item_or_404(self)

    def get_initial(self) -> dict[str, Any]:
        return {"outcome": self.subject.outcome, "outcome_text": self.subject.outcome_text}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"lead": self.subject}

    def write(self, form: Any, seen: int) -> Any:
        return self.subject.conclude(by=self.request.user, seen=seen, **form.values())


class ItemMove(MovePage):
    """A move of one item: `verb` names the method of the model."""

    right, nav, verb = "meeting.run", "meetings", ""
    form_class: Any = PlainMoveForm

    def get_subject(self) -> AgendaItem:
        return item_or_404(self)

    def write(self, form: Any, seen: int) -> Any:
        return getattr(self.subject, self.verb)(by=self.request.user, seen=seen, **form.values())


class MoveItem(ItemMove):
    """On its agenda; whoever orders the agenda stays where the item is."""

    def get_next(self, record: Any) -> str:
        return f"{self.subject.get_absolute_url()}#{self.subject.anchor}"


class MoveItemUp(MoveItem):
    verb, title, done = "move_up", _("Move up"), _("The item stands one place higher.")


class MoveItemDown(MoveItem):
    verb, title, done = "move_down", _("Move down"), _("The item stands one place lower.")


class PutOffItem(ItemMove):
    form_class, verb, title = NoteForm, "put_off", _("Not reached: into the backlog")
    done = _("The item waits in the backlog for the next meeting of the series.")


class CarryItem(ItemMove):
    verb, title = "carry", _("Take into the next meeting")
    done = _("The item stands on this agenda now.")

    def get_next(self, record: Any) -> str:
        return str(record.get_absolute_url())


class ReopenItem(ItemMove):
    form_class, verb, title = OwedNoteForm, "reopen", _("Take it up again")
    done = _("The item is open again.")
