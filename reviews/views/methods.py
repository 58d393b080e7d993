"""The library of method notes."""

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from reviews import policy
from reviews.forms.guidance import MethodNoteForm
from reviews.lists.methods import MethodFilter, MethodTable
from reviews.models import MethodNote, ReviewCycle
from reviews.request_context import SignedInRequest
from reviews.views.base import ListPage, cycle_or_404, history
from reviews.views.form_pages import FormPage
from reviews.web.errors import Text


def method_or_404(request: SignedInRequest, cycle: ReviewCycle, code: str) -> MethodNote:
    """A method note with how often it is cited, if this person may read it; notes belong to no cycle."""
    readable = MethodNote.objects.visible_to(request.user).with_uses(request.user)
    return get_object_or_404(readable.select_related("kind"), code=code)


class MethodList(ListPage):
    """How each kind of difficulty is treated."""

    title, nav, permission = _("Method notes"), "methods", "method.read"
    lead = _(
        "How each kind of data gap can be treated. The consultants write the notes and cite them in advice."
    )
    table_class, filterset_class = MethodTable, MethodFilter
    empty_text = _("No method note has been written yet.")

    def get_queryset(self) -> QuerySet[MethodNote]:
        readable = MethodNote.objects.visible_to(self.request.user).with_uses(self.request.user)
        return readable.select_related("kind").order_by("kind__position", "sort_key")

    def get_table_kwargs(self) -> dict[str, object]:
        return {"cycle": self.cycle}

    def get_actions(self) -> list[tuple[Text, str]]:
        """As an add button has it, but also while the cycle is closed: notes belong to none."""
        if not policy.may(self.request.user, "guidance.write"):
            return []
        return [(_("Write a method note"), reverse("method-add", args=[self.cycle.slug]))]


def method_page(request: SignedInRequest, slug: str, code: str) -> HttpResponse:
    """One method note, and how often advice cites it."""
    cycle = cycle_or_404(request, slug)
    note = method_or_404(request, cycle, code)
    context = {
        "cycle": cycle,
        "nav": "methods",
        "note": note,
        "title": note.title,
        "history": history(request, note),
        "may_edit": policy.may(request.user, "guidance.write"),
    }
    return render(request, "guidance/method.html", context)


class MethodForm(FormPage):
    """A form about a method note, which belongs to no cycle but is read within one."""

    form_class, permission, nav = MethodNoteForm, "guidance.write", "methods"
    result: MethodNote

    def get_success_url(self) -> str:
        return self.result.address(self.cycle)


class AddMethod(MethodForm):
    is_new = asks_before_repeating = True
    title, success_message = _("Write a method note"), _("The note is in the library.")

    def get_object(self) -> ReviewCycle:
        policy.require_reader(self.request.user, "method.read")
        return self.cycle

    def get_instance(self) -> MethodNote:
        return MethodNote()

    def perform(self, form: MethodNoteForm, expected_version: int) -> MethodNote:
        return MethodNote.add(by=self.request.user, **form.values())


class EditMethod(MethodForm):
    object: MethodNote
    record_or_404 = staticmethod(method_or_404)
    verb, title, success_message = "edit", _("Edit the method note"), _("The note is changed.")

    def get_cancel_url(self) -> str:
        return self.object.address(self.cycle)
