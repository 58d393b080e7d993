"""The coverage map, and what a country says of its own report."""

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from reviews.actions.coverage import state_coverage
from reviews.models import Coverage, CoverageStatement, EditConflict, NotAllowedNow
from reviews.models.coverage import COVERAGE_TONES, NOTE_REQUIRED
from reviews.queries import coverage
from tests.support import make
from tests.support.shared_records import shared


def state(
    report: Any, by: Any, area: Any, value: str = "reported", note: str = "", expected_version: int = 0
) -> Any:
    return CoverageStatement.state(
        report, area, by=by, expected_version=expected_version, coverage=value, note=note
    )


@shared
def areas():
    return [make.area(f"A.{n}") for n in (1, 2, 3, 4, 5)]


@shared
def covered(cast, cycle, report, areas):
    """Viet Nam: reported, estimated, not applicable, nothing, and reported with a gap."""
    for area, value, note in zip(
        areas, ("reported", "estimated", "not_applicable"), ("", "", "Note-Mango"), strict=False
    ):
        state(report, cast.vnm, area, value, note)
    state(report, cast.vnm, areas[4])
    make.gap(report, by=cast.vnm, kind=make.kind("unsure"), missing="Gap-Kiwi", key_result_area=areas[4])
    return cycle


def cells(cycle: Any, user: Any, code: str = "VNM") -> list[coverage.Cell]:
    return [cell for cell in coverage.build(cycle, user).cells() if cell.report.code == code]


def test_five_different_things(cast, covered):
    own = [cell.words for cell in cells(covered, cast.vnm)]
    assert own == ["reported", "estimated", "not applicable", "nothing yet", "reported; with gap (Unsure)"]
    signs = [cell.look.mark[:2] for cell in cells(covered, cast.vnm)[:4]]
    assert len({sign for sign, _letter in signs}) == len({letter for _sign, letter in signs}) == 4


def test_not_collected_has_a_mark_of_its_own(cast, covered, report, areas, sign_in):
    make.area("A.6")
    state(report, cast.vnm, areas[3], "not_collected", "Note-Lychee")
    own = cells(covered, cast.vnm)[3]
    assert (own.words, own.note) == ("not collected", "Note-Lychee")
    assert (cells(covered, cast.lao)[3].words, cells(covered, cast.lao)[3].note) == ("not collected", "")
    signs = {tuple(map(str, mark[:2])) for mark in coverage.MARKS.values()}
    assert len({sign for sign, _letter in signs}) == len({letter for _sign, letter in signs}) == 5
    assert set(coverage.MARKS) == set(Coverage)
    assert {mark[2] for mark in coverage.MARKS.values()} == set(COVERAGE_TONES.values())
    page = sign_in(cast.lao).get(reverse("coverage", args=["mtr"])).content.decode()
    assert page.count("■&nbsp;NC") == 2  # the legend and the cell
    assert "Note-Lychee" not in page


def test_the_map_taken_away_gives_reasons_to_those_who_may_read_them(cast, covered, report, areas, sign_in):
    state(report, cast.vnm, areas[3], "not_collected", "Note-Lychee")
    texts = {
        person: b"".join(
            sign_in(getattr(cast, person)).get(reverse("coverage", args=["mtr"]), {"_export": "csv"})
        ).decode()
        for person in ("vnm", "consultant", "lao")
    }
    for person in ("vnm", "consultant"):
        assert "Viet Nam,A.4 Engaged stakeholders,not collected,no,,Note-Lychee" in texts[person]
        assert "Note-Mango" in texts[person]
    assert "Viet Nam,A.4 Engaged stakeholders,not collected,no,," in texts["lao"]
    assert "Note-" not in texts["lao"]


def test_other_countries_read_the_symbol_and_open_nothing(cast, covered, sign_in):
    lao_cells = cells(covered, cast.lao)
    assert lao_cells[4].words == "reported; with gap"
    assert {cell.url for cell in lao_cells} == {""}
    assert all(cell.url for cell in cells(covered, cast.lao, "LAO"))
    page = sign_in(cast.lao).get(reverse("coverage", args=["mtr"])).content.decode()
    for hidden in ("Gap-Kiwi", "Note-Mango", "reports/VNM/", "member_state=VNM"):
        assert hidden not in page
    text = b"".join(sign_in(cast.lao).get(reverse("coverage", args=["mtr"]), {"_export": "csv"})).decode()
    assert "with gap" not in text.lower().partition("\n")[2]
    assert "Unsure" not in text
    assert "Viet Nam,A.5 Engaged stakeholders,reported,yes," in text


def test_every_cell_opens_what_is_behind_it(cast, covered, sign_in):
    for person in (cast.vnm, cast.consultant, cast.secretariat):
        browser = sign_in(person)
        for cell in cells(covered, person):
            assert browser.get(cell.url).status_code == 200
    statement_url, gap_url = cells(covered, cast.consultant)[2].url, cells(covered, cast.consultant)[4].url
    assert "Note-Mango" in sign_in(cast.consultant).get(statement_url).content.decode()
    assert "Gap-Kiwi" in sign_in(cast.consultant).get(gap_url).content.decode()
    assert statement_url.endswith("#A.3")


