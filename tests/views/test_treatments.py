"""The closing page in its two steps, and the annexes on limitations."""

from typing import Any

import pytest
from django.urls import reverse

from reviews.models import Beneficiaries, Coverage, CoverageStatement, DataGap, StandIn
from tests.support import make
from tests.support.shared_records import shared

PEOPLE = {"basis": "survey", "low": "10", "high": "20", "overlap": "Overlap-Fig"}


def close_url(gap: DataGap) -> str:
    return reverse("datagap-close", args=["mtr", gap.code])


@shared
def gap(cast, report):
    return make.gap(
        report, by=cast.vnm, kind=make.kind("beneficiaries_unquantified"), key_result_area=make.area()
    )


def test_first_the_way_then_its_fields(cast, gap, sign_in):
    browser = sign_in(cast.vnm)
    first = browser.get(close_url(gap)).content.decode()
    assert 'type="radio" name="way"' in first
    assert 'name="basis"' not in first
    second = browser.get(close_url(gap), {"way": "limitation"}).content.decode()
    for field in ("basis", "low", "high", "overlap", "note"):
        assert f'name="{field}"' in second
    assert '<input type="hidden" name="way" value="limitation"' in second
    assert 'name="method"' in browser.get(close_url(gap), {"way": "proxy_agreed"}).content.decode()
    plain = browser.get(close_url(gap), {"way": "data_found"}).content.decode()
    assert 'name="note"' in plain
    assert 'name="basis"' not in plain


@pytest.mark.parametrize("way", ["", "nonsense"])
def test_without_a_way_nothing_is_closed(way, cast, gap, sign_in):
    answer = sign_in(cast.vnm).post(close_url(gap), {"way": way, "note": "So.", "version": gap.version})
    assert answer.status_code == 200
    assert "way" in answer.context["form"].errors
    assert DataGap.objects.get().is_open


def test_closing_with_a_treatment_that_the_page_then_tells(cast, gap, sign_in):
    browser, typed = sign_in(cast.vnm), PEOPLE | {"way": "limitation", "note": "So.", "version": gap.version}
    assert browser.post(close_url(gap), typed)["Location"] == gap.get_absolute_url()
    page = browser.get(gap.get_absolute_url()).content.decode()
    for words in ("Treatment", "Accepted as limitation", "survey", "Overlap-Fig"):
        assert words in page
    gap.refresh_from_db()
    browser.post(reverse("datagap-reopen", args=["mtr", gap.code]), {"note": "No.", "version": gap.version})
    again = browser.get(gap.get_absolute_url()).content.decode()
    assert "no longer in force" in again
    assert "Overlap-Fig" in again


def test_what_is_wrong_stands_beside_its_field_and_everything_stays_typed(cast, gap, sign_in):
    typed = PEOPLE | {"way": "limitation", "note": "My note", "version": gap.version, "high": "5"}
    answer = sign_in(cast.vnm).post(close_url(gap), typed)
    assert list(answer.context["form"].errors) == ["high"]
    assert "My note" in answer.content.decode()
    assert Beneficiaries.objects.count() == 0


def test_somebody_was_faster(cast, gap, sign_in):
    expected_version = gap.version
    gap.take_up(by=cast.vnm_team, expected_version=expected_version, note="We look into it.")
    typed = PEOPLE | {"way": "limitation", "note": "My note", "version": expected_version}
    answer = sign_in(cast.vnm).post(close_url(gap), typed)
    page = answer.content.decode()
    assert answer.status_code == 409
    for words in ("while you were editing", "We look into it.", "My note", "Overlap-Fig"):
        assert words in page
    again = typed | {"version": gap.version}
    assert sign_in(cast.vnm).post(close_url(gap), again).status_code == 302


# --- the annexes


def limited(report: Any, by: Any, word: str, **fields: Any) -> DataGap:
    fields = {"kind": make.kind("beneficiaries_unquantified"), "missing": f"Missing-{word}"} | fields
    gap = make.gap(report, by=by, effect=f"Effect-{word}", **fields)
    people = {"basis": "survey", "low": 10, "high": 20, "overlap": f"Overlap-{word}"}
    return gap.close(by=by, expected_version=gap.version, way="limitation", note=f"Note-{word}", **people)


@shared
def annexed(cast, cycle):
    covid = make.disruption(cycle, by=cast.secretariat)
    limited(make.report(cycle, "VNM"), cast.vnm, "Kiwi", key_result_area=make.area(), disruption=covid)
    limited(make.report(cycle, "LAO"), cast.lao, "Plum")
    return cycle


def annex(code: str = "") -> str:
    return reverse("report-annex", args=["mtr", code]) if code else reverse("annex", args=["mtr"])


def test_a_countrys_annex(cast, annexed, sign_in):
    page = sign_in(cast.vnm).get(annex("VNM")).content.decode()
    for words in ("A.1 Engaged stakeholders", "Missing-Kiwi", "Effect-Kiwi", "10 to 20 people (survey)"):
        assert words in page
    for words in ("Overlap-Kiwi", "Note-Kiwi", "COVID-19, since 11 Mar 2020, with no end yet"):
        assert words in page
    assert "Plum" not in page


def test_the_regional_annex_holds_all_countries_and_filters(cast, annexed, sign_in):
    browser = sign_in(cast.consultant)
    page = browser.get(annex()).content.decode()
    assert "Missing-Kiwi" in page
    assert "Missing-Plum" in page
    assert "Kiwi" not in browser.get(annex(), {"member_state": "LAO"}).content.decode()


