"""What the administration shows of the history and of files, and that nothing is written around it."""

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.urls import reverse

from reviews.models import NationalReport, Organisation, ReportVersion, Trace
from tests.admin.pages import address, correct


def test_history_tells_who_what_and_why(cast, report, sign_in):
    browser = sign_in(cast.admin)
    correct(browser, report, authors="Team B", why="Names were missing")
    html = browser.get(address(NationalReport, "history", report.pk)).content.decode()
    for words in (
        "secretariat",
        "created",
        "admin",
        "corrected",
        "supporting authors",
        "Team B",
        "Names were missing",
    ):
        assert words in html


def test_the_administrations_own_log_stays_empty(cast, report, sign_in):
    correct(sign_in(cast.admin), report, authors="Team B", why="Names")
    assert not apps.get_model("admin.LogEntry").objects.exists()


def test_trace_rows_are_found_by_kind_person_and_words(cast, report, sign_in):
    browser = sign_in(cast.admin)
    correct(browser, report, authors="Team B", why="Names were missing")
    for query in (
        {"kind": "reviews.nationalreport", "verb__exact": "corrected"},
        {"by__id__exact": cast.admin.pk},
        {"q": "names were"},
    ):
        rows = browser.get(address(Trace, "changelist"), query).context["cl"].queryset
        assert [(row.by, row.verb) for row in rows] == [(cast.admin, "corrected")]


def test_a_file_is_reached_through_its_page_only(cast, records, sign_in):
    version = records[ReportVersion]
    html = sign_in(cast.admin).get(address(ReportVersion, "change", version.pk)).content.decode()
    assert reverse("report-version-file", args=["cycle-1", "VNM", 1]) in html
    assert version.file.name not in html


def test_writing_around_the_trace_is_an_error(cast, records):
    """What the administration relies on: a record cannot be saved or deleted directly."""
    with pytest.raises(TypeError):
        records[Organisation].save()
    with pytest.raises((TypeError, ValidationError)):
        records[Organisation].delete()
