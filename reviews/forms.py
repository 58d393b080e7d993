"""Forms take and check input; the models' verbs do the writing."""

import copy
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy as _

from reviews import files
from reviews.models import (
    ActionPoint,
    AgendaItem,
    ClosingWay,
    DataGap,
    Deadline,
    Decision,
    Delegation,
    Extension,
    FrameworkNode,
    GapKind,
    Level,
    Meeting,
    NationalReport,
    Organisation,
    OrganisationKind,
    User,
)

LONGEST_NOTE = 10_000  # characters


def note_field(label: Any, *, required: bool = False, rows: int = 3, help_text: Any = "") -> forms.CharField:
    """A text of several lines."""
    widget = forms.Textarea(attrs={"rows": rows})
    limit = MaxLengthValidator(LONGEST_NOTE)
    return forms.CharField(
        label=label, required=required, widget=widget, help_text=help_text, validators=[limit]
    )


def day_field(label: Any, *, required: bool = True, help_text: Any = "") -> forms.DateField:
    """A day, with the browser's own calendar."""
    return forms.DateField(label=label, required=required, widget=day_widget(), help_text=help_text)


def day_widget() -> forms.DateInput:
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class VersionField(forms.IntegerField):
    """The version of the record that the person saw when the form was opened."""

    def __init__(self, seen: int) -> None:
        message = _("This form does not say which version you saw. Please open the page again.")
        errors = {"required": message, "invalid": message}
        super().__init__(initial=seen, min_value=1, widget=forms.HiddenInput, error_messages=errors)


class ReviewForm(forms.Form):
    """Any form: its errors may come from the form itself or from the verb it calls."""

    version: VersionField

    def expect_version(self, seen: int) -> None:
        """Add the hidden version that makes the write conditional."""
        self.fields["version"] = VersionField(seen)

    def values(self) -> dict[str, Any]:
        """What the verb gets: everything typed, without the version."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}

    def take_errors(self, error: ValidationError) -> None:
        """Show a verb's errors beside the fields they are about."""
        known = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
        for name, messages in known.items():
            for message in messages:
                self.add_error(name if name in self.fields else None, message)

    def show_version(self, seen: int) -> None:
        """Let the next save be over `seen`: after the person was shown what changed."""
        data: Any = copy.copy(self.data)
        data._mutable = True
        data["version"] = str(seen)
        self.data = data


class RecordForm(ReviewForm, forms.ModelForm):
    """A form whose fields come from a model. It checks a copy: the record in hand stays as it is."""

    def __init__(self, *args: Any, instance: Any, **kwargs: Any) -> None:
        kwargs["instance"] = copy.copy(instance)
        super().__init__(*args, **kwargs)

    def save(self, commit: bool = True) -> Any:
        raise TypeError("The model's verb writes, so that the change leaves its trace.")


BETWEEN = _("Enter a whole number from 0 to 100.")
FIGURE_LABELS = {
    "data_collection": _("Data collection"),
    "analysis": _("Analysis"),
    "writing": _("Writing"),
}


class FigureField(forms.IntegerField):
    """0 to 100; empty means "not yet reported", which is not 0."""

    def __init__(self, label: Any) -> None:
        super().__init__(label=label, required=False, error_messages={"invalid": BETWEEN})
        self.widget.attrs |= {"inputmode": "numeric", "min": "0", "max": "100", "step": "1"}
        self.widget.attrs |= {"placeholder": _("not yet reported")}

    def validate(self, value: Any) -> None:
        if value is not None and not 0 <= value <= 100:
            raise ValidationError(BETWEEN)


class ProgressForm(ReviewForm):
    data_collection = FigureField(FIGURE_LABELS["data_collection"])
    analysis = FigureField(FIGURE_LABELS["analysis"])
    writing = FigureField(FIGURE_LABELS["writing"])
    note = note_field(
        _("Note"), help_text=_("What was done, what is difficult. Please say why if a figure goes down.")
    )


class NoteForm(ReviewForm):
    """A move that may carry a note."""

    note = note_field(_("Note"))


class OwedNoteForm(ReviewForm):
    """A move that owes a note; the browser says so before the server does."""

    note = note_field(_("Note"), required=True)


class PlainMoveForm(ReviewForm):
    """A move without words."""


class SubmitForm(ReviewForm):
    """The file and who stands behind it."""

    file = forms.FileField(
        label=_("The report"), help_text=_("PDF or Word (DOCX), at most 25 MB."),
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf,.docx"}), max_length=255,
    )  # fmt: skip
    on_behalf_of = forms.CharField(
        label=_("On behalf of"), required=False, max_length=200,
        help_text=_("The ministry or SOCA leader for whom you submit."),
    )  # fmt: skip
    cleared_by = forms.CharField(label=_("Cleared nationally by"), required=False, max_length=200)
    cleared_on = day_field(_("Cleared on"), required=False)
    clearance_letter = forms.CharField(label=_("Letter of clearance"), required=False, max_length=200)
    reason = note_field(
        _("Reason, if a workstream is below 100%"), rows=2,
        help_text=_("Owed while data collection, analysis or writing is not complete."),
    )  # fmt: skip

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        files.check(upload)
        return upload


