"""The form of a part of the minutes."""

from django import forms
from django.utils.translation import gettext_lazy as _

from reviews.forms.base import RecordForm, ReviewForm
from reviews.forms.fields import TextField
from reviews.models import MinutesSection

LONGEST_SECTION = 100_000  # characters


class RedraftForm(ReviewForm):
    """Confirmation that the text shown may take the place of the present one."""

    drafted = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)


class SectionForm(RecordForm):
    text = TextField(
        label=_("Text"),
        required=False,
        strip=False,
        max_length=LONGEST_SECTION,
        widget=forms.Textarea(attrs={"rows": 16}),
        help_text=_("An empty part is left out of the minutes."),
    )

    class Meta:
        model = MinutesSection
        fields = ("text",)

    def clean_text(self) -> str:
        # Browsers send line ends in two characters.
        text: str = self.cleaned_data["text"]
        return text.replace("\r\n", "\n").strip("\n")
