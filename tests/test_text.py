"""Folding for searches, blank texts, plain signs."""

import pytest

from reviews.text import as_stored, fold, is_blank, plain_signs


@pytest.mark.parametrize(
    ("stored", "typed"),
    [
        ("Đà Nẵng", "da nang"), ("co\u00adoperation", "cooperation"), ("ភាសា\u200bខ្មែរ", "ភាសាខ្មែរ"),
        ("“women’s”", "\"women's\""), ("2015–2020", "2015-2020"), ("‑ − —", "- - -"),
        ("ＡＳＣＣ　２０２５", "ascc 2025"), ("e\u0301te\u0301", "ete"), ("\ufb01nal", "final"), ("n\u00a0a", "n a"),
    ],
)  # fmt: skip
def test_what_a_search_finds(stored, typed):
    assert fold(stored) == fold(typed)


@pytest.mark.parametrize(
    ("one", "another"),
    [("มา", "ม้า"), ("ข้าว", "ขาว"), ("ໄກ", "ໄກ້"), ("ខ្មែរ", "ខមែរ"), ("မြန်မာ", "မြနမာ")],
)
def test_signs_that_make_other_words_stay(one, another):
    assert fold(one) != fold(another)


@pytest.mark.parametrize(
    "text", ["", " \n\t", "\u200b", "\ufeff", "\u00ad", "\u2800", "\u3164", "\u2060", "\u00a0"]
)
def test_blank(text):
    assert is_blank(text)
    assert as_stored(text) == ""


@pytest.mark.parametrize("text", [".", "0", "ខ", "\u0301", "👍", "\0"])
def test_not_blank(text):
    assert not is_blank(text)


def test_plain_signs():
    assert plain_signs("\u200f٦٥٪ ") == "65%"
    assert plain_signs("－５／６") == "-5/6"  # noqa: RUF001
    assert plain_signs("8² ½ 五") == "8² ½ 五"
