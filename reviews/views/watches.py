"""Watching: the button on the page of a record, and the page of all that a person watches."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from reviews.forms.base import ReviewForm
from reviews.forms.watches import StopWatchingForm
from reviews.models import Tracked, Watch
from reviews.models.watches import WATCHED_KINDS, may_watch, watchable
from reviews.queries.watches import WatchedRecord, watched_records
from reviews.views.form_pages import FormPage, TransitionPage


class WatchPage(FormPage):
    """A form about what the person watches; a watch is no record of a cycle, and also of a closed one."""

    is_new, nav = True, "watches"

    def get_cycle(self) -> None:
        return None

    def check_permission(self) -> None:
        """Raise PermissionDenied for those who read no changes."""
        if not may_watch(self.request.user):
            raise PermissionDenied(_("Your role does not include this step."))

    def check_open(self) -> None:
        """Always."""


class WatchButton(WatchPage, TransitionPage):
    """A button on the page of a record."""

    form_class = ReviewForm
    object: Any

    def get_object(self) -> Tracked:
        rows = watchable(self.request.user, WATCHED_KINDS[self.kwargs["kind"]])
        record: Tracked = get_object_or_404(rows, pk=self.kwargs["pk"])
        return record


class StartWatching(WatchButton):
    success_message = _("You watch this: your desk and your mails tell what changes in it.")

    def perform(self, form: ReviewForm, expected_version: int) -> None:
        Watch.start(self.request.user, self.object)


class StopWatching(WatchButton):
    success_message = _("You no longer watch this.")

    def perform(self, form: ReviewForm, expected_version: int) -> None:
        Watch.stop(self.request.user, self.object)


class WatchesPage(WatchPage):
    """Everything that the person watches; several watches are ended at once."""

    template_name, form_class = "watches/watches.html", StopWatchingForm
    title, success_message = _("What I watch"), _("You no longer watch what you ticked.")
    object: list[WatchedRecord]

    def get_object(self) -> list[WatchedRecord]:
        return watched_records(self.request.user)

    def perform(self, form: StopWatchingForm, expected_version: int) -> None:
        ticked = form.cleaned_data["watches"]
        for row in self.object:
            if str(row.watch.pk) in ticked:
                Watch.stop(self.request.user, row.record)

    def get_success_url(self) -> str:
        return reverse("watches")

    get_cancel_url = get_success_url

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"lead": "", "watched": self.object}
