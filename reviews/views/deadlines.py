"""Deadlines: the list, each country's status, and records of who has met one."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from reviews import clock, policy
from reviews.actions.deliveries import deliver, record_deliveries, require_deliverable
from reviews.forms.base import RequiredNoteForm
from reviews.forms.deadlines import DeadlineForm, DeliverForm, RecordDeliveriesForm
from reviews.lists.deadlines import (
    CountryDeadlineFilter,
    CountryDeadlineTable,
    DeadlineFilter,
    DeadlineTable,
    Reminding,
)
from reviews.models import (
    Deadline,
    Delivery,
    Explanation,
    Extension,
    ExtensionStatus,
    Meeting,
    NationalReport,
    Reminder,
    ReviewCycle,
    User,
)
from reviews.models.deliveries import RECORD, require_recorded
from reviews.models.extensions import SET
from reviews.models.follow_ups import with_mark
from reviews.queries.deadlines import CountryDeadline, count_by_state, count_met, deadline_statuses
from reviews.queries.extensions import find_needed
from reviews.queries.lines import Lines
from reviews.request_context import SignedInRequest
from reviews.views.base import AddButton, ListPage, history, own_report
from reviews.views.form_pages import AddPage, FormPage, TransitionPage
from reviews.web.errors import Text


def readable_deadlines(request: SignedInRequest) -> QuerySet[Deadline]:
    return Deadline.objects.visible_to(request.user).select_related("cycle").prefetch_related("only_for")


def deadline_or_404(request: SignedInRequest, cycle: ReviewCycle, number: str) -> Deadline:
    """A deadline, if this person may read it."""
    return get_object_or_404(readable_deadlines(request), cycle=cycle, number=number)


class DeadlineList(ListPage):
    """The calendar of what is due."""

    title, nav, permission = _("Deadlines"), "deadlines", "deadline.read"
    lead = _("Days in Jakarta; “by” includes the day.")
    model, table_class, filterset_class = Deadline, DeadlineTable, DeadlineFilter
    select_related, ordering = ("cycle",), ("due_on", "number")
    empty_text = _("The Secretariat has not set a deadline yet.")
    add_button = AddButton(_("Set a deadline"), "deadline-add", "deadline.set")

    def get_queryset(self) -> QuerySet[Deadline]:
        deadlines: QuerySet[Deadline] = super().get_queryset()
        return deadlines.prefetch_related("only_for")

    def get_table_kwargs(self) -> dict[str, Any]:
        return super().get_table_kwargs() | {"cycle": self.cycle}

    def get_actions(self) -> list[tuple[Text, str]]:
        actions = super().get_actions()
        if not policy.may(self.request.user, "reminder.send") or self.cycle.is_closed:
            return actions
        names = {_("Remind late countries"): "remind", _("Days of reminders"): "reminder-schedule"}
        return [*actions, *((label, reverse(name, args=[self.cycle.slug])) for label, name in names.items())]


class DeadlinePage(ListPage):
    """One deadline: totals, how each country has met it, requests for later dates and decisions, history."""

    template_name = "deadlines/deadline.html"
    nav, permission = "deadlines", "deadline.read"
    table_class, filterset_class = CountryDeadlineTable, CountryDeadlineFilter
    empty_text = _("Nobody is asked for it.")

    def setup(self, request: HttpRequest, *args: object, **kwargs: object) -> None:
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            deadlines = with_mark(readable_deadlines(self.request), request.user)
            self.deadline = get_object_or_404(deadlines, cycle=self.cycle, number=self.kwargs["number"])
            self.title = self.deadline.title

    def get_queryset(self) -> QuerySet[NationalReport]:
        return self.cycle.member_reports(clock.today())

    def get_table_kwargs(self) -> dict[str, Any]:
        user, is_open = self.request.user, not self.cycle.is_closed
        reminders = Reminder.objects.visible_to(user)
        last = reminders.last_days([self.deadline]) if self.shows("reminded") else {}
        reminding = Reminding(
            {state: day for (_deadline, state), day in last.items()},
            may_remind=policy.may(user, "reminder.send") and is_open,
            may_ask=policy.may(user, "explanation.ask") and is_open,
        )
        exclude = () if is_open and policy.may(user, SET) else ("another_day",)
        return super().get_table_kwargs() | {"reminding": reminding, "exclude": exclude}

    @cached_property
    def extensions(self) -> list[Extension]:
        """All of the deadline, also those that the person does not read: they set the countries' days."""
        related = ("member_state", "asked_by", "decided_by", "disruption")
        return list(self.deadline.extensions.select_related(*related))

    @cached_property
    def countries(self) -> list[CountryDeadline]:
        """All countries that the deadline is asked of."""
        reports = list(self.object_list)
        granted = [extension for extension in self.extensions if extension.status == ExtensionStatus.GRANTED]
        statuses = deadline_statuses(reports, [self.deadline], granted, clock.today())
        return [CountryDeadline(report, status) for report in reports for status in statuses[report.pk]]

    def get_table_data(self) -> list[CountryDeadline]:
        state = self.filterset.form.cleaned_data.get("state") if self.filterset.form.is_valid() else ""
        chosen = [row for row in self.countries if not state or row.status.state == state]
        return sorted(chosen, key=lambda row: not row.status.is_asked)  # those who owe it first

    def get_context_data(self, **kwargs: object) -> dict[str, Any]:
        user, is_open = self.request.user, not self.cycle.is_closed
        context = super().get_context_data(**kwargs)
        extensions = [extension for extension in self.extensions if extension.is_read_by(user)]
        find_needed(extensions, self.countries)
        return context | {
            "deadline": self.deadline,
            "totals": count_by_state(self.countries),
            "met": count_met(row.status for row in self.countries),
            "deliveries": self.get_deliveries(),
            "extensions": Lines(sorted(extensions, key=lambda request: not request.waits)),
            "anchor": self.get_anchor(),
            "days_before": -(self.deadline.offset_days or 0),
            "may_set": policy.may(user, "deadline.set") and is_open,
            "may_decide": policy.may(user, "extension.decide") and is_open,
            "may_record": policy.may(user, RECORD) and is_open and self.deadline.is_recorded,
            "may_remind": policy.may(user, "reminder.send") and is_open,
            "explanations": self.get_explanations(),
            "may_take_back": policy.scope_of(user, RECORD) is not policy.Scope.NOTHING and is_open,
            "may_deliver": self.may_deliver() and is_open,
            "may_ask": may_ask_extension(user, self.cycle, self.countries, extensions),
            "history": history(self.request, self.deadline),
        }

    def may_deliver(self) -> bool:
        """Whether the person may say that the own country has met it."""
        if (
            not self.deadline.is_recorded
            or policy.scope_of(self.request.user, RECORD) is not policy.Scope.OWN
        ):
            return False
        own = (row.status for row in self.countries if policy.may(self.request.user, RECORD, row.report))
        return any(
            status.is_asked and not self.deadline.locked_on(status.due_on, clock.today()) for status in own
        )

    def get_deliveries(self) -> list[Delivery]:
        """Return what was recorded, as far as the person may read the notes."""
        if not self.deadline.is_recorded:
            return []
        recorded = self.deadline.deliveries.in_force().select_related("member_state", "recorded_by")
        if policy.may(self.request.user, "extension.read"):  # staff
            return list(recorded)
        return list(recorded.filter(member_state=self.request.user.organisation_id))

    def get_explanations(self) -> list[Explanation]:
        """Return what countries were asked to explain and what they answered, as far as the person may read it."""
        readable = self.deadline.explanations.visible_to(self.request.user)
        rows = list(readable.select_related("member_state", "asked_by", "answered_by"))
        for row in rows:
            row.deadline = self.deadline
        return rows

    def get_anchor(self) -> Meeting | None:
        """Return the meeting that the deadline hangs from, for whoever may read it."""
        if self.deadline.anchor_id is None:
            return None
        meetings = Meeting.objects.visible_to(self.request.user).select_related("cycle")
        return meetings.filter(pk=self.deadline.anchor_id).first()


