"""Unicode: normal form, what is blank, digits of any script, and folding for searches."""

import unicodedata

from django.utils.translation import get_language

# Signs that show nothing although Unicode counts them as letters or symbols: fillers and the empty Braille cell.
FILLERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")

DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"), "-")
SINGLE_QUOTES = dict.fromkeys(map(ord, "\u2018\u2019\u201a\u201b\u2032\u02bc"), "'")
DOUBLE_QUOTES = dict.fromkeys(map(ord, "\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb"), '"')
FULL_WIDTH = dict.fromkeys(map(ord, "\uff05\u066a\ufe6a"), "%") | {0xFF0F: "/", 0x2044: "/", 0xFF0E: "."}


def nfc(text: str) -> str:
    """Unicode normal form C, so that the same Vietnamese word is always the same characters."""
    return unicodedata.normalize("NFC", text)


def is_invisible(sign: str) -> bool:
    """Whether a character shows nothing and is no space either: soft hyphen, zero-width sign, filler."""
    return unicodedata.category(sign) == "Cf" or sign in FILLERS


def is_blank(text: str) -> bool:
    """Whether nothing in the text can be seen; such a text counts as empty."""
    return all(sign.isspace() or is_invisible(sign) for sign in text)


def is_one_line(text: str) -> bool:
    """Whether the text has no line break: of Unix, Windows or Unicode, nor a page or record separator."""
    return len(f"{text}.".splitlines()) == 1


def script_of(letter: str) -> str:
    """The script of a letter, by the first word of its Unicode name: LATIN, CYRILLIC, THAI."""
    return unicodedata.name(letter, "").partition(" ")[0]


def is_plain_latin(letter: str) -> bool:
    """Whether a Latin letter is one of A to Z, perhaps with marks, or the Vietnamese đ: not "ı" or "ɡ"."""
    return letter in "đĐ" or unicodedata.normalize("NFD", letter)[0].isascii()


def as_stored(text: str) -> str:
    """A text as the database keeps it: in normal form C, and empty if it is blank."""
    return "" if is_blank(text) else nfc(text)


def plain_signs(text: str) -> str:
    """Digits of any script as 0 to 9, typographic signs as those of ASCII, nothing invisible.

    Only digits that are written one after the other: "8²" does not become 82.
    """
    visible = (sign for sign in text if not is_invisible(sign))
    digits = (str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in visible)
    return "".join(digits).translate(DASHES | FULL_WIDTH).strip()


def fold(text: str) -> str:
    """Case-folded text without Latin diacritics, for searches: "Đà Nẵng" and "da nang" find each other.

    Width, curly quotes, kinds of dash and invisible signs make no difference. Signs of Thai, Lao, Khmer and Burmese
    stay, since without them different words become one. SQLite's own `icontains` knows only ASCII, hence a stored
    column.
    """
    apart = unicodedata.normalize("NFKD", text.translate(DASHES | SINGLE_QUOTES | DOUBLE_QUOTES))
    bare = "".join(sign for sign in apart if not "\u0300" <= sign <= "\u036f" and not is_invisible(sign))
    return bare.translate(DASHES).replace("đ", "d").replace("Đ", "d").casefold()


def in_language(english: str, vietnamese: str) -> str:
    """The name in the reader's language; English where there is no Vietnamese one."""
    return vietnamese if vietnamese and get_language() == "vi" else english
