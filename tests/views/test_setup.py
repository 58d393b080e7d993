"""Set-up on the pages: a cycle from nothing, imports shown first with errors beside their rows, amendments."""

import io
from datetime import date
from html import unescape
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from openpyxl import Workbook

from reviews.actions.cycles import choose_members
from reviews.models import (
    CycleMembership,
    FrameworkNode,
    Organisation,
    PlanStep,
    ReviewCycle,
    Trace,
)
from tests.rules.test_query_counts import queries
from tests.support import grids, make
from tests.support.sheets import choose, confirm, errors_of

NEXT = {"name_en": "IAI Work Plan IV", "starts_on": "2021-01-01", "ends_on": "2025-12-31"}
AREAS = (
    b"code,level,title,confidence\n1,priority area,Food and agriculture,high\n2,priority area,Trade,check\n"
)


def words(answer: Any) -> str:
    return " ".join(unescape(answer.content.decode()).split())


@pytest.fixture
def browser(cast: Any, cycle: Any, sign_in: Any) -> Any:
    return sign_in(cast.secretariat)


@pytest.fixture
def draft(browser: Any) -> ReviewCycle:
    browser.post(reverse("cycle-add"), NEXT)
    return ReviewCycle.objects.get(slug="iai-work-plan-iv")


# From nothing


def test_a_new_cycle_is_a_draft_with_its_steps(browser, draft, sign_in, cast):
    assert (draft.status, draft.framework.title) == ("preparing", "IAI Work Plan IV")
    page = words(browser.get(reverse("cycle-setup", args=[draft.slug])))
    assert "Still missing: Framework, Members." in page
    assert "members see nothing of it until it is opened" in page
    assert sign_in(cast.vnm).get(reverse("cycle-setup", args=[draft.slug])).status_code == 404
    choose_all = {"members": [make.organisation("VNM").pk], "joined_on": "2021-01-01", "version": 1}
    browser.post(reverse("cycle-members", args=[draft.slug]), choose_all)
    make.area("Z.1").change_traced(by=None, expected_version=1, framework=draft.framework)
    page = words(browser.get(reverse("cycle-setup", args=[draft.slug])))
    assert "Still missing" not in page
    assert "1 × key result area" in page


def test_members_by_group(browser, draft):
    for code, groups in (("KHM", "CLMV"), ("VNM", "CLMV X"), ("LAO", "")):
        state = make.organisation(code)
        state.change_traced(by=None, expected_version=state.version, groups=groups)
    url = reverse("cycle-members", args=[draft.slug])
    assert "CLMV: Cambodia, Viet Nam" in words(browser.get(url))
    lao = make.organisation("LAO").pk
    typed = {"groups": ["CLMV"], "members": [lao], "joined_on": "2021-01-01", "version": 1}
    assert browser.post(url, typed).status_code == 302
    codes = CycleMembership.objects.filter(cycle=draft).values_list("member_state__code", flat=True)
    assert set(codes) == {"KHM", "VNM", "LAO"}
    nothing = browser.post(url, {"joined_on": "2021-01-01", "version": 1})
    assert nothing.context["form"].errors == {"members": ["Tick at least one member state, or a group."]}


def test_the_ladder_says_what_is_wrong_at_its_field(browser, draft):
    summit = make.organisation("SUMMIT", "oversight_body", "ASEAN Summit")
    url = reverse("cycle-ladder", args=[draft.slug])
    twice = {"body_1": summit.pk, "body_2": summit.pk, "planned_3": "2025-01-01", "days": "14", "version": 1}
    errors = browser.post(url, twice).context["form"].errors
    assert errors == {
        "body_2": ["This body is in the ladder already."],
        "body_3": ["Choose the body that decides on this day."],
    }
    assert browser.post(url, {"body_1": summit.pk, "days": "14", "version": 1}).status_code == 302
    assert PlanStep.objects.get(cycle=draft).title == "ASEAN Summit"


# Imports


