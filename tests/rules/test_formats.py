"""Dates, numbers and percentages as each language writes them."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.contrib.humanize.templatetags.humanize import intcomma
from django.template import Context, Template
from django.utils import translation
from django.utils.formats import date_format, number_format

from reviews import clock
from reviews.rendering import fragments
from reviews.templatetags.look import written
from reviews.text import language_of, percent

DAY = date(2020, 8, 5)


def test_a_day_in_tables_and_in_sentences():
    with translation.override("vi"):
        assert (clock.short_day(DAY), date_format(DAY)) == ("05/08/2020", "5 tháng 8 năm 2020")
    assert (clock.short_day(DAY), date_format(DAY)) == ("5 Aug 2020", "5 Aug 2020")


@pytest.mark.parametrize(
    ("day", "told"),
    [
        (date(2021, 2, 5), "05 tháng 02 năm 2021"),
        (date(2020, 8, 11), "11 tháng 8 năm 2020"),
        (date(2020, 1, 31), "31 tháng 01 năm 2020"),
        (date(2020, 10, 1), "01 tháng 10 năm 2020"),
    ],
)
def test_papers_are_dated_as_decree_30_says(day, told):
    with translation.override("vi"):
        assert clock.day_on_paper(day) == told
    assert clock.day_on_paper(day) == date_format(day)


def test_a_moment():
    moment = datetime(2020, 8, 5, 16, 30, tzinfo=ZoneInfo("Asia/Jakarta"))
    with translation.override("vi"):
        assert "05/08/2020 16:30" in fragments.moment(moment)
    assert "5 Aug 2020 16:30" in fragments.moment(moment)


def test_numbers_and_percentages():
    with translation.override("vi"):
        assert (intcomma(1234567), number_format(98.7), percent(98.7)) == ("1.234.567", "98,7", "98,7%")
        assert fragments.bar(65).count("65%") == 1
    assert (intcomma(1234567), percent(65)) == ("1,234,567", "65 %")


def test_what_a_sentence_says_of_a_day_begins_with_its_own_word():
    with translation.override("vi"), clock.at(DAY):
        template = "{% blocktranslate with day=day|date %}As of the end of {{ day }}{% endblocktranslate %}"
        text = Template(f"{{% load i18n %}}{template}").render(Context({"day": DAY}))
    assert text == "Tính đến hết ngày 5 tháng 8 năm 2020"


def test_names_of_bodies_follow_the_language_and_not_their_order(db):
    from reviews.models import Organisation
    from tests.support import make

    make.organisation("MMR")
    Organisation._base_manager.filter(code="MMR").update(name_vi="Myanmar", name_en="Burma of the tests")
    state = Organisation.objects.get(code="MMR")
    with translation.override("vi"):
        assert str(state) == "Myanmar"
    assert str(state) == "Burma of the tests"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Đã nộp dự thảo; phần phát hiện sơ bộ đang được rà soát.", "vi"),
        ("The conference in Đà Nẵng was held by video, with all members.", ""),
        ("Plain words", ""),
        ("เจ้าหน้าที่อาวุโสอาเซียน ๒๕๖๓", "th"),
        ("កិច្ចប្រជុំកំពូលអាស៊ាន ២០២០", "km"),
        ("ກອງປະຊຸມສຸດຍອດອາຊຽນ ໒໐໒໐", "lo"),
        ("အာဆီယံ ထိပ်သီးအစည်းအဝေး ၂၀၂၀", "my"),
    ],
)
def test_the_language_of_what_somebody_wrote(text, language):
    assert language_of(text) == language
    marked = f'<span lang="{language}">{text}</span>' if language else text
    assert written(text) == marked
    with translation.override("vi"):
        assert written(text) == (text if language == "vi" else marked)
