"""Forms about the agenda, the minutes, and how an action point is closed."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from reviews.forms.base import RecordForm, ReviewForm, note_field
from reviews.models import AgendaOutcome, MinutesSection
from reviews.uploads import storage

LONGEST_SECTION = 100_000  # characters


class ConcludeForm(ReviewForm):
    """What came of an agenda item."""

    outcome = forms.ChoiceField(label=_("Outcome"), choices=[("", "—"), *AgendaOutcome.choices])
    outcome_text = note_field(_("In words"), required=True, rows=4)


class SectionForm(RecordForm):
    text = forms.CharField(
        label=_("Text"), required=False, strip=False, max_length=LONGEST_SECTION,
        widget=forms.Textarea(attrs={"rows": 16}), help_text=_("An empty part is left out of the minutes."),
    )  # fmt: skip

    class Meta:
        model = MinutesSection
        fields = ("text",)

    def clean_text(self) -> str:
        # Browsers send line ends in two characters.
        text: str = self.cleaned_data["text"]
        return text.replace("\r\n", "\n").strip("\n")


class FinishForm(ReviewForm):
    """How an action point is closed; one of high priority with a document."""

    note = note_field(_("Note"), required=True)
    file = forms.FileField(
        label=_("The document"), required=False, help_text=_("PDF or Word (DOCX), at most 25 MB."),
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf,.docx"}), max_length=255,
    )  # fmt: skip

    def __init__(self, *args: Any, high: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].required = high

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        if upload:
            storage.check(upload)
        return upload
