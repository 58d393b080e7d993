"""Tags of the site's navigation."""

from django import template
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag(takes_context=True)
def nav_link(context: template.Context, label: str, key: str, url_name: str, *args: str) -> SafeString:
    """One entry of the navigation, marked if it is the current one; nothing if the page does not exist."""
    try:
        url = reverse(url_name, args=args)
    except NoReverseMatch:
        return SafeString("")
    if context.get("nav") != key:
        return format_html('<li><a href="{}">{}</a></li>', url, label)
    current = "page" if getattr(context.get("request"), "path", None) == url else "true"
    return format_html('<li><a href="{}" aria-current="{}">{}</a></li>', url, current, label)
