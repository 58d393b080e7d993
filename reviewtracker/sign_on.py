"""The provider that people may sign in with."""

from typing import Any

from django.core.exceptions import ImproperlyConfigured

from reviewtracker.environment import DEBUG, text


def single_sign_on() -> dict[str, Any] | None:
    """The OpenID Connect provider as django-allauth takes it; None without one."""
    issuer = text("OIDC_ISSUER")
    if not issuer:
        return None
    scheme, _, rest = issuer.partition("://")
    if scheme not in ({"https", "http"} if DEBUG else {"https"}) or not rest or set(rest) & set("~?# "):
        raise ImproperlyConfigured(
            f"OIDC_ISSUER is {issuer!r}: set it to the provider's address, beginning with https://."
        )
    return {
        # Part of the key of a connection, and of the address that the provider sends people back to:
        # the subjects of another issuer are other people.
        "provider_id": rest.replace("/", "~"),
        "name": text("OIDC_NAME") or "Single sign-on",
        "client_id": oidc("OIDC_CLIENT_ID"),
        "secret": oidc("OIDC_CLIENT_SECRET"),
        "settings": {
            "server_url": issuer.rstrip("/"),
            # Only what the signed answer says counts, and only if it names this issuer.
            "fetch_userinfo": False,
            "openid_configuration_overrides": {"issuer": issuer},
        },
    }


def oidc(name: str) -> str:
    value = text(name)
    if not value:
        raise ImproperlyConfigured(
            f"{name} is not set: set it to what the provider gave, or unset OIDC_ISSUER."
        )
    return value
