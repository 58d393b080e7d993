"""Codes in the administration: what is refused, and that they are not asked again."""

import pytest
from django.db import models

from reviews.models import FrameworkNode, MethodNote, Organisation, ReviewCycle
from tests.admin.pages import address, correct, sent
from tests.support import make


def add(browser, model, **typed):
    url = address(model, "add")
    return browser.post(url, sent(browser.get(url), **typed))


@pytest.mark.parametrize("code", ["Hà Nội", "X", "khm", "Viet Nam"])
def test_the_secretariat_cannot_enter_a_code_that_no_address_can_hold(code, cast, db, sign_in):
    typed = {"code": code, "kind": "member_state", "name_en": "Cambodia", "joined_on": "1999-04-30"}
    answer = add(sign_in(cast.secretariat), Organisation, **typed)
    assert list(answer.context["adminform"].form.errors) == ["code"]
    assert "such as VNM" in answer.content.decode()
    assert code in answer.content.decode()
    assert not Organisation.objects.filter(name_en="Cambodia").exists()


def test_nor_one_that_is_a_page_of_ours(cast, cycle, sign_in):
    typed = {"code": "add", "kind": make.kind().pk, "title": "Proxies", "text": "x", "confidence": "check"}
    answer = add(sign_in(cast.secretariat), MethodNote, **typed)
    assert "has a meaning of its own in addresses" in answer.content.decode()
    assert not MethodNote.objects.exists()


def test_nor_a_second_evaluation_team(cast, db, sign_in):
    answer = add(sign_in(cast.secretariat), Organisation, code="TWO", kind="evaluation_team", name_en="Two")
    assert list(answer.context["adminform"].form.errors) == ["kind"]


@pytest.mark.parametrize(
    ("model", "column"), [(Organisation, "code"), (ReviewCycle, "slug"), (MethodNote, "code")]
)
def test_a_code_is_not_asked_again(model, column, cast, records, sign_in):
    browser, record = sign_in(cast.admin), records[model]
    page = browser.get(address(model, "change", record.pk))
    assert column not in page.context["adminform"].form.fields
    assert getattr(record, column) in page.content.decode()
    correct(browser, record, **{column: "OTHER", "name_en": "Renamed", "title": "Renamed", "why": "x"})
    assert getattr(model.objects.get(pk=record.pk), column) == getattr(record, column)


def test_one_of_former_times_can_be_set_right(cast, db, sign_in):
    body = make.organisation("KHM")
    models.QuerySet.update(Organisation.objects.filter(pk=body.pk), code="khm")
    assert correct(sign_in(cast.secretariat), body, code="KHM", why="x").status_code == 302
    assert Organisation.objects.get(pk=body.pk).code == "KHM"


def test_the_code_of_an_area_can_be_corrected(cast, db, sign_in):
    """Nothing but a filter names an area by it."""
    area = make.area("A.1")
    assert correct(sign_in(cast.secretariat), area, code="A.2", why="Typing error").status_code == 302
    assert FrameworkNode.objects.get(pk=area.pk).code == "A.2"
