"""Accounts: who may sign in, for which organisation, in which role."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.auth.forms import SetPasswordMixin
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.db.transaction import atomic
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters

from reviews import clock
from reviews.accounts import mails, second_factors
from reviews.admin.admin_site import site
from reviews.admin.base import PEOPLE, Fieldset, Text, TrackedAdmin, section
from reviews.admin.forms import ReasonForm, ToolForm, TrackedForm, Values
from reviews.models import User
from reviews.models.people import check_username_free
from reviews.request_context import SignedInRequest

OWN_ACCOUNT = _("You cannot take this away from yourself; another administrator can.")


class UserForm(TrackedForm):
    """An account; user names that differ only in capitals or marks are one name."""

    def clean_username(self) -> str:
        name: str = self.cleaned_data["username"]
        check_username_free(name, self.instance)
        return name

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        if email and User.objects.filter(email__iexact=email).exclude(pk=self.instance.pk).exists():
            raise ValidationError(_("Somebody has this e-mail address already."))
        return email


class NewUserForm(SetPasswordMixin, UserForm):
    """A new account with its first password."""

    password1, password2 = SetPasswordMixin.create_password_fields()

    def clean(self) -> dict[str, Any] | None:
        self.validate_passwords()
        return super().clean()

    def _post_clean(self) -> None:
        super()._post_clean()
        # Only now does the instance have the names that a password must not resemble.
        self.validate_password_for_user(self.instance)


class PasswordForm(SetPasswordMixin, ToolForm):
    """A new password for somebody."""

    password1, password2 = SetPasswordMixin.create_password_fields()

    def clean(self) -> dict[str, Any] | None:
        self.validate_passwords()
        self.validate_password_for_user(self.record)
        return super().clean()


@admin.register(User, site=site)
class UserAdmin(TrackedAdmin[User]):
    form = UserForm
    group = PEOPLE
    list_display = ("username", "name", "organisation", "role", "is_active", "is_superuser", "last_login")
    list_filter = ("role", "is_active", "is_superuser", "organisation__kind")
    list_select_related = ("organisation",)
    search_fields = ("username", "name", "email", "organisation__name_en", "organisation__code")
    autocomplete_fields = ("organisation",)
    readonly_fields = ("last_login",)
    hidden_when_adding = ("is_active",)
    fieldsets = [
        section(None, "username name email"),
        section(
            _("Duty"),
            "organisation role is_superuser",
            about=_("People of a national team belong to a member state. Administrators need no role."),
        ),
        section(
            _("Signing in"),
            "is_active active_from active_until last_login",
            about=_("Accounts are never deleted: who may no longer sign in keeps a place in the history."),
        ),
    ]

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> list[Fieldset]:
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None:
            fieldsets.insert(1, section(_("Password"), "password1 password2"))
        return fieldsets

    def get_form(
        self, request: HttpRequest, obj: User | None = None, change: bool = False, **kwargs: Any
    ) -> type[ModelForm]:
        if obj is None:
            kwargs["form"] = NewUserForm
        return super().get_form(request, obj, change, **kwargs)

    @method_decorator(sensitive_post_parameters())
    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return super().add_view(request, form_url, extra_context)

    def add(self, request: SignedInRequest, form: TrackedForm) -> User:
        password, why = form.cleaned_data["password1"], form.cleaned_data["why"]
        with atomic():
            account = User.objects.create_user(
                password=password, by=request.user, why=why, **form.model_values()
            )
            mails.notify_side(account, by=request.user)
        return account

    def derived_values(self, request: SignedInRequest, record: User, values: Values) -> Values:
        """Nothing; but nobody locks himself or herself out, so that one administrator is always left."""
        own = record.pk == request.user.pk
        lost = [name for name in ("is_active", "is_superuser") if own and values.get(name) is False]
        first, last = values.get("active_from"), values.get("active_until")
        lost += ["active_from"] if own and first and first > clock.today() else []
        lost += ["active_until"] if own and last and last < clock.today() else []
        if lost:
            raise ValidationError(dict.fromkeys(lost, OWN_ACCOUNT))
        return {}

    def get_urls(self) -> list[URLPattern]:
        password = self.admin_site.admin_view(self.set_password)
        factors = self.admin_site.admin_view(self.remove_factors)
        return [
            path("<path:object_id>/password/", password, name="reviews_user_password"),
            path("<path:object_id>/factors/", factors, name="reviews_user_factors"),
            *super().get_urls(),
        ]

    def object_tools(self, request: HttpRequest, record: User) -> list[tuple[str, Text]]:
        tools: list[tuple[str, Text]] = [(self.url("password", record.pk), _("Set a password"))]
        if Authenticator.objects.filter(user=record).exists():
            tools.append((self.url("factors", record.pk), _("Remove two-step sign-in")))
        return tools

    def remove_factors(self, request: SignedInRequest, object_id: str) -> HttpResponse:
        """For somebody whose telephone, keys and recovery codes are all gone."""

        def perform(person: User, cleaned: Values) -> None:
            with atomic():
                person.correct(by=request.user, expected_version=cleaned["version"], why=cleaned["why"])
                second_factors.remove_all(person)

        return self.tool_view(request, object_id, ReasonForm, _("Remove two-step sign-in"), perform)

    @method_decorator(sensitive_post_parameters())
    def set_password(self, request: SignedInRequest, object_id: str) -> HttpResponse:
        """Set somebody else's; one's own needs the old one."""
        if self.get_object(request, unquote(object_id)) == request.user:
            return redirect("account_change_password")

        def perform(person: User, cleaned: Values) -> None:
            hashed, why = make_password(cleaned["password1"]), _now("password set")
            person.correct(by=request.user, expected_version=cleaned["version"], why=why, password=hashed)

        return self.tool_view(request, object_id, PasswordForm, _("Set a password"), perform)
