"""Unicode: normal form, what is blank, digits of any script; folding for searches, order, direction of writing."""

import re
import unicodedata

from django.utils.formats import number_format
from django.utils.translation import get_language, gettext

# Signs that show nothing although Unicode counts them as letters or symbols: fillers and the empty Braille cell.
FILLERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")

DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"), "-")
SINGLE_QUOTES = dict.fromkeys(map(ord, "\u2018\u2019\u201a\u201b\u2032\u02bc"), "'")
DOUBLE_QUOTES = dict.fromkeys(map(ord, "\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb"), '"')
TYPOGRAPHY = DASHES | SINGLE_QUOTES | DOUBLE_QUOTES
FULL_WIDTH = dict.fromkeys(map(ord, "\uff05\u066a\ufe6a"), "%") | {0xFF0F: "/", 0x2044: "/", 0xFF0E: "."}

# What XML cannot hold; somebody may have pasted it into a note.
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
LINE_BREAK = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")

# Hebrew, Arabic and their neighbours, and the signs that change the direction of what follows them.
RIGHT_TO_LEFT = re.compile(
    "[\u0590-\u08ff\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
ISOLATE_STARTS, FIRST_STRONG_ISOLATE, POP_ISOLATE = "\u2066\u2067\u2068", "\u2068", "\u2069"

# Latin letters in the order of Vietnamese, which adds some to those of English; and the tones, from level to heavy.
ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
LETTER_SIGNS = "\u0302\u0306\u031b"  # circumflex, breve, horn: part of a letter
TONES = {"\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5"}
# Letters that no neighbour writes; and scripts that one language of the region has.
VIETNAMESE = re.compile("[ăđơưĂĐƠƯ\u1ea0-\u1ef9]")
LANGUAGES_OF_SCRIPTS = {"THAI": "th", "LAO": "lo", "KHMER": "km", "MYANMAR": "my"}
NUMBER_OR_SIGN = re.compile("[0-9]+|.", re.DOTALL)
SORT_KEY_LENGTH = 400  # of a database's column


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
    """A text as the database keeps it: in normal form C, lines ended by LF, and empty if it is blank."""
    return "" if is_blank(text) else nfc(with_line_feeds(text))


def writable(text: str) -> str:
    """The text as files of Word and Excel can hold it: lines ended by LF, and no control characters."""
    return UNWRITABLE.sub("", with_line_feeds(text))


def with_line_feeds(text: str) -> str:
    """Every kind of line break as one LF."""
    return LINE_BREAK.sub("\n", text)


def plain_signs(text: str) -> str:
    """Digits of any script as 0 to 9, typographic signs as those of ASCII, nothing invisible.

    Only digits that are written one after the other: "8²" does not become 82.
    """
    visible = (sign for sign in text if not is_invisible(sign))
    digits = (str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in visible)
    return "".join(digits).translate(DASHES | FULL_WIDTH).strip()


class FoldedSigns(dict[int, str | int | None]):
    """What `fold` makes of each single sign, found out once: None for what it leaves out."""

    def __missing__(self, code: int) -> str | int | None:
        is_left_out = 0x300 <= code <= 0x36F or is_invisible(chr(code))
        self[code] = None if is_left_out else DASHES.get(code, code)
        return self[code]


FOLDED_SIGNS = FoldedSigns({ord("đ"): "d", ord("Đ"): "d"})


def fold(text: str) -> str:
    """Case-folded text without Latin diacritics, for searches: "Đà Nẵng" and "da nang" find each other.

    Width, curly quotes, kinds of dash and invisible signs make no difference. Signs of Thai, Lao, Khmer and Burmese
    stay, since without them different words become one. SQLite's own `icontains` knows only ASCII, hence a stored
    column.
    """
    if text.isascii():
        return text.casefold()
    apart = unicodedata.normalize("NFKD", text.translate(TYPOGRAPHY))
    return apart.translate(FOLDED_SIGNS).casefold()


def sort_key(text: str) -> str:
    """Digits by which every database sorts texts alike: numbers by value, letters as in Vietnamese, then the tones.

    So 2 comes before 10, Bạc Liêu before Bình Định, and Đ after D. It holds digits alone because each database has
    its own order of letters.
    """
    letters: list[str] = []
    tones: list[str] = []
    for sign in unicodedata.normalize("NFKD", text.casefold()):
        if sign in LETTER_SIGNS and letters and nfc(letters[-1] + sign) in ALPHABET:
            letters[-1] = nfc(letters[-1] + sign)
        elif sign in TONES and tones:
            tones[-1] = TONES[sign]
        elif not "\u0300" <= sign <= "\u036f" and not is_invisible(sign):
            letters.append(str(unicodedata.decimal(sign, sign)))
            tones.append("0")
    key = NUMBER_OR_SIGN.sub(_place_in_order, "".join(letters))
    return f"{key}00{''.join(tones)}"[:SORT_KEY_LENGTH]


def _place_in_order(match: re.Match[str]) -> str:
    """Digits for a number or a sign; none begins with those of another."""
    part = match[0]
    if "0" <= part[0] <= "9":
        digits = part.lstrip("0")[:99]
        return f"11{len(digits):02}{digits}"
    if part in ALPHABET:
        return str(20 + ALPHABET.index(part))
    is_letter = unicodedata.category(part)[0] in "LM"
    return f"9{ord(part):07}" if is_letter else "10"


def isolated(text: str) -> str:
    """The text such that its direction does not change what is written before and after it.

    A text written from left to right is returned as it is. A line of another one is put between the signs that
    Unicode has for this; a sign inside that would end the isolation too early is left out.
    """
    if text.isascii() or not RIGHT_TO_LEFT.search(text):
        return text
    return "\n".join(_isolated_line(line) for line in with_line_feeds(text).split("\n"))


def _isolated_line(line: str) -> str:
    if not RIGHT_TO_LEFT.search(line):
        return line
    signs, opened = [], 0
    for sign in line:
        opened += sign in ISOLATE_STARTS
        if sign == POP_ISOLATE:
            if not opened:
                continue
            opened -= 1
        signs.append(sign)
    return f"{FIRST_STRONG_ISOLATE}{''.join(signs)}{POP_ISOLATE * (opened + 1)}"


def language_of(text: str) -> str:
    """The language of a text where its letters tell it (vi, th, lo, km, my); empty where they do not."""
    if text.isascii():
        return ""
    words = nfc(text).split()
    vietnamese = sum(1 for word in words if VIETNAMESE.search(word))
    if vietnamese * 5 >= len(words):  # a name alone, such as Đà Nẵng, does not make a sentence Vietnamese
        return "vi"
    scripts = (script_of(sign) for sign in text if not sign.isascii())
    return next((LANGUAGES_OF_SCRIPTS[script] for script in scripts if script in LANGUAGES_OF_SCRIPTS), "")


def percent(value: float | str) -> str:
    """65 % in English, 65% in Vietnamese: as the language writes it."""
    return gettext("%(number)s %%") % {"number": number_format(value)}


def in_language(english: str, vietnamese: str) -> str:
    """The name in the reader's language; English where there is no Vietnamese one."""
    return vietnamese if vietnamese and get_language() == "vi" else english
