"""When somebody leaves: what is open in the name, who knows what, and that nobody overlooks it."""

import io
from datetime import date
from typing import Any

import pytest
from django.urls import reverse
from docx import Document

from reviews.models import ActionPoint
from tests.support import crawl, make


@pytest.fixture
def left(cast: Any, report: Any) -> Any:
    """The consultant, with an action point and a draft of advice, whose account is closed."""
    meeting = make.meeting(report.cycle, by=cast.secretariat)
    ActionPoint.add_to(
        meeting, by=cast.secretariat, text="Write the method", owner=cast.consultant, due_on=date(2020, 9, 1)
    )
    gap = make.gap(report, by=cast.vnm)
    make.advice(by=cast.consultant, gap=gap, text="Use two periods")
    report.post_progress(by=cast.vnm, expected_version=report.version, data_collection=10)
    person = cast.consultant
    return person.change_traced(by=cast.admin, expected_version=person.version, is_active=False)


def test_the_desk_of_the_secretariat_says_who_left_open_items(left, cast, sign_in):
    page = sign_in(cast.secretariat).get(reverse("desk")).content.decode()
    assert "consultant has left: hand over the open items" in page
    assert "2 open items" in page
    assert reverse("person-hand-over", args=[left.pk]) in page
    assert "has left" not in sign_in(cast.vnm).get(reverse("desk")).content.decode()


def test_the_list_of_people_finds_them(left, cast, sign_in):
    answer = sign_in(cast.secretariat).get(reverse("people"), {"account": "left_with_items"})
    assert [row.record for row in answer.context["table"].rows] == [left]


def test_the_page_and_the_paper_have_the_same(left, cast, sign_in):
    browser = sign_in(cast.secretariat)
    page = browser.get(reverse("person-hand-over", args=[left.pk])).content.decode()
    answer = browser.get(reverse("person-hand-over-docx", args=[left.pk]))
    paper = Document(io.BytesIO(answer.content))
    text = crawl.text(answer)
    for words in ("Write the method", "draft of advice", "the Regional Evaluation Team"):
        assert words in page
        assert words in text
    assert len(paper.tables) == 1  # nothing that this reader may know was changed by a consultant


def test_the_secretariat_does_not_read_a_draft_there(left, cast, sign_in):
    browser = sign_in(cast.secretariat)
    for page in ("person", "person-hand-over", "person-hand-over-docx"):
        assert "Use two periods" not in crawl.text(browser.get(reverse(page, args=[left.pk])))


def test_who_knows_what_of_a_country(left, cast, report, sign_in):
    gap = make.gap(report, by=cast.vnm_team)
    gap.take_up(by=cast.vnm, expected_version=gap.version)
    content = (
        sign_in(cast.secretariat).get(reverse("person-hand-over", args=[cast.vnm.pk])).context["hand_over"]
    )
    assert [row.code for row in content.gaps] == ["VNM-1", "VNM-2"]
    known = {row.label: row.others for row in content.knowledge}
    assert known["VNM-2"] == ["vnm.team"]
    assert known["VNM-1"] == []  # the consultant has left


def test_it_takes_the_same_queries_whatever_there_is(
    left, cast, report, django_assert_max_num_queries, sign_in
):
    for _n in range(4):
        make.gap(report, by=cast.vnm)
    browser = sign_in(cast.secretariat)
    with django_assert_max_num_queries(14):
        browser.get(reverse("person-hand-over", args=[cast.vnm.pk]))
