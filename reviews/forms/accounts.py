"""Forms on the way in: signing in, a new password, an invitation."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import ChangePasswordForm, LoginForm, ResetPasswordForm
from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm, BaseAuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django import forms
from django.conf import settings
from django.contrib.auth.forms import SetPasswordMixin
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from reviews.accounts import mail_throttle, mails, second_factors, sign_in_throttle
from reviews.forms.fields import TextField
from reviews.models import Invitation, User
from reviews.models.people import check_username, check_username_free


class SignInForm(LoginForm):
    """By user name or e-mail."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("User name or e-mail")
        self.fields["login"].widget.attrs["autocomplete"] = "username"
        # An e-mail address can be 320 letters long; more is a mistake, or an attack.
        self.fields["login"].validators.append(MaxLengthValidator(320))
        self.fields["password"].help_text = ""


class OwnPasswordForm(ChangePasswordForm):
    """A new password of one's own. Attempts at the old one count with those at sign-in."""

    def clean_oldpassword(self) -> str:
        attempt = sign_in_throttle.count_attempt(context.request, self.user.username)
        if attempt is None:
            raise ValidationError(
                _(
                    "There were too many wrong passwords within an hour. Wait an hour, or sign out and let us send you"
                    " a link for a new password."
                )
            )
        password: str = super().clean_oldpassword()
        attempt.rollback()
        return password


class CountedCodeForm(BaseAuthenticateForm):
    """A code of a second factor: attempts are counted, and each code works once."""

    def clean_code(self) -> str:
        attempt = sign_in_throttle.count_code(context.request, self.user)
        if attempt is None:
            raise get_adapter().validation_error("too_many_login_attempts")
        code: str = super().clean_code()
        is_of_app = self.authenticator.type == Authenticator.Type.TOTP
        if is_of_app and not second_factors.use_code(self.authenticator, code):
            raise get_adapter().validation_error("incorrect_code")
        attempt.rollback()
        return code


class CodeForm(CountedCodeForm, AuthenticateForm):
    """On the way in."""


class ConfirmingCodeForm(CountedCodeForm, ReauthenticateForm):
    """Before an account changes."""


class ResetForm(ResetPasswordForm):
    """Asks for a link by mail."""

    def clean_email(self) -> str:
        """allauth finds addresses in small letters only; here they are kept as they were typed."""
        email: str = self.cleaned_data["email"]
        self.users = list(User.objects.offered().filter(email__iexact=email))
        return email

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        """A mail in any case, so that neither the answer nor the time it takes tells who has an account.

        Except that this site writes only so many an hour to strangers, whose addresses anybody can type.
        """
        if self.users:
            return str(super().save(request, **kwargs))
        email: str = self.cleaned_data["email"]
        message = mails.compose("account/email/unknown_account", email)
        if mail_throttle.count_mail_to_stranger():
            message.send()
        return email


class InvitationForm(SetPasswordMixin, forms.Form):
    """What the invited choose themselves."""

    username = TextField(
        label=_("User name"),
        max_length=150,
        validators=User._meta.get_field("username").validators,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
    )
    password1, password2 = SetPasswordMixin.create_password_fields()

    def __init__(self, *args: Any, invitation: Invitation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.invitation = invitation
        self.by_sign_on = bool(settings.SINGLE_SIGN_ON) and "sign-on" in self.data
        if self.by_sign_on:
            del self.fields["password1"], self.fields["password2"]

    def clean_username(self) -> str:
        name: str = self.cleaned_data["username"]
        check_username(name, self.invitation.email)
        check_username_free(name)
        return name

    def clean(self) -> dict[str, Any] | None:
        if not self.by_sign_on:
            self.validate_passwords()
            username = self.cleaned_data.get("username", "")
            user = User(username=username, email=self.invitation.email, name=self.invitation.name)
            self.validate_password_for_user(user)
        return super().clean()


class EndSessionForm(forms.Form):
    """One of one's own sessions; without a choice all but this one."""

    session = forms.ModelChoiceField(UserSession.objects.none(), required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["session"].queryset = UserSession.objects.filter(user=user)  # type: ignore[attr-defined]
