"""What a printed list says about itself: the filters in words, which rows these are, who printed it and when."""

import re
from typing import Any

import pytest

from tests.support import make


def text(page: Any) -> str:
    return " ".join(re.sub("<[^>]*>", " ", page.content.decode()).split())


@pytest.fixture
def gaps(cast: Any, report: Any) -> None:
    for _n in range(27):
        make.gap(report, by=cast.vnm)


def test_a_list_of_several_pages(gaps, cast, sign_in):
    page = text(sign_in(cast.secretariat).get("/cycles/mtr/datagaps/", {"status": "open", "page": 2}))
    assert "Status: open" in page
    assert "26–27 of 27 · page 2 of 2" in page
    assert "Printed by secretariat on 20 Aug 2020." in page


def test_a_list_of_one_page_has_no_number(cast, report, sign_in):
    make.gap(report, by=cast.vnm)
    page = text(sign_in(cast.secretariat).get("/cycles/mtr/datagaps/"))
    assert "1–1 of 1" in page
    assert "page 1" not in page


def test_the_annex_names_its_filter_too(cast, report, sign_in):
    page = text(sign_in(cast.secretariat).get("/cycles/mtr/annex/", {"member_state": "VNM"}))
    assert "Member state: Viet Nam" in page
