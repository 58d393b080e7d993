"""Attributes of forms whose texts are kept while somebody types."""

from django import template
from django.template import RequestContext
from django.utils.html import format_html
from django.utils.safestring import SafeString

from reviews.models.unsaved_texts import LONGEST_PLACE, seal_of

register = template.Library()


@register.simple_tag(takes_context=True)
def keeps_text(context: RequestContext, url: str = "") -> SafeString:
    """Attributes of a form whose text is kept while it is typed; `url`: where it is sent to, if not to its own page."""
    request = context["request"]
    place = str(url) or request.get_full_path()
    is_rehearsal = getattr(request, "is_rehearsal", False)  # which leaves nothing behind
    if not request.user.is_authenticated or is_rehearsal or len(place) > LONGEST_PLACE:
        return SafeString()
    request.keeps_text = True  # the page ends with the script
    return format_html('data-unsaved="{}" data-seal="{}"', place, seal_of(request.user, place))
