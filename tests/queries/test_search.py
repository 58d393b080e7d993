"""Search: by code and by words of any language, however they are typed; the best matches first."""

import unicodedata
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reviews.models import ActionPoint, SearchEntry
from reviews.queries.search import parse_query, search
from reviews.rendering.search import excerpt
from reviews.text import fold
from tests.support import make
from tests.support.shared_records import shared

LAO = "ການປະຊຸມປະສານງານຄັ້ງທີສາມກ່ຽວກັບຂໍ້ມູນສະຖິຕິ"
THAI = "การประชุมเจ้าหน้าที่อาวุโสอาเซียนว่าด้วยข้อมูล"
KHMER = "កិច្ចប្រជុំកំពូលអាស៊ានលើកទីសាមសិបប្រាំពីរ"
BURMESE = "အာဆီယံထိပ်သီးအစည်းအဝေးသတင်းအချက်အလက်"


@shared
def gap(report: Any, cast: Any) -> Any:
    return make.gap(report, by=cast.vnm, missing="Số liệu về trẻ em ở Đà Nẵng", effect="Không tính được")


@shared
def meeting(cycle: Any, cast: Any) -> Any:
    return make.meeting(cycle, by=cast.secretariat, title=f"{LAO} {THAI}", place=f"{KHMER} {BURMESE}")


def found(user: Any, text: str) -> list[str]:
    matches, _more = search(user, parse_query(text))
    return [f"{match.kind.name} {match.entry.code}".strip() for match in matches]


@pytest.mark.parametrize(
    "text",
    [
        "Đà Nẵng",
        "da nang",
        "ĐÀ NẴNG",
        "DA NANG",
        "nang da",
        "  Đà   Nẵng ",
        unicodedata.normalize("NFD", "Đà Nẵng"),
        "Đa\u0300 Nẵ\u00adng",
        "đà nẵ\u200bng",
        "ｄａ ｎａｎｇ",
        "trẻ em",
        "tre em",
        "tính được",
        "VNM-1",
        "vnm-1",
        "VNM\u20111",
        "VNM－1",
        "vnm",
    ],
)
def test_a_gap_is_found_however_it_is_typed(text, gap, cast):
    assert "datagap VNM-1" in found(cast.vnm, text)


@pytest.mark.parametrize(
    "text",
    ["ປະສານງານ", "ຂໍ້ມູນ", "ເຈົ້າໜ້າທີ່"[:0] or "ສະຖິຕິ", "เจ้าหน้าที่", "อาเซียน", "អាស៊ាន", "ប្រជុំ", "ထိပ်သီး", "အချက်အလက်"],
)
def test_parts_of_unspaced_sentences_are_found(text, meeting, cast):
    assert found(cast.lao, text) == ["meeting 3"]


def test_marks_of_other_scripts_make_words_different(meeting, cast):
    assert found(cast.lao, "เจาหนาที") == []  # without its tone marks it is no word of this sentence


@pytest.mark.parametrize("text", ["", " ", "a", "3", "da na", "a b c d", "\u200b\u200b\u200b", "\u0301"])
def test_less_than_three_letters_are_too_short(text, gap, cast):
    assert parse_query(text).is_too_short


def test_two_letters_find_codes_only(gap, report, cast):
    make.finding(report, by=cast.vnm, text="VN everywhere")
    assert {*found(cast.vnm, "vn")} == {"country VNM", "datagap VNM-1", "report VNM", "finding VNM-F1"}
    assert found(cast.vnm, "em") == []


def test_the_code_comes_first_then_codes_titles_and_texts(report, cast):
    for number in range(1, 12):
        make.gap(
            report, by=cast.vnm, missing=f"Figure {number}", effect="Compare VNM-1" if number == 9 else ""
        )
    make.gap(report, by=cast.vnm, missing="As in VNM-1")
    assert found(cast.vnm, "VNM-1") == [
        *("datagap VNM-1", "datagap VNM-12", "datagap VNM-11", "datagap VNM-10", "datagap VNM-9"),
    ]


