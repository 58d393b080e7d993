"""How text is stored and compared."""

import unicodedata


def nfc(text: str) -> str:
    """The composed form, so that the same Vietnamese word is always the same characters."""
    return unicodedata.normalize("NFC", text)


def fold(text: str) -> str:
    """Lower case without diacritics: "Đà Nẵng" and "da nang" find each other.

    SQLite's own `icontains` knows only ASCII, hence a stored column.
    """
    bare = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    return bare.replace("đ", "d").replace("Đ", "d").casefold()
