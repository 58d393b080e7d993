"""Forms about action points: what is to be done, and how it is closed."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from reviews.forms.base import RecordForm, note_field
from reviews.forms.files import DocumentField, DocumentForm
from reviews.models import ActionPoint


class ActionPointForm(RecordForm):
    class Meta:
        model = ActionPoint
        fields = ("text", "owner_body", "owner", "due_on", "priority")
        widgets = {"text": forms.Textarea(attrs={"rows": 3})}
        help_texts = {
            "owner_body": _("A body, or a person below: one of the two."),
            "priority": _("High: closed with a document, which a second person verifies."),
        }


class FinishForm(DocumentForm):
    """How an action point is closed; one of high priority with a document."""

    note = note_field(_("Note"), required=True)
    file = DocumentField(_("The document"), required=False)

    def __init__(self, *args: Any, high: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].required = self.fields["file"].widget.is_required = high
