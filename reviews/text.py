"""Unicode normalisation, and folding for searches."""

import unicodedata

from django.utils.translation import get_language


def nfc(text: str) -> str:
    """Unicode normal form C, so that the same Vietnamese word is always the same characters."""
    return unicodedata.normalize("NFC", text)


def fold(text: str) -> str:
    """Case-folded text without diacritics, for searches: "Đà Nẵng" and "da nang" find each other.

    SQLite's own `icontains` knows only ASCII, hence a stored column.
    """
    bare = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    return bare.replace("đ", "d").replace("Đ", "d").casefold()


def in_language(english: str, vietnamese: str) -> str:
    """The name in the reader's language; English where there is no Vietnamese one."""
    return vietnamese if vietnamese and get_language() == "vi" else english