def test_a_framework_is_shown_first_and_then_written(browser, draft):
    url = reverse("framework-import", args=[draft.slug])
    words_of_it = {"key_result_area_name": "priority area"}
    before = grids.fingerprint()
    shown = choose(browser, url, AREAS, **words_of_it)
    assert grids.changed(before) == set()
    assert "Nothing is saved yet." in words(shown)
    assert "Kept: sheet.csv" in words(shown).replace("<strong><bdi>", "").replace("</bdi>", "")
    assert confirm(browser, url, shown, **words_of_it).status_code == 302
    nodes = FrameworkNode.objects.filter(framework=draft.framework)
    assert [(n.code, n.title, n.level, n.confidence, n.level_name) for n in nodes] == [
        ("1", "Food and agriculture", "key_result_area", "high", "priority area"),
        ("2", "Trade", "key_result_area", "check", "priority area"),
    ]


def test_errors_stand_beside_their_rows_and_nothing_is_written(browser, draft):
    url = reverse("framework-import", args=[draft.slug])
    rows = (
        b"code,title,level,parent\nA,One,pillar,\nB.1,Two,,Z\n,Three,,\nno code!,Four,,\nA,Five,,\n"
        b"C,Six,,D\nD,Seven,,C\n"
    )
    answer = choose(browser, url, rows)
    told = errors_of(answer)
    assert set(told) == {2, 3, 4, 5, 6, 7, 8}
    assert told[2]["level"][0].startswith(
        "“pillar” is no level of this framework. Its levels: characteristic"
    )
    assert told[3] == {"parent": ["There is no entry “Z”, neither in the sheet nor before."]}
    assert told[4] == {"code": ["This is empty."]}
    assert told[5] == {"code": ["Write letters, digits, points and hyphens, such as A.1."]}
    assert told[6] == {"code": ["“A” is in the sheet more than once."]}
    assert told[7] == told[8] == {"parent": ["An entry is no part of itself."]}
    assert "7 rows cannot be imported, so none is." in words(answer)
    assert not draft.framework.nodes.exists()
    assert answer.context["form"]["seen"].value() == ""  # the next press shows again, and writes nothing


def test_a_sheet_that_changed_in_between_is_shown_once_more(browser, draft):
    """The fingerprint is of the rows: another file, or other words for the levels, were not seen yet."""
    url = reverse("framework-import", args=[draft.slug])
    shown = choose(browser, url, AREAS, key_result_area_name="priority area")
    other = choose(
        browser,
        url,
        AREAS.replace(b"Trade", b"Other"),
        seen=shown.context["form"]["seen"].value(),
        key_result_area_name="priority area",
    )
    assert "Nothing is saved yet." in words(other)
    assert not draft.framework.nodes.exists()


def test_a_missing_column_and_an_empty_sheet(browser, draft):
    url = reverse("framework-import", args=[draft.slug])
    for content, said in (
        (b"number,wording\n1,x\n", "The sheet has no column “title”. It has: number, wording."),
        (b"code,title\n", "Below the names of its columns the sheet is empty."),
        (
            b"code,title\n" + b"1,x\n" * 2_001,
            "The sheet has 2001 rows; at most 2000 can be imported at once.",
        ),
    ):
        assert choose(browser, url, content).context["form"].errors["file"] == [said]


def test_a_workbook_of_countries(browser, draft):
    make.organisation("VNM")
    book, file = Workbook(), io.BytesIO()
    book.active.append(["Country code", "Country", "Counted from", "Remark"])
    book.active.append(["VNM", None, date(2021, 3, 1), "x"])
    book.active.append(["XKX", "Elsewhere", None, None])
    book.save(file)
    url = reverse("members-import", args=[draft.slug])
    shown = choose(browser, url, file.getvalue(), "countries.xlsx")
    assert "Columns that are not read: Remark" in words(shown)
    assert [str(row.outcome) for row in shown.context["form"].rows] == [
        "gets a seat",
        "new member state, gets a seat",
    ]
    assert confirm(browser, url, shown).status_code == 302
    seats = dict(draft.memberships.values_list("member_state__code", "joined_on"))
    assert seats == {"VNM": date(2021, 3, 1), "XKX": date(2021, 1, 1)}
    assert Organisation.objects.get(code="XKX").name == "Elsewhere"


