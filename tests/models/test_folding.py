"""Folding in the database gives what `fold` gives, on both databases."""

import sys
import unicodedata

import pytest
from django.db.models import Value

from reviews.models import Organisation
from reviews.models.folding import FORMAT_SIGNS, Folded
from reviews.text import fold
from tests.support import make

TEXTS = [
    "Đà Nẵng",
    "HÀ NỘI",
    unicodedata.normalize("NFD", "Nguyễn Văn Đức"),
    "Strait “A” – ‘b’",
    "ＶＮＭ－３",
    "so\u00adft",
    "ສະບາຍດີ",
    "ការ\u200bងារ",
    "สวัสดี",
    "မြန်မာ",
    "Straße",
    "ŒUVRE İzmir",
    "ﬁn",
    "100% _x_ \\",
    "",
    "a\u3164b",
    "Ærø",
    "№ ½",
]


@pytest.mark.parametrize("text", TEXTS)
def test_the_database_folds_as_the_function_does(text, db):
    body = make.organisation("HN", "partner", "x")
    folded = Organisation.objects.filter(pk=body.pk).values_list(Folded(Value(text)), flat=True).get()
    assert folded == fold(text)


def test_every_sign_that_shows_nothing_is_known():
    found = {chr(n) for n in range(sys.maxunicode + 1) if unicodedata.category(chr(n)) == "Cf"}
    assert not found - set(spelled_out(FORMAT_SIGNS))


def spelled_out(ranges):
    """The characters of the inside of a bracket expression."""
    signs = list(ranges)
    for n, sign in enumerate(signs):
        yield sign
        if sign == "-":
            yield from map(chr, range(ord(signs[n - 1]), ord(signs[n + 1]) + 1))
