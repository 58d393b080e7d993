"""A data gap that is raised, with a question to the consultants or without one."""

import pytest
from django.urls import reverse

from reviews.models import DataGap, EntryKind
from tests.support import make


@pytest.fixture
def typed():
    return {"kind": make.kind().pk, "missing": "Two years are not there."}


def raised(browser, typed) -> DataGap:
    answer = browser.post(reverse("datagap-add", args=["mtr"]), typed)
    assert answer.status_code == 302
    return DataGap.objects.get()


def test_a_gap_stays_with_its_country(report, cast, sign_in, typed):
    gap = raised(sign_in(cast.vnm), typed)
    assert (gap.status, gap.holder) == ("open", report.member_state)
    assert not gap.entries.exists()


def test_asked_for_at_once_guidance_is_up_to_the_consultants(report, cast, sign_in, typed):
    gap = raised(sign_in(cast.vnm), typed | {"asks_guidance": "on"})
    assert (gap.status, gap.holder) == ("guidance_asked", cast.consultant.organisation)
    assert not gap.entries.exists()


def test_a_question_alone_asks_too(report, cast, sign_in, typed):
    gap = raised(sign_in(cast.vnm), typed | {"question": "Which years count?"})
    assert (gap.status, gap.holder) == ("guidance_asked", cast.consultant.organisation)
    [entry] = gap.entries.all()
    assert (entry.kind, entry.text) == (EntryKind.REQUEST, "Which years count?")