def test_only_limitations_that_stand_are_in_the_annex(cast, annexed, report, sign_in):
    gap = DataGap.objects.get(member_state__code="VNM")
    gap.reopen(by=cast.vnm, expected_version=gap.version, note="A source turned up.")
    other = make.gap(report, by=cast.vnm, missing="Missing-Lime")
    other.close(
        by=cast.vnm,
        expected_version=other.version,
        way="proxy_agreed",
        note="So.",
        method="It",
        reliance="low",
    )
    page = sign_in(cast.vnm).get(annex("VNM")).content.decode()
    assert "No gap of this country has been accepted as a limitation." in page
    assert "Missing-Lime" not in page


def test_the_annex_taken_away(cast, annexed, sign_in):
    download = sign_in(cast.secretariat).get(annex(), {"_export": "csv"})
    text = b"".join(download).decode()
    assert "Missing-Kiwi" in text
    assert "10 to 20 people (survey); overlap: Overlap-Kiwi" in text
    assert "COVID-19, since 11 Mar 2020" in text
    assert sign_in(cast.secretariat).get(annex(), {"_export": "xlsx"}).status_code == 200


def uncollected(report: Any, by: Any, word: str, area: Any) -> CoverageStatement:
    values = {"coverage": "not_collected", "note": f"Reason-{word}"}
    return CoverageStatement.state(report, area, by=by, expected_version=0, **values)


@shared
def missing(cast, annexed):
    """What both countries do not collect: in the area of Viet Nam's gap, and in one without any."""
    uncollected(make.report(annexed, "VNM"), cast.vnm, "Guava", make.area())
    uncollected(make.report(annexed, "LAO"), cast.lao, "Pear", make.area("B.1"))
    return annexed


def test_what_is_not_collected_is_in_the_annex_with_its_reason(cast, missing, report, sign_in):
    answer = sign_in(cast.vnm).get(annex("VNM"))
    page = answer.content.decode()
    (area, entries), *others = answer.context["areas"]
    assert (area.code, [entry.kind for entry in entries][0], len(entries), others) == (
        "A.1",
        "not collected",
        2,
        [],
    )
    assert "Reason-Guava" in page
    assert f'href="{report.get_absolute_url()}coverage/#A.1"' in page
    assert "Pear" not in page


def test_only_not_collected_is_a_limitation_of_coverage(cast, cycle, report, sign_in):
    for n, coverage in enumerate(set(Coverage.values) - {"not_collected"}):
        CoverageStatement.state(
            report,
            make.area(f"C.{n}"),
            by=cast.vnm,
            expected_version=0,
            coverage=coverage,
            note="Reason-Date",
        )
    page = sign_in(cast.vnm).get(annex("VNM")).content.decode()
    assert "Reason-Date" not in page
    assert "It says of no area that data are not collected." in page


def test_the_regional_annex_filters_what_is_not_collected_too(cast, missing, sign_in):
    browser = sign_in(cast.consultant)
    for query, words in (
        ({}, {"Guava", "Pear"}),
        ({"member_state": "LAO"}, {"Pear"}),
        ({"kind": "beneficiaries_unquantified"}, set()),  # a kind of gap is none of its own
        ({"member_state": "XYZ"}, set()),
    ):
        page = browser.get(annex(), query).content.decode()
        assert {word for word in ("Guava", "Pear") if f"Reason-{word}" in page} == words, query
    codes = [area.code if area else "" for area, _entries in browser.get(annex()).context["areas"]]
    assert codes == ["", "A.1", "B.1"]


def test_what_is_not_collected_taken_away(cast, missing, sign_in):
    text = b"".join(sign_in(cast.secretariat).get(annex(), {"_export": "csv"})).decode()
    assert "A.1 Engaged stakeholders,Viet Nam,,not collected,,,,Reason-Guava," in text
    only = b"".join(sign_in(cast.vnm).get(annex("VNM"), {"_export": "csv"})).decode()
    assert "Reason-Guava" in only
    assert "Reason-Pear" not in only


def test_no_annex_of_another_country(cast, annexed, sign_in):
    for name in ("lao", "observer"):
        browser = sign_in(getattr(cast, name))
        for url in (annex("VNM"), annex()):
            assert browser.get(url).status_code == 404
            assert browser.get(url, {"_export": "csv"}).status_code == 404


@pytest.mark.parametrize("name", ["consultant", "vnm"])
def test_annexes_ask_the_same_for_one_and_three(
    name, cast, annexed, report, sign_in, django_assert_max_num_queries
):
    browser, counts = sign_in(getattr(cast, name)), []
    for n in (1, 2, 3):
        limited(report, cast.vnm, f"More{n}", key_result_area=make.area(f"B.{n}"))
        uncollected(report, cast.vnm, f"More{n}", make.area(f"B.{n}"))
        browser.get(annex("VNM" if name == "vnm" else ""))  # the first visit is remembered
        with django_assert_max_num_queries(12) as queries:
            assert browser.get(annex("VNM" if name == "vnm" else "")).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[2]


def test_a_gaps_page_asks_the_same_however_often_it_was_closed(
    cast, gap, sign_in, django_assert_max_num_queries
):
    browser, counts = sign_in(cast.vnm), []
    browser.get(gap.get_absolute_url())  # the first page of a cycle is remembered
    for _n in (1, 2, 3):
        gap.close(
            by=cast.vnm,
            expected_version=gap.version,
            way="proxy_agreed",
            note="So.",
            method="It",
            reliance="low",
        )
        gap.reopen(by=cast.vnm, expected_version=gap.version, note="No.")
        with django_assert_max_num_queries(12) as queries:
            assert browser.get(gap.get_absolute_url()).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[2]
    assert StandIn.objects.filter(in_force=True).count() == 0
