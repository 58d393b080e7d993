"""The AdminSite: who may open it, and its records in groups."""

from typing import Any
from urllib.parse import unquote_plus

from allauth.account.utils import get_next_redirect_url
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from reviews import policy
from reviews.admin.base import GROUPS
from reviews.models import Trace


class ReviewSite(admin.AdminSite):
    """Administrators find everything here, the Secretariat the reference data.

    Everybody signs in on the one page of the product.
    """

    site_header = _("Review tracker · administration")
    site_title = _("Review tracker")
    index_title = _("Records")

    def has_permission(self, request: HttpRequest) -> bool:
        return policy.opens_admin(request.user)

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        unguarded = super().admin_view(view, cacheable)

        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.user.is_authenticated and not self.has_permission(request):
                raise PermissionDenied(_("The administration is for administrators and the Secretariat."))
            if "\0" in unquote_plus(request.META.get("QUERY_STRING", "")):
                raise BadRequest  # Django's filters would hand it to the database, which takes no NUL
            try:
                return unguarded(request, *args, **kwargs)
            except OverflowError:  # a filter by a number that SQLite cannot hold
                raise BadRequest from None

        return guarded

    def get_urls(self) -> list[Any]:
        urls = super().get_urls()
        for view in (getattr(url, "callback", None) for url in urls):
            if hasattr(view, "login_url"):
                # Django would send visitors to the administration's own sign-in first.
                view.login_url = settings.LOGIN_URL  # type: ignore[union-attr]
        return urls

    @method_decorator(never_cache)
    @method_decorator(login_not_required)
    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """The site's own sign-in page; whoever has signed in already has nothing to do here."""
        if request.user.is_authenticated:
            return redirect("admin:index")
        onwards = get_next_redirect_url(request) or reverse("admin:index")
        return redirect_to_login(onwards, settings.LOGIN_URL)

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return redirect("account_change_password")

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        own_changes = Trace.objects.filter(by=request.user.pk)[:10]
        return super().index(request, {"my_changes": own_changes, **(extra_context or {})})

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """The kinds of record in their groups."""
        apps = self._build_app_dict(request, app_label).values()
        groups = [self._group(app, group) for app in apps for group in GROUPS]
        return [group for group in groups if group["models"]]

    def _group(self, app: dict[str, Any], group: Promise) -> dict[str, Any]:
        rows = [row for row in app["models"] if self._registry[row["model"]].group is group]  # type: ignore[attr-defined]
        return app | {"name": group, "models": rows}


site = ReviewSite()
