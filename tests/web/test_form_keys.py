"""Form keys: who may use one, what is asked, three presses at once; the administration."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from html import unescape
from threading import Barrier
from typing import Any

import pytest
from django.db import connections
from django.urls import reverse

from reviews import clock
from reviews.forms.meetings import MeetingForm
from reviews.models import (
    DataGap,
    Invitation,
    Organisation,
    OutgoingMail,
    ProgressUpdate,
    SentForm,
    ThreadEntry,
    Trace,
)
from reviews.models.sent_forms import FIELD, KEPT_FOR, new_key, owner_of
from reviews.operations.jobs import purge_form_keys
from tests.admin.pages import address, sent
from tests.support import grids, make
from tests.support.steps import MEETING


@pytest.fixture
def page(report: Any) -> str:
    return reverse("datagap-add", args=["mtr"])


def gap(**typed: Any) -> dict[str, Any]:
    return {"kind": make.kind().pk, "missing": "Series of 2018", "effect": ""} | typed


def key_on(answer: Any) -> str:
    return re.findall(rf'name="{FIELD}" value="([^"]+)"', answer.content.decode())[-1]


def test_each_form_shown_has_another_key_of_its_person(page, cast, sign_in):
    browser = sign_in(cast.vnm)
    keys = {key_on(browser.get(page)) for _n in range(2)}
    assert len(keys) == 2
    assert {owner_of(key) for key in keys} == {cast.vnm.pk}


def test_it_is_remembered_with_what_it_made(page, cast, sign_in):
    browser = sign_in(cast.vnm)
    answer = browser.post(page, gap(form_key=key_on(browser.get(page))))
    row = SentForm.objects.get()
    assert (row.user, row.made, row.url) == (cast.vnm, "VNM-1", answer["Location"])


def test_a_form_that_was_refused_can_be_sent_again(page, cast, sign_in):
    """What was wrong with it is corrected; its key is not used up."""
    browser, key = sign_in(cast.vnm), new_key(cast.vnm)
    assert browser.post(page, gap(form_key=key, missing="")).status_code == 200
    assert not SentForm.objects.exists()
    assert browser.post(page, gap(form_key=key)).status_code == 302


def test_after_the_question_one_more_can_be_saved(page, cast, sign_in):
    browser = sign_in(cast.vnm)
    browser.post(page, gap(form_key=new_key(cast.vnm)))
    asked = browser.post(page, gap(form_key=new_key(cast.vnm)))
    again = re.search(r'name="again" value="([^"]+)"', asked.content.decode())
    assert browser.post(page, gap(form_key=key_on(asked), again=again and again[1])).status_code == 302
    assert DataGap.objects.count() == 2


def test_a_remark_with_other_words_is_not_lost(page, cast, report, sign_in):
    """A note changes no version of its gap, so only the key tells."""
    browser, key = sign_in(cast.vnm), new_key(cast.vnm)
    url = reverse("datagap-note", args=["mtr", make.gap(report, by=cast.vnm).code])
    browser.post(url, {"text": "First", "version": "1", FIELD: key})
    asked = browser.post(url, {"text": "Second thought", "version": "1", FIELD: key})
    assert asked.status_code == 409
    assert "Second thought</textarea>" in asked.content.decode()
    assert ThreadEntry.objects.get().text == "First"


def test_nobody_uses_the_key_of_somebody_else(page, cast, sign_in):
    """A page that was opened by the one before at this browser."""
    answer = sign_in(cast.vnm_team).post(page, gap(form_key=new_key(cast.vnm)))
    assert answer.status_code == 403
    assert "opened by somebody else" in unescape(answer.content.decode())
    assert not DataGap.objects.exists()


@pytest.mark.parametrize("key", ["", "12.abc", "12.abc:forged", "x" * 10_000, "\0", "é:é"])
def test_a_key_that_is_not_ours_is_none(key, page, cast, sign_in):
    assert owner_of(key) is None
    assert sign_in(cast.vnm).post(page, gap(form_key=key)).status_code == 302
    assert not SentForm.objects.exists()


def test_old_keys_are_deleted_by_the_tick(cast):
    now = clock.real_now()
    for key, at in (("old", now - KEPT_FOR - timedelta(hours=1)), ("new", now)):
        SentForm.objects.create(key=key, user=cast.vnm, content=key, repeatable=True, at=at)
    assert purge_form_keys() == "1 deleted"
    assert SentForm.objects.get().key == "new"


# The same person was faster


def test_progress_posted_in_two_windows_is_one_update(cast, report, sign_in):
    browser, url = sign_in(cast.vnm), reverse("report-update", args=["mtr", "VNM"])
    typed = {
        "data_collection": "30",
        "analysis": "",
        "writing": "0",
        "note": "Two sectors wait.",
        "version": "1",
    }
    first = browser.post(url, typed | {FIELD: new_key(cast.vnm)})
    second = browser.post(url, typed | {FIELD: new_key(cast.vnm)})
    assert (second.status_code, second["Location"]) == (302, first["Location"])
    assert "You have saved this already." in browser.get(second["Location"]).content.decode()
    assert ProgressUpdate.objects.count() == 1


@pytest.mark.parametrize("other", [{"writing": "1"}, {"writing": ""}, {"note": "Three sectors wait."}])
def test_other_figures_of_the_same_person_are_told_apart(other, cast, report, sign_in):
    browser, url = sign_in(cast.vnm), reverse("report-update", args=["mtr", "VNM"])
    typed = {
        "data_collection": "30",
        "analysis": "",
        "writing": "0",
        "note": "Two sectors wait.",
        "version": "1",
    }
    browser.post(url, typed)
    answer = browser.post(url, typed | other)
    page = unescape(answer.content.decode())
    assert (answer.status_code, ProgressUpdate.objects.count()) == (409, 1)
    assert "You changed this yourself while you were editing" in page
    assert "Viet Nam coordinator changed this" not in page
    assert 'name="version" value="2"' in page


def test_the_same_figures_of_a_colleague_are_news(cast, report, sign_in):
    url = reverse("report-update", args=["mtr", "VNM"])
    typed = {"data_collection": "30", "note": "", "version": "1"}
    assert sign_in(cast.vnm).post(url, typed).status_code == 302
    answer = sign_in(cast.vnm_team).post(url, typed)
    assert answer.status_code == 409
    assert "while you were editing" in answer.content.decode()


def test_a_step_pressed_in_two_windows(cast, report, sign_in):
    """And another step in the second window is not the same."""
    made, browser = make.gap(report, by=cast.vnm), sign_in(cast.vnm)
    take_up, ask = (
        reverse(f"datagap-{step}", args=["mtr", made.code]) for step in ("take-up", "ask-guidance")
    )
    assert browser.post(take_up, {"note": "", "version": "1"}).status_code == 302
    rows = Trace.objects.count()
    assert browser.post(take_up, {"note": "", "version": "1"}).status_code == 302
    assert browser.post(ask, {"note": "", "version": "1"}).status_code == 409
    assert Trace.objects.count() == rows


def test_an_edited_list_of_records_saved_in_two_windows(cast, cycle, report, sign_in):
    """Dates, choices, several records, an empty number."""
    deadline = make.deadline(cycle, by=cast.secretariat)
    browser, url = sign_in(cast.secretariat), reverse("deadline-edit", args=["mtr", deadline.number])
    typed = {
        "title": "National reports",
        "output": "national_report",
        "opens_on": "2020-08-01",
        "due_on": "2020-09-14",
        "only_for": [cast.vnm.organisation_id],
        "why": "Floods",
        "version": "1",
    }
    assert browser.post(url, typed).status_code == 302
    assert browser.post(url, typed).status_code == 302
    assert browser.post(url, typed | {"only_for": []}).status_code == 409
    assert Trace.objects.since_version(deadline, 0).count() == 2


def test_a_code_that_somebody_takes_at_the_same_moment_costs_no_text(cast, cycle, sign_in, monkeypatch):
    """The form finds nothing wrong, the database does."""
    make.meeting(cycle, by=cast.secretariat, code="4")
    monkeypatch.setattr(MeetingForm, "validate_unique", lambda form: None)
    url = reverse("meeting-add", args=["mtr"])
    answer = sign_in(cast.secretariat).post(url, MEETING | {"title": "Typed for long"})
    assert answer.status_code == 409
    page = unescape(answer.content.decode())
    assert "Somebody saved the same thing at the same moment." in page
    assert "Typed for long" in page


# Three presses at once


@pytest.fixture
def same_day_in_every_thread(settings):
    settings.REVIEWTRACKER_TODAY = date(2020, 8, 20)


def at_once(browsers: list[Any], url: str, typed: dict[str, Any]) -> list[Any]:
    door = Barrier(len(browsers), timeout=30)

    def press(browser: Any) -> Any:
        door.wait()
        try:
            return browser.post(url, typed)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(browsers)) as threads:
        return list(threads.map(press, browsers))


@pytest.mark.django_db(transaction=True)
def test_three_presses_at_once_make_one_record(cast, report, same_day_in_every_thread, sign_in):
    browsers, raised = [sign_in(cast.vnm) for _n in range(3)], make.gap(report, by=cast.vnm)
    note = reverse("datagap-note", args=["mtr", raised.code])
    for n in range(10):
        for url, typed in (
            (reverse("datagap-add", args=["mtr"]), gap(missing=f"Bảng {n}")),
            (note, {"text": f"Bảng {n}", "version": "1"}),
        ):
            answers = at_once(browsers, url, typed | {FIELD: new_key(cast.vnm)})
            assert [answer.status_code for answer in answers] == [302] * 3
            assert len({answer["Location"] for answer in answers}) == 1
    assert (DataGap.objects.count(), ThreadEntry.objects.count()) == (11, 10)


@pytest.mark.django_db(transaction=True)
def test_three_presses_at_once_hand_in_one_file(
    cast, report, same_day_in_every_thread, sign_in, files_folder
):
    report.post_progress(by=cast.vnm, expected_version=1, data_collection=100, analysis=100, writing=100)
    browsers, url = [sign_in(cast.vnm) for _n in range(3)], reverse("report-submit", args=["mtr", "VNM"])
    door, key = Barrier(3, timeout=30), new_key(cast.vnm)

    def press(browser: Any) -> Any:
        door.wait()
        try:
            return browser.post(url, {"version": "2", "file": make.pdf(), "step": "submit", FIELD: key})
        finally:
            connections.close_all()

    with ThreadPoolExecutor(3) as threads:
        answers = list(threads.map(press, browsers))
    assert {(answer.status_code, answer["Location"]) for answer in answers} == {
        (302, "/cycles/mtr/reports/VNM/versions/1/")
    }
    assert report.versions.count() == len(list(files_folder.rglob("*.pdf"))) == 1


# The administration

PARTNER = {"code": "XYZ", "kind": "partner", "name_en": "Partner", "why": "New."}
INVITED = {"email": "new@vnm.example", "name": "New Person", "role": "team"}


def test_an_invitation_sent_twice_is_one_mail(cast, sign_in, settings):
    settings.EMAIL_BACKEND = "reviews.operations.outbox.Outbox"
    browser, url = sign_in(cast.admin), address(Invitation, "add")
    typed = INVITED | {"organisation": cast.vnm.organisation_id, FIELD: key_on(browser.get(url))}
    answers = [browser.post(url, typed) for _press in range(3)]
    assert [answer.status_code for answer in answers] == [302] * 3
    assert Invitation.objects.count() == 1
    assert [mail.to for mail in OutgoingMail.objects.all()].count(["new@vnm.example"]) == 1
    assert answers[1]["Location"] == address(Invitation, "change", Invitation.objects.get().pk)


def test_a_record_added_twice_in_the_administration(cast, sign_in):
    """Sent twice it is there once; with other words it is asked about, and can then be saved."""
    browser, url = sign_in(cast.admin), address(Organisation, "add")
    opened = browser.get(url)
    typed = sent(opened, **PARTNER) | {FIELD: key_on(opened)}
    assert [browser.post(url, typed).status_code for _press in range(2)] == [302, 302]
    before = grids.fingerprint()
    asked = browser.post(url, typed | {"code": "ABC", "name_en": "Another partner"})
    text = unescape(asked.content.decode())
    assert (asked.status_code, grids.changed(before)) == (200, set())
    assert "You have saved this form already: Partner" in text
    assert 'value="Another partner"' in text
    more = {FIELD: key_on(asked), "code": "ABC", "name_en": "Another partner"}
    assert browser.post(url, typed | more).status_code == 302
    assert Organisation.objects.filter(code__in=["XYZ", "ABC"]).count() == 2


def test_a_correction_sent_twice(cast, report, sign_in):
    """The second press does not say that somebody was faster."""
    made, browser = make.gap(report, by=cast.vnm), sign_in(cast.admin)
    url = address(DataGap, "change", made.pk)
    opened = browser.get(url)
    values = {n: v for n, v in opened.context["adminform"].form.initial.items() if v is not None}
    typed = values | {"missing": "Corrected", "why": "Mistyped.", "version": "1", FIELD: key_on(opened)}
    typed |= {"held_since_0": "2020-08-20", "held_since_1": "00:00:00"}
    answers = [browser.post(url, typed) for _press in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert Trace.objects.since_version(made, 0).count() == 2
