"""Accounts: who may sign in, for which organisation, in which role."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.forms import SetPasswordMixin
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.db.transaction import atomic
from django.http import HttpRequest
from django.urls import path
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters

from reviews.admin.admin_site import site
from reviews.admin.base import PEOPLE, TrackedAdmin, section
from reviews.admin.forms import ReasonForm, StepForm, TrackedForm
from reviews.models import User
from reviews.request_context import SignedInRequest

OWN_ACCOUNT = _("You cannot take this away from yourself; another administrator can.")


class UserForm(TrackedForm):
    """An account; user names that differ only in capitals are one name, as they are when signing in."""

    def clean_username(self) -> str:
        name: str = self.cleaned_data["username"]
        if User.objects.filter(username__iexact=name).exclude(pk=self.instance.pk).exists():
            raise ValidationError(_("This user name is taken."))
        return name

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        if email and User.objects.filter(email__iexact=email).exclude(pk=self.instance.pk).exists():
            raise ValidationError(_("Somebody has this e-mail address already."))
        return email


class NewUserForm(SetPasswordMixin, UserForm):
    """A new account with its first password."""

    password1, password2 = SetPasswordMixin.create_password_fields()

    def clean(self) -> Any:
        self.validate_passwords()
        return super().clean()

    def _post_clean(self) -> None:
        super()._post_clean()
        # Only now does the instance have the names that a password must not resemble.
        self.validate_password_for_user(self.instance)


class PasswordForm(SetPasswordMixin, StepForm):
    """A new password for somebody."""

    password1, password2 = SetPasswordMixin.create_password_fields()

    def clean(self) -> Any:
        self.validate_passwords()
        self.validate_password_for_user(self.record)
        return super().clean()


@admin.register(User, site=site)
class UserAdmin(TrackedAdmin):
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
            "is_active last_login",
            about=_("Accounts are never deleted: who may no longer sign in keeps a place in the history."),
        ),
    ]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None:
            fieldsets.insert(1, section(_("Password"), "password1 password2"))
        return fieldsets

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(request, obj, change, **({} if obj else {"form": NewUserForm}), **kwargs)

    @method_decorator(sensitive_post_parameters())
    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> Any:
        return super().add_view(request, form_url, extra_context)

    def add(self, request: HttpRequest, form: Any) -> Any:
        by: Any = request.user  # signed in: the administration is closed to everybody else
        password, why = form.cleaned_data["password1"], form.cleaned_data["why"]
        return User.objects.create_user(password=password, by=by, why=why, **form.typed())

    def derived_values(self, request: HttpRequest, record: Any, values: dict[str, Any]) -> dict[str, Any]:
        """Nothing; but nobody locks himself or herself out, so that one administrator is always left."""
        own = record.pk == request.user.pk
        lost = [name for name in ("is_active", "is_superuser") if own and values.get(name) is False]
        if lost:
            raise ValidationError(dict.fromkeys(lost, OWN_ACCOUNT))
        return {}

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.set_password)
        factors = self.admin_site.admin_view(self.remove_factors)
        return [
            path("<path:object_id>/password/", view, name="reviews_user_password"),
            path("<path:object_id>/factors/", factors, name="reviews_user_factors"),
            *super().get_urls(),
        ]

    def steps(self, request: HttpRequest, record: Any) -> list[tuple[str, Any]]:
        steps = [(self.url("password", record.pk), _("Set a password"))]
        if Authenticator.objects.filter(user=record).exists():
            steps.append((self.url("factors", record.pk), _("Remove the second factors")))
        return steps

    def remove_factors(self, request: SignedInRequest, object_id: str) -> Any:
        """For somebody whose telephone, keys and recovery codes are all gone."""

        def act(person: User, cleaned: dict[str, Any]) -> None:
            with atomic():
                person.correct(by=request.user, expected_version=cleaned["version"], why=cleaned["why"])
                Authenticator.objects.filter(user=person).delete()

        return self.step_view(request, object_id, ReasonForm, _("Remove the second factors"), act)

    @method_decorator(sensitive_post_parameters())
    def set_password(self, request: SignedInRequest, object_id: str) -> Any:
        def act(person: User, cleaned: dict[str, Any]) -> None:
            hashed, why = make_password(cleaned["password1"]), _now("password set")
            person.correct(by=request.user, expected_version=cleaned["version"], why=why, password=hashed)
            if person.pk == request.user.pk:
                update_session_auth_hash(request, person)  # or the administrator would be signed out

        return self.step_view(request, object_id, PasswordForm, _("Set a password"), act)
