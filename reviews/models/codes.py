"""Codes: what they may consist of, and that they stay, since addresses and files name records by them."""

import re
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.core.validators import slug_re
from django.db import models
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

BODY_CODE = re.compile("[A-Z0-9][A-Z0-9-]{1,19}")
AREA_CODE = re.compile(r"[A-Za-z0-9]+([.-][A-Za-z0-9]+)*")
ADDRESS_WORD = re.compile("[a-z0-9]+([-_][a-z0-9]+)*")
RESERVED_WORDS = frozenset(
    {"add"}
)  # these follow the same part of an address as a code does: see reviews/urls.py

NOT_AN_ADDRESS_WORD = _("Write small letters from a to z, digits and hyphens only, such as soca-29.")
NEVER_CHANGED = _("This code is part of addresses, so it does not change any more.")


def validate_body_code(code: str) -> None:
    """Raise ValidationError unless the code of an organisation is like VNM or ASCC-COUNCIL."""
    if not BODY_CODE.fullmatch(code):
        raise ValidationError(
            _("Write 2 to 20 capital letters from A to Z, digits and hyphens, such as VNM or ASCC-COUNCIL."),
            code="invalid",
        )


def validate_country_letters(code: str) -> None:
    """Raise ValidationError unless the code is two capital letters, as ISO 3166 has them."""
    if not re.fullmatch("[A-Z]{2}", code):
        raise ValidationError(_("Write the two capital letters of ISO 3166, such as VN."), code="invalid")


def validate_area_code(code: str) -> None:
    """Raise ValidationError unless the code of a framework entry is like A.1."""
    if not AREA_CODE.fullmatch(code):
        raise ValidationError(_("Write letters, digits, points and hyphens, such as A.1."), code="invalid")


def validate_address_word(code: str) -> None:
    """Raise ValidationError unless the code can be a part of an address that no page of ours has already."""
    if code in RESERVED_WORDS:
        raise ValidationError(
            _("The word “%(word)s” has a meaning of its own in addresses: choose another."),
            code="reserved",
            params={"word": code},
        )
    if slug_re.match(code) and not ADDRESS_WORD.fullmatch(code):  # of any other, Django says the same
        raise ValidationError(NOT_AN_ADDRESS_WORD, code="invalid")


def address_word(
    label: "str | _StrPromise", max_length: int, *, unique: bool = False
) -> "models.SlugField[str, str]":
    """The column of a code that addresses name a record by."""
    return models.SlugField(
        label,
        max_length=max_length,
        unique=unique,
        validators=[validate_address_word],
        error_messages={"invalid": NOT_AN_ADDRESS_WORD},
    )


def is_valid_code(record: models.Model, name: str) -> bool:
    """Whether the stored code would be accepted today; others were entered before codes were checked."""
    field: Any = record._meta.get_field(name)
    try:
        field.run_validators(getattr(record, name))
    except ValidationError:
        return False
    return True


def validate_same_codes(before: models.Model, after: models.Model, names: Collection[str]) -> None:
    """Raise ValidationError if one of these codes was changed, unless it was not valid."""
    for name in names:
        if getattr(before, name) != getattr(after, name) and is_valid_code(before, name):
            raise ValidationError({name: NEVER_CHANGED})
