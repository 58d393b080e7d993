"""Validation that several nouns share."""

from datetime import date

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


def validate_days(start: date | None, end: date | None, field: str) -> None:
    """Raise ValidationError at `field` unless both days are given in order, or neither."""
    if bool(start) != bool(end):
        raise ValidationError({field: _("Give both days, or neither.")})
    if start and end and end < start:
        raise ValidationError({field: _("The last day comes before the first.")})
