"""Review cycles and the seats of their members."""

from collections.abc import Callable
from functools import partial

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from reviews.actions.cycles import open_cycle, seat_member
from reviews.admin.admin_site import site
from reviews.admin.base import CYCLES, ReadOnlyInline, Text, TrackedAdmin, section
from reviews.admin.forms import ReasonForm, ToolForm, TrackedForm, Values
from reviews.models import BodyRole, CycleMembership, ReviewCycle
from reviews.models.cycles import CYCLE_TRANSITIONS
from reviews.request_context import SignedInRequest


class SeatsInline(ReadOnlyInline):
    model = CycleMembership
    fields = ("member_state", "joined_on")
    select_related = ("cycle", "member_state")


class OpenForm(ToolForm):
    about = _("Every member gets its national report, not yet started.")


class CloseForm(ReasonForm):
    about = _("Everything in the cycle can only be read, until the cycle is opened again.")


class ReopenForm(ReasonForm):
    about = _("Everything in the cycle can be changed again; that it was closed stays in its history.")


# The transitions of a cycle: the title, the form, and the verb behind it.
TRANSITION_FORMS: dict[str, tuple[Text, type[ToolForm], Callable[..., object]]] = {
    "open": (_("Open the cycle"), OpenForm, lambda cycle, **values: open_cycle(cycle=cycle, **values)),
    "close": (_("Close the cycle"), CloseForm, ReviewCycle.close),
    "reopen": (_("Open the cycle again"), ReopenForm, ReviewCycle.reopen),
}


@admin.register(ReviewCycle, site=site)
class ReviewCycleAdmin(TrackedAdmin[ReviewCycle]):
    group = CYCLES
    list_display = ("name_en", "slug", "framework", "starts_on", "ends_on", "status", "shared", "is_demo")
    list_filter = ("status", "framework", "is_demo")
    list_select_related = ("framework",)
    search_fields = ("name_en", "name_vi", "slug")
    date_hierarchy = "starts_on"
    autocomplete_fields = ("framework",)
    inlines = (SeatsInline,)
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

    def get_urls(self) -> list[URLPattern]:
        urls = []
        for name in TRANSITION_FORMS:
            view = self.admin_site.admin_view(partial(self.make_transition, name=name))
            urls.append(path(f"<path:object_id>/{name}/", view, name=f"reviews_reviewcycle_{name}"))
        return urls + super().get_urls()

    def object_tools(self, request: HttpRequest, record: ReviewCycle) -> list[tuple[str, Text]]:
        possible = [name for name in TRANSITION_FORMS if record.status in CYCLE_TRANSITIONS[name].sources]
        return [(self.url(name, record.pk), TRANSITION_FORMS[name][0]) for name in possible]

    def make_transition(self, request: SignedInRequest, object_id: str, name: str) -> HttpResponse:
        title, form_class, verb = TRANSITION_FORMS[name]

        def perform(cycle: ReviewCycle, cleaned: Values) -> None:
            expected_version = cleaned.pop("version")
            verb(cycle, by=request.user, expected_version=expected_version, **cleaned)

        return self.tool_view(request, object_id, form_class, title, perform)


@admin.register(CycleMembership, site=site)
class CycleMembershipAdmin(TrackedAdmin[CycleMembership]):
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
            about=_("A member of a cycle that is open already gets its national report at once."),
        ),
    ]

    def add(self, request: SignedInRequest, form: TrackedForm) -> CycleMembership:
        return seat_member(by=request.user, **form.model_values())


@admin.register(BodyRole, site=site)
class BodyRoleAdmin(TrackedAdmin[BodyRole]):
    group = CYCLES
    list_display = ("role", "body", "cycle", "from_on", "until_on")
    list_filter = ("cycle", "role")
    list_select_related = ("cycle", "body")
    search_fields = ("body__name_en", "body__code", "cycle__name_en", "cycle__slug")
    autocomplete_fields = ("cycle", "body")
    set_once = ("cycle",)
    reason_when_added = False
    fieldsets = [section(None, "cycle role body from_on until_on")]
