"""The button of single sign-on."""

from typing import Any

from django import template
from django.conf import settings
from django.urls import reverse
from django.utils.http import urlencode

register = template.Library()


@register.inclusion_tag("socialaccount/button.html", takes_context=True)
def sign_on_button(context: template.Context, process: str) -> dict[str, Any]:
    """To sign in ("login"), or to connect the account ("connect"); nothing where there is no single sign-on."""
    provider = settings.SINGLE_SIGN_ON
    if not provider:
        return {}
    query = {"process": process}
    next_page = context.get("redirect_field_value")
    if next_page:
        query["next"] = next_page
    url = reverse("openid_connect_login", args=[provider["provider_id"]])
    return {
        "url": f"{url}?{urlencode(query)}",
        "name": provider["name"],
        "process": process,
        "csrf_token": context.get("csrf_token"),
    }
