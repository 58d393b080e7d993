"""Reminders of deadlines by hand, the days of a cycle's reminders, and explanations that are requested and given."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from reviews import policy
from reviews.actions.reminders import remind, request_explanation
from reviews.forms.reminders import ExplanationForm, ExplanationRequestForm, ReminderDaysForm, RemindForm
from reviews.models import Deadline, Explanation, Organisation, Reminder, ReminderSchedule, ReviewCycle
from reviews.models.extensions import require_asked
from reviews.queries.reminders import Remindable, remindable, status_for
from reviews.request_context import SignedInRequest
from reviews.views.deadlines import deadline_or_404
from reviews.views.form_pages import FormPage
from reviews.web.errors import BadAddress


class Remind(FormPage):
    """Remind several countries at once: of everything that is overdue, or of one deadline (`?deadline=3`).

    `?country=VNM` ticks the rows of one country, and shows all that it still has to meet.
    """

    template_name = "deadlines/remind.html"
    form_class, permission, nav, is_new = RemindForm, "reminder.send", "deadlines", True
    title, submit_label = _("Remind"), _("Send reminders")
    result: list[Reminder]

    @cached_property
    def deadline(self) -> Deadline | None:
        """The deadline that the address names. Raises Http404 if there is none such."""
        number = self.request.GET.get("deadline", "")
        if not number:
            return None
        if not number.isdecimal() or len(number) > 9:
            raise BadAddress(_("There is no such deadline."))
        return deadline_or_404(self.request, self.cycle, number)

    @cached_property
    def rows(self) -> list[Remindable]:
        return remindable(self.cycle, self.deadline, self.request.GET.get("country", ""))

    def get_instance(self) -> Reminder:
        return Reminder(deadline=Deadline(cycle=self.cycle))

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"rows": self.rows}

    def get_initial(self) -> dict[str, Any]:
        country = self.request.GET.get("country", "")
        ticked = [row.key for row in self.rows if row.state.code == country]
        return super().get_initial() | {"items": ticked}

    def perform(self, form: RemindForm, expected_version: int) -> None:
        self.sent = remind(by=self.request.user, **form.values())

    def get_success_message(self) -> str:
        number = len(self.sent)
        return ngettext("%(n)d reminder is sent.", "%(n)d reminders are sent.", number) % {"n": number}

    def get_success_url(self) -> str:
        if self.deadline:
            return self.deadline.get_absolute_url()
        return reverse("deadline-list", args=[self.cycle.slug])

    get_cancel_url = get_success_url

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        today = [row for row in self.rows if row.is_reminded_today]
        return super().get_context_data(**kwargs) | {
            "lead": self.deadline or self.cycle,
            "reminded_today": today,
            "nobody": not self.rows,
        }


class ChooseReminderDays(FormPage):
    """On which days who is reminded of which kind of deadline."""

    template_name = "deadlines/reminder_days.html"
    form_class, permission, nav, verb = ReminderDaysForm, "reminder.send", "deadlines", "choose"
    title, submit_label = _("Days of reminders"), _("Save days")
    success_message = _("The days are saved.")
    object: ReminderSchedule

    def get_object(self) -> ReminderSchedule:
        return ReminderSchedule.of(self.cycle)

    @property
    def is_new(self) -> bool:  # type: ignore[override]
        """Whether the cycle has had the usual days until now."""
        return self.object.pk is None

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"schedule": self.object}


class RequestExplanation(FormPage):
    """Ask one country why it has not met a deadline."""

    form_class, permission, nav, is_new = ExplanationRequestForm, "explanation.ask", "deadlines", True
    title, submit_label = _("Request to explain"), _("Send request")
    success_message = _("The request is sent.")
    object: Deadline
    state: Organisation

    def get_object(self) -> Deadline:
        deadline = deadline_or_404(self.request, self.cycle, self.kwargs["number"])
        self.state = get_object_or_404(self.cycle.members(), code=self.kwargs["code"])
        return deadline

    def check_permission(self) -> None:
        policy.require_reader(self.request.user, "extension.read")
        super().check_permission()

    def check_open(self) -> None:
        super().check_open()
        require_asked(self.object, status_for(self.object, self.state.pk))

    def get_instance(self) -> Explanation:
        return Explanation(deadline=self.object)

    def perform(self, form: ExplanationRequestForm, expected_version: int) -> Explanation:
        return request_explanation(
            by=self.request.user, deadline=self.object, state=self.state, **form.values()
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"lead": f"{self.state} · {self.object}"}


def explanation_or_404(request: SignedInRequest, cycle: ReviewCycle, number: str, pk: str) -> Explanation:
    """A request for an explanation, if this person may read it."""
    policy.require_reader(request.user, "extension.read")
    rows = Explanation.objects.visible_to(request.user).select_related("deadline__cycle", "member_state")
    return get_object_or_404(rows, deadline__cycle=cycle, deadline__number=number, pk=pk)


class GiveExplanation(FormPage):
    """A country explains why it has not met a deadline."""

    record_or_404 = staticmethod(explanation_or_404)
    form_class, permission, nav, verb = ExplanationForm, "explanation.give", "deadlines", "explain"
    title, submit_label, success_message = _("Explain"), _("Send explanation"), _("The explanation is sent.")
    template_name = "deadlines/explain.html"
