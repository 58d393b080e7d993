"""Form fields that judge what was really typed: text, whole numbers, days.

Their boxes are plain text boxes. A browser's own box for numbers or dates sends nothing when it cannot read what was
typed, which looks to the server as if the box had been left empty.
"""

import re
from datetime import date, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from reviews.forms.record_choices import RecordField, RecordsField
from reviews.models.validators import FIRST_YEAR, LAST_YEAR, validate_one_line, validate_past, validate_year
from reviews.text import is_blank, nfc, plain_signs, with_line_feeds

BUDDHIST_ERA = 543  # years ahead of the common era

LONGEST_DAY = 40  # characters
YEAR_FIRST = re.compile(r"(?P<year>\d{4})[-/. ]+(?P<month>\d{1,2})[-/. ]+(?P<day>\d{1,2})")
DAY_FIRST = re.compile(r"(?P<day>\d{1,2})[-/. ]+(?P<month>\d{1,2})[-/. ]+(?P<year>\d{4}|\d{2})")
INCOMPLETE = re.compile(r"(\d{1,2}|\d{4})([-/. ]+\d{0,4}){0,2}[-/. ]*")
TIME = re.compile(r"(?P<hour>[01]?[0-9]|2[0-3])(?:[:.hH](?P<minute>[0-5][0-9])|[hH])?")
VIETNAMESE_WORDS = re.compile(r"\b(ngày|tháng|thg\.?|năm)\s*", re.IGNORECASE)


class TextField(forms.CharField):
    """Text in which something can be seen. One that is too long is refused, not cut off by the browser."""

    def to_python(self, value: Any) -> str:
        text: str = super().to_python(value) or ""
        return "" if is_blank(text) else with_line_feeds(text)  # browsers send a line end as two characters

    def validate(self, value: str) -> None:
        super().validate(value)
        if not isinstance(self.widget, forms.Textarea):
            validate_one_line(value)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return without_maxlength(super().widget_attrs(widget))


