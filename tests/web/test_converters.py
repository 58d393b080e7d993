"""Codes in addresses: also those that were entered before codes were checked."""

import pytest
from django.db import models
from django.urls import reverse

from reviews.models import Organisation, ReviewCycle
from tests.admin.records import one_of_each
from tests.support import crawl, make
from tests.support.shared_records import shared

PAGES = (
    "desk",
    "board",
    "report-list",
    "coverage",
    "datagap-list",
    "finding-list",
    "compare",
    "report",
    "datagap",
)


@shared
def records(cast):
    return one_of_each(cast, 1)


def found_with(code, records):
    """Every address of the cycle, once Viet Nam has this code, whatever the models say to it."""
    models.QuerySet.update(Organisation.objects.filter(code="VNM"), code=code)
    return crawl.once_for_each_country(crawl.everywhere(records[ReviewCycle]))


@pytest.mark.parametrize("code", ["khm", "Hà Nội", "X", "A/B", "A%20B", "VNM-F1", "..", "Đ?#&\"'"])
def test_no_page_fails_over_a_code_of_former_times(code, records, cast, sign_in):
    browser = sign_in(cast.vnm)
    pages = [one for one in found_with(code, records) if one.page in PAGES and one.state in ("", code)]
    assert {one.page for one in pages} == set(PAGES)
    assert {one.url: browser.get(one.url).status_code for one in pages} == {one.url: 200 for one in pages}


def test_nor_any_other_page(records, cast, sign_in):
    browser = sign_in(cast.secretariat)
    for one in found_with("Hà Nội", records):
        if one.slug:
            assert browser.get(one.url).status_code < 500, one.url


@pytest.mark.parametrize("written", ["%2556NM", "VNM%2500", "%25FF", "vnm", "VNM%250A", "V%25"])
def test_one_code_has_one_address(written, report, cast, sign_in):
    assert sign_in(cast.vnm).get(f"/cycles/mtr/reports/{written}/").status_code == 404
    assert reverse("report", args=["mtr", "VNM"]) == "/cycles/mtr/reports/VNM/"
    assert make.report(report.cycle, "VNM") == report
