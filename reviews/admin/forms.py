"""The form of every record: with a reason, the version the person saw, and what came of the last attempt."""

from typing import Any, ClassVar

from django import forms
from django.contrib.admin.widgets import AdminTextareaWidget
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError, models
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reviews.forms.base import VersionField
from reviews.models import EditConflict, NotAllowedNow, Trace

# What a verb of the models may answer. Each becomes a message on the form; nothing was written.
DOMAIN_ERRORS = (EditConflict, NotAllowedNow, ValidationError, IntegrityError)


def reason(**options: Any) -> forms.CharField:
    widget = AdminTextareaWidget({"rows": 2})
    return forms.CharField(label=_("Reason"), max_length=2000, widget=widget, **options)


class TrackedForm(forms.ModelForm):
    """A record's form. `trouble` is what the models answered when it was sent a moment ago."""

    why = reason(help_text=_("Shown in the history of the record, to everybody who may read it."))

    trouble: ClassVar[Exception | None] = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["why"].required = exists = self.instance.pk is not None
        if exists:
            self.fields["version"] = VersionField(self.instance.version)
        if isinstance(self.trouble, EditConflict):
            self._catch_up(self.trouble.expected_version)

    def clean(self) -> Any:
        if self.trouble:
            self.add_error(None, as_validation_error(self.trouble, self._meta.model))
        return super().clean()

    def _post_clean(self) -> None:
        # A model's own clean() may rely on required fields; errors of the fields come first.
        if not self.errors:
            super()._post_clean()  # type: ignore[misc]

    def add_error(self, field: str | None, error: Any) -> None:
        """Also takes errors of fields that the form does not show: they stand above it."""
        super().add_error(field, _placed(error, self.fields) if field is None else error)

    def typed(self) -> dict[str, Any]:
        """The values for the model's own fields."""
        names = self._meta.fields or ()
        return {name: self.cleaned_data[name] for name in names if name in self.cleaned_data}

    def changed(self) -> dict[str, Any]:
        """Those that differ from the stored record."""
        return {name: value for name, value in self.typed().items() if name in self.changed_data}

    def _catch_up(self, expected_version: int) -> None:
        """Show what the person typed, but today's values and version in all the fields left as they were.

        Saving again then overrules only what the person meant to change.
        """
        for name in set(self.fields) - self._touched(expected_version) - {"why"}:
            show_stored(self.fields[name])

    def _touched(self, expected_version: int) -> set[str]:
        """The fields that differ from what stood there in the version which the person saw."""
        names = set(self.fields) - {"version"}
        row = Trace.objects.since_version(self.instance, expected_version - 1).first()
        if row is None or row.version != expected_version:
            return names
        was = self._meta.model.from_snapshot(row.after)
        initial = forms.model_to_dict(was, [f.name for f in was._meta.concrete_fields]) | was.many_ids
        return {name for name in names if self._differs(name, initial.get(name))}

    def _differs(self, name: str, initial: Any) -> bool:
        field, key = self.fields[name], self.add_prefix(name)
        return field.has_changed(initial, field.widget.value_from_datadict(self.data, self.files, key))


class StepForm(forms.Form):
    """One step with a record besides correcting it."""

    about: ClassVar[Any] = ""  # what it will do
    required_css_class = "required"

    def __init__(self, *args: Any, record: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.record = record
        self.fields["version"] = VersionField(record.version)

    def refuse(self, trouble: Exception, record: Any) -> None:
        """Say what the models answered; sent again, the form is for the record as it stands now."""
        self.add_error(None, _placed(as_validation_error(trouble, type(record)), self.fields))
        self.fields["version"].initial = record.version
        show_stored(self.fields["version"])


class ReasonForm(StepForm):
    why = reason()


def show_stored(field: forms.Field) -> None:
    """Let a form that has been sent show the stored value in this field, not the one that was sent."""
    field.bound_data = lambda data, initial: initial  # type: ignore[method-assign]


def as_validation_error(trouble: Exception, model: type[models.Model]) -> ValidationError:
    """What happened, as an error of a form."""
    if isinstance(trouble, ValidationError):
        return trouble
    if isinstance(trouble, EditConflict):
        return ValidationError(_now("Somebody changed this after you had opened it. Nothing was saved yet."))
    if isinstance(trouble, IntegrityError):
        return ValidationError(_broken_rule(trouble, model))
    return ValidationError(str(trouble))


def _broken_rule(error: IntegrityError, model: type[models.Model]) -> str:
    """The message of the check that the database named; what it names otherwise is taken by another record."""
    for rule in model._meta.constraints:
        if isinstance(rule, models.CheckConstraint) and rule.name in str(error):
            return str(rule.get_violation_error_message())
    return _now("Another record has these values already. Nothing was saved.")


def _placed(error: Any, fields: Any) -> Any:
    """The error with what belongs to unknown fields moved to the form as a whole."""
    if not hasattr(error, "error_dict"):
        return error
    placed: dict[str, list[Any]] = {}
    for name, errors in error.error_dict.items():
        placed.setdefault(name if name in fields else NON_FIELD_ERRORS, []).extend(errors)
    return ValidationError(placed)
