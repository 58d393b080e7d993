"""The way in, where django-allauth's own pages are not what is wanted."""

from typing import Any

from allauth.account import views as account
from allauth.account.forms import SetPasswordForm
from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from allauth.account.utils import perform_login
from allauth.mfa.base import views as mfa
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import views as totp
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.usersessions.internal.flows import sessions
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import FormView, TemplateView

from reviews.accounts import invitations, known_devices, second_factors, session_timeouts
from reviews.forms.accounts import EndSessionForm, InvitationForm
from reviews.models import Invitation
from reviews.request_context import SignedInRequest


class SignOut(account.LogoutView):
    """With a button only: anybody could place a link that signs people out."""

    http_method_names = ["post", "options"]


@login_not_required
def signed_out(request: SignedInRequest) -> HttpResponse:
    return render(request, "account/signed_out.html")


class ChooseNewPassword(account.PasswordResetFromKeyView):
    """With the link from a mail. Whoever reads the person's mail is no stranger: this browser starts afresh."""

    def form_valid(self, form: SetPasswordForm) -> HttpResponse:
        response = super().form_valid(form)
        known_devices.remember(self.request, response, self.reset_user, renew=True)
        return response


class AddApp(totp.ActivateTOTPView):
    """An authenticator app is added with a code, which then does not open a session as well."""

    def form_valid(self, form: ActivateTOTPForm) -> HttpResponse:
        response = super().form_valid(form)
        app = Authenticator.objects.get(user=self.request.user, type=Authenticator.Type.TOTP)
        second_factors.use_code(app, form.cleaned_data["code"])
        return response


class SecondFactors(mfa.IndexView):
    def get_context_data(self, **kwargs: object) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {
            "required": second_factors.must_set_up(self.request.user)
        }


@method_decorator(never_cache, name="dispatch")
class RecoveryCodes(TemplateView):
    """Codes for the day the telephone is lost. Unlike allauth's page it writes nothing when it is read."""

    template_name = "mfa/recovery_codes/index.html"

    def get_context_data(self, **kwargs: object) -> dict[str, Any]:
        raise_if_reauthentication_required(self.request, app="allauth.mfa")
        own = Authenticator.objects.filter(user=self.request.user, type=Authenticator.Type.RECOVERY_CODES)
        codes = own.first()
        if codes is None:
            raise Http404
        return super().get_context_data(**kwargs) | {"unused_codes": codes.wrap().get_unused_codes()}


class RecoveryCodesFile(RecoveryCodes):
    template_name = "mfa/recovery_codes/download.txt"
    content_type = "text/plain"

    def render_to_response(self, context: dict[str, Any], **kwargs: object) -> HttpResponse:
        name = 'attachment; filename="recovery-codes.txt"'
        return super().render_to_response(context, headers={"Content-Disposition": name}, **kwargs)


class OwnSessions(FormView):
    """Where somebody is signed in, and a button to end each of them."""

    template_name = "usersessions/usersession_list.html"
    form_class = EndSessionForm
    success_url = reverse_lazy("usersessions_list")

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"user": self.request.user}

    def form_valid(self, form: EndSessionForm) -> HttpResponse:
        session = form.cleaned_data["session"]
        if session:
            sessions.end_sessions(self.request, [session])
        else:
            sessions.end_other_sessions(self.request, self.request.user)
        messages.success(self.request, _("Ended. Nobody can go on there without signing in."))
        return super().form_valid(form)

    def get_context_data(self, **kwargs: object) -> dict[str, Any]:
        # Those that somebody could still use; the others are cleared away when the person signs in.
        usable = []
        for row in UserSession.objects.filter(user=self.request.user).order_by("-created_at"):
            if row.exists() and not session_timeouts.is_over(row._session_store(row.session_key)):
                usable.append(row)
        return super().get_context_data(**kwargs) | {"sessions": usable}


@method_decorator([never_cache, login_not_required, sensitive_post_parameters()], name="dispatch")
class AcceptInvitation(FormView):
    """Where the link in an invitation leads: the account is made by choosing a user name and a password."""

    template_name = "account/invitation.html"
    form_class = InvitationForm

    def dispatch(self, request: HttpRequest, key: str) -> HttpResponseBase:
        invitation = Invitation.of_key(key)
        if invitation is None:
            return render(request, "account/invitation_gone.html", status=404)
        self.key, self.invitation = key, invitation
        if request.user.is_authenticated:
            messages.error(request, _("Sign out first: this invitation is for somebody without an account."))
            return redirect("desk")
        return super().dispatch(request)

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"invitation": self.invitation}

    def get_context_data(self, **kwargs: object) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"invitation": self.invitation}

    def form_valid(self, form: InvitationForm) -> HttpResponse:
        username = form.cleaned_data["username"]
        if form.by_sign_on and settings.SINGLE_SIGN_ON:
            invitations.remember_for_sign_on(self.request, self.key, username)
            return redirect("openid_connect_login", settings.SINGLE_SIGN_ON["provider_id"])
        user = self.invitation.accept(username=username, password=form.cleaned_data["password1"])
        return perform_login(self.request, user, email_verification="none", redirect_url=reverse("desk"))
