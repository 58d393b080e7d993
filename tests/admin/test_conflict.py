"""Two people and one record in the administration: the second is told, and overwrites nothing unseen."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from reviews.admin.forms import TrackedForm
from reviews.models import Deadline, NationalReport, Organisation, Trace
from tests.admin.pages import address, sent
from tests.support import make


@pytest.fixture
def body(db):
    return make.organisation("UNX", "partner", "First name")


@pytest.fixture
def opened(cast, body, sign_in):
    """The administrator's browser, with the record's page as it was before anybody else came."""
    browser = sign_in(cast.admin)
    url = address(Organisation, "change", body.pk)
    return browser, url, browser.get(url)


def others_change(body: Any, by: Any, **values: Any) -> Any:
    record = type(body).objects.get(pk=body.pk)
    return record.correct(by=by, expected_version=record.version, why="The letter of 3 June", **values)


def stored(body: Any) -> Any:
    return type(body).objects.get(pk=body.pk)


def test_the_second_is_told_who_changed_what(cast, body, opened):
    browser, url, page = opened
    others_change(body, cast.secretariat, name_en="Their name")
    answer = browser.post(url, sent(page, name_en="My name", name_vi="Tên", why="My reason"))
    html = answer.content.decode()
    assert answer.status_code == 409
    their_change = (
        "while you were editing",
        "secretariat",
        "First name",
        "Their name",
        "The letter of 3 June",
    )
    my_input = ("My name", "Tên", "My reason")
    for words in their_change + my_input:
        assert words in html
    assert (stored(body).name_en, stored(body).version) == ("Their name", 2)
    assert Trace.objects.since_version(body, 2).count() == 0


def test_a_deliberate_second_save_goes_through(cast, body, opened):
    browser, url, page = opened
    others_change(body, cast.secretariat, name_en="Their name")
    answer = browser.post(url, sent(page, name_en="My name", why="My reason"))
    assert browser.post(url, sent(answer)).status_code == 302
    row = Trace.objects.since_version(body, 2).get()
    assert (row.by, row.before["name_en"], row.after["name_en"]) == (cast.admin, "Their name", "My name")


def test_fields_left_alone_are_not_put_back(cast, body, opened):
    """I change the Vietnamese name; what they did to the other fields stays, also after my second save."""
    browser, url, page = opened
    others_change(body, cast.secretariat, name_en="Their name", confidence="check")
    answer = browser.post(url, sent(page, name_vi="Tên", why="My reason"))
    assert answer.status_code == 409
    browser.post(url, sent(answer))
    assert (stored(body).name_en, stored(body).name_vi) == ("Their name", "Tên")
    assert stored(body).confidence == "check"


def test_lists_of_countries_too(cast, cycle, sign_in):
    vnm, lao = cast.vnm.organisation, cast.lao.organisation
    deadline = make.deadline(cycle, by=cast.secretariat, only_for=[vnm])
    browser, url = sign_in(cast.admin), address(Deadline, "change", deadline.pk)
    page = browser.get(url)
    others_change(deadline, cast.secretariat, only_for=[vnm, lao])
    answer = browser.post(url, sent(page, title="My title", why="My reason"))
    assert answer.status_code == 409
    assert browser.post(url, sent(answer)).status_code == 302
    assert (stored(deadline).title, set(stored(deadline).only_ids)) == ("My title", {vnm.pk, lao.pk})


def test_figures_and_times_too(cast, report, sign_in):
    browser, url = sign_in(cast.admin), address(NationalReport, "change", report.pk)
    page = browser.get(url)
    typed = {"handed_in_at_0": "2020-09-01", "handed_in_at_1": "08:30:00", "writing": 20, "why": "By mail"}
    report.post_progress(by=cast.vnm, expected_version=1, data_collection=80, analysis=60, writing=30)
    answer = browser.post(url, sent(page, **typed))
    html = answer.content.decode()
    assert answer.status_code == 409
    for words in ("vnm.coordinator", "posted progress", "not yet reported", "2020-09-01", "08:30:00"):
        assert words in html
    assert browser.post(url, sent(answer)).status_code == 302
    assert stored(report).figures == (80, 60, 20)
    assert stored(report).handed_in_at.isoformat() == "2020-09-01T01:30:00+00:00"


def test_faster_again_while_deciding(cast, body, opened):
    browser, url, page = opened
    others_change(body, cast.secretariat, name_en="Their name")
    answer = browser.post(url, sent(page, name_en="My name", why="My reason"))
    others_change(body, cast.secretariat, name_vi="Tên")
    again = browser.post(url, sent(answer))
    assert again.status_code == 409
    assert [row.version for row in again.context["conflict"]] == [3]
    assert "My name" in again.content.decode()
    assert browser.post(url, sent(again)).status_code == 302
    assert (stored(body).name_en, stored(body).name_vi) == ("My name", "Tên")


def test_between_opening_the_form_and_writing(cast, body, opened, monkeypatch):
    """The form has read the record at the version that was sent; then somebody else is faster."""
    browser, url, page = opened
    real = TrackedForm.clean

    def slow(form: Any) -> Any:
        if stored(body).version == 1:
            others_change(body, cast.secretariat, name_en="Their name")
        return real(form)

    monkeypatch.setattr(TrackedForm, "clean", slow)
    answer = browser.post(url, sent(page, name_en="My name", why="My reason"))
    assert_told(answer, body)


def test_between_checking_and_writing(cast, body, opened, monkeypatch):
    """Even after the last look at the version: the conditional update decides."""
    browser, url, page = opened
    real = Organisation._validate

    def slow(record: Any, names: Any) -> None:
        real(record, names)
        if stored(body).version == 1 and record.name_en == "My name":
            others_change(body, cast.secretariat, name_en="Their name")

    monkeypatch.setattr(Organisation, "_validate", slow)
    answer = browser.post(url, sent(page, name_en="My name", why="My reason"))
    assert answer.status_code == 409
    assert stored(body).name_en != "My name"


def assert_told(answer: Any, body: Any) -> None:
    html = answer.content.decode()
    assert answer.status_code == 409
    assert "Their name" in html
    assert "My name" in html
    assert (stored(body).name_en, stored(body).version) == ("Their name", 2)


def test_two_at_once(transactional_db, cast, body, sign_in):
    """Really at once, each with a connection of its own: one is written, the other is told."""
    browsers, url = [sign_in(cast.admin), sign_in(cast.secretariat)], address(Organisation, "change", body.pk)
    for n in range(5):
        forms = [
            sent(browser.get(url), name_en=f"Name {n} of {who}", why="Race")
            for who, browser in enumerate(browsers)
        ]
        with ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(save, browsers, [url] * 2, forms))
        assert sorted(answers) == [302, 409]
        assert stored(body).name_en == f"Name {n} of {answers.index(302)}"
    assert stored(body).version == 6


def save(browser: Any, url: str, form: Any) -> int:
    try:
        return browser.post(url, form).status_code
    finally:
        connection.close()


def test_nothing_typed_anew_on_a_stale_page(cast, body, opened):
    browser, url, page = opened
    others_change(body, cast.secretariat, name_en="Their name")
    answer = browser.post(url, sent(page, why="My reason"))
    assert answer.status_code == 409
    assert answer.context["adminform"].form["name_en"].value() == "Their name"


def test_an_old_page_with_an_error_first_shows_the_error(cast, body, opened):
    browser, url, page = opened
    others_change(body, cast.secretariat, name_en="Their name")
    answer = browser.post(url, sent(page, name_en="My name", why=""))
    assert (answer.status_code, list(answer.context["adminform"].form.errors)) == (200, ["why"])
    assert browser.post(url, sent(answer, why="My reason")).status_code == 409


def test_a_version_from_the_future(cast, body, opened):
    browser, url, page = opened
    answer = browser.post(url, sent(page, name_en="My name", why="My reason", version=10**30))
    assert list(answer.context["adminform"].form.errors) == ["version"]
    assert stored(body).version == 1
