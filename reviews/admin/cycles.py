"""Review cycles and the seats of their members."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import path
from django.utils.translation import gettext_lazy as _

from reviews.actions.cycles import open_cycle, seat_member
from reviews.admin.admin_site import site
from reviews.admin.base import CYCLES, ReadOnlyInline, TrackedAdmin, section
from reviews.admin.forms import ReasonForm, StepForm
from reviews.models import CycleMembership, ReviewCycle
from reviews.models.cycles import CYCLE_TRANSITIONS


class SeatsShown(ReadOnlyInline):
    model = CycleMembership
    fields = ("member_state", "joined_on")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("cycle", "member_state")


class OpenForm(StepForm):
    about = _("Every member gets its national report, not yet started.")


class CloseForm(ReasonForm):
    about = _("Everything in the cycle can only be read, until the cycle is opened again.")


class ReopenForm(ReasonForm):
    about = _("Everything in the cycle can be changed again; that it was closed stays in its history.")


# The transitions of a cycle: the title, the form, and the verb behind it.
TRANSITION_FORMS: dict[str, tuple[Any, type[StepForm], Callable[..., Any]]] = {
    "open": (_("Open the cycle"), OpenForm, lambda cycle, **step: open_cycle(cycle=cycle, **step)),
    "close": (_("Close the cycle"), CloseForm, ReviewCycle.close),
    "reopen": (_("Open the cycle again"), ReopenForm, ReviewCycle.reopen),
}


@admin.register(ReviewCycle, site=site)
class ReviewCycleAdmin(TrackedAdmin):
    group = CYCLES
    list_display = ("name_en", "slug", "framework", "starts_on", "ends_on", "status", "shared", "is_demo")
    list_filter = ("status", "framework", "is_demo")
    list_select_related = ("framework",)
    search_fields = ("name_en", "name_vi", "slug")
    date_hierarchy = "starts_on"
    autocomplete_fields = ("framework",)
    inlines = (SeatsShown,)
    hidden_when_adding = ("status",)
    fieldsets = [
        section(None, "name_en name_vi slug framework starts_on ends_on"),
        section(_("Who may look at it"), "shared is_demo"),
        section(
            _("Status"),
            "status",
            about=_(
                "To open, close or reopen the cycle use the buttons above: opening also makes the national"
                " reports. A status corrected here changes nothing else."
            ),
        ),
    ]

    def get_urls(self) -> list[Any]:
        return [self._step_url(step) for step in TRANSITION_FORMS] + super().get_urls()

    def steps(self, request: HttpRequest, record: Any) -> list[tuple[str, Any]]:
        possible = [step for step in TRANSITION_FORMS if record.status in CYCLE_TRANSITIONS[step].sources]
        return [(self.url(step, record.pk), TRANSITION_FORMS[step][0]) for step in possible]

    def take_step(self, request: HttpRequest, object_id: str, step: str) -> Any:
        title, form_class, verb = TRANSITION_FORMS[step]

        def act(cycle: ReviewCycle, cleaned: dict[str, Any]) -> None:
            expected_version = cleaned.pop("version")
            verb(cycle, by=request.user, expected_version=expected_version, **cleaned)

        return self.step_view(request, object_id, form_class, title, act)

    def _step_url(self, step: str) -> Any:
        view = self.admin_site.admin_view(partial(self.take_step, step=step))
        return path(f"<path:object_id>/{step}/", view, name=f"reviews_reviewcycle_{step}")


@admin.register(CycleMembership, site=site)
class CycleMembershipAdmin(TrackedAdmin):
    group = CYCLES
    list_display = ("member_state", "cycle", "joined_on")
    list_filter = ("cycle",)
    list_select_related = ("cycle", "member_state")
    search_fields = ("member_state__name_en", "member_state__code", "cycle__name_en", "cycle__slug")
    autocomplete_fields = ("cycle", "member_state")
    set_once = ("cycle", "member_state")
    reason_when_added = False
    fieldsets = [
        section(
            None,
            "cycle member_state joined_on",
            about=_("A seat in a cycle that is open already comes with its national report."),
        ),
    ]

    def add(self, request: HttpRequest, form: Any) -> Any:
        user: Any = request.user  # signed in
        return seat_member(by=user, **form.typed())
