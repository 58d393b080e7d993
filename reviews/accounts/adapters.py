"""Adapters of django-allauth: one class for each of its apps."""

import logging
from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.base import AuthProcess
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from requests import Session

from reviews.accounts import invitations, known_devices, session_timeouts, sign_in_throttle
from reviews.models import User

log = logging.getLogger(__name__)

# One sentence for a wrong password, a name that nobody has, a disabled account and too many attempts.
SIGN_IN_FAILED = _(
    "This user name or e-mail and this password do not fit, or there were too many wrong ones within an hour."
    " Look at both again, or let us send you a link for a new password."
)
TOO_MANY_CODES = _(
    "Too many wrong codes within an hour. Wait an hour, or use a browser in which you signed in before."
)


class AccountAdapter(DefaultAccountAdapter):
    """Signing in, and passwords."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": SIGN_IN_FAILED,
        "email_password_mismatch": SIGN_IN_FAILED,
        "too_many_login_attempts": TOO_MANY_CODES,
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def is_safe_url(self, url: str) -> bool:
        """Whether `next` may lead there: only to this site, at the host name of the request."""
        request = context.request
        return url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure())

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        login = credentials.get("email") or credentials.get("username", "")
        self._login_failed_rl_usage = sign_in_throttle.count_attempt(request, login)
        if not self._login_failed_rl_usage:
            log.warning("A guess at a password from %s was not looked at", self.get_client_ip(request))
            raise self.validation_error("username_password_mismatch")

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        log.warning("A wrong password from %s", self.get_client_ip(request))

    def post_login(self, request: HttpRequest, user: User, **hooks: Any) -> HttpResponse:
        response = super().post_login(request, user, **hooks)
        known_devices.remember(request, response, user)
        log.info("Person %s signed in from %s", user.pk, self.get_client_ip(request))
        return response

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        messages.error(request, _("This account may not sign in. Ask the Secretariat."))
        return redirect("account_login")

    def set_password(self, user: User, password: str) -> None:
        """Set the password that the person chose, with a row in the trace."""
        if context.request.user.is_authenticated:
            why = gettext_noop("password set")
        else:
            why = gettext_noop("password set with a link from a mail")
        user.set_password(password)
        stored = User.objects.get(pk=user.pk)
        stored.change_traced(by=user, expected_version=stored.version, why=why, password=user.password)
        user.version = stored.version

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Always before anything about signing in changes; having signed in just now will do."""
        return not session_timeouts.is_fresh(context.request.session, app_settings.REAUTHENTICATION_TIMEOUT)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """In the language that the person chose, else in that of the page on which they asked for the mail."""
        chosen = getattr(context.get("user") or context.get("person"), "language", "")
        with translation.override(chosen or translation.get_language()):
            super().send_mail(template_prefix, email, context)

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        # Without an address allauth would look for one in its own table, which stays empty here.
        if email := email or user.email:
            super().send_notification_mail(template_prefix, user, {"person": user, **(context or {})}, email)

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account_signed_out")

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("password_change_done")


class FactorAdapter(DefaultMFAAdapter):
    """Second factors."""

    def get_totp_label(self, user: User) -> str:
        return str(user.username)

    def _get_site_name(self) -> str:
        return _now("Review tracker")


class SignOnAdapter(DefaultSocialAccountAdapter):
    """Single sign-on: a person is identified by issuer and subject alone."""

    def get_requests_session(self) -> Session:
        """For requests to the provider; follows no redirect."""
        session = super().get_requests_session()
        session.max_redirects = 0
        return session

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Connect whoever accepts an invitation by single sign-on, and nobody else."""
        sociallogin.email_addresses = []
        is_connecting = sociallogin.state.get("process") == AuthProcess.CONNECT
        if sociallogin.is_existing or is_connecting or request.user.is_authenticated:
            return
        with transaction.atomic():
            account = invitations.accept_by_sign_on(request)
            if account:
                sociallogin.connect(request, account)
