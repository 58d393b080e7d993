"""Saved views of lists: saving the present address of a list under a name, the page of a view, its buttons."""

from typing import Any
from urllib.parse import urlsplit

from django.db.models import QuerySet
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import resolve, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reviews import policy
from reviews.forms.base import ReviewForm
from reviews.forms.saved_views import SavedViewForm
from reviews.lists.addresses import OPEN, kept_query
from reviews.lists.saved_views import SavedViewFilter, SavedViewTable
from reviews.models import DefaultView, ListName, ReviewCycle, SavedView
from reviews.models.saved_views import OF_A_RECORD, READ_PERMISSIONS
from reviews.request_context import SignedInRequest
from reviews.views.base import SiteListPage, history
from reviews.views.form_pages import FormPage, TransitionPage
from reviews.web.errors import BadAddress


class SavedViewList(SiteListPage):
    """All views that the person may open, of every list."""

    title, permission = _("Saved views"), "cycle.read"
    lead = _("Filters, order and columns of lists under a name: your own, and those shared with you.")
    model, table_class, filterset_class = SavedView, SavedViewTable, SavedViewFilter
    select_related, ordering = ("cycle", "person", "shared_body"), ("list_name", "name")
    empty_text = _("There is no saved view yet: choose filters on a list, then “Save this view”.")

    def get_queryset(self) -> "QuerySet[SavedView]":
        views: QuerySet[SavedView] = super().get_queryset().with_default_of(self.request.user)
        return views


def view_or_404(request: SignedInRequest, cycle: None, pk: str) -> SavedView:
    """A saved view that this person may open."""
    views = SavedView.objects.visible_to(request.user).with_default_of(request.user)
    return get_object_or_404(views.select_related("person", "cycle", "shared_body"), pk=pk)


def saved_view_page(request: SignedInRequest, pk: str) -> HttpResponse:
    """One view: whose it is, with whom it is shared, what may be done with it; its history for the owner."""
    view = view_or_404(request, None, pk)
    is_own = view.person_id == request.user.pk
    context = {
        "cycle": view.cycle,
        "title": view,
        "view": view,
        "is_own": is_own,
        "may_take_over": view.is_open_to_take_over(request.user),
        "url": address_of(view),
        "history": history(request, view) if is_own else [],
        "breadcrumbs": [(_("Saved views"), reverse("saved-view-list"))],
    }
    return render(request, "saved_views/saved_view.html", context)


def address_of(view: SavedView) -> str:
    """The address that opens the view; empty for the lists of one record each, where the view is offered."""
    if view.list_name in OF_A_RECORD:
        return ""
    return f"{reverse(view.list_name, args=[view.cycle.slug] if view.cycle else [])}?{OPEN}={view.pk}"


class ListAddress:
    """The list that an address names (`?of=/cycles/mtr/?status=returned`). Raises BadAddress for anything else."""

    def __init__(self, request: SignedInRequest) -> None:
        refused = BadAddress(_now("This address does not name a list whose view can be saved."))
        try:
            parts = urlsplit(request.GET.get("of", ""))
            match = resolve(parts.path)
        except (ValueError, Http404):
            raise refused from None
        if match.url_name not in ListName.values:
            raise refused
        self.path, self.list_name = parts.path, ListName(match.url_name)
        self.slug = match.kwargs.get("slug")
        self.query = kept_query(QueryDict(parts.query)).urlencode()
        policy.require_reader(request.user, READ_PERMISSIONS[self.list_name])


class ViewPage(FormPage):
    """A form about a saved view; a view belongs to its owner, also in a closed cycle."""

    object: SavedView

    def get_cycle(self) -> Any:
        return None

    def check_permission(self) -> None:
        self.object.require_owner(self.request.user)

    @cached_property
    def address(self) -> ListAddress:
        return ListAddress(self.request)


