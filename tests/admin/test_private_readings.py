"""An administrator who opens what one side keeps to itself is named to that side, once a day."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from reviews import clock
from reviews.models import Advice, PrivateReading, ThreadEntry, Trace
from tests.admin.pages import address
from tests.support import make

NOTE, DRAFT = "Kept to ourselves.", "Not approved yet."


@pytest.fixture
def gap(report: Any, cast: Any) -> Any:
    return make.gap(report, by=cast.vnm)


@pytest.fixture
def note(gap: Any, cast: Any) -> ThreadEntry:
    return ThreadEntry.note(gap, by=cast.vnm, text=NOTE)


@pytest.fixture
def draft(gap: Any, cast: Any) -> Advice:
    return make.advice(by=cast.consultant, gap=gap, text=DRAFT)


def page_of(gap: Any, browser: Any) -> str:
    return browser.get(reverse("datagap", args=["mtr", gap.code])).content.decode()


def test_the_side_reads_who_opened_its_note(gap, note, cast, sign_in):
    assert NOTE in sign_in(cast.admin).get(address(ThreadEntry, "change", note.pk)).content.decode()
    line = "opened in the administration"
    assert line in page_of(gap, sign_in(cast.vnm))
    assert "An administrator can open it" in page_of(gap, sign_in(cast.vnm))
    for other in (cast.consultant, cast.secretariat):
        assert line not in page_of(gap, sign_in(other))
    row = Trace.objects.get(model="reviews.privatereading")
    assert (row.by, row.verb, row.audience, row.member_state) == (
        cast.admin,
        "opened",
        "country",
        cast.vnm.organisation,
    )


def test_once_a_day(note, cast, sign_in):
    browser, url = sign_in(cast.admin), address(ThreadEntry, "change", note.pk)
    for _n in range(3):
        browser.get(url)
    browser.get(address(ThreadEntry, "history", note.pk))
    assert PrivateReading.objects.count() == 1
    with clock.at(clock.now() + timedelta(days=1)):
        browser.get(url)
    assert PrivateReading.objects.count() == 2


def test_drafts_are_private_to_the_consultants(gap, draft, cast, sign_in):
    assert DRAFT in sign_in(cast.admin).get(address(Advice, "change", draft.pk)).content.decode()
    assert PrivateReading.objects.get().channel == "consultants"
    assert "opened in the administration" in page_of(gap, sign_in(cast.consultant))
    assert "opened in the administration" not in page_of(gap, sign_in(cast.vnm))


def test_so_is_a_draft_on_a_difficulty(gap, cast, sign_in):
    difficulty = make.difficulty(gap.cycle, [gap], by=cast.lead)
    draft = make.advice(by=cast.lead, difficulty=difficulty)
    sign_in(cast.admin).get(address(Advice, "change", draft.pk))
    assert PrivateReading.objects.get().difficulty == difficulty
    page = sign_in(cast.lead).get(difficulty.get_absolute_url()).content.decode()
    assert "opened in the administration" in page


@pytest.mark.parametrize("page", ["change", "history"])
def test_the_trace_of_a_note_counts_as_the_note(page, note, cast, sign_in):
    row = Trace.objects.get(model="reviews.threadentry", object_id=note.pk)
    sign_in(cast.admin).get(address(Trace, page, row.pk))
    assert PrivateReading.objects.get().channel == "country"


@pytest.mark.parametrize("term", ["", "Kept", "Not approved"])
def test_lists_and_searches_show_no_private_text(term, note, draft, cast, sign_in):
    browser = sign_in(cast.admin)
    draft.drop(by=cast.lead, expected_version=draft.version, note="Not approved, since Kept")
    for model in (ThreadEntry, Advice, Trace):
        page = browser.get(address(model, "changelist"), {"q": term})
        rows = page.context["cl"].queryset
        assert not (term and rows.filter(pk__in=[note.pk, draft.pk]).exists() and model is not Trace)
        for text in (NOTE, DRAFT, "since Kept"):
            assert text not in page.content.decode()
    assert not PrivateReading.objects.exists()


def test_a_shared_entry_is_read_without_a_line(gap, cast, sign_in):
    entry = ThreadEntry.add(gap, by=cast.vnm, kind="answer", text="Yes, for 2019.")
    browser = sign_in(cast.admin)
    assert "Yes, for 2019." in browser.get(address(ThreadEntry, "changelist"), {"q": "2019"}).content.decode()
    browser.get(address(ThreadEntry, "change", entry.pk))
    assert not PrivateReading.objects.exists()


def test_in_a_closed_cycle_too(gap, note, cast, sign_in):
    cycle = gap.cycle
    cycle.change_traced(by=cast.secretariat, expected_version=cycle.version, status="closed")
    assert sign_in(cast.admin).get(address(ThreadEntry, "change", note.pk)).status_code == 200
    assert PrivateReading.objects.exists()


def test_who_may_not_open_it_leaves_no_line(note, cast, sign_in):
    assert sign_in(cast.secretariat).get(address(ThreadEntry, "change", note.pk)).status_code == 403
    assert not PrivateReading.objects.exists()


def test_of_two_pages_at_once_one_leaves_the_line(note, gap, cast, monkeypatch):
    PrivateReading.record(gap, channel="country", by=cast.admin)
    monkeypatch.setattr(PrivateReading.objects, "filter", lambda **values: PrivateReading.objects.none())
    PrivateReading.record(gap, channel="country", by=cast.admin)
    monkeypatch.undo()
    assert PrivateReading.objects.count() == 1
