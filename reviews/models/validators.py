"""Validation that several nouns share."""

from collections.abc import Collection, Mapping
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.formats import date_format
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reviews import clock
from reviews.models.choices import Labelled

# The years in which anything of a review can lie; a model may reach further back.
FIRST_YEAR, LAST_YEAR = 2000, 2100


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


def validate_past(day: date) -> None:
    """Raise ValidationError if the day of something done is still to come."""
    if day > clock.today():
        raise ValidationError(_("That day has not come yet."), code="future")


def validate_each_day(record: Model, first_years: Mapping[str, int], *, past: Collection[str]) -> None:
    """Raise ValidationError for a day whose year nobody means, or of something done that is still to come.

    `first_years` are the names of the fields to look at; those that hold no day are left out.
    """
    errors: dict[str, ValidationError] = {}
    for name, first_year in first_years.items():
        day = getattr(record, name)
        if isinstance(day, date) and not isinstance(day, datetime):
            try:
                validate_year(day, first_year)
                if name in past:
                    validate_past(day)
            except ValidationError as error:
                errors[name] = error
    if errors:
        raise ValidationError(errors)
