"""Forms about action points: what is to be done, and how it is closed."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from reviews.forms.base import RecordForm, ReviewForm, note_field
from reviews.models import ActionPoint
from reviews.uploads import storage


class ActionPointForm(RecordForm):
    class Meta:
        model = ActionPoint
        fields = ("text", "owner_body", "owner", "due_on", "priority")
        widgets = {"text": forms.Textarea(attrs={"rows": 3})}
        help_texts = {
            "owner_body": _("A body, or a person below: one of the two."),
            "priority": _("High: closed with a document, which a second person verifies."),
        }


class FinishForm(ReviewForm):
    """How an action point is closed; one of high priority with a document."""

    note = note_field(_("Note"), required=True)
    file = forms.FileField(
        label=_("The document"),
        required=False,
        help_text=_("PDF or Word (DOCX), at most 25 MB."),
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf,.docx"}),
        max_length=255,
    )

    def __init__(self, *args: Any, high: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].required = high

    def clean_file(self) -> UploadedFile | None:
        upload: UploadedFile | None = self.cleaned_data["file"]
        if upload:
            storage.check(upload)
        return upload
