"""Single sign-on: django-allauth's two pages, with the provider's signature checked."""

import logging
from contextlib import ExitStack
from typing import Any

import jwt
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.internal.jwtkit import verify_jti
from allauth.socialaccount.models import SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView, OAuth2View
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from requests import RequestException

log = logging.getLogger(__name__)

# Those of a key pair alone: with a shared secret, whoever checks a signature could also make one.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
REQUIRED_CLAIMS = ["iss", "aud", "exp", "iat", "sub"]


class SignedTokenAdapter(OpenIDConnectOAuth2Adapter):
    """Accepts an identity only with the provider's signature; allauth itself would leave that to TLS.

    Once the provider has answered, a transaction begins, which ends with `stack`: a connection is written together
    with its row of the history, or not at all. Not sooner: nobody waits for the provider with the database locked.
    """

    def __init__(self, request: HttpRequest, provider_id: str, stack: ExitStack) -> None:
        super().__init__(request, provider_id)
        self.stack = stack

    def complete_login(
        self, request: HttpRequest, app: SocialApp, token: SocialToken, **kwargs: Any
    ) -> SocialLogin:
        if not kwargs["response"].get("id_token"):
            raise OAuth2Error("No id_token")  # instead of asking for it another way, without a signature
        login = super().complete_login(request, app, token, **kwargs)
        self.stack.enter_context(transaction.atomic())
        return login

    def _decode_id_token(self, app: SocialApp, id_token: str) -> dict[str, Any]:
        """The claims of a signed token. Raises OAuth2Error."""
        try:
            claims: dict[str, Any] = jwt.decode(
                id_token,
                self._signing_key(id_token),
                algorithms=ALGORITHMS,
                options={"require": REQUIRED_CLAIMS},
                issuer=self.openid_config["issuer"],
                audience=app.client_id,
            )
        except (jwt.PyJWTError, KeyError, ValueError) as error:
            raise OAuth2Error("Invalid id_token") from error
        verify_jti(claims)  # once only
        return claims

    def _signing_key(self, id_token: str) -> jwt.PyJWK:
        """The provider's key that the token names; if it names none, the provider's only one."""
        with get_adapter().get_requests_session() as session:
            response = session.get(self.openid_config["jwks_uri"])
            response.raise_for_status()
        keys = jwt.PyJWKSet.from_dict(response.json()).keys
        name = jwt.get_unverified_header(id_token).get("kid")
        matching = [key for key in keys if key.public_key_use in (None, "sig") and name in (None, key.key_id)]
        if len(matching) != 1:
            raise OAuth2Error("No key, or more than one, of this name")
        return matching[0]


@login_not_required
def login(request: HttpRequest, provider_id: str) -> HttpResponse:
    return render_view(OAuth2LoginView, request, provider_id)


@login_not_required
def callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    return render_view(OAuth2CallbackView, request, provider_id)


def render_view(view: type[OAuth2View], request: HttpRequest, provider_id: str) -> HttpResponse:
    with ExitStack() as stack:
        adapter = SignedTokenAdapter(request, provider_id, stack)
        try:
            response: HttpResponse = view.adapter_view(adapter)(request)
        except SocialApp.DoesNotExist:
            raise Http404 from None
        except RequestException as error:  # the provider is down, or redirects
            log.warning("Single sign-on: the provider gave no answer that counts (%s)", type(error).__name__)
            return render_authentication_error(request, adapter.get_provider(), exception=error)
        return response
