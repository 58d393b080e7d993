"""Extensions: the list of requests, asking for one, deciding one or several."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from reviews import clock, policy
from reviews.actions.extensions import ask_for_extension, decide_extensions, set_another_day
from reviews.forms.base import ReviewForm
from reviews.forms.deadlines import AnotherDayForm, DecideForm, ExtensionForm
from reviews.forms.extensions import DecisionsForm
from reviews.forms.fields import DayField
from reviews.lists.extensions import ExtensionFilter, ExtensionTable
from reviews.models import (
    Deadline,
    DeadlineStatus,
    EditConflict,
    Extension,
    ExtensionStatus,
    NationalReport,
    NotAllowedNow,
    ReviewCycle,
)
from reviews.models.extensions import SET, STILL_WAITS, require_asked, require_settable
from reviews.queries import plans
from reviews.queries.deadlines import status_of
from reviews.queries.extensions import Effect, effect_of, undecided
from reviews.request_context import SignedInRequest
from reviews.views.base import ListPage, own_report
from reviews.views.deadlines import deadline_or_404
from reviews.views.form_pages import FormPage
from reviews.views.reports import report_or_404
from reviews.web.errors import Text

AT_ONCE = 25  # requests on the page where several are decided: the oldest ones


def extension_or_404(request: SignedInRequest, cycle: ReviewCycle, pk: str) -> Extension:
    """A request for more time, if this person may read it."""
    extensions = Extension.objects.visible_to(request.user)
    extensions = extensions.select_related("deadline__cycle", "member_state", "asked_by")
    return get_object_or_404(extensions, pk=pk, deadline__cycle=cycle)


class ExtensionList(ListPage):
    """Every request for more time that the person may read, undecided ones first."""

    title, nav, permission = _("Extension requests"), "extensions", "extension.read"
    model, table_class, filterset_class = Extension, ExtensionTable, ExtensionFilter
    empty_text = _("No country has asked for more time.")

    def get_queryset(self) -> QuerySet[Extension]:
        requests = Extension.objects.filter(deadline__cycle=self.cycle).visible_to(self.request.user)
        related = ("deadline__cycle", "member_state", "asked_by", "decided_by")
        return requests.select_related(*related).order_by("status", "asked_at")

    def get_actions(self) -> list[tuple[Text, str]]:
        if self.cycle.is_closed or not policy.may(self.request.user, "extension.decide"):
            return []
        return decide_link(self.cycle, sum(request.waits for request in self.undecided))

    @cached_property
    def undecided(self) -> list[Extension]:
        return undecided(Extension.objects.visible_to(self.request.user), self.cycle)

    def get_table_kwargs(self) -> dict[str, Any]:
        return super().get_table_kwargs() | {"undecided": self.undecided}


def decide_link(cycle: ReviewCycle, waiting: int) -> list[tuple[Text, str]]:
    """The link to the page where requests are decided; none where no request waits."""
    label = ngettext("Decide %(n)d request", "Decide %(n)d requests", waiting) % {"n": waiting}
    return [(label, reverse("extension-decide-all", args=[cycle.slug]))] if waiting else []


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


class EffectPage(FormPage):
    """Base of the forms that show what another day for one country does to the plan before it is saved."""

    nav = "deadlines"
    extension: Extension  # stored, or as it would be

    @cached_property
    def effect(self) -> Effect | None:
        """Of the day that was typed, or else of the one that the form starts with."""
        try:
            typed = DayField(required=False).clean(self.request.POST.get("until"))
        except ValidationError:
            typed = None
        day = typed or self.get_first_day()
        return effect_of(self.extension, day) if day else None

    def get_first_day(self) -> date | None:
        """The day that the form starts with."""
        raise NotImplementedError

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


class DecideExtension(EffectPage):
    """The Secretariat grants or refuses, having seen what the later day does to the plan."""

    object: Extension
    record_or_404 = staticmethod(extension_or_404)
    form_class, template_name = DecideForm, "deadlines/decide.html"
    permission, transition = "extension.decide", "grant"
    title, submit_label, success_message = (
        _("Decide on the extension request"),
        _("Save decision"),
        _("The decision is saved."),
    )
    initial_from = {"until": "asked_until"}

    @property
    def extension(self) -> Extension:  # type: ignore[override]
        return self.object

    def get_first_day(self) -> date | None:
        return self.object.asked_until

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With why it need not be decided any more, if so."""
        request = next(iter(undecided(Extension.objects.filter(pk=self.object.pk), self.cycle)), None)
        reason = request.why_not_needed if request else ""
        return super().get_context_data(**kwargs) | {"why_not_needed": reason}

    def perform(self, form: DecideForm, expected_version: int) -> Extension:
        user, note = self.request.user, form.cleaned_data["note"]
        if form.cleaned_data["decision"] == "refuse":
            return self.object.refuse(by=user, expected_version=expected_version, note=note)
        until = form.cleaned_data["until"]
        self.require_effect_seen(until, form.cleaned_data["seen"])
        return self.object.grant(by=user, expected_version=expected_version, until=until, note=note)