def test_195_countries_are_imported_at_once(browser, draft):
    rows = "code,name\n" + "".join(f"Y{n:03},Invented member {n:03}\n" for n in range(195))
    url = reverse("members-import", args=[draft.slug])
    shown = choose(browser, url, rows.encode())
    assert len(shown.content) < 100_000
    assert confirm(browser, url, shown).status_code == 302
    assert draft.memberships.count() == 195


# Amendments


def test_an_amendment_says_what_it_touches_and_gives_its_reason(browser, cast, cycle):
    area = make.area()
    make.gap(make.report(cycle, "VNM"), by=cast.vnm, key_result_area=area)
    url = reverse("framework-amend", args=["mtr", "A.1"])
    assert "MTR (open): statements on coverage: 0, data gaps: 1" in words(browser.get(url))
    typed = {"title": "Engaged people", "confidence": "high", "version": area.version}
    assert browser.post(url, typed | {"why": " "}).context["form"].errors == {
        "why": ["This field is required."]
    }
    assert browser.post(url, typed | {"why": "As adopted."}).status_code == 302
    area.refresh_from_db()
    assert (area.title, area.code) == ("Engaged people", "A.1")
    row = Trace.objects.on_page(area).first()
    assert (row.why, row.by) == ("As adopted.", cast.secretariat)


def test_one_more_entry_says_how_many_reports_lack_it(browser, cast, cycle):
    make.in_status("submitted", make.report(cycle, "VNM"), cast)
    url = reverse("framework-add", args=["mtr"])
    assert "MTR: national reports 2, of these no longer with their country 1" in words(browser.get(url))
    typed = {
        "level": "key_result_area",
        "code": "F.1",
        "title": "New",
        "confidence": "check",
        "why": "Agreed.",
    }
    assert browser.post(url, typed).status_code == 302
    assert FrameworkNode.objects.get(code="F.1").framework == cycle.framework


# A test cycle


def test_a_test_cycle_is_marked_on_every_page_and_emptied(browser, cast, cycle):
    copied = {
        "source": cycle.pk,
        "name_en": "Rehearsal",
        "starts_on": "2020-02-01",
        "parts": ["members"],
        "is_test": "on",
    }
    browser.post(reverse("cycle-copy"), copied)
    browser.post(reverse("cycle-open", args=["rehearsal"]), {"version": 1})
    for page in ("board", "report-list", "framework", "cycle"):
        assert "Test cycle" in words(browser.get(reverse(page, args=["rehearsal"])))
        assert "Test cycle" not in words(browser.get(reverse(page, args=["mtr"])))
    answer = browser.post(reverse("cycle-empty", args=["rehearsal"]), {"why": "Next class.", "version": 2})
    assert answer["Location"] == reverse("cycle-setup", args=["rehearsal-2"])
    assert browser.get(reverse("board", args=["rehearsal"])).status_code == 404
    assert "/cycles/rehearsal/" not in words(browser.get("/"))


# What all of it shares


def test_pages_speak_in_the_words_of_the_framework(browser, cast, cycle, sign_in):
    framework = cycle.framework
    values = {"expected_version": framework.version, "key_result_area_name": "priority area"}
    framework.change_traced(by=None, **values)
    asked = [(browser, page) for page in ("datagap-list", "finding-list", "coverage")]
    for someone, page in [*asked, (sign_in(cast.vnm), "datagap-add"), (sign_in(cast.vnm), "finding-add")]:
        shown = words(someone.get(reverse(page, args=["mtr"])))
        assert "Priority area" in shown, page
        assert "Key result area" not in shown, page