def may_ask_extension(
    user: User,
    cycle: ReviewCycle,
    countries: list[CountryDeadline],
    extensions: list[Extension],
) -> bool:
    """Whether the person's country still has to meet the deadline, and has no request that waits."""
    if policy.scope_of(user, "extension.ask") is not policy.Scope.OWN or cycle.is_closed:
        return False
    waits = any(extension.status == ExtensionStatus.ASKED for extension in extensions)
    own = (row.status for row in countries if row.report.member_state_id == user.organisation_id)
    return not waits and any(status.is_asked for status in own)


class AddDeadline(AddPage):
    model, verb, form_class = Deadline, "set_for", DeadlineForm
    permission, nav = "deadline.set", "deadlines"
    title, submit_label, success_message = (
        _("Set a deadline"),
        _("Save deadline"),
        _("The deadline is saved."),
    )


class EditDeadline(FormPage):
    """Reschedule or change a deadline; the first date stays and is shown."""

    record_or_404 = staticmethod(deadline_or_404)
    form_class, permission, nav, verb = DeadlineForm, "deadline.set", "deadlines", "reschedule"
    title, success_message = _("Change the deadline"), _("The deadline is changed.")


class RecordDeliveries(FormPage):
    """The Secretariat records which countries have met a deadline, several at once."""

    record_or_404 = staticmethod(deadline_or_404)
    form_class, permission, nav, is_new = RecordDeliveriesForm, "deadline.set", "deadlines", True
    title, submit_label, success_message = _("Record who has met it"), _("Save"), _("It is recorded.")
    object: Deadline

    def check_open(self) -> None:
        super().check_open()
        require_recorded(self.object)

    def get_instance(self) -> Delivery:
        return Delivery(deadline=self.object)

    def get_form_kwargs(self) -> dict[str, Any]:
        """Offer the countries that still owe it."""
        reports = self.cycle.member_reports(clock.today())
        statuses = deadline_statuses(reports, [self.object], self.object.extensions.granted(), clock.today())
        owing = [report.member_state_id for report in reports if any(s.is_asked for s in statuses[report.pk])]
        return super().get_form_kwargs() | {"owing": owing}

    def perform(self, form: RecordDeliveriesForm, expected_version: int) -> None:
        record_deliveries(by=self.request.user, deadline=self.object, **form.values())


