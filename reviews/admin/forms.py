"""Base forms of the administration: with a reason, the version the person saw, and what the models refused."""

from collections.abc import Container
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

from django import forms
from django.contrib.admin.widgets import AdminTextareaWidget
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError, models
from django.http import QueryDict
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reviews.forms.base import VersionField
from reviews.forms.fields import TextField
from reviews.forms.record_choices import RecordChoice
from reviews.models import EditConflict, NotAllowedNow, Trace, Tracked
from reviews.web.form_keys import SentBefore

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

# What the models may raise. Each becomes a message on the form; nothing was written.
DOMAIN_ERRORS = (EditConflict, NotAllowedNow, ValidationError, IntegrityError, SentBefore)
Values = dict[str, Any]  # by field
Text: TypeAlias = "str | _StrPromise"


class AdminNumberInput(forms.TextInput):
    """A text box as wide as the administration's box for numbers."""

    def __init__(self, attrs: Values | None = None) -> None:
        super().__init__({"class": "vIntegerField"} | (attrs or {}))


def reason_field(help_text: Text = "") -> TextField:
    widget = AdminTextareaWidget({"rows": 2})
    return TextField(label=_("Reason"), max_length=2000, widget=widget, help_text=help_text)


class TrackedForm(forms.ModelForm):
    """A record's form. `refusal` is what the models raised when it was sent a moment ago."""

    why = reason_field(_("Shown in the history of the record, to everybody who may read it."))

    refusal: ClassVar[Exception | None] = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["why"].required = exists = self.instance.pk is not None
        if exists:
            self.fields["version"] = VersionField(self.instance.version)
        for name, field in self.fields.items():
            if isinstance(field, RecordChoice):
                field.keep_present(self.instance, name)
        if isinstance(self.refusal, EditConflict):
            self._show_stored_values(self.refusal.expected_version)

    def clean(self) -> dict[str, Any] | None:
        if self.refusal:
            self.add_error(None, as_validation_error(self.refusal, self._meta.model))
        return super().clean()

    def _post_clean(self) -> None:
        # A model's own clean() may rely on required fields; errors of the fields come first.
        if not self.errors:
            super()._post_clean()  # type: ignore[misc]

    def add_error(self, field: str | None, error: Any) -> None:
        """Also takes errors of fields that the form does not show: these appear above it."""
        if field is None and isinstance(error, ValidationError):
            error = _with_known_fields(error, self.fields)
        super().add_error(field, error)

    def model_values(self) -> Values:
        """Return the cleaned values of the model's own fields."""
        names = self._meta.fields or ()
        return {name: self.cleaned_data[name] for name in names if name in self.cleaned_data}

    def changed_values(self) -> Values:
        """Return those that differ from the stored record."""
        return {name: value for name, value in self.model_values().items() if name in self.changed_data}

    def _show_stored_values(self, expected_version: int) -> None:
        """After an edit conflict, show the stored values in all fields that the person left as they were.

        Saving again then overwrites only what the person meant to change: what differs from the version that they saw.
        """
        changed = set(self.fields) - {"version"}
        row = Trace.objects.since_version(self.instance, expected_version - 1).first()
        if row and row.version == expected_version:
            seen = self._meta.model.from_snapshot(row.after)
            initial = forms.model_to_dict(seen, [f.name for f in seen._meta.concrete_fields]) | seen.many_ids
            for name in list(changed):
                field, key = self.fields[name], self.add_prefix(name)
                sent = field.widget.value_from_datadict(self.data, self.files, key)
                if not field.has_changed(initial.get(name), sent):
                    changed.remove(name)
        for name in set(self.fields) - changed - {"why"}:
            show_stored(self.fields[name])


class ToolForm(forms.Form):
    """The form of an object tool: what can be done with a record besides correcting it."""

    about: ClassVar[Text] = ""  # what it will do
    required_css_class = "required"

    def __init__(self, data: QueryDict | None = None, *, record: Tracked) -> None:
        super().__init__(data)
        self.record = record
        self.fields["version"] = VersionField(record.version)

    def refuse(self, refusal: Exception, record: Tracked) -> None:
        """Show what the models raised; sent again, the form is for the record as it is now."""
        self.add_error(None, _with_known_fields(as_validation_error(refusal, type(record)), self.fields))
        self.fields["version"].initial = record.version
        show_stored(self.fields["version"])


class ReasonForm(ToolForm):
    why = reason_field()


def show_stored(field: forms.Field) -> None:
    """Let a form that has been sent show the stored value in this field, not the one that was sent."""
    field.bound_data = lambda data, initial: initial  # type: ignore[method-assign]


def as_validation_error(error: Exception, model: type[models.Model]) -> ValidationError:
    """Return an error of the models as one of a form."""
    if isinstance(error, ValidationError):
        return error
    if isinstance(error, EditConflict):
        return ValidationError(_now("Somebody changed this after you had opened it. Nothing was saved yet."))
    if isinstance(error, IntegrityError):
        # The database names the constraint; any but a check means that another record has the values.
        for rule in model._meta.constraints:
            if isinstance(rule, models.CheckConstraint) and rule.name in str(error):
                return ValidationError(str(rule.get_violation_error_message()))
        return ValidationError(_now("Another record has these values already. Nothing was saved."))
    return ValidationError(str(error))


def _with_known_fields(error: ValidationError, fields: Container[str]) -> ValidationError:
    """Return the error with what belongs to unknown fields moved to the form as a whole."""
    if not hasattr(error, "error_dict"):
        return error
    errors_by_field: dict[str, list[ValidationError]] = {}
    for name, errors in error.error_dict.items():
        errors_by_field.setdefault(name if name in fields else NON_FIELD_ERRORS, []).extend(errors)
    return ValidationError(errors_by_field)
