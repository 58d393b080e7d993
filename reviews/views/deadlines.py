"""Deadlines: the list, each country's status, and extensions."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reviews import clock, policy
from reviews.actions.extensions import ask_for_extension
from reviews.forms.base import ReviewForm
from reviews.forms.deadlines import DeadlineForm, DecideForm, ExtensionForm
from reviews.forms.fields import DayField
from reviews.lists.deadlines import CountryDeadlineFilter, CountryDeadlineTable, DeadlineFilter, DeadlineTable
from reviews.models import (
    Deadline,
    Extension,
    ExtensionStatus,
    Meeting,
    NationalReport,
    NotAllowedNow,
    ReviewCycle,
    User,
)
from reviews.models.extensions import STILL_WAITS, require_asked
from reviews.queries.deadlines import CountryDeadline, count_by_state, deadline_statuses, status_of
from reviews.queries.extensions import Effect, effect_of
from reviews.queries.lines import Lines
from reviews.request_context import SignedInRequest
from reviews.views.base import AddButton, ListPage, history, own_report
from reviews.views.form_pages import AddPage, FormPage


def deadline_or_404(request: SignedInRequest, cycle: ReviewCycle, number: str) -> Deadline:
    """A deadline, if this person may read it."""
    deadlines = Deadline.objects.visible_to(request.user).select_related("cycle").prefetch_related("only_for")
    return get_object_or_404(deadlines, cycle=cycle, number=number)


def extension_or_404(request: SignedInRequest, cycle: ReviewCycle, pk: str) -> Extension:
    """A request for more time, if this person may read it."""
    extensions = Extension.objects.visible_to(request.user)
    extensions = extensions.select_related("deadline__cycle", "member_state", "asked_by")
    return get_object_or_404(extensions, pk=pk, deadline__cycle=cycle)


class DeadlineList(ListPage):
    """The calendar of what is due."""

    title, nav, permission = _("Deadlines"), "deadlines", "deadline.read"
    lead = _("Days in Jakarta; “by” includes the day.")
    model, table_class, filterset_class = Deadline, DeadlineTable, DeadlineFilter
    select_related, ordering = ("cycle",), ("due_on", "number")
    empty_text = _("The Secretariat has not set a deadline yet.")
    add_button = AddButton(_("Set a deadline"), "deadline-add", "deadline.set")


class DeadlinePage(ListPage):
    """One deadline: totals, how each country has met it, requests for later dates and decisions, history."""

    template_name = "deadlines/deadline.html"
    nav, permission = "deadlines", "deadline.read"
    table_class, filterset_class = CountryDeadlineTable, CountryDeadlineFilter
    empty_text = _("Nobody is asked for it.")

    def setup(self, request: HttpRequest, *args: object, **kwargs: object) -> None:
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            self.deadline = deadline_or_404(self.request, self.cycle, self.kwargs["number"])
            self.title = self.deadline.title

    def get_queryset(self) -> QuerySet[NationalReport]:
        return self.cycle.member_reports(clock.today())

    @cached_property
    def countries(self) -> list[CountryDeadline]:
        """All countries that the deadline is asked of."""
        reports, granted = list(self.object_list), self.deadline.extensions.granted()
        statuses = deadline_statuses(reports, [self.deadline], granted, clock.today())
        return [CountryDeadline(report, status) for report in reports for status in statuses[report.pk]]

    def get_table_data(self) -> list[CountryDeadline]:
        state = self.filterset.form.cleaned_data.get("state") if self.filterset.form.is_valid() else ""
        return [row for row in self.countries if not state or row.status.state == state]

    def get_context_data(self, **kwargs: object) -> dict[str, Any]:
        user, is_open = self.request.user, not self.cycle.is_closed
        context = super().get_context_data(**kwargs)
        related = ("member_state", "asked_by", "decided_by", "disruption")
        extensions = list(self.deadline.extensions.select_related(*related).visible_to(user))
        return context | {
            "deadline": self.deadline,
            "totals": count_by_state(self.countries),
            "extensions": Lines(
                sorted(extensions, key=lambda request: request.status != ExtensionStatus.ASKED)
            ),
            "anchor": self.get_anchor(),
            "days_before": -(self.deadline.offset_days or 0),
            "may_set": policy.may(user, "deadline.set") and is_open,
            "may_decide": policy.may(user, "extension.decide") and is_open,
            "may_ask": may_ask_extension(user, self.cycle, self.countries, extensions),
            "history": history(self.request, self.deadline),
        }

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


class AskExtension(FormPage):
    """A coordinator asks for a later date for the own country."""

    record_or_404 = staticmethod(deadline_or_404)
    form_class, permission, nav, is_new = ExtensionForm, "extension.ask", "deadlines", True
    title, submit_label, success_message = (
        _("Ask for an extension"),
        _("Send request"),
        _("The Secretariat has your request."),
    )

    asks_before_repeating = True
    object: Deadline
    report: NationalReport

    def check_permission(self) -> None:
        report = own_report(self.request.user, self.cycle)
        policy.require(self.request.user, self.permission, report)
        assert report is not None  # nobody has the permission without a report
        self.report = report

    def check_open(self) -> None:
        """As the base; and one request at a time, for a deadline that asks something of the country."""
        super().check_open()
        extensions = list(self.object.extensions.filter(member_state=self.report.member_state_id))
        granted = [extension for extension in extensions if extension.status == ExtensionStatus.GRANTED]
        require_asked(self.object, status_of(self.report, self.object, granted, clock.today()))
        if any(extension.status == ExtensionStatus.ASKED for extension in extensions):
            raise NotAllowedNow(str(STILL_WAITS))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        names = {"deadline": self.object, "day": date_format(self.object.due_on)}
        return super().get_context_data(**kwargs) | {"lead": _now("%(deadline)s · due %(day)s") % names}

    def get_instance(self) -> Extension:
        return Extension(deadline=self.object, member_state=self.report.member_state)

    def perform(self, form: ExtensionForm, expected_version: int) -> Extension:
        return ask_for_extension(
            by=self.request.user, report=self.report, deadline=self.object, **form.values()
        )


class DecideExtension(FormPage):
    """The Secretariat grants or refuses, having seen what the later day does to the plan."""

    object: Extension
    record_or_404 = staticmethod(extension_or_404)
    form_class, template_name = DecideForm, "deadlines/decide.html"
    permission, nav, transition = "extension.decide", "deadlines", "grant"
    title, submit_label, success_message = (
        _("Decide on the extension request"),
        _("Save decision"),
        _("The decision is saved."),
    )
    initial_from = {"until": "asked_until"}

    @cached_property
    def effect(self) -> Effect | None:
        """Of the day that was typed, or else of the one asked for."""
        try:
            typed = DayField(required=False).clean(self.request.POST.get("until"))
        except ValidationError:
            typed = None
        return effect_of(self.object, typed or self.object.asked_until)

    def require_effect_seen(self, until: date | None, seen: str) -> None:
        """Raise ValidationError if the day does harm that was not shown yet."""
        effect = self.effect
        if until and effect and effect.latest_on and effect.does_harm and effect.fingerprint != seen:
            message = _now(
                "This is later than %(day)s, the latest day that harms nothing. See above what it does; to grant it"
                " all the same, decide again."
            )
            raise ValidationError({"until": message % {"day": date_format(effect.latest_on)}})

    def get_initial(self) -> dict[str, Any]:
        return super().get_initial() | {"seen": self.effect.fingerprint if self.effect else ""}

    def form_invalid(self, form: ReviewForm) -> HttpResponse:
        form.replace_data({"seen": self.effect.fingerprint if self.effect else ""})
        return super().form_invalid(form)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"effect": self.effect}

    def perform(self, form: DecideForm, expected_version: int) -> Extension:
        user, note = self.request.user, form.cleaned_data["note"]
        if form.cleaned_data["decision"] == "refuse":
            return self.object.refuse(by=user, expected_version=expected_version, note=note)
        until = form.cleaned_data["until"]
        self.require_effect_seen(until, form.cleaned_data["seen"])
        return self.object.grant(by=user, expected_version=expected_version, until=until, note=note)
