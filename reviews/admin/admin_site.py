"""The AdminSite: who may open it, and its records in groups."""

from collections.abc import Callable
from typing import Any, cast
from urllib.parse import unquote_plus

from allauth.account.utils import get_next_redirect_url
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.exceptions import DisallowedModelAdminLookup, DisallowedModelAdminToField
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest, PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, reverse
from django.utils.decorators import method_decorator
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from reviews import policy
from reviews.admin.base import GROUPS, TrackedAdmin
from reviews.models import Trace
from reviews.web.errors import BadAddress


class OfferedRecords(AutocompleteJsonView):
    """The answers of the boxes that search for a record: those that a form offers, each with its full label."""

    model_admin: TrackedAdmin

    def get_queryset(self) -> QuerySet[Any]:
        related: Any = self.model_admin.list_select_related or ()
        rows: Any = super().get_queryset().select_related(*related)
        records: QuerySet[Any] = rows.offered().with_choice_labels()
        return records

    def serialize_result(self, obj: Any, to_field_name: str) -> dict[str, str]:
        return {"id": str(getattr(obj, to_field_name)), "text": obj.choice_label}


class ReviewSite(admin.AdminSite):
    """Administrators find everything here, the Secretariat the reference data.

    Everybody signs in on the one page of the product.
    """

    site_header = _("Review tracker · administration")
    site_title = _("Review tracker")
    index_title = _("Records")

    def has_permission(self, request: HttpRequest) -> bool:
        return policy.opens_admin(request.user)

    def admin_view(  # type: ignore[override]  # Django's own keeps the type of the view
        self, view: Callable[..., HttpResponse], cacheable: bool = False
    ) -> Callable[..., HttpResponse]:
        unguarded = super().admin_view(view, cacheable)

        def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
            if request.user.is_authenticated and not self.has_permission(request):
                raise PermissionDenied(_("The administration is for administrators and the Secretariat."))
            if "\0" in unquote_plus(request.META.get("QUERY_STRING", "")):
                raise BadRequest  # Django's filters would hand it to the database, which takes no NUL
            try:
                return unguarded(request, *args, **kwargs)
            except DisallowedModelAdminLookup:
                raise BadAddress(_("This list has no such filter.")) from None
            except DisallowedModelAdminToField:
                raise BadAddress(_("This choice has no such column.")) from None
            except OverflowError:  # a filter by a number that SQLite cannot hold
                raise BadRequest from None

        return guarded

    def get_urls(self) -> list[URLResolver | URLPattern]:
        urls = super().get_urls()
        for view in (getattr(url, "callback", None) for url in urls):
            if hasattr(view, "login_url"):
                # Django would send visitors to the administration's own sign-in first.
                view.login_url = settings.LOGIN_URL  # type: ignore[union-attr]
        return urls

    def autocomplete_view(self, request: HttpRequest) -> HttpResponse:
        return cast(HttpResponse, OfferedRecords.as_view(admin_site=self)(request))

    @method_decorator(never_cache)
    @method_decorator(login_not_required)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Redirect to the site's own sign-in page; whoever has signed in already has nothing to do here."""
        if request.user.is_authenticated:
            return redirect("admin:index")
        next_url = get_next_redirect_url(request) or reverse("admin:index")
        return redirect_to_login(next_url, settings.LOGIN_URL)

    def password_change(  # type: ignore[override]  # a redirect is a response, too
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return redirect("account_change_password")

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        own_changes = Trace.objects.filter(by=request.user.pk)[:10]
        return super().index(request, {"my_changes": own_changes, **(extra_context or {})})

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[dict[str, Any]]:
        """Return the kinds of record in their groups."""
        groups = []
        for app in self._build_app_dict(request, app_label).values():
            for group in GROUPS:
                rows = [row for row in app["models"] if group is self._group_of(row["model"])]
                if rows:
                    groups.append(app | {"name": group, "models": rows})
        return groups

    def _group_of(self, model: type[Model]) -> Promise:
        return cast(TrackedAdmin, self._registry[model]).group


site = ReviewSite()