class Deliver(FormPage):
    """A country says that it has met a deadline."""

    record_or_404 = staticmethod(deadline_or_404)
    form_class, permission, nav, is_new = DeliverForm, RECORD, "deadlines", True
    title, submit_label, success_message = _("Mark as done"), _("Mark as done"), _("It is recorded as done.")
    object: Deadline
    report: NationalReport

    def check_permission(self) -> None:
        report = own_report(self.request.user, self.cycle)
        if report is None:  # the Secretariat has a form for all countries
            raise PermissionDenied(_("This is a step of the countries."))
        policy.require(self.request.user, self.permission, report)
        self.report = report

    def check_open(self) -> None:
        super().check_open()
        require_deliverable(self.report, self.object)

    def get_instance(self) -> Delivery:
        return Delivery(deadline=self.object)

    def perform(self, form: DeliverForm, expected_version: int) -> Delivery:
        return deliver(by=self.request.user, report=self.report, deadline=self.object, **form.values())


def delivery_or_404(request: SignedInRequest, cycle: ReviewCycle, number: str, code: str) -> Delivery:
    """The record that a country has met a deadline, if this person may read it."""
    deliveries = Delivery.objects.visible_to(request.user).select_related("deadline__cycle", "member_state")
    return get_object_or_404(
        deliveries, deadline__cycle=cycle, deadline__number=number, member_state__code=code
    )


class TakeBackDelivery(TransitionPage):
    """What was recorded was not so: the country owes it again."""

    record_or_404 = staticmethod(delivery_or_404)
    form_class, permission, verb, nav = RequiredNoteForm, RECORD, "take_back", "deadlines"
    title, success_message = _("Record as not met"), _("It is recorded as not met.")
