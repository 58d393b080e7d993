"""Base of the forms: note fields, the expected version, errors that a record's verb raised."""

import copy
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db.models import Model, QuerySet, UniqueConstraint
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from reviews.forms.fields import TextField, form_field
from reviews.forms.record_choices import RecordChoice
from reviews.models import Tracked

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as Promise  # what gettext_lazy() returns, to django-stubs
else:
    from django.utils.functional import Promise

Text = str | Promise

LONGEST_NOTE = 10_000  # characters


def note_field(label: Text, *, required: bool = False, rows: int = 3, help_text: Text = "") -> TextField:
    """Return a text field of several lines, limited to LONGEST_NOTE."""
    widget = forms.Textarea(attrs={"rows": rows})
    limit = MaxLengthValidator(LONGEST_NOTE)
    return TextField(label=label, required=required, widget=widget, help_text=help_text, validators=[limit])


class VersionField(forms.IntegerField):
    """Hidden field: the version of the record that the person saw when the form was opened."""

    def __init__(self, expected_version: int) -> None:
        message = _("This form does not say which version you saw. Please open the page again.")
        errors = dict.fromkeys(("required", "invalid", "min_value", "max_value"), message)
        super().__init__(
            initial=expected_version,
            min_value=1,
            max_value=expected_version,
            widget=forms.HiddenInput,
            error_messages=errors,
        )


def name_empty_choice(field: forms.Field) -> None:
    """Name the empty choice in place of a line of dashes. Required radio buttons have none."""
    label = _("please choose") if field.required else _("none")
    if isinstance(field, forms.ModelChoiceField):
        # Its rows are read later: a form may still limit them.
        field.empty_label = field.empty_label and label
    elif isinstance(field, forms.ChoiceField):
        without_empty = field.required and isinstance(field.widget, forms.RadioSelect)
        choices: Any = field.choices
        field.choices = [(key, text if key else label) for key, text in choices if key or not without_empty]


class ReviewForm(forms.Form):
    """Base form: its errors come from the form itself, or from the verb that it calls."""

    version: VersionField

    def set_expected_version(self, expected_version: int) -> None:
        """Add the hidden field with the version that the write is conditional on."""
        self.fields["version"] = VersionField(expected_version)

    def values(self) -> dict[str, Any]:
        """Return the keyword arguments of the verb: the cleaned data without the version."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}

    def add_errors(self, error: ValidationError) -> None:
        """Add a verb's errors to the fields they are about."""
        by_field = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
        for name, messages in by_field.items():
            for message in messages:
                self.add_error(name if name in self.fields else None, message)

    def accept_version(self, version: int) -> None:
        """Let the next save overwrite `version`: the person has been shown what changed."""
        self.replace_data({"version": version})

    def replace_data(self, values: Mapping[str, object]) -> None:
        """Replace values of what was sent, before it is shown once more."""
        assert isinstance(self.data, QueryDict)  # of a POST request
        data = self.data.copy()
        for name, value in values.items():
            data[name] = str(value)
        self.data = data


class RecordForm(ReviewForm, forms.ModelForm):
    """ModelForm that validates a copy: the record of the view stays as it is. The model's verb writes, not the form."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Give every column the field of its kind from `reviews.forms.fields`. Called before Django reads `Meta`."""
        super().__init_subclass__(**kwargs)
        if "Meta" in vars(cls):
            cls.Meta.formfield_callback = staticmethod(form_field)  # type: ignore[attr-defined]

    def __init__(self, *args: Any, instance: Tracked, **kwargs: Any) -> None:
        kwargs["instance"] = copy.copy(instance)
        super().__init__(*args, **kwargs)
        for name in self._meta.fields or ():
            field = self.fields[name]
            if isinstance(field, forms.CharField) and field.max_length is None:
                field.validators.append(MaxLengthValidator(LONGEST_NOTE))
            name_empty_choice(field)
            if isinstance(field, RecordChoice):
                field.keep_present(self.instance, name)
        if self.instance.pk is not None:
            for name in self.instance.lasting_codes:
                self.fields.pop(name, None)

    def offer(self, name: str, records: QuerySet[Any], empty_label: Text | None = None) -> None:
        """Let the person choose among these records."""
        field = self.fields[name]
        assert isinstance(field, RecordChoice)
        field.offer(records)
        if empty_label:
            field.empty_label = empty_label

    def validate_unique(self) -> None:
        """Also by columns outside the form: a code is given once in its cycle."""
        super().validate_unique()
        if self.errors:
            return
        try:
            for constraint in self._meta.model._meta.constraints:
                # Identities only: a new record has no holder or number before its verb gives it one.
                if isinstance(constraint, UniqueConstraint) and constraint.condition is None:
                    constraint.validate(self._meta.model, self.instance)  # type: ignore[attr-defined]
        except ValidationError as error:
            self.add_errors(error)

    def save(self, commit: bool = True) -> Model:
        raise TypeError("The model's verb writes, so that the change leaves its trace.")


class OptionalNoteForm(ReviewForm):
    """Confirmation with an optional note."""

    note = note_field(_("Note"))


class RequiredNoteForm(ReviewForm):
    """Confirmation with a required note; the browser asks for it before the server does."""

    note = note_field(_("Note"), required=True)


class ConfirmForm(ReviewForm):
    """Confirmation without a field."""


class ReasonForm(ReviewForm):
    why = note_field(_("Why"), required=True)