class SaveView(ViewPage):
    """A name for the address of a list."""

    form_class, is_new = SavedViewForm, True
    title, submit_label = _("Save this view"), _("Save view")
    success_message = _("The view is saved. It is listed above the list.")

    def get_cycle(self) -> ReviewCycle | None:
        if self.address.slug is None:
            return None
        return get_object_or_404(ReviewCycle.objects.visible_to(self.request.user), slug=self.address.slug)

    def get_object(self) -> SavedView:
        return SavedView(person=self.request.user, list_name=self.address.list_name, cycle=self.cycle)

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"user": self.request.user}

    def perform(self, form: SavedViewForm, expected_version: int) -> SavedView:
        person, address = self.request.user, self.address
        return SavedView.save_for(
            person, self.cycle, list_name=address.list_name, query=address.query, **form.values()
        )

    def get_success_url(self) -> str:
        return f"{self.address.path}?{OPEN}={self.result.pk}"

    def get_cancel_url(self) -> str:
        return f"{self.address.path}?{self.address.query}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"lead": self.object.get_list_name_display()}


class EditView(ViewPage):
    record_or_404 = staticmethod(view_or_404)
    form_class, verb = SavedViewForm, "edit"
    title, success_message = _("Rename or share the view"), _("The view is changed.")

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"user": self.request.user}


class ViewButton(ViewPage, TransitionPage):
    """A button on the page of a view, or above its list."""

    record_or_404 = staticmethod(view_or_404)
    form_class = ReviewForm


class SaveOver(ViewButton):
    """Let a view keep the present address of its list."""

    title, submit_label = _("Save over the view"), _("Save over")
    success_message = _("The view keeps the present filters, order and columns.")

    def check_permission(self) -> None:
        super().check_permission()
        slug = self.object.cycle.slug if self.object.cycle else None
        if (self.address.list_name, self.address.slug) != (self.object.list_name, slug):
            raise BadAddress(_now("This view is of another list."))

    def perform(self, form: ReviewForm, expected_version: int) -> SavedView:
        query = self.address.query
        return self.object.save_over(by=self.request.user, expected_version=expected_version, query=query)

    def get_success_url(self) -> str:
        return f"{self.address.path}?{OPEN}={self.object.pk}"


class RemoveView(ViewButton):
    verb, title, success_message = "remove", _("Remove the view"), _("The view is removed.")

    def get_success_url(self) -> str:
        return reverse("saved-view-list")


class TakeOverView(ViewButton):
    verb, title = "take_over", _("Take the view over")
    success_message = _("The view is yours now.")

    def check_permission(self) -> None:
        policy.require_reader(self.request.user, READ_PERMISSIONS[ListName(self.object.list_name)])


class DefaultButton(ViewPage, TransitionPage):
    """A button about the view with which the person's own list opens."""

    object: DefaultView  # type: ignore[assignment]
    form_class = ReviewForm
    view: SavedView

    def get_object(self) -> DefaultView:
        self.view = view_or_404(self.request, None, self.kwargs["pk"])
        return DefaultView.of(self.request.user, self.view)

    def check_permission(self) -> None:
        """Everybody, of the views that one may open."""

    @property
    def is_new(self) -> bool:  # type: ignore[override]
        """Whether the person chooses for the first time."""
        return self.object.pk is None


class MakeDefault(DefaultButton):
    title = _("My default")
    success_message = _("The list opens with this view from now on, for you alone.")

    def perform(self, form: ReviewForm, expected_version: int) -> DefaultView:
        return self.object.choose(by=self.request.user, expected_version=expected_version, view=self.view)

    def get_success_url(self) -> str:
        return address_of(self.view) or self.view.get_absolute_url()


class ClearDefault(DefaultButton):
    title = _("No default")
    success_message = _("The list opens whole from now on.")

    def perform(self, form: ReviewForm, expected_version: int) -> DefaultView:
        return self.object.choose(by=self.request.user, expected_version=expected_version, view=None)

    def get_success_url(self) -> str:
        return self.view.get_absolute_url()
