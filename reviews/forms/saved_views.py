"""The name of a saved view."""

from django.utils.translation import gettext_lazy as _

from reviews.forms.base import RecordForm
from reviews.models import SavedView


class SavedViewForm(RecordForm):
    class Meta:
        model = SavedView
        fields = ("name",)
        help_texts = {"name": _("For example “Returned reports”.")}  # noqa: RUF012 - Django reads it
