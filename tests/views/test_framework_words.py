"""A framework that calls its key result areas otherwise is named by its own word on every page."""

from types import SimpleNamespace

import pytest

from reviews.models import Framework
from tests.support import crawl, steps

PAGES = (
    "datagap-list", "datagap-add", "datagap-edit", "datagap", "finding-list", "finding-add", "finding",
    "round-turn", "coverage", "report-coverage", "report-coverage-edit", "framework",
)  # fmt: skip
WITHOUT_ANY_WORD = ("annex", "report-annex", "report", "board")
EXPORTS = ("datagap-list", "finding-list", "coverage", "annex")


@pytest.fixture
def world(cast, cycle) -> SimpleNamespace:
    made = steps.world("round-turn", cast, cycle)
    Framework._base_manager.filter(pk=made.area.framework_id).update(key_result_area_name="priority area")
    return made


@pytest.mark.parametrize("page", [*PAGES, *WITHOUT_ANY_WORD])
def test_the_word_of_the_framework(page, world, cast, sign_in):
    who = cast.secretariat if page in ("round-turn", "annex") else cast.vnm
    shown = crawl.text(sign_in(who).get(steps.address(page, world)))
    assert ("riority area" in shown) == (page in PAGES)
    assert "ey result area" not in shown


@pytest.mark.parametrize("page", EXPORTS)
def test_in_what_is_taken_away(page, world, cast, sign_in):
    answer = sign_in(cast.secretariat).get(steps.address(page, world) + "?_export=csv")
    assert "Priority area" in crawl.text(answer)
    assert "ey result area" not in crawl.text(answer)
