"""Text on a page that is written from right to left, or holds signs for it: it changes nothing beside it."""

from datetime import date, time
from decimal import Decimal

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from reviews.text import isolated

NOT_TEXT = (int, float, Decimal, date, time)
BREAK = "<br>"


def isolated_value(value: object) -> object:
    """What a template or a list shows of a value: the same value, or its text isolated from what is beside it.

    Markup is returned as it is, except lines of text that Django's `linebreaksbr` has joined.
    """
    if isinstance(value, SafeString):
        return _isolated_lines(value)
    if value is None or isinstance(value, NOT_TEXT) or hasattr(value, "__html__"):
        return value
    return isolated(str(value))


def _isolated_lines(markup: SafeString) -> SafeString:
    if markup.isascii() or "<" in markup.replace(BREAK, ""):
        return markup
    lines = [isolated(line) for line in markup.split(BREAK)]
    return mark_safe(BREAK.join(lines))  # noqa: S308 - as safe as it was: nothing is added but signs of direction


class AsTyped(str):
    """Text that a page sends back unchanged, in a field that nobody sees."""

    def __html__(self) -> str:
        return str(escape(str(self)))
