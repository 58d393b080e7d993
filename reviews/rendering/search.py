"""Texts of a search's answer: the part around the words found, which are marked."""

import unicodedata
from collections.abc import Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from reviews.text import fold

BEFORE = 60  # characters before the first word found
MOST_MARKS = 20

Span = tuple[int, int]


def excerpt(text: str, words: Sequence[str], longest: int) -> SafeString:
    """The part of a text around the first of the folded words, with all that are in it marked."""
    spans = spans_of(text, words)
    start = 0
    if spans and spans[0][1] > longest:
        earliest = max(spans[0][0] - BEFORE, 0)
        start = min(end_of_letter(text, max(text.find(" ", earliest) + 1, earliest)), spans[0][0])
    end = min(end_of_letter(text, start + longest), len(text))
    pieces, at = [], start
    for first, last in spans:
        if at <= first and last <= end:
            pieces += [(text[at:first], text[first:last])]
            at = last
    marked = format_html_join("", "{}<mark>{}</mark>", pieces)
    before, after = "… " if start else "", " …" if end < len(text) else ""
    return format_html("{}{}{}{}", before, marked, text[at:end], after)


def spans_of(text: str, words: Sequence[str]) -> list[Span]:
    """Where the folded words are in the text, from the first to the last; none within another."""
    folded = fold(text)
    places = range(len(text) + 1) if len(folded) == len(text) else places_of(text)
    spans: list[Span] = []
    for word in words:
        at = folded.find(word)
        while at >= 0 and len(spans) < MOST_MARKS and at + len(word) < len(places):
            spans.append((places[at], end_of_letter(text, places[at + len(word) - 1] + 1)))
            at = folded.find(word, at + len(word))
    apart: list[Span] = []
    for span in sorted(spans):
        if not apart or span[0] >= apart[-1][1]:
            apart.append(span)
    return apart


def places_of(text: str) -> Sequence[int]:
    """For each character of the folded text, which one of the text it comes from; and the end."""
    places = [place for place, sign in enumerate(text) for _part in fold(sign)]
    return [*places, len(text)]


def end_of_letter(text: str, at: int) -> int:
    """The place behind the marks that belong to the letter before it."""
    while at < len(text) and unicodedata.category(text[at])[0] == "M":
        at += 1
    return at
