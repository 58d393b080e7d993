"""Folding for searches, blank texts, plain signs, line ends, order, direction of writing."""

import pytest

from reviews.text import as_stored, fold, is_blank, isolated, plain_signs, sort_key


@pytest.mark.parametrize(
    ("stored", "typed"),
    [
        ("Đà Nẵng", "da nang"),
        ("co\u00adoperation", "cooperation"),
        ("ភាសា\u200bខ្មែរ", "ភាសាខ្មែរ"),
        ("“women’s”", '"women\'s"'),
        ("2015–2020", "2015-2020"),
        ("‑ − —", "- - -"),
        ("ＡＳＣＣ　２０２５", "ascc 2025"),
        ("e\u0301te\u0301", "ete"),
        ("\ufb01nal", "final"),
        ("n\u00a0a", "n a"),
    ],
)
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


@pytest.mark.parametrize("line_end", ["\r\n", "\r", "\v", "\f", "\x85", "\u2028", "\u2029"])
def test_stored_lines_end_with_one_sign(line_end):
    assert as_stored(f"one{line_end}two{line_end}{line_end}three") == "one\ntwo\n\nthree"


@pytest.mark.parametrize(
    "in_order",
    [
        ["1", "1.2", "1.10", "2", "10", "11"],
        ["A", "A.1", "A.2", "A.10", "B.1"],
        ["0", "0012", "13"],
        ["An", "An Giang", "Ba", "Bạc Liêu", "Bắc Ninh", "Bến Tre", "Bình Định", "Cà Mau", "Cần Thơ"],
        ["Dak Lak", "Đà Nẵng", "Điện Biên", "Đồng Nai", "Hà Nội", "Hải Phòng"],
        ["ma", "mà", "mả", "mã", "má", "mạ"],
        ["Brunei Darussalam", "Cambodia", "Indonesia", "Lao PDR", "Malaysia", "Viet Nam"],
        ["Sao", "São Tomé", "Türkiye", "Ukraine"],
        ["Zambia", "ประเทศไทย", "ປະເທດລາວ"],
    ],
)
def test_texts_in_order(in_order):
    backwards = in_order[::-1]
    assert sorted(backwards, key=sort_key) == in_order


def test_a_sort_key_is_digits_that_fit_into_the_database():
    for text in ("Viet Nam", "ປະເທດລາວ" * 30, "", "١٢", "9" * 200):
        assert sort_key(text).isdecimal()
        assert sort_key(text).isascii()
        assert len(sort_key(text)) <= 400


@pytest.mark.parametrize("text", ["", "Viet Nam", "Đà Nẵng", "ປະເທດລາວ", "one\ntwo"])
def test_what_is_written_from_left_to_right_stays_as_it_is(text):
    assert isolated(text) is text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\u202etitle", "\u2068\u202etitle\u2069"),
        ("تقرير", "\u2068تقرير\u2069"),
        ("\u2069out\u2067in", "\u2068out\u2067in\u2069\u2069"),
        ("one\n\u202etwo\r\nthree", "one\n\u2068\u202etwo\u2069\nthree"),
    ],
)
def test_another_direction_ends_where_the_text_ends(text, shown):
    assert isolated(text) == shown
