"""Password validator: rejects passwords that are little more than words of this work, such as ASEAN or a country."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from reviews.models import User

# As docs/accounts.md lists them. Names of countries, in one word.
TEXT = """
    asean ascc soca blueprint review reviewtracker tracker midterm evaluation report national secretariat summit
    brunei darussalam cambodia indonesia laos malaysia myanmar philippines singapore thailand vietnam timorleste
    jakarta danang dalat hanoi bangkok
"""
WORDS = TEXT.split()
# Letters and digits that must be left when those words are removed.
MIN_LEFT = 8
# Digits that people write for letters, so that P@ssw0rd is the word password.
LOOKALIKES = str.maketrans("013457@$!", "oleasta" + "si")


class NotTheWordsOfThePlace:
    """For AUTH_PASSWORD_VALIDATORS."""

    def validate(self, password: str, user: User | None = None) -> None:
        plain = re.sub(r"[\W_]", "", password.lower().translate(LOOKALIKES))
        any_word = "|".join(sorted(WORDS, key=len, reverse=True))
        if len(re.sub(any_word, "", plain)) < min(MIN_LEFT, len(plain)):
            raise ValidationError(
                _("This password is little more than words that anybody here would try first.")
            )

    def get_help_text(self) -> str:
        return str(
            _(
                "Your password can’t be words of this work, such as ASEAN or a country, with a little around them."
            )
        )
