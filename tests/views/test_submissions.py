"""Submitting in two steps: form and checklist, the answers to check, the receipt and its mail copy."""

import re
from datetime import date
from typing import Any

import pytest
from django.core import mail
from django.urls import reverse

from reviews import clock
from reviews.models import OutgoingMail
from tests.support import make

URL = "/cycles/mtr/reports/VNM/submit/"


@pytest.fixture
def typed(report, cast) -> dict[str, Any]:
    """What the coordinator enters, with a report under way."""
    report.post_progress(by=cast.vnm, expected_version=report.version, data_collection=10)
    return {"reason": "The rest follows.", "cleared_by": "SOCA leader", "version": report.version}


def kept_file(answer: Any) -> dict[str, str]:
    found = re.findall(r'name="(file-kept)" value="([^"]*)"', answer.content.decode())
    return dict(found)


def test_answers_are_checked_before_anything_is_submitted(report, cast, typed, sign_in):
    browser = sign_in(cast.vnm)
    answers = browser.post(URL, typed | {"file": make.pdf("Báo cáo.pdf")})
    words = answers.content.decode()
    assert answers.status_code == 200
    assert all(
        word in words for word in ("Check your answers", "Báo cáo.pdf", "SOCA leader", "The rest follows.")
    )
    assert report.versions.count() == 0
    receipt = browser.post(URL, typed | kept_file(answers) | {"step": "submit"})
    assert receipt.url == reverse("report-version", args=["mtr", "VNM", 1])
    assert report.versions.get().original_name == "Báo cáo.pdf"


def test_the_way_back_keeps_file_and_answers(report, cast, typed, sign_in):
    browser = sign_in(cast.vnm)
    answers = browser.post(URL, typed | {"file": make.pdf()})
    form = browser.post(URL, typed | kept_file(answers) | {"step": "change"})
    assert "Kept: <strong><bdi>report.pdf</bdi></strong>" in form.content.decode()
    assert "The rest follows." in form.content.decode()
    assert not form.context["form"].errors
    assert report.versions.count() == 0


def test_a_reason_is_marked_as_required_when_it_is(report, cast, typed, sign_in):
    form = sign_in(cast.vnm).get(URL).context["form"]
    assert form.fields["reason"].required
    full = {"data_collection": 100, "analysis": 100, "writing": 100}
    report.refresh_from_db()
    report.post_progress(by=cast.vnm, expected_version=report.version, **full)
    assert "reason" not in sign_in(cast.vnm).get(URL).context["form"].fields


def test_what_must_be_fixed_stops_and_advice_does_not(cycle, cast, typed, sign_in):
    browser = sign_in(cast.vnm)
    assert browser.get(URL).status_code == 200  # with tips: no finding, no lead author
    days = {"opens_on": date(2020, 7, 1), "due_on": date(2020, 8, 1), "last_on": date(2020, 8, 19)}
    make.deadline(cycle, by=cast.secretariat, **days)
    assert browser.get(URL).status_code == 409
    stopped = browser.post(URL, typed | {"file": make.pdf()})
    assert (stopped.status_code, bool(kept_file(stopped))) == (409, True)
    assert "Ask for an extension" in stopped.content.decode()


def test_a_locked_progress_deadline_stops_no_report(cycle, cast, typed, sign_in):
    days = {"opens_on": date(2020, 7, 1), "due_on": date(2020, 8, 1), "last_on": date(2020, 8, 19)}
    make.deadline(cycle, by=cast.secretariat, output="progress", **days)
    assert sign_in(cast.vnm).get(URL).status_code == 200


def test_the_number_is_of_country_year_and_serial(report, cycle, cast):
    make.submitted(report, by=cast.vnm)
    report.recall(by=cast.vnm, expected_version=report.version)
    make.submitted(report, by=cast.vnm)
    make.submitted(make.report(cycle, "LAO"), by=cast.lao)
    other = make.cycle("next", by=cast.secretariat)
    make.submitted(make.report(other, "VNM"), by=cast.vnm)
    with clock.at(date(2021, 1, 1)):
        report.recall(by=cast.vnm, expected_version=report.version)
        make.submitted(report, by=cast.vnm)
    numbers = [version.receipt_number for version in report.versions.all()]
    assert numbers == ["VNM-2020-01", "VNM-2020-02", "VNM-2021-01"]
    assert make.report(other, "VNM").versions.get().receipt_number == "VNM-2020-03"
    assert make.report(cycle, "LAO").versions.get().receipt_number == "LAO-2020-01"


def test_a_rehearsed_submission_takes_no_number_of_the_real_ones(report, cast):
    rehearsal = make.cycle("rehearsal", by=cast.secretariat, is_test=True)
    rehearsed = make.report(rehearsal, "VNM")
    make.submitted(rehearsed, by=cast.vnm)
    make.submitted(report, by=cast.vnm)
    assert rehearsed.versions.get().receipt_number == "TEST-VNM-2020-01"
    assert report.versions.get().receipt_number == "VNM-2020-01"


def test_the_receipt_says_that_it_was_recalled(report, cast, sign_in):
    make.submitted(report, by=cast.vnm)
    report.recall(by=cast.vnm, expected_version=report.version)
    make.submitted(report, by=cast.vnm)
    browser = sign_in(cast.consultant)
    pages = [browser.get(reverse("report-version", args=["mtr", "VNM", n])) for n in (1, 2)]
    assert ["was recalled on 20 Aug 2020" in page.content.decode() for page in pages] == [True, False]
    files = browser.get(reverse("report-files", args=["mtr", "VNM"])).content.decode()
    assert files.count("recalled 20 Aug 2020") == 1


@pytest.mark.parametrize("address", ["vnm@example.org", ""])
def test_a_copy_is_mailed_to_whoever_submitted(address, report, cast, typed, sign_in, settings):
    settings.EMAIL_BACKEND = "reviews.operations.outbox.Outbox"
    make.with_email(cast.vnm, address)
    sign_in(cast.vnm).post(URL, typed | {"file": make.pdf(), "step": "submit"})
    assert report.versions.count() == 1
    mails = list(OutgoingMail.objects.filter(subject__startswith="Receipt"))
    assert [row.to for row in mails] == ([[address]] if address else [])
    assert not mail.outbox
    for row in mails:
        assert "VNM-2020-01" in row.subject
        assert "/cycles/mtr/reports/VNM/versions/1/" in row.body


def test_no_mail_about_what_was_refused(report, cast, typed, sign_in, settings):
    settings.EMAIL_BACKEND = "reviews.operations.outbox.Outbox"
    make.with_email(cast.vnm, "vnm@example.org")
    sign_in(cast.vnm).post(URL, typed | {"file": make.pdf(), "step": "submit", "version": "1"})
    assert report.versions.count() == 0
    assert not OutgoingMail.objects.filter(subject__startswith="Receipt").exists()


def test_a_test_cycle_sends_none(cast, typed, sign_in, settings):
    settings.EMAIL_BACKEND = "reviews.operations.outbox.Outbox"
    make.with_email(cast.vnm, "vnm@example.org")
    rehearsal = make.cycle("rehearsal", by=cast.secretariat, is_test=True)
    report = make.report(rehearsal, "VNM")
    report.post_progress(by=cast.vnm, expected_version=report.version, data_collection=10)
    url = reverse("report-submit", args=["rehearsal", "VNM"])
    sign_in(cast.vnm).post(url, typed | {"file": make.pdf(), "step": "submit", "version": report.version})
    assert make.report(rehearsal, "VNM").versions.count() == 1
    assert not OutgoingMail.objects.filter(subject__startswith="Receipt").exists()
