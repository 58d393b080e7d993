"""Forms about a national report."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from reviews.forms.base import RecordForm, ReviewForm, Text, note_field
from reviews.forms.fields import DayField, RangeField, TextField
from reviews.forms.files import DocumentField, DocumentForm
from reviews.models import NationalReport, User
from reviews.models.reports import REASON_NEEDED

FIGURE_LABELS = {
    "data_collection": _("Data collection"),
    "analysis": _("Analysis"),
    "writing": _("Writing"),
}


class FigureField(RangeField):
    """0 to 100 percent; empty means "not yet reported", which is not 0."""

    def __init__(self, label: Text) -> None:
        super().__init__(0, 100, unit="%", label=label, required=False)
        self.widget.attrs["placeholder"] = _("not yet reported")


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


class SubmitForm(DocumentForm):
    """The file, and who has cleared it."""

    file = DocumentField(_("The report"))
    on_behalf_of = TextField(
        label=_("On behalf of"),
        required=False,
        max_length=200,
        help_text=_("The ministry or SOCA leader for whom you submit."),
    )
    cleared_by = TextField(label=_("Cleared nationally by"), required=False, max_length=200)
    cleared_on = DayField(label=_("Cleared on"), past=True, required=False)
    clearance_letter = TextField(label=_("Letter of clearance"), required=False, max_length=200)
    reason = note_field(_("Reason for submitting while a workstream is below 100%"), rows=2)

    def __init__(self, *args: Any, needs_reason: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not needs_reason:
            del self.fields["reason"]
            return
        reason = self.fields["reason"]
        reason.required = True
        reason.error_messages["required"] = REASON_NEEDED

    def answers(self) -> list[tuple[Text, object]]:
        """What was entered, by the label of its field."""
        return [
            (field.label, self.cleaned_data[field.name])
            for field in self.visible_fields()
            if field.name != "file"
        ]


class PastSubmissionForm(SubmitForm):
    """A submission of an earlier day that came by another way, such as by mail."""

    submitted_on = DayField(label=_("Handed in on"), past=True)
    why = note_field(
        _("How it came, and why it is recorded now"),
        required=True,
        help_text=_("Shown in the history of the report, to everybody who may read it."),
    )
    field_order = ("file", "submitted_on", "why")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, needs_reason=False, **kwargs)


class ReturnForm(ReviewForm):
    """What has to be revised, and by when."""

    note = note_field(_("Note"), required=True, help_text=_("What has to be revised."))
    revise_by = DayField(
        label=_("Revise by"),
        help_text=_("From now on the report is due by this day. A day in Jakarta; “by” includes the day."),
    )


class AppointForm(RecordForm):
    class Meta:
        model = NationalReport
        fields = ("lead_author", "authors")
        widgets = {"authors": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("lead_author", User.objects.filter(organisation=self.instance.member_state_id))