def test_a_page_costs_the_same_whatever_there_is(cast, cycle):
    make.invitation(by=cast.admin)  # an empty list counts once more
    pages = [reverse(page) for page in ("setup", "people", "invitation-list")]
    pages += [reverse("cycle-setup", args=["mtr"]), reverse("person", args=[cast.vnm.pk])]
    before = [queries(cast.secretariat, page) for page in pages]
    for n in range(3):
        make.user(f"more.{n}", "team", cast.vnm.organisation)
        make.invitation(by=cast.admin, email=f"more{n}@vnm.example")
        make.deadline(cycle, by=cast.secretariat, title=f"Deadline {n}")
    make.cycle("other", by=cast.secretariat)
    assert [queries(cast.secretariat, page) for page in pages] == before
    assert max(before) <= 12


# Two people at once, and countries under other codes


def test_members_that_somebody_else_added_meanwhile_are_not_taken_out_unseen(browser, draft, cast):
    vnm, lao = cast.vnm.organisation, cast.lao.organisation
    url = reverse("cycle-members", args=[draft.slug])
    typed = {"members": [vnm.pk], "joined_on": "2021-01-01", "version": 1}
    page = browser.get(url).context["form"]
    choose_members(by=cast.admin, cycle=draft, members=[lao], joined_on=draft.starts_on)
    answer = browser.post(url, typed | {"seen": page["seen"].value()})
    (error,) = answer.context["form"].errors["members"]
    assert "(now a member: Lao PDR)" in error
    assert [state.code for state in draft.members(draft.ends_on)] == ["LAO"]
    shown = answer.context["form"]["seen"].value()
    assert browser.post(url, typed | {"seen": shown}).status_code == 302
    assert [state.code for state in draft.members(draft.ends_on)] == ["VNM"]
    with pytest.raises(ValidationError, match="now a member: Viet Nam; no longer a member: Lao PDR"):
        choose_members(by=cast.admin, cycle=draft, members=[lao], joined_on=draft.starts_on, seen=[lao.pk])


@pytest.mark.parametrize(
    ("row", "text"), [("VN,Viet Nam", "VN"), ("VIE,Việt Nam", "Việt Nam"), ("LA,Lao P.D.R.", "LA")]
)
def test_a_known_country_does_not_become_a_second_one(row, text, browser, draft):
    for code, iso2, name_vi in (("VNM", "VN", "Việt Nam"), ("LAO", "LA", "Lào")):
        state = make.organisation(code)
        state.change_traced(by=None, expected_version=state.version, iso2=iso2, name_vi=name_vi)
    answer = choose(browser, reverse("members-import", args=[draft.slug]), f"code,name\n{row}\n".encode())
    code = "LAO" if text == "LA" else "VNM"
    assert errors_of(answer) == {2: {"code": [f"“{text}” is known already: it has the code {code}."]}}


def test_what_the_sheet_changes_is_shown_anew_if_it_changed_meanwhile(browser, draft, cast):
    url = reverse("framework-import", args=[draft.slug])
    confirm(browser, url, choose(browser, url, b"code,title\n1,Food\n"))
    shown = choose(browser, url, b"code,title\n1,Ours\n")
    node = FrameworkNode.objects.get(framework=draft.framework, code="1")
    node.change_traced(by=cast.admin, expected_version=node.version, title="Theirs")
    again = confirm(browser, url, shown)
    assert "changes; before: Theirs" in words(again)
    assert confirm(browser, url, again).status_code == 302


def test_of_what_is_known_already_the_sheet_changes_nothing_and_says_so(browser, draft, cast):
    choose_members(
        by=cast.secretariat, cycle=draft, members=[cast.vnm.organisation], joined_on=draft.starts_on
    )
    rows = b"code,name,name_vi,counted_from\nVNM,Vietnam,Other,2021-05-01\nLAO,Laos,Lao,2021-05-01\n"
    form = choose(browser, reverse("members-import", args=[draft.slug]), rows).context["form"]
    shown = [(*row.texts.values(), str(row.outcome)) for row in form.rows]
    assert shown == [
        ("VNM", "Viet Nam", "", "2021-01-01", "has its seat already"),
        ("LAO", "Lao PDR", "", "2021-05-01", "gets a seat"),
    ]