def test_an_action_point_is_found_by_its_code(meeting, cast):
    for text in ("Send the tables.", "Check the tables."):
        ActionPoint.add_to(
            meeting,
            by=cast.secretariat,
            text=text,
            owner_body=cast.lao.organisation,
            due_on=meeting.planned_to,
        )
    assert found(cast.lao, "3/2") == ["action 3/2"]
    assert found(cast.lao, "tables") == ["action 3/2", "action 3/1"]


def test_a_change_is_found_in_its_new_words_only(gap, cast):
    gap.edit(by=cast.vnm, expected_version=gap.version, missing="Ages of fishers")
    assert (found(cast.vnm, "fishers"), found(cast.vnm, "da nang")) == (["datagap VNM-1"], [])


def test_a_change_that_is_refused_leaves_the_entries(gap, cast):
    with pytest.raises(Exception, match="no longer at version"):
        gap.edit(by=cast.vnm, expected_version=gap.version + 1, missing="Ages of fishers")
    assert found(cast.vnm, "da nang") == ["datagap VNM-1"]


def test_another_name_of_a_country_is_found(cycle, cast):
    body = cast.lao.organisation
    body.correct(by=cast.admin, expected_version=body.version, why="Renamed.", name_vi="Cộng hòa Lào")
    assert found(cast.observer, "cong hoa lao") == ["country LAO"]
    assert {*found(cast.lao, "cong hoa lao")} == {"report LAO", "country LAO"}


def test_queries_do_not_grow_with_what_is_found(report, cast):
    counts = []
    for _round in range(2):
        for _number in range(14):
            make.gap(report, by=cast.vnm, missing="Fishers of the coast")
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert found(cast.vnm, "fishers")
        counts.append(len(queries))
    assert counts == [3, 3]


def test_pages_follow_each_other(report, cast):
    for number in range(30):
        make.gap(report, by=cast.vnm, missing=f"Fishers {number}")
    first, more = search(cast.vnm, parse_query("fishers"))
    second, more_still = search(cast.vnm, parse_query("fishers"), 2)
    assert (len(first), more, len(second), more_still) == (25, True, 5, False)
    assert len({match.entry.pk for match in first + second}) == 30


def test_a_cycle_that_was_emptied_is_found_by_nobody(gap, cycle, cast):
    assert SearchEntry.objects.in_cycles([cycle.pk]).exists()
    assert not SearchEntry.objects.in_cycles([]).filter(cycle=cycle).exists()


# --- excerpts


@pytest.mark.parametrize(
    ("text", "words", "shown"),
    [
        ("Số liệu ở Đà Nẵng", ["nang"], "Số liệu ở Đà <mark>Nẵng</mark>"),
        ("Đà Nẵng", ["nang", "da"], "<mark>Đà</mark> <mark>Nẵng</mark>"),
        ("<b>Đà & Nẵng", ["nang"], "&lt;b&gt;Đà &amp; <mark>Nẵng</mark>"),
        ("Straße nach Hué", ["strasse", "hue"], "<mark>Straße</mark> nach <mark>Hué</mark>"),
        ("Nẵ\u00adng", ["nang"], "<mark>Nẵ\u00adng</mark>"),
        ("เจ้าหน้าที่อาวุโส", [fold("หน้าที")], "เจ้า<mark>หน้าที่</mark>อาวุโส"),
        ("nothing here", ["elsewhere"], "nothing here"),
        ("", ["x"], ""),
    ],
)
def test_the_words_found_are_marked(text, words, shown):
    assert excerpt(text, words, 100) == shown


def test_a_long_text_is_cut_around_the_first_word():
    text = "One word after another. " * 50 + "Here is Đà Nẵng at last. " + "And so on. " * 50
    shown = excerpt(text, ["nang"], 120)
    assert shown.startswith("… ")
    assert shown.endswith(" …")
    assert "<mark>Nẵng</mark> at last." in shown
    assert len(shown) < 160


def test_folding_sign_by_sign_is_folding():
    for text in (LAO, THAI, KHMER, BURMESE, "Đà Nẵng “x” – ﬁ ﾊﾟ ½"):
        assert "".join(map(fold, text)) == fold(text)
