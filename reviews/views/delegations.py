"""Attendance at a meeting: one page for all bodies."""

from typing import Any

from django.core.paginator import Page
from django.db.models import Q
from django.http import HttpResponse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from reviews.actions.delegations import record_attendance
from reviews.forms.delegations import AttendanceForm
from reviews.models import Delegation, EditConflict, Meeting, Trace
from reviews.queries.delegations import Seat, seats_of
from reviews.queries.meetings import steps_of
from reviews.views.base import page_of
from reviews.views.meetings import MeetingFormPage

SEATS = 60  # on one page


class RecordAttendance(MeetingFormPage):
    """Tick who came: all on one page, row by row conditional on what was seen."""

    form_class, template_name = AttendanceForm, "delegations/attendance.html"
    is_new = True  # each row has its own version
    title, submit_label = _("Attendance"), _("Save attendance")
    success_message = _("The attendance is saved.")

    @cached_property
    def page(self) -> Page[Seat]:
        return page_of(self.request, seats_of(self.object), SEATS)

    def get_instance(self) -> Delegation:
        return Delegation(meeting=self.object)

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"seats": list(self.page)}

    def perform(self, form: AttendanceForm, expected_version: int) -> Meeting:
        return record_attendance(by=self.request.user, meeting=self.object, rows=form.changed_rows())

    def get_success_url(self) -> str:
        return f"{self.object.get_absolute_url()}#delegations"

    def render_conflict(self, form: AttendanceForm, conflict: EditConflict) -> HttpResponse:
        """Others changed rows that this person changed too: show what is newer on all of them at once."""
        newer, since = form.newer(form.changed_rows()), Q()
        for delegation, version in newer:
            since |= Q(object_id=delegation.pk, version__gt=version)
        form.accept([delegation for delegation, _version in newer])
        traces = Trace.objects.filter(since, model=Delegation._meta.label_lower)
        changes = list(traces.select_related("by").order_by("id"))
        return self.render_newer(form, changes, feed=True)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {
            "page": self.page,
            "steps": steps_of(self.object, may_run=True),
            "breadcrumbs": [(self.object, self.object.get_absolute_url())],
        }