class NumberInput(forms.TextInput):
    """A text box as wide as a number."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"class": "number", "autocomplete": "off"} | (attrs or {}))


class WholeNumberField(forms.IntegerField):
    """A whole number in the digits of any script; `unit` may be written behind it."""

    widget = NumberInput
    default_error_messages = {  # noqa: RUF012 - as Django's fields have it
        "invalid": _("Enter a whole number. Leave out points, commas and units."),
    }

    def __init__(self, *, unit: str = "", **options: Any) -> None:
        super().__init__(**options)
        self.unit = unit

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """The keys for digits on a phone; some have no minus."""
        is_positive = self.min_value is not None and self.min_value >= 0
        return {"inputmode": "numeric"} if is_positive else {}

    def to_python(self, value: Any) -> int | None:
        text = plain_signs("" if value is None else str(value))
        if not text:
            return None
        digits = text.removesuffix(self.unit).rstrip()
        if not re.fullmatch("-?[0-9]+", digits):  # int() also reads "1_0"
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(digits)


class RangeField(WholeNumberField):
    """A whole number between two others, which every error names."""

    def __init__(self, min_value: int, max_value: int, **options: Any) -> None:
        message = format_lazy(
            _("Enter a whole number from {least} to {most}."), least=min_value, most=max_value
        )
        errors = dict.fromkeys(("invalid", "min_value", "max_value"), message)
        super().__init__(min_value=min_value, max_value=max_value, error_messages=errors, **options)


class DayInput(forms.DateInput):
    """A text box as wide as a day, which it shows as year, month and day: the order that nobody can misread.

    The script of the site adds a button to it that opens the browser's calendar.
    """

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        hint = {"class": "day", "autocomplete": "off", "placeholder": _("day/month/year")}
        super().__init__(hint | {"data-calendar": _("Calendar")} | (attrs or {}), format="%Y-%m-%d")


class DayField(forms.DateField):
    """A day: 20/8/2020, 20.8.2020, 2020-08-20 or 20 Aug 2020, in the digits of any script.

    Its year is from `first_year` to LAST_YEAR. With `past`, it has come already: the day of something done.
    """

    widget = DayInput
    default_error_messages = {  # noqa: RUF012 - as Django's fields have it
        "invalid": _("Enter a valid date. Write day, month and year, such as 20/8/2020."),
        "incomplete": _("The date is not complete. Write day, month and year, such as 20/8/2020."),
        "buddhist": _("%(year)s looks like a Buddhist year: do you mean %(meant)s?"),
        "short": _("Write the year with four digits: do you mean %(meant)s?"),
    }

    def __init__(self, *, first_year: int = FIRST_YEAR, past: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self.first_year, self.past = first_year, past

    def to_python(self, value: Any) -> date | None:
        if isinstance(value, date):
            return super().to_python(value)
        text = VIETNAMESE_WORDS.sub("", plain_signs(nfc(value or "")))
        if len(text) > LONGEST_DAY:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        match = YEAR_FIRST.fullmatch(text) or DAY_FIRST.fullmatch(text)
        if match:
            return self._day(int(match["year"]), int(match["month"]), int(match["day"]))
        if INCOMPLETE.fullmatch(text):
            raise ValidationError(self.error_messages["incomplete"], code="incomplete")
        return super().to_python(text)

    def validate(self, value: date | None) -> None:
        super().validate(value)
        if value is None:
            return
        self._refuse_other_era(value.year)
        validate_year(value, self.first_year)
        if self.past:
            validate_past(value)

    def _day(self, year: int, month: int, day: int) -> date:
        """The day, unless there is none, or its year is of another era or short."""
        meant = year_meant(year) or year
        try:
            date(meant, month, day)
        except ValueError:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None
        self._refuse_other_era(year)
        return date(year, month, day)

    def _refuse_other_era(self, year: int) -> None:
        meant = year_meant(year)
        if meant:
            code = "short" if meant > year else "buddhist"
            raise ValidationError(self.error_messages[code], code=code, params={"year": year, "meant": meant})


def year_meant(year: int) -> int | None:
    """Return the year that was meant by one of the Buddhist era, or of two digits; None for any other."""
    if 0 <= year < 100:
        return 2000 + year if year <= 50 else 1900 + year
    if FIRST_YEAR <= year - BUDDHIST_ERA <= LAST_YEAR:
        return year - BUDDHIST_ERA
    return None


class TimeOfDayField(forms.TimeField):
    """A time of day on the clock of 24 hours: 9:30, 09.30, 9h30 or 14, in the digits of any script."""

    widget = forms.TimeInput(
        attrs={"class": "number", "autocomplete": "off", "placeholder": _("hour:minute")}
    )
    default_error_messages = {  # noqa: RUF012 - as Django's fields have it
        "invalid": _("Enter a time of day from 0:00 to 23:59, such as 9:30 or 14:00."),
    }

    def to_python(self, value: Any) -> time | None:
        if isinstance(value, time):
            return value
        text = plain_signs(value or "")
        match = TIME.fullmatch(text)
        if text and match is None:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return time(int(match["hour"]), int(match["minute"] or 0)) if match else None


class WebAddressField(forms.URLField):
    """The address of a page, which begins with https:// unless something else is typed."""

    widget = forms.TextInput

    def __init__(self, **options: Any) -> None:
        super().__init__(assume_scheme="https", **options)
        self.validators = [URLValidator(schemes=["http", "https"])]


class EmailField(forms.EmailField):
    """An e-mail address; one that is too long gets an error instead of being cut off."""

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return without_maxlength(super().widget_attrs(widget))


class MomentField(forms.SplitDateTimeField):
    """A day and a time, in two boxes."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        day = DayField(required=False)
        self.fields = (day, self.fields[1])


def form_field(column: models.Field, **options: Any) -> forms.Field | None:
    """Return the form field of a model's column: the `formfield_callback` of our model forms."""
    field = column.formfield(**field_options(column), **options)
    if field:
        without_maxlength(field.widget.attrs)
    return field


def field_options(column: models.Field) -> dict[str, Any]:
    """Return the class of a column's form field, and the options that its model determines."""
    if isinstance(column, models.DateTimeField):
        return {"form_class": MomentField}
    if isinstance(column, models.DateField):
        model: Any = column.model
        first_year = model.first_years.get(column.name, FIRST_YEAR)
        return {"form_class": DayField, "first_year": first_year, "past": column.name in model.past_days}
    if isinstance(column, models.TimeField):
        return {"form_class": TimeOfDayField}
    if isinstance(column, models.URLField):
        return {"form_class": WebAddressField}
    if isinstance(column, models.IntegerField):
        return {"form_class": WholeNumberField}
    if isinstance(column, models.ManyToManyField):
        return {"form_class": RecordsField}
    if isinstance(column, models.ForeignKey):
        return {"form_class": RecordField}
    if type(column) in (models.CharField, models.TextField):
        return {"form_class": TextField}
    return {}


def without_maxlength(attrs: dict[str, Any]) -> dict[str, Any]:
    """Remove `maxlength`: with it a browser cuts off, without a word, what is pasted."""
    attrs.pop("maxlength", None)
    return attrs
