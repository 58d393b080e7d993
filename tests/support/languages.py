"""What is left in English on a page in another language: texts of the catalogue, and words of English sentences."""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import polib
from lxml import html

LOCALE = Path(__file__).parents[2] / "locale"
SHOWN_ATTRIBUTES = ("title", "aria-label", "aria-description", "alt", "placeholder", "data-label")
PLACEHOLDER = re.compile(r"%\(\w+\)[sdr]|%[sd%]|\{\w*\}|<[^>]+>")
# Words without which there is hardly an English sentence, and which are no Vietnamese words.
ENGLISH = re.compile(
    r"\b(the|of|and|is|are|was|were|with|has|have|not|this|that|these|from|by|for|which|it|be|been|your|you|"
    r"who|when|what|before|after|nobody|nothing|everybody|yet|day|days)\b",
    re.IGNORECASE,
)


def catalogue(language: str = "vi") -> polib.POFile:
    return polib.pofile(str(LOCALE / language / "LC_MESSAGES" / "django.po"))


def texts_of(entry: polib.POEntry) -> list[str]:
    """What an entry may show: its text, or all its plural forms."""
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


@cache
def english_parts() -> list[str]:
    """Of each text of the catalogue with two words or more, the longest part without a value in it."""
    parts = set()
    for entry in catalogue():
        for msgid in filter(None, (entry.msgid, entry.msgid_plural)):
            pieces = [" ".join(piece.split()) for piece in PLACEHOLDER.split(msgid)]
            longest = max(pieces, key=len)
            if " " in longest and len(longest) > 8 and not any(longest in text for text in texts_of(entry)):
                parts.add(longest)
    return sorted(parts)


def shown_in(page: str, language: str = "vi") -> Iterator[str]:
    """The texts that a page shows or reads out, but for those that it marks as being in another language."""
    tree = html.fromstring(page)
    for element in tree.iter():
        if not isinstance(element.tag, str) or element.tag in ("script", "style"):
            continue
        ours = language_of(element, language) == language
        if ours:
            yield from filter(None, [element.text, *(element.get(name) for name in SHOWN_ATTRIBUTES)])
        if ours and element.tag == "input" and element.get("type") in ("submit", "button"):
            yield element.get("value", "")
        if element.tail and language_of(element.getparent(), language) == language:
            yield element.tail


def language_of(element: Any, language: str) -> str:
    while element is not None:
        if element.get("lang") is not None:
            return str(element.get("lang"))
        element = element.getparent()
    return language


def english_left(texts: Iterable[str]) -> set[str]:
    """What is English in texts that should be in another language."""
    lines = list(dict.fromkeys(" ".join(text.split()) for text in texts))
    together = "\n".join(lines)
    found = {part for part in english_parts() if part in together and is_whole(part, together)}
    return found | {line[:120] for line in lines if ENGLISH.search(line)}


def is_whole(part: str, text: str) -> bool:
    """Whether the part is somewhere more than the end of one word and the beginning of another."""
    return re.search(rf"(?<!\w){re.escape(part)}(?!\w)", text) is not None
