"""Single sign-on: django-allauth's two pages, with the provider's signature checked."""

import logging
from typing import Any

import jwt
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.internal.jwtkit import verify_jti
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from requests import RequestException

log = logging.getLogger(__name__)

# Those of a key pair alone: with a shared secret, whoever checks a signature could also make one.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
OWED = ["iss", "aud", "exp", "iat", "sub"]


class SignedAnswers(OpenIDConnectOAuth2Adapter):
    """Believes an identity only with the provider's signature; allauth itself would leave that to TLS."""

    def complete_login(self, request: HttpRequest, app: Any, token: Any, **kwargs: Any) -> Any:
        if not kwargs["response"].get("id_token"):
            raise OAuth2Error("No id_token")  # instead of asking for it another way, without a signature
        return super().complete_login(request, app, token, **kwargs)

    def _decode_id_token(self, app: Any, id_token: str) -> dict[str, Any]:
        try:
            told: dict[str, Any] = jwt.decode(
                id_token, self._key(id_token), algorithms=ALGORITHMS, options={"require": OWED},
                issuer=self.openid_config["issuer"], audience=app.client_id,
            )  # fmt: skip
        except (jwt.PyJWTError, KeyError, ValueError) as error:
            raise OAuth2Error("Invalid id_token") from error
        verify_jti(told)  # once only
        return told

    def _key(self, id_token: str) -> jwt.PyJWK:
        """The provider's own key of the name that the token tells; without a name, its only one."""
        with get_adapter().get_requests_session() as session:
            answer = session.get(self.openid_config["jwks_uri"])
            answer.raise_for_status()
        keys = [
            key for key in jwt.PyJWKSet.from_dict(answer.json()).keys if key.public_key_use in (None, "sig")
        ]
        name = jwt.get_unverified_header(id_token).get("kid")
        found = [key for key in keys if name in (None, key.key_id)]
        if len(found) != 1:
            raise OAuth2Error("No key, or more than one, of this name")
        return found[0]


@login_not_required
def login(request: HttpRequest, provider_id: str) -> HttpResponse:
    return _by(OAuth2LoginView, request, provider_id)


@login_not_required
def callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    return _by(OAuth2CallbackView, request, provider_id)


def _by(view: Any, request: HttpRequest, provider_id: str) -> HttpResponse:
    adapter = SignedAnswers(request, provider_id)
    try:
        answer: HttpResponse = view.adapter_view(adapter)(request)
    except SocialApp.DoesNotExist:
        raise Http404 from None
    except RequestException as error:  # the provider is down, or sends us elsewhere
        log.warning("Single sign-on: the provider gave no answer that counts (%s)", type(error).__name__)
        return render_authentication_error(request, adapter.get_provider(), exception=error)
    return answer
