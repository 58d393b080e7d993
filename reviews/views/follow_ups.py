"""Marks for follow-up: the list, marking a record, removing a mark."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext_lazy as _

from reviews import policy
from reviews.forms.base import ConfirmForm
from reviews.forms.follow_ups import FollowUpForm
from reviews.lists.follow_ups import FollowUpFilter, FollowUpTable
from reviews.models import FollowUp, NotAllowedNow, ReviewCycle, Tracked
from reviews.models.follow_ups import MARK, MARKED_ALREADY
from reviews.queries.follow_ups import markable, marked_record
from reviews.request_context import SignedInRequest
from reviews.views.base import ListPage, cycle_or_404
from reviews.views.form_pages import FormPage


class FollowUpList(ListPage):
    """Every mark of the cycle, those not done first."""

    title, nav, permission = _("Marked for follow-up"), "follow-ups", MARK
    lead = _("What consultants and the Secretariat come back to. No country sees these marks.")
    table_class, filterset_class = FollowUpTable, FollowUpFilter
    empty_text = _("Nothing is marked. “Mark for follow-up” is on the page of each record.")

    def get_queryset(self) -> QuerySet[FollowUp]:
        marks = FollowUp.objects.filter(cycle=self.cycle).visible_to(self.request.user)
        return marks.select_related("cycle", "marked_by", "done_by").order_by(
            "-done_at", "due_on", "marked_at"
        )


def mark_or_404(request: SignedInRequest, cycle: ReviewCycle, pk: str) -> FollowUp:
    policy.require_reader(request.user, MARK)
    return get_object_or_404(
        FollowUp.objects.visible_to(request.user).select_related("cycle"), cycle=cycle, pk=pk
    )


def follow_up_target(request: SignedInRequest, slug: str, pk: str) -> HttpResponse:
    """The record that is marked: looked for when somebody follows the mark, not for every row."""
    record = marked_record(mark_or_404(request, cycle_or_404(request, slug), pk), request.user)
    if record is None:
        raise Http404
    return redirect(record.get_absolute_url())  # type: ignore[attr-defined]  # as all that can be marked


def markable_or_404(request: SignedInRequest, cycle: ReviewCycle, kind: str, pk: str) -> Tracked:
    """A record that this person may read and mark."""
    policy.require_reader(request.user, MARK)
    record = markable(request.user, cycle, kind, int(pk))
    if record is None:
        raise Http404
    return record


class MarkForFollowUp(FormPage):
    """Mark a record, with a note and a day."""

    record_or_404 = staticmethod(markable_or_404)
    form_class, permission, nav, is_new = FollowUpForm, MARK, "follow-ups", True
    title, submit_label = _("Mark for follow-up"), _("Mark for follow-up")
    success_message = _("It is marked for follow-up.")

    def check_open(self) -> None:
        """Raise NotAllowedNow for a record that is marked, or of a closed cycle."""
        self.get_instance().require_open_for()
        if FollowUp.objects.on(self.object).open().exists():
            raise NotAllowedNow(MARKED_ALREADY)

    def get_instance(self) -> FollowUp:
        return FollowUp(cycle=self.cycle)

    def perform(self, form: FollowUpForm, expected_version: int) -> FollowUp:
        return FollowUp.mark(self.object, by=self.request.user, **form.values())


class RemoveFollowUp(FormPage):
    """Remove a mark: it is done."""

    object: FollowUp
    record_or_404 = staticmethod(mark_or_404)
    form_class, permission, nav, verb = ConfirmForm, MARK, "follow-ups", "remove"
    title, submit_label, success_message = _("Remove the mark"), _("Done"), _("The mark is removed.")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {
            "lead": f"{self.object.label} {self.object.note}".strip()
        }
