"""Forms about a national report."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from reviews.forms.base import RecordForm, ReviewForm, Text, day_field, note_field
from reviews.models import NationalReport, User
from reviews.uploads import storage

OUT_OF_RANGE = _("Enter a whole number from 0 to 100.")
FIGURE_LABELS = {
    "data_collection": _("Data collection"),
    "analysis": _("Analysis"),
    "writing": _("Writing"),
}


class FigureField(forms.IntegerField):
    """0 to 100; empty means "not yet reported", which is not 0."""

    def __init__(self, label: Text) -> None:
        super().__init__(label=label, required=False, error_messages={"invalid": OUT_OF_RANGE})
        self.widget.attrs |= {"inputmode": "numeric", "min": "0", "max": "100", "step": "1"}
        self.widget.attrs |= {"placeholder": _("not yet reported")}

    def to_python(self, value: str | None) -> int | None:
        # Python reads "1_0" and digits of other scripts as numbers, too.
        if value and not re.fullmatch("-?[0-9]{1,9}", value.strip()):
            raise ValidationError(OUT_OF_RANGE)
        return super().to_python(value)

    def validate(self, value: int | None) -> None:
        if value is not None and not 0 <= value <= 100:
            raise ValidationError(OUT_OF_RANGE)


class ProgressForm(ReviewForm):
    data_collection = FigureField(FIGURE_LABELS["data_collection"])
    analysis = FigureField(FIGURE_LABELS["analysis"])
    writing = FigureField(FIGURE_LABELS["writing"])
    no_change = forms.BooleanField(
        label=_("No change since the last update"),
        required=False,
        help_text=_("Other figures meet a progress deadline, or this. A note alone does not."),
    )
    note = note_field(
        _("Note"), help_text=_("What was done, what is difficult. Please say why if a figure goes down.")
    )


class SubmitForm(ReviewForm):
    """The file, and who has cleared it."""

    file = forms.FileField(
        label=_("The report"),
        help_text=_("PDF or Word (DOCX), at most 25 MB."),
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf,.docx"}),
        max_length=255,
    )
    on_behalf_of = forms.CharField(
        label=_("On behalf of"),
        required=False,
        max_length=200,
        help_text=_("The ministry or SOCA leader for whom you submit."),
    )
    cleared_by = forms.CharField(label=_("Cleared nationally by"), required=False, max_length=200)
    cleared_on = day_field(_("Cleared on"), required=False)
    clearance_letter = forms.CharField(label=_("Letter of clearance"), required=False, max_length=200)
    reason = note_field(
        _("Reason, if a workstream is below 100%"),
        rows=2,
        help_text=_("Owed while data collection, analysis or writing is not complete."),
    )

    def clean_file(self) -> UploadedFile:
        upload: UploadedFile = self.cleaned_data["file"]
        storage.check(upload)
        return upload


class AppointForm(RecordForm):
    class Meta:
        model = NationalReport
        fields = ("lead_author", "authors")
        widgets = {"authors": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.filter(organisation=self.instance.member_state_id, is_active=True)
        self.offer("lead_author", people)
