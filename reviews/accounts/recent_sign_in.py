"""Recent sign-in: before an account changes, whoever changes it says again who he or she is.

It is enough to have signed in within the last five minutes. Otherwise django-allauth asks for the password or a factor;
who has neither, because an account of the single sign-on is all there is, signs in again.
"""

from allauth.account import app_settings
from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from reviews import policy
from reviews.accounts import session_timeouts, unsaved_input

# One's own: asked for when the page is opened. A new password in place of an old one needs the old one instead.
OWN_PAGES = frozenset(
    {
        "account_set_password",
        "mfa_activate_totp",
        "mfa_deactivate_totp",
        "mfa_add_webauthn",
        "mfa_edit_webauthn",
        "mfa_remove_webauthn",
        "mfa_generate_recovery_codes",
        "mfa_view_recovery_codes",
        "mfa_download_recovery_codes",
        "socialaccount_connections",
    }
)
# To connect an identity: django-allauth asks on the way back, if the person has anything to be asked for.
CONNECTING = "openid_connect_login"
# In the administration, and where people are invited: asked for when the page is opened, since there is nothing else
# to do on it ...
ADMIN_PAGES = frozenset(
    {
        "admin:reviews_user_add",
        "admin:reviews_user_password",
        "admin:reviews_user_factors",
        "admin:reviews_invitation_add",
        "admin:reviews_invitation_withdraw",
    }
)
INVITING = frozenset({"invite", "invite-sheet", "invitation-withdraw"})
# ... or only when something is sent, since the page is also there to be read.
ADMIN_FORMS = frozenset({"admin:reviews_user_change"})


def is_required(request: HttpRequest) -> bool:
    """Whether this page changes an account, and the person has to say again who it is."""
    user, match = request.user, request.resolver_match
    if not user.is_authenticated or match is None:
        return False
    name = match.view_name
    if name in OWN_PAGES or (name == CONNECTING and not methods_of(request)):
        return not is_recent(request)
    if name in INVITING:
        return policy.may(user, "account.invite") and not is_recent(request)
    is_change = name in ADMIN_PAGES or (name in ADMIN_FORMS and request.method == "POST")
    return is_change and policy.opens_admin(user) and not is_recent(request)


def methods_of(request: HttpRequest) -> list[dict[str, str]]:
    """The ways in which django-allauth can ask this person: a password, a code, a security key."""
    methods: list[dict[str, str]] = get_adapter().get_reauthentication_methods(request.user)
    return methods


def is_recent(request: HttpRequest) -> bool:
    """Whether the person signed in, or said again who it is, a moment ago."""
    if session_timeouts.is_fresh(request.session, app_settings.REAUTHENTICATION_TIMEOUT):
        return True
    return bool(methods_of(request)) and did_recently_reauthenticate(request)


def ask(request: HttpRequest) -> HttpResponse:
    """Redirect to where the person says again who it is, and from there back. What was typed is kept."""
    methods = methods_of(request)
    if not methods:
        request.signed_out_user = request.user  # type: ignore[attr-defined] # whose input it is
        logout(request)
        messages.info(request, _("Sign in again: this changes how an account is opened."))
    if unsaved_input.keep(request) and methods:
        messages.info(request, _("What you typed is kept, and is here again afterwards."))
    url = methods[0]["url"] if methods else resolve_url(settings.LOGIN_URL)
    return redirect(f"{url}?{urlencode({'next': request.get_full_path()})}")
