"""Invitations: to whom, for which organisation, in which role."""

from typing import Any

from django.contrib import admin
from django.db.models import Field
from django.forms import TypedChoiceField
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from reviews import policy
from reviews.accounts.invitations import invite
from reviews.admin.admin_site import site
from reviews.admin.base import PEOPLE, Text, TrackedAdmin, section
from reviews.admin.forms import ReasonForm, TrackedForm, Values
from reviews.models import Invitation, Role
from reviews.request_context import SignedInRequest


@admin.register(Invitation, site=site)
class InvitationAdmin(TrackedAdmin[Invitation]):
    """Made and withdrawn, never corrected: a wrong one is withdrawn and another one sent."""

    group = PEOPLE
    reason_when_added = False
    list_display = ("email", "name", "organisation", "role", "status", "expires_at", "invited_by")
    list_filter = ("status", "role", "organisation__kind")
    list_select_related = ("organisation", "invited_by")
    search_fields = ("email", "name", "organisation__name_en", "organisation__code")
    autocomplete_fields = ("organisation",)
    readonly_fields = ("status", "expires_at", "invited_by", "account")
    fieldsets = [
        section(
            None,
            "email name organisation role",
            about=_("A mail goes out with a link that makes this account, once, within 72 hours."),
        ),
        section(_("Since then"), "status expires_at invited_by account"),
    ]

    def may(self, request: HttpRequest) -> bool:
        return policy.may(request.user, "account.invite")

    def formfield_for_choice_field(
        self, db_field: Field, request: HttpRequest, **kwargs: Any
    ) -> TypedChoiceField | None:
        """Only the roles that this person may give."""
        if db_field.name == "role":
            roles = policy.roles_given_by(request.user)
            kwargs["choices"] = [("", _("please choose")), *((role.value, role.label) for role in roles)]
            if len(roles) < len(Role):
                kwargs["help_text"] = _(
                    "An administrator invites people of a country and regional consultants: they read what their"
                    " side keeps to itself."
                )
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    def has_change_permission(self, request: HttpRequest, obj: Invitation | None = None) -> bool:
        return False

    def may_use_tools(self, request: HttpRequest, obj: Invitation | None = None) -> bool:
        return self.may(request)

    def add(self, request: SignedInRequest, form: TrackedForm) -> Invitation:
        return invite(request, **form.model_values())

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.withdraw)
        return [
            path("<path:object_id>/withdraw/", view, name="reviews_invitation_withdraw"),
            *super().get_urls(),
        ]

    def object_tools(self, request: HttpRequest, record: Invitation) -> list[tuple[str, Text]]:
        return [(self.url("withdraw", record.pk), _("Withdraw"))] if record.works() else []

    def withdraw(self, request: SignedInRequest, object_id: str) -> HttpResponse:
        def perform(invitation: Invitation, cleaned: Values) -> None:
            invitation.withdraw(by=request.user, expected_version=cleaned["version"], why=cleaned["why"])

        return self.tool_view(request, object_id, ReasonForm, _("Withdraw the invitation"), perform)
