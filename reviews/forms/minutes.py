"""Forms of the minutes: a part of them, and their transitions, which are about a text that the person has read."""

from django import forms
from django.utils.translation import gettext_lazy as _

from reviews.forms.base import OptionalNoteForm, RecordForm, RequiredNoteForm, ReviewForm
from reviews.forms.fields import TextField
from reviews.models import MinutesSection

LONGEST_SECTION = 100_000  # characters


class RedraftForm(ReviewForm):
    """Confirmation that the text shown may take the place of the present one."""

    drafted = TextField(required=False, max_length=64, widget=forms.HiddenInput)


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


class SeenPartsField(forms.RegexField):
    """Hidden field: the versions of the parts that the person saw when the page was opened, such as "1.3.1"."""

    def __init__(self) -> None:
        message = _("This form does not say which text you saw. Please open the page again.")
        errors = dict.fromkeys(("required", "invalid"), message)
        super().__init__(
            r"\A[0-9]{1,9}(\.[0-9]{1,9}){0,50}\Z", widget=forms.HiddenInput, error_messages=errors
        )


class CirculateForm(OptionalNoteForm):
    seen_parts = SeenPartsField()


class AdoptForm(RequiredNoteForm):
    seen_parts = SeenPartsField()
