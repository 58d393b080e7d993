"""The framework under review."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from reviews.models import FrameworkNode
from reviews.request_context import SignedInRequest
from reviews.views.base import cycles_named


def framework_page(request: SignedInRequest, slug: str) -> HttpResponse:
    """The framework under review, as a tree."""
    cycle = get_object_or_404(cycles_named(request, slug).select_related("framework"))
    nodes = FrameworkNode.objects.filter(framework=cycle.framework_id).order_by("sort_key")
    context = {"cycle": cycle, "nav": "framework", "title": cycle.framework, "nodes": nodes}
    return render(request, "framework/framework.html", context)
