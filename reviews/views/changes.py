"""Mark as seen: what changed up to now is no longer new to the person."""

from django.core.exceptions import PermissionDenied
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from reviews.forms.changes import MarkSeenForm
from reviews.models import SeenUntil
from reviews.models.watches import may_watch
from reviews.views.form_pages import TransitionPage


class MarkSeen(TransitionPage):
    """Up to the newest change that the page showed: what came after it stays new, whichever window is older."""

    form_class, is_new = MarkSeenForm, True
    success_message = _("Marked as seen. What others change from now on will be marked as changed.")

    def check_permission(self) -> None:
        """Raise PermissionDenied for those who read no changes."""
        if not may_watch(self.request.user):
            raise PermissionDenied(_("Your role does not include this step."))

    def check_open(self) -> None:
        """Also of a closed cycle: it is no record of it."""

    def perform(self, form: MarkSeenForm, expected_version: int) -> None:
        SeenUntil.mark(self.request.user, self.object, form.cleaned_data["until"])

    def get_success_url(self) -> str:
        """The page on which the button is; `next` names it."""
        page = self.request.POST.get("next", "")
        is_of_site = page.startswith("/") and url_has_allowed_host_and_scheme(page, None)
        return page if is_of_site else str(self.object.get_absolute_url())
