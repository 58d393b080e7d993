"""The form in which a person stops watching several records at once."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from reviews.forms.base import ReviewForm


class WatchesField(forms.MultipleChoiceField):
    """Which watches were ticked. One that was ended meanwhile, in another window, is no error."""

    def valid_value(self, value: Any) -> bool:
        return True


class StopWatchingForm(ReviewForm):
    """Which of the watched records to stop watching."""

    watches = WatchesField(
        label=_("Watched records"),
        error_messages={"required": _("Tick what you want to stop watching.")},
    )
