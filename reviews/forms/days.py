"""The days that a page is asked for, in its address: a mistyped one is an error beside its field."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from reviews import clock
from reviews.forms.fields import DayField


class DaysForm(forms.Form):
    """Days that have come already. Left empty, the page chooses them itself."""

    def __init__(self, query: Mapping[str, Any]) -> None:
        """Read the days of an address; what it does not name is not judged."""
        names = self.base_fields
        super().__init__({name: query[name] for name in names if query.get(name)} or None, auto_id="%s")
        self.is_mistyped = self.is_bound and not self.is_valid()

    def day(self, name: str) -> date | None:
        """A day of the address; None where it names none, or one of them is mistyped."""
        return None if self.is_mistyped or not self.is_bound else self.cleaned_data[name]

    def showing(self, **days: date | None) -> "DaysForm":
        """The form of the page: with the days that it shows, or with what was typed where that was wrong."""
        if self.is_mistyped:
            return self
        form = type(self)({})
        form.initial = days
        return form


class AsOfForm(DaysForm):
    """The day at whose end the board is shown; empty: today."""

    as_of = DayField(label=_("As of"), required=False, past=True)


class PeriodForm(DaysForm):
    """From which day to which a progress report is."""

    since = DayField(label=_("From"), required=False, past=True)
    until = DayField(label=_("to"), required=False, past=True)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        since, until = cleaned.get("since"), cleaned.get("until") or clock.today()
        if since and since >= until and "until" not in self.errors:
            self.add_error("since", _("The first day comes after the last one."))
        return cleaned