class SetAnotherDay(EffectPage):
    """The Secretariat sets another day for one country that has not asked."""

    object: Deadline
    report: NationalReport
    form_class, template_name = AnotherDayForm, "deadlines/another_day.html"
    permission, is_new = SET, True
    title, submit_label = _("Another day for this country"), _("Save day")
    success_message = _("The day is saved; the country sees it with your reason.")

    def get_object(self) -> Deadline:
        self.report = report_or_404(self.request, self.cycle, self.kwargs["code"])
        return deadline_or_404(self.request, self.cycle, self.kwargs["number"])

    def check_open(self) -> None:
        super().check_open()
        require_settable(self.report, self.status)

    @cached_property
    def status(self) -> DeadlineStatus | None:
        """Of the deadline for this country, today."""
        return status_of(self.report, self.object, self.object.extensions.granted(), clock.today())

    @property
    def extension(self) -> Extension:  # type: ignore[override]
        return self.get_instance()

    def get_instance(self) -> Extension:
        return Extension(deadline=self.object, member_state=self.report.member_state)

    def get_first_day(self) -> date | None:
        return self.status.due_on if self.status else None

    def get_initial(self) -> dict[str, Any]:
        return super().get_initial() | {"due_seen": self.get_first_day()}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        lead = f"{self.report.member_state} · {self.object}"
        return super().get_context_data(**kwargs) | {"lead": lead, "status": self.status}

    def perform(self, form: AnotherDayForm, expected_version: int) -> Extension:
        values = form.values()
        self.require_effect_seen(values["until"], values.pop("seen"))
        return set_another_day(by=self.request.user, report=self.report, deadline=self.object, **values)


class DecideExtensions(FormPage):
    """Requests for more time, several decided with one Save; each shows what granting it does to the plan."""

    form_class, template_name = DecisionsForm, "deadlines/decide_all.html"
    permission, nav, is_new = "extension.decide", "extensions", True
    title, submit_label = _("Decide extension requests"), _("Save decisions")
    success_message = _("The decisions are saved.")

    def get_instance(self) -> Extension:
        return Extension(deadline=Deadline(cycle=self.cycle))

    @cached_property
    def requests(self) -> list[Extension]:
        """The oldest ones that wait."""
        found = undecided(Extension.objects.visible_to(self.request.user), self.cycle)
        return [request for request in found if request.waits][:AT_ONCE]

    @cached_property
    def effects(self) -> dict[int, Effect | None]:
        """What granting each request does, until the day that was typed or else the one asked for."""
        plan = plans.build(self.cycle, clock.today())
        return {request.pk: effect_of(request, self.typed_until(request), plan) for request in self.requests}

    def typed_until(self, request: Extension) -> date:
        assert request.asked_until  # as of every request
        try:
            typed = DayField(required=False).clean(self.request.POST.get(f"until_{request.pk}"))
        except ValidationError:
            typed = None
        return typed or request.asked_until

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"requests": self.requests, "effects": self.effects}

    def perform(self, form: DecisionsForm, expected_version: int) -> None:
        decide_extensions(by=self.request.user, decisions=form.decisions())

    def render_conflict(self, form: DecisionsForm, conflict: EditConflict) -> HttpResponse:
        """Answer 409: somebody else has decided one of them since the page was read."""
        text = _now("%(request)s was decided meanwhile. Nothing was saved; the others are as you left them.")
        return self.render_refusal(form, text % {"request": conflict.record})

    def get_success_url(self) -> str:
        return reverse("extension-list", args=[self.cycle.slug])

    def get_cancel_url(self) -> str:
        return self.get_success_url()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        goal = next((effect.goal for effect in self.effects.values() if effect), None)
        return super().get_context_data(**kwargs) | {
            "goal": goal,
            "lead": self.cycle.name,
            "at_once": AT_ONCE,
        }