def test_a_limitation_stays_a_gap_and_a_solved_one_does_not(cast, covered, report, areas):
    for area, way in ((areas[0], "limitation"), (areas[1], "data_found")):
        gap = make.gap(report, by=cast.vnm, key_result_area=area)
        gap.close(by=cast.vnm, expected_version=gap.version, way=way, note="So.")
    assert [cell.has_gap for cell in cells(covered, cast.vnm)] == [True, False, False, False, True]


def test_a_gap_alone_hides_that_nothing_is_said(cast, cycle, report, areas):
    make.gap(report, by=cast.vnm, key_result_area=areas[0])
    cell = cells(cycle, cast.vnm)[0]
    assert (cell.shows_statement, cell.words) == (False, "with gap (Missing)")


# --- who says it


def test_only_the_countrys_own_people_state(cast, report, areas):
    for person in (cast.lao, cast.consultant, cast.secretariat, cast.observer, cast.admin):
        with pytest.raises(PermissionDenied):
            state(report, person, areas[0])
    stated = state(report, cast.vnm_team, areas[0])
    assert CoverageStatement.objects.get() == stated


def test_not_in_a_closed_cycle(cast, cycle, areas):
    cycle.close(by=cast.secretariat, expected_version=cycle.version, why="Done.")
    with pytest.raises(NotAllowedNow):
        state(make.report(cycle, "VNM"), cast.vnm, areas[0])


def test_a_statement_is_made_over_the_one_that_was_seen(cast, report, areas):
    first = state(report, cast.vnm, areas[0])
    for expected_version in (0, 7):
        with pytest.raises(EditConflict):
            state(report, cast.vnm_team, areas[0], "estimated", expected_version=expected_version)
    state(report, cast.vnm_team, areas[0], "estimated", expected_version=first.version)
    assert CoverageStatement.objects.get().coverage == "estimated"


def test_all_or_nothing(cast, report, areas):
    state(report, cast.vnm, areas[1])
    rows = [(area, {"coverage": "estimated", "note": "", "expected_version": 0}) for area in areas[:2]]
    with pytest.raises(EditConflict):
        state_coverage(by=cast.vnm, report=report, rows=rows)
    assert CoverageStatement.objects.count() == 1


@pytest.mark.parametrize("value", ["not_collected", "not_applicable"])
@pytest.mark.parametrize("note", ["", "  "])
def test_a_statement_that_owes_its_reason_is_not_made_without(value, note, cast, report, areas):
    with pytest.raises(ValidationError) as refused:
        state(report, cast.vnm, areas[0], value, note)
    assert refused.value.message_dict == {"note": [str(NOTE_REQUIRED[value])]}
    assert CoverageStatement.objects.count() == 0


def test_what_is_no_coverage_is_a_message_and_no_crash(cast, report, areas):
    with pytest.raises(ValidationError) as refused:
        state(report, cast.vnm, areas[0], "rumour")
    assert list(refused.value.message_dict) == ["coverage"]


@pytest.mark.parametrize(
    "broken", [{"coverage": "x"}, {"coverage": "not_applicable"}, {"coverage": "not_collected"}], ids=str
)
def test_the_database_refuses_too(broken, cast, report, areas):
    statement = state(report, cast.vnm, areas[0])
    with pytest.raises(IntegrityError), transaction.atomic():
        CoverageStatement.objects.filter(pk=statement.pk).update_if_version(statement.version, **broken)


# --- the form


def edit_url() -> str:
    return reverse("report-coverage-edit", args=["mtr", "VNM"])


def sent(page: Any, **typed: str) -> dict[str, str]:
    """What a browser sends from the opened form, first values included."""
    form, values = page.context["form"], {}
    for bound in form:
        values[bound.html_name] = str(bound.value() if bound.value() is not None else "")
        if bound.field.show_hidden_initial:
            values[bound.html_initial_name] = values[bound.html_name]
    return values | typed


def test_all_areas_on_one_form_and_only_changed_rows_are_written(cast, report, areas, sign_in):
    state(report, cast.vnm, areas[0])
    browser = sign_in(cast.vnm_team)
    typed = sent(
        browser.get(edit_url()), **{f"coverage_{areas[1].pk}": "estimated", f"note_{areas[1].pk}": "Soon"}
    )
    assert browser.post(edit_url(), typed).status_code == 302
    rows = CoverageStatement.objects.values_list("key_result_area__code", "coverage", "note", "version")
    assert list(rows) == [("A.1", "reported", "", 1), ("A.2", "estimated", "Soon", 1)]


def test_the_form_carries_its_first_values(cast, report, areas, sign_in):
    page = sign_in(cast.vnm).get(edit_url()).content.decode()
    for name in (f"coverage_{areas[0].pk}", f"note_{areas[0].pk}"):
        assert f'name="initial-{name}"' in page


def test_not_applicable_owes_its_reason(cast, report, areas, sign_in):
    browser = sign_in(cast.vnm)
    typed = sent(browser.get(edit_url()), **{f"coverage_{areas[0].pk}": "not_applicable"})
    answer = browser.post(edit_url(), typed)
    assert list(answer.context["form"].errors) == [f"note_{areas[0].pk}"]
    assert CoverageStatement.objects.count() == 0


