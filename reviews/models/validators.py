"""Validation that several nouns share."""

import unicodedata
from datetime import date

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from reviews import clock
from reviews.text import is_one_line, is_plain_latin, nfc, script_of

# The years in which anything of a review can lie; a model may reach further back.
FIRST_YEAR, LAST_YEAR = 2000, 2100


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
