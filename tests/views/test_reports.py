"""The receipt of a submitted version, and the list of versions."""

from typing import Any

from django.urls import reverse

from reviews.actions.reports import submit_report
from tests.support import make


def submitted_twice(report: Any, cast: Any, content: bytes) -> None:
    """After a return, with this content the second time."""
    report = make.in_status("returned", report, cast)
    file = make.pdf(content=content)
    submit_report(by=cast.vnm, report=report, expected_version=report.version, file=file, reason="Revised.")


def pages(report: Any, cast: Any, sign_in: Any) -> list[str]:
    """The receipt and the files of the report, as sender and as reader see them."""
    urls = (reverse("report-version", args=["mtr", "VNM", 2]), reverse("report-files", args=["mtr", "VNM"]))
    return [sign_in(who).get(url).content.decode() for who in (cast.vnm, cast.consultant) for url in urls]


def test_sender_and_reader_see_that_it_is_the_same_file(report, cast, sign_in):
    submitted_twice(report, cast, make.PDF)
    for page in pages(report, cast, sign_in):
        assert "the same file as version 1" in page


def test_nothing_is_said_of_another_file(report, cast, sign_in):
    submitted_twice(report, cast, make.PDF + b"\n")
    for page in pages(report, cast, sign_in):
        assert "the same file" not in page


def test_the_number_of_pages_is_shown(report, cast, sign_in):
    submitted_twice(report, cast, make.PDF)
    for page in pages(report, cast, sign_in):
        assert "· 1 page" in page
