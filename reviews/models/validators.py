"""Validation that several nouns share."""

from datetime import date

from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reviews import clock

# The years in which anything of a review can lie; a model may reach further back.
FIRST_YEAR, LAST_YEAR = 2000, 2100


def validate_days(start: date | None, end: date | None, field: str) -> None:
    """Raise ValidationError at `field` unless both days are given in order, or neither."""
    if bool(start) != bool(end):
        raise ValidationError({field: _("Give both days, or neither.")})
    if start and end and end < start:
        raise ValidationError({field: _("The last day comes before the first.")})


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


def validate_past(day: date) -> None:
    """Raise ValidationError if the day of something done is still to come."""
    if day > clock.today():
        raise ValidationError(_("That day has not come yet."), code="future")