def test_not_collected_owes_its_reason_and_keeps_it(cast, report, areas, sign_in):
    browser = sign_in(cast.vnm)
    typed = sent(browser.get(edit_url()), **{f"coverage_{areas[0].pk}": "not_collected"})
    answer = browser.post(edit_url(), typed)
    assert list(answer.context["form"].errors) == [f"note_{areas[0].pk}"]
    assert "Say why it is not collected." in answer.content.decode()
    assert CoverageStatement.objects.count() == 0
    assert browser.post(edit_url(), typed | {f"note_{areas[0].pk}": "No survey"}).status_code == 302
    statement = CoverageStatement.objects.get()
    assert (statement.coverage, statement.note) == ("not_collected", "No survey")
    page = browser.get(reverse("report-coverage", args=["mtr", "VNM"])).content.decode()
    assert "not collected</span>" in page
    assert "No survey" in page


def test_an_administrator_owes_the_reason_too(cast, report, areas, sign_in):
    statement = state(report, cast.vnm, areas[0])
    url = reverse("admin:reviews_coveragestatement_change", args=[statement.pk])
    typed = {"coverage": "not_collected", "note": "", "version": statement.version, "why": "They told us."}
    answer = sign_in(cast.admin).post(url, typed)
    assert list(answer.context["errors"]) == [["Say why it is not collected."]]
    assert sign_in(cast.admin).post(url, typed | {"note": "No survey"}).status_code == 302
    assert CoverageStatement.objects.get().coverage == "not_collected"


def test_two_people_on_different_rows_do_not_meet(cast, report, areas, sign_in):
    browser = sign_in(cast.vnm)
    typed = sent(browser.get(edit_url()), **{f"coverage_{areas[1].pk}": "estimated"})
    state(report, cast.vnm_team, areas[0], "reported", "Theirs")
    assert browser.post(edit_url(), typed).status_code == 302
    assert CoverageStatement.objects.get(key_result_area=areas[0]).note == "Theirs"


def test_two_people_on_the_same_rows_are_told(cast, report, areas, sign_in):
    browser = sign_in(cast.vnm)
    values = {f"coverage_{a.pk}": "estimated" for a in areas[:2]} | {f"note_{areas[0].pk}": "Mine-Fig"}
    typed = sent(browser.get(edit_url()), **values)
    for area in areas[:2]:
        state(report, cast.vnm_team, area, "reported", f"Theirs-{area.code}")
    answer = browser.post(edit_url(), typed)
    page = answer.content.decode()
    assert answer.status_code == 409
    for words in ("while you were editing", "VNM A.1", "VNM A.2", "Mine-Fig"):
        assert words in page
    assert {statement.coverage for statement in CoverageStatement.objects.all()} == {"reported"}
    again = sent(answer) | {name: value for name, value in typed.items() if name.startswith("initial-")}
    assert browser.post(edit_url(), again).status_code == 302
    assert {statement.coverage for statement in CoverageStatement.objects.all()} == {"estimated"}


# --- size and queries


def test_queries_do_not_grow(cast, cycle, report, areas, sign_in, django_assert_max_num_queries):
    browser, counts = sign_in(cast.vnm), []
    for n in (1, 2, 3):
        make.gap(report, by=cast.vnm, kind=make.kind(f"kind_{n}"), key_result_area=areas[n])
        state(report, cast.vnm, areas[n])
        make.area(f"B.{n}")
        query_counts = []
        for page, args in (("coverage", []), ("report-coverage", ["VNM"]), ("report-coverage-edit", ["VNM"])):
            browser.get(reverse(page, args=["mtr", *args]))  # the first visit is remembered
            with django_assert_max_num_queries(12) as queries:
                assert browser.get(reverse(page, args=["mtr", *args])).status_code == 200
            query_counts.append(len(queries))
        counts.append(query_counts)
    assert counts[0] == counts[2]


def test_the_map_of_eleven_members_is_small(cast, sign_in):
    codes = ["VNM", "LAO", "KHM", "BRN", "IDN", "MYS", "MMR", "PHL", "SGP", "THA", "TLS"]
    cycle = make.cycle("big", by=cast.secretariat, members=codes, ends_on=date(2020, 12, 31))
    areas = [make.area(f"{letter}.{n}") for letter in "ABC" for n in range(1, 7)]
    by = {"VNM": cast.vnm, "LAO": cast.lao} | {
        c: make.user(c, "team", make.organisation(c)) for c in codes[2:]
    }
    for code in codes:
        report = make.report(cycle, code)
        for n, area in enumerate(areas):
            state(report, by[code], area, ("reported", "estimated")[n % 2])
            if n % 3 == 0:
                make.gap(report, by=by[code], kind=make.kind(f"kind_{n % 2}"), key_result_area=area)
    html = sign_in(cast.secretariat).get(reverse("coverage", args=["big"])).content
    assert html.count(b"<td>") == 11 * 18
    assert len(html) < 100_000
