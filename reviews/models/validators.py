"""Validation that several nouns share."""

import unicodedata
from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db.models import CharField, Model
from django.utils.formats import date_format
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reviews import clock
from reviews.models.choices import Labelled
from reviews.text import is_one_line, is_plain_latin, nfc, script_of

if TYPE_CHECKING:
    from reviews.models import ReviewCycle

# The years in which anything of a review can lie; a model may reach further back.
FIRST_YEAR, LAST_YEAR = 2000, 2100
# The years before and after those of a cycle in which its meetings, deadlines and follow-up can lie.
YEARS_BEFORE, YEARS_AFTER = 1, 5


# Scripts of the region in which a user name may be written. Of others, such as Cyrillic and Greek, letters look Latin.
SCRIPTS_OF_NAMES = {"LATIN", "THAI", "LAO", "KHMER", "MYANMAR", "TAMIL", "CJK"}


def validate_one_line(value: str) -> None:
    """Raise ValidationError for a line break, which a page shows as a space and a mail as its own line."""
    if not is_one_line(value):
        raise ValidationError(_("Write this on one line, without a line break."), code="line_break")


def validate_distinct_letters(name: str) -> None:
    """Raise ValidationError for a user name that could look like another one: of several scripts, or of odd letters."""
    name = nfc(name)
    letters = [sign for sign in name if sign.isalpha()]
    scripts = {script_of(letter) for letter in letters}
    is_latin = scripts == {"LATIN"}
    if len(scripts) > 1 or not scripts <= SCRIPTS_OF_NAMES:
        raise ValidationError(
            _(
                "Some letters look like others. Write the name in Latin letters, or in one script of the region."
            ),
            code="look_alike",
        )
    other_digits = [sign for sign in name if sign.isdigit() and not sign.isascii()]
    is_ordinary = name == unicodedata.normalize("NFKC", name) and not other_digits
    if not is_ordinary or (is_latin and not all(map(is_plain_latin, letters))):
        raise ValidationError(_("Write the name in ordinary letters and digits."), code="look_alike")


def validate_days(start: date | None, end: date | None, field: str) -> None:
    """Raise ValidationError at `field` unless both days are given in order, or neither."""
    if bool(start) != bool(end):
        raise ValidationError({field: _("Give both days, or neither.")})
    if start and end and end < start:
        raise ValidationError({field: _("The last day comes before the first.")})


def validate_offered(record: Labelled | None, field: str, present: Labelled | None = None) -> None:
    """Raise ValidationError at `field` if a record is chosen that no form offers any more; the present one may stay."""
    if record is not None and record != present and record.why_not_offered:
        words = {"record": record.choice_label, "reason": record.why_not_offered}
        message = _("“%(record)s” cannot be chosen any more: %(reason)s.")
        raise ValidationError({field: ValidationError(message, params=words)})


def validate_between(day: date, first: date, last: date, field: str) -> None:
    """Raise ValidationError at `field` unless the day is one from `first` to `last`."""
    if not first <= day <= last:
        days = {"first": date_format(first), "last": date_format(last)}
        raise ValidationError({field: _now("Choose a day from %(first)s to %(last)s.") % days})


def validate_year(day: date, first_year: int = FIRST_YEAR) -> None:
    """Raise ValidationError unless the day's year is from `first_year` to LAST_YEAR."""
    if not first_year <= day.year <= LAST_YEAR:
        years = {"year": day.year, "first": first_year, "last": LAST_YEAR}
        raise ValidationError(
            _("The year is %(year)s. Write one from %(first)s to %(last)s."), code="year", params=years
        )


def validate_near_cycle(days: Mapping[str, date | None], cycle: "ReviewCycle") -> None:
    """Raise ValidationError at each field whose day lies years before or after the cycle: its year is mistyped."""
    first, last = cycle.starts_on.year - YEARS_BEFORE, cycle.ends_on.year + YEARS_AFTER
    errors = {}
    for name, day in days.items():
        if day and not first <= day.year <= last:
            words = {"year": day.year, "first": first, "last": last}
            message = _("The year is %(year)s. In this cycle, write one from %(first)s to %(last)s.")
            errors[name] = ValidationError(message, code="year", params=words)
    if errors:
        raise ValidationError(errors)


def days_outside(days: Mapping[str, date | None], cycle: "ReviewCycle") -> dict[str, date]:
    """Those of these days, by field, that lie before the first or after the last day of the cycle."""
    return {name: day for name, day in days.items() if day and not cycle.starts_on <= day <= cycle.ends_on}


def validate_within_cycle(days: Mapping[str, date | None], cycle: "ReviewCycle") -> None:
    """Raise ValidationError at each field whose day lies before the first or after the last day of the cycle."""
    words = {"first": date_format(cycle.starts_on), "last": date_format(cycle.ends_on)}
    message = _(
        "This day lies outside the review cycle, which runs from %(first)s to %(last)s. If it runs longer, change its"
        " days first."
    )
    if outside := days_outside(days, cycle):
        raise ValidationError({name: ValidationError(message, params=words) for name in outside})


def validate_past(day: date) -> None:
    """Raise ValidationError if the day of something done is still to come."""
    if day > clock.today():
        raise ValidationError(_("That day has not come yet."), code="future")


def validate_each_value(record: Model, first_years: Mapping[str, int], *, past: Collection[str]) -> None:
    """Raise ValidationError for a line break in a value of one line, and for a day that nobody can mean.

    That is a day whose year nobody means, or of something done that is still to come. `first_years` are the names of
    the fields to look at, with the first year of those that hold a day.
    """
    errors: dict[str, ValidationError] = {}
    for name, first_year in first_years.items():
        value = getattr(record, name)
        try:
            if isinstance(record._meta.get_field(name), CharField):
                validate_one_line(value or "")
            elif isinstance(value, date) and not isinstance(value, datetime):
                validate_year(value, first_year)
                if name in past:
                    validate_past(value)
        except ValidationError as error:
            errors[name] = error
    if errors:
        raise ValidationError(errors)