class AppointForm(RecordForm):
    class Meta:
        model = NationalReport
        fields = ("lead_author", "authors")
        widgets = {"authors": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.filter(organisation=self.instance.member_state_id, is_active=True)
        self.fields["lead_author"].queryset = people  # type: ignore[attr-defined]


class DataGapForm(RecordForm):
    class Meta:
        model = DataGap
        fields = ("kind", "key_result_area", "missing", "effect")
        widgets = {name: forms.Textarea(attrs={"rows": 3}) for name in ("missing", "effect")}
        help_texts = {"missing": _("In neutral words: the cause may be method, not failure.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        areas = FrameworkNode.objects.filter(
            framework=self.instance.cycle.framework_id, level=Level.KEY_RESULT_AREA
        )
        self.fields["kind"].queryset = GapKind.objects.all()  # type: ignore[attr-defined]
        self.fields["key_result_area"].queryset = areas  # type: ignore[attr-defined]
        self.fields["key_result_area"].empty_label = _("the whole report")  # type: ignore[attr-defined]


class CloseGapForm(ReviewForm):
    way = forms.ChoiceField(label=_("How it was closed"), choices=[("", "—"), *ClosingWay.choices])
    note = note_field(_("Note"), required=True)


class DeadlineForm(RecordForm):
    why = note_field(
        _("Why the dates move"), rows=2, help_text=_("Owed when a date of an existing deadline changes.")
    )

    class Meta:
        model = Deadline
        fields = ("title", "output", "opens_on", "due_on", "last_on", "only_for", "shared", "confidence_note")
        widgets = {
            "opens_on": day_widget(),
            "due_on": day_widget(),
            "last_on": day_widget(),
            "only_for": forms.CheckboxSelectMultiple,
        }
        help_texts = {
            "due_on": _("A day in Jakarta; “by” includes the day."),
            "last_on": _("After this day submission is locked; empty: never."),
            "only_for": _("None ticked: all members."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["only_for"].queryset = self.instance.cycle.members(self.instance.cycle.ends_on)  # type: ignore[attr-defined]
        if self.instance.pk is None:
            del self.fields["why"]


class ExtensionForm(RecordForm):
    class Meta:
        model = Extension
        fields = ("asked_until", "reason")
        widgets = {"asked_until": day_widget(), "reason": forms.Textarea(attrs={"rows": 3})}


class DecideForm(ReviewForm):
    """The Secretariat's answer to a request."""

    decision = forms.ChoiceField(
        label=_("Decision"),
        choices=[("grant", _("grant")), ("refuse", _("refuse"))],
        widget=forms.RadioSelect,
    )
    until = day_field(_("Granted until"), required=False, help_text=_("The asked day, or another."))
    note = note_field(_("Note"), help_text=_("Owed when a request is refused."))


class MeetingForm(RecordForm):
    why = note_field(
        _("Why the dates move"),
        rows=2,
        help_text=_("Owed when the planned days change; the first plan stays."),
    )

    class Meta:
        model = Meeting
        fields = (
            "title", "series", "number", "code", "planned_from", "planned_to", "host", "mode", "place", "time_zone",
            "shared",
        )  # fmt: skip
        widgets = {"planned_from": day_widget(), "planned_to": day_widget()}
        help_texts = {"code": _("Such as 3 for the third coordination meeting, or soca-29.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["host"].queryset = Organisation.objects.all()  # type: ignore[attr-defined]
        if self.instance.pk is None:
            del self.fields["why"]


class HoldForm(ReviewForm):
    held_from = day_field(_("Held from"))
    held_to = day_field(_("Held to"))
    why = note_field(_("Why on other days than planned"), rows=2)


class WhyForm(ReviewForm):
    why = note_field(_("Why"), required=True)


class AgendaItemForm(RecordForm):
    class Meta:
        model = AgendaItem
        fields = ("title", "presenter")


class DelegationForm(RecordForm):
    class Meta:
        model = Delegation
        fields = ("organisation", "present", "head", "size")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        partners_last = Organisation.objects.exclude(kind=OrganisationKind.SECTORAL_BODY)
        self.fields["organisation"].queryset = partners_last  # type: ignore[attr-defined]


class DecisionForm(RecordForm):
    class Meta:
        model = Decision
        fields = ("text",)
        widgets = {"text": forms.Textarea(attrs={"rows": 3})}


class ActionPointForm(RecordForm):
    class Meta:
        model = ActionPoint
        fields = ("text", "owner_body", "owner", "due_on")
        widgets = {"text": forms.Textarea(attrs={"rows": 3}), "due_on": day_widget()}
        help_texts = {"owner_body": _("A body, or a person below: one of the two.")}
