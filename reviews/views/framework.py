"""The framework under review: its page, its entries while a cycle is set up, and amendments once one was opened."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reviews import policy
from reviews.actions.cycles import free_code, new_framework
from reviews.actions.framework import add_entry, amend_entry, copy_entries, import_framework
from reviews.forms.base import ReviewForm
from reviews.forms.framework import AddEntryForm, AmendEntryForm, FrameworkChoiceForm, FrameworkImportForm
from reviews.models import Framework, FrameworkNode, NotAllowedNow, ReviewCycle
from reviews.models.base import all_or_nothing
from reviews.queries.framework import adds_to, uses_of
from reviews.request_context import SignedInRequest
from reviews.views.base import cycle_or_404
from reviews.views.form_pages import FormPage
from reviews.views.setup import SetupStepPage
from reviews.views.sheets import ImportPage


def framework_page(request: SignedInRequest, slug: str) -> HttpResponse:
    """The framework under review, as a tree."""
    cycle = cycle_or_404(request, slug)
    nodes = FrameworkNode.objects.filter(framework=cycle.framework_id).order_by("sort_key")
    context = {
        "cycle": cycle,
        "nav": "framework",
        "title": cycle.framework,
        "nodes": nodes,
        "may_amend": policy.may(request.user, "cycle.run") and not cycle.is_closed,
        "may_import": "set_up" in cycle.transitions_for(request.user),
    }
    return render(request, "framework/framework.html", context)


class ImportFramework(SetupStepPage, ImportPage):
    form_class, help_template = FrameworkImportForm, "framework/import_help.html"
    title, submit_label = _("Framework from a sheet"), _("Import the framework")
    success_message = _("The framework is imported.")

    def check_open(self) -> None:
        """As the base; and not into a framework that a cycle reviews already."""
        super().check_open()
        if why := self.object.framework.why_fixed:
            hint = _now("Copy it first, in the step “Framework”, or amend its entries one by one.")
            raise NotAllowedNow(f"{why} {hint}")

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"framework": self.object.framework}

    def perform(self, form: ReviewForm, expected_version: int) -> Framework:
        return import_framework(by=self.request.user, cycle=self.object, **form.values())


class ChooseFramework(SetupStepPage):
    form_class = FrameworkChoiceForm
    title, submit_label = _("Framework"), _("Save framework")
    success_message = _("The framework is saved.")

    @all_or_nothing()
    def perform(self, form: ReviewForm, expected_version: int) -> ReviewCycle:
        user, framework = self.request.user, form.cleaned_data["framework"]
        if form.cleaned_data["way"] == "copy":
            code = free_code(Framework.objects.all(), "code", self.object.slug, 40)
            own = new_framework(by=user, code=code, title=framework.title)
            framework = copy_entries(by=user, source=framework, into=own)
        return self.object.choose_framework(by=user, expected_version=expected_version, framework=framework)


def entry_or_404(request: SignedInRequest, cycle: ReviewCycle, code: str) -> FrameworkNode:
    entries = FrameworkNode.objects.filter(framework=cycle.framework_id).select_related("framework")
    return get_object_or_404(entries, code=code)


class AmendmentPage(FormPage):
    """An amendment gives its reason, and shows what it touches before it is saved."""

    permission, nav, template_name = "cycle.run", "framework", "framework/amend.html"
    submit_label = _("Save amendment")

    def get_success_url(self) -> str:
        return reverse("framework", args=[self.cycle.slug])

    get_cancel_url = get_success_url

    def check_open(self) -> None:
        self.cycle.target_of("edit")


class AmendEntry(AmendmentPage):
    """Another wording; code and place stay, and so does everything that names the entry."""

    object: FrameworkNode
    record_or_404 = staticmethod(entry_or_404)
    form_class = AmendEntryForm
    title, success_message = _("Amend the wording"), _("The framework is amended.")

    def perform(self, form: ReviewForm, expected_version: int) -> FrameworkNode:
        return amend_entry(
            by=self.request.user,
            cycle=self.cycle,
            entry=self.object,
            expected_version=expected_version,
            **form.values(),
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        page = super().get_context_data(**kwargs)
        return page | {"uses": uses_of(self.object), "is_fixed": bool(self.object.framework.why_fixed)}


class AddEntry(AmendmentPage):
    """A new entry; what exists stays as it is."""

    object: ReviewCycle
    form_class, is_new = AddEntryForm, True
    title, success_message = _("Add an entry"), _("The entry is added.")

    def get_instance(self) -> FrameworkNode:
        return FrameworkNode(framework=self.object.framework)

    def perform(self, form: ReviewForm, expected_version: int) -> FrameworkNode:
        return add_entry(by=self.request.user, cycle=self.object, **form.values())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        page = super().get_context_data(**kwargs)
        return page | {"adds_to": adds_to(self.object.framework), "lead": self.object.framework}
