"""The name of a saved view of the board."""

from django.utils.translation import gettext_lazy as _

from reviews.forms.base import ReviewForm
from reviews.forms.fields import TextField


class SavedViewForm(ReviewForm):
    name = TextField(label=_("Name"), max_length=60, help_text=_("For example “Returned reports”."))
