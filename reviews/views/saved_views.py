"""Saved views of lists: saving the present address of a list under a name, the page of a view, its buttons."""

from typing import Any
from urllib.parse import urlsplit

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import resolve, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reviews.forms.base import ReviewForm
from reviews.forms.saved_views import SavedViewForm
from reviews.lists.addresses import OPEN, kept_query
from reviews.models import ListName, ReviewCycle, SavedView
from reviews.request_context import SignedInRequest
from reviews.views.base import history
from reviews.views.form_pages import FormPage, TransitionPage
from reviews.web.errors import BadAddress


def view_or_404(request: SignedInRequest, cycle: None, pk: str) -> SavedView:
    """A saved view that this person may open."""
    views = SavedView.objects.visible_to(request.user).select_related("person", "cycle")
    return get_object_or_404(views, pk=pk)


def saved_view_page(request: SignedInRequest, pk: str) -> HttpResponse:
    """One view: whose it is, what it keeps, what may be done with it; its history for the owner."""
    view = view_or_404(request, None, pk)
    is_own = view.person_id == request.user.pk
    context = {
        "cycle": view.cycle,
        "title": view,
        "view": view,
        "is_own": is_own,
        "url": url_of(view),
        "history": history(request, view) if is_own else [],
    }
    return render(request, "saved_views/saved_view.html", context)


def url_of(view: SavedView) -> str:
    """The address that opens the view."""
    return f"{reverse(view.list_name, args=[view.cycle.slug] if view.cycle else [])}?{OPEN}={view.pk}"


class ViewPage(FormPage):
    """A form about a saved view; a view belongs to its owner, also in a closed cycle."""

    object: SavedView

    def get_cycle(self) -> Any:
        return None

    def check_permission(self) -> None:
        self.object.require_owner(self.request.user)


class SaveView(ViewPage):
    """A name for the address of a list: `?of=/cycles/mtr/?status=returned`."""

    form_class, is_new = SavedViewForm, True
    title, submit_label = _("Save this view"), _("Save view")
    success_message = _("The view is saved. It is listed above the list.")

    @cached_property
    def address(self) -> tuple[str, str]:
        """Path and query of the list. Raises BadAddress for anything that is no list."""
        refused = BadAddress(_now("This address does not name a list whose view can be saved."))
        try:
            parts = urlsplit(self.request.GET.get("of", ""))
            match = resolve(parts.path)
        except (ValueError, Http404):
            raise refused from None
        if match.url_name not in ListName.values:
            raise refused
        self.list_name, self.slug = match.url_name, match.kwargs.get("slug")
        return parts.path, kept_query(QueryDict(parts.query)).urlencode()

    def get_cycle(self) -> ReviewCycle | None:
        path, _query = self.address
        if self.slug is None:
            return None
        return get_object_or_404(ReviewCycle.objects.visible_to(self.request.user), slug=self.slug)

    def get_object(self) -> SavedView:
        return SavedView(person=self.request.user, list_name=self.list_name, cycle=self.cycle)

    def perform(self, form: SavedViewForm, expected_version: int) -> SavedView:
        about = {"list_name": self.list_name, "query": self.address[1]}
        return SavedView.save_for(self.request.user, self.cycle, **about, **form.values())

    def get_success_url(self) -> str:
        return f"{self.address[0]}?{OPEN}={self.result.pk}"

    def get_cancel_url(self) -> str:
        path, query = self.address
        return f"{path}?{query}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"lead": self.object.get_list_name_display()}


class EditView(ViewPage):
    record_or_404 = staticmethod(view_or_404)
    form_class, verb = SavedViewForm, "rename"
    title, success_message = _("Rename the view"), _("The view is renamed.")


class RemoveView(ViewPage, TransitionPage):
    record_or_404 = staticmethod(view_or_404)
    form_class, verb, title = ReviewForm, "remove", _("Remove the view")
    success_message = _("The view is removed.")

    def get_success_url(self) -> str:
        return url_of(self.object).partition("?")[0]
