"""The switch between languages on every page."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponseBase
from django.utils.decorators import method_decorator
from django.views.generic import View
from django.views.i18n import set_language


@method_decorator(login_not_required, name="dispatch")
class ChooseLanguage(View):
    """Back to the page that `next` names, in another language, which this browser and the account remember."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest) -> HttpResponseBase:
        language = request.POST.get("language", "")
        if request.user.is_authenticated and language in dict(settings.LANGUAGES):
            request.user.language = language
            request.user.save(update_fields=["language"])
        return set_language(request)
