"""Notification settings of a person, and the page behind the link at the end of each mail."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods
from django.views.generic import View

from reviews.forms.notifications import NotificationSettingsForm
from reviews.models import NotificationSettings
from reviews.operations.notifications import person_of_token, unsubscribe
from reviews.views.form_pages import FormPage


class NotificationSettingsPage(FormPage):
    """How often the person gets mail about what."""

    template_name = "notifications/settings.html"
    form_class, verb = NotificationSettingsForm, "save_choice"
    title, submit_label = _("Notifications by mail"), _("Save settings")
    success_message = _("The settings are saved.")
    object: NotificationSettings

    def get_cycle(self) -> None:
        return None

    def get_object(self) -> NotificationSettings:
        return NotificationSettings.of(self.request.user)

    def check_permission(self) -> None:
        """Everybody has settings of one's own."""

    @property
    def is_new(self) -> bool:  # type: ignore[override]
        """Whether the person saves settings for the first time."""
        return self.object.pk is None

    def get_cancel_url(self) -> str:
        return reverse("desk")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        alternate = None if user.why_alternate_lapsed else user.alternate
        return super().get_context_data(**kwargs) | {"lead": "", "alternate": alternate}


@method_decorator(
    (csrf_exempt, login_not_required, never_cache, require_http_methods(["GET", "HEAD", "POST", "OPTIONS"])),
    name="dispatch",
)
class Unsubscribe(View):
    """Turn all notifications of a person off (RFC 8058): the signed link of a mail is enough, without signing in.

    Nothing is changed by opening the page: programs that check mails open every link.
    """

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        return self.page(request, token, is_off=False)

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        person = person_of_token(token)
        if person is None:
            raise Http404
        unsubscribe(person)
        return self.page(request, token, is_off=True)

    def page(self, request: HttpRequest, token: str, *, is_off: bool) -> HttpResponse:
        person = person_of_token(token)
        if person is None:
            raise Http404
        context = {"title": _("Notifications by mail"), "is_off": is_off, "email": person.email}
        return render(request, "notifications/unsubscribe.html", context)
