"""Tags of the site's navigation."""

from django import template

from reviews.models import ReviewCycle
from reviews.web.navigation import Section, sections_for

register = template.Library()


@register.simple_tag(takes_context=True)
def cycle_of_menu(context: template.Context) -> ReviewCycle | None:
    """The cycle that the menu is about: that of the page; elsewhere the one that the person opened last."""
    cycle: ReviewCycle | None = context.get("cycle")
    if cycle or "request" not in context:
        return cycle
    return ReviewCycle.objects.last_opened_by(context["request"].user)


@register.simple_tag(takes_context=True)
def sections_of_menu(context: template.Context, cycle: ReviewCycle) -> list[Section]:
    """The entries of the main menu, each with the pages inside it."""
    request = context["request"]
    return sections_for(request.user, cycle, context.get("nav") or "", request.path)
