"""Minutes: drafted from the records, edited part by part, circulated, adopted, locked; and who reads what."""

import io
from datetime import date
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from docx import Document

from reviews.actions.minutes import draft_minutes, redraft_section
from reviews.actions.rounds import close_round, record_turn
from reviews.models import (
    ActionPoint,
    AgendaItem,
    DataGap,
    Decision,
    Delegation,
    EditConflict,
    Minutes,
    MinutesSection,
    MinutesStatus,
    NationalReport,
    NotAllowedNow,
    Round,
    Trace,
)
from reviews.models.minutes import MINUTES_TRANSITIONS
from tests.support import make
from tests.support.shared_records import shared

PAGE = "/cycles/mtr/meetings/3/minutes/"


@shared
def meeting(cast: Any, cycle: Any) -> Any:
    """The third meeting, held; Viet Nam told figures and a note, Lao PDR nothing."""
    by, report = cast.secretariat, make.report(cycle, "VNM")
    made = make.meeting(cycle, by=by, shared=True)
    Delegation.add_to(made, by=by, organisation=cast.vnm.organisation, head="Dr Hoa", size=3)
    Delegation.add_to(made, by=by, organisation=cast.lao.organisation, present=False)
    opening: Any = AgendaItem.add_to(made, by=by, title="Opening", presenter="Host", paper="Paper 1")
    opening.conclude(by=by, expected_version=1, outcome="information", outcome_text="The host welcomed all.")
    later: Any = AgendaItem.add_to(made, by=by, title="Next steps")
    later.put_off(by=by, expected_version=1)
    Decision.add_to(made, by=by, text="Reports come by September.")
    body, day = cast.vnm.organisation, date(2020, 9, 1)
    ActionPoint.add_to(made, by=by, text="Send annex", owner_body=body, due_on=day, priority="high")
    report.post_progress(
        by=cast.vnm,
        expected_version=report.version,
        meeting=made,
        data_collection=65,
        analysis=0,
        note="Note-Mango",
    )
    return made.hold(
        by=by, expected_version=made.version, held_from=made.planned_from, held_to=made.planned_to
    )


@pytest.fixture
def minutes(cast: Any, meeting: Any) -> Minutes:
    return draft_minutes(by=cast.secretariat, meeting=meeting)


def text(minutes: Minutes, kind: str) -> str:
    return minutes.sections.get(kind=kind).text


def in_status(status: str, minutes: Minutes, by: Any) -> Minutes:
    if status != "draft":
        minutes.circulate(by=by, expected_version=minutes.version)
    if status == "adopted":
        minutes.adopt(by=by, expected_version=minutes.version, note="At the 4th meeting.")
    return minutes


def test_the_draft_tells_everything(minutes):
    assert text(minutes, "delegations") == "Viet Nam, Dr Hoa, 3 people\nAbsent: Lao PDR."
    assert text(minutes, "agenda").splitlines() == [
        "1. Opening (Host) Paper: Paper 1. — Information: The host welcomed all.",
        "2. Next steps — not reached: in the backlog.",
    ]
    assert text(minutes, "round").splitlines() == [
        "Lao PDR: no report at this meeting is on record.",
        "Viet Nam: data collection 65 %, analysis 0 %, writing not yet reported.",
    ]
    assert text(minutes, "decisions") == "1. Reports come by September."
    assert text(minutes, "actions") == "3/1 Viet Nam: Send annex, due 1 Sep 2020 (high priority)"
    assert text(minutes, "other") == ""


@pytest.fixture
def told_anew(cast: Any, cycle: Any) -> Any:
    """A held meeting whose round said nothing new: Viet Nam as it had posted, with words; Lao PDR passed."""
    by, report = cast.secretariat, make.report(cycle, "VNM")
    report.post_progress(by=cast.vnm, expected_version=report.version, data_collection=65, analysis=0)
    made: Any = make.meeting(cycle, by=by)
    lao, vnm = Round.open_for(made, by=by).turns.select_related("round__meeting__cycle", "member_state")
    lao.pass_over(by=by, expected_version=lao.version)
    record_turn(
        by=by, turn=vnm, expected_version=vnm.version, report=report, report_seen=report.version, note="",
        data_collection=65, analysis=0, writing=None,
    )  # fmt: skip
    vnm.mark_reported(by=by, expected_version=vnm.version, note="Note-Papaya")
    return made.hold(
        by=by, expected_version=made.version, held_from=made.planned_from, held_to=made.planned_to
    )


@pytest.mark.parametrize(
    ("present", "round_text"), [(True, "made no statement."), (False, "was absent.")], ids=["came", "absent"]
)
def test_whoever_is_recorded_as_absent_was_absent_in_the_round_too(present, round_text, cast, told_anew):
    Delegation.add_to(told_anew, by=cast.secretariat, organisation=cast.lao.organisation, present=present)
    drafted = draft_minutes(by=cast.secretariat, meeting=told_anew)
    assert text(drafted, "round").splitlines()[0] == f"Lao PDR: {round_text}"


def test_who_told_nothing_new_has_told_all_the_same(cast, told_anew, sign_in):
    assert not told_anew.progress_updates.exists()
    drafted = draft_minutes(by=cast.secretariat, meeting=told_anew)
    assert text(drafted, "round").splitlines() == [
        "Lao PDR: was absent.",
        "Viet Nam: data collection 65 %, analysis 0 %, writing not yet reported.",
        "– Note-Papaya",
    ]
    drafted.circulate(by=cast.secretariat, expected_version=drafted.version)
    pages = {name: sign_in(person).get(PAGE).content.decode() for name, person in vars(cast).items()}
    assert {name for name, page in pages.items() if "Note-Papaya" in page} == {*vars(cast)} - {"observer"}
    assert "Not part of the minutes" not in pages["secretariat"]


def test_the_room_heard_difficulties_and_findings(cast, cycle):
    """In the words of the turn: what the country writes in its records later is its own."""
    by, report = cast.secretariat, make.report(cycle, "VNM")
    made: Any = make.meeting(cycle, by=by)
    turn = Round.open_for(made, by=by).turns.get(member_state__code="VNM")
    make.told(
        turn,
        by=by,
        note="Two sectors wait.",
        data_collection=40,
        analysis=None,
        writing=None,
        difficulties=[{"kind": make.kind(), "missing": "Baseline of 2016", "effect": "No trend."}],
        findings=[
            {"kind": "recommendation", "text": "Count persons"},
            {"kind": "finding", "text": "Reach grew"},
        ],
    )
    gap = DataGap.objects.get()
    gap.edit(by=cast.vnm, expected_version=1, missing="Secret-Mango")
    finding = report.member_state.findings.get(kind="finding")
    finding.edit(by=cast.vnm, expected_version=1, text="Secret-Kiwi", key_result_area=None)
    make.gap(report, by=cast.vnm, missing="Never told")
    made.hold(by=by, expected_version=1, held_from=made.planned_from, held_to=made.planned_to)
    drafted = draft_minutes(by=by, meeting=made)
    assert text(drafted, "round").splitlines() == [
        "Lao PDR: no report at this meeting is on record.",
        "Viet Nam: data collection 40 %, analysis not yet reported, writing not yet reported.",
        "– Two sectors wait.",
        "– Difficulty (Missing): Baseline of 2016 — No trend.",
        "– Finding: Reach grew",
        "– Recommendation: Count persons",
    ]
    assert text(drafted, "delegations").splitlines() == [
        "Reported in the country round, delegation not recorded: Viet Nam.",
        "Attendance not recorded: Lao PDR.",
    ]


def test_what_was_told_stays_as_it_was_frozen(cast, told_anew):
    country_round = Round.objects.get()
    close_round(by=cast.secretariat, country_round=country_round, expected_version=country_round.version)
    report = NationalReport.objects.get(member_state__code="VNM")
    report.post_progress(
        by=cast.vnm, expected_version=report.version, data_collection=90, analysis=90, writing=90
    )
    drafted = draft_minutes(by=cast.secretariat, meeting=told_anew)
    assert "Viet Nam: data collection 65 %, analysis 0 %, writing not yet reported." in text(drafted, "round")


def test_only_of_a_held_meeting_and_once(cast, cycle, minutes):
    with pytest.raises(NotAllowedNow, match="already"):
        draft_minutes(by=cast.secretariat, meeting=minutes.meeting)
    planned = make.meeting(cycle, by=cast.secretariat, code="4")
    with pytest.raises(NotAllowedNow, match="held"):
        draft_minutes(by=cast.secretariat, meeting=planned)
    assert Minutes.objects.count() == 1


@pytest.mark.parametrize("status", MinutesStatus.values)
@pytest.mark.parametrize("move", MINUTES_TRANSITIONS)
def test_status_by_move(status, move, cast, minutes):
    in_status(status, minutes, cast.secretariat)
    part = minutes.sections.select_related("minutes__meeting__cycle", "minutes__adopted_by").get(kind="other")
    verbs: dict[str, Any] = {
        "circulate": lambda by: minutes.circulate(by=by, expected_version=minutes.version),
        "adopt": lambda by: minutes.adopt(by=by, expected_version=minutes.version, note="By mail."),
        "revise": lambda by: minutes.revise(by=by, expected_version=minutes.version, note="A name."),
        "edit": lambda by: part.edit(by=by, expected_version=part.version, text="More."),
    }
    for person in (cast.vnm, cast.consultant, cast.admin):
        with pytest.raises(PermissionDenied):
            verbs[move](person)
    allowed = status in MINUTES_TRANSITIONS[move].sources
    assert (move in minutes.transitions_for(cast.secretariat)) is allowed
    before = Trace.objects.count()
    if allowed:
        verbs[move](cast.secretariat)
        assert Trace.objects.count() == before + 1
    else:
        with pytest.raises(NotAllowedNow):
            verbs[move](cast.secretariat)
        assert Trace.objects.count() == before


def test_adopting_says_where(cast, minutes):
    in_status("circulated", minutes, cast.secretariat)
    with pytest.raises(ValidationError, match="Say where"):
        minutes.adopt(by=cast.secretariat, expected_version=minutes.version, note=" ")


def test_adopted_minutes_say_why_they_are_locked_and_who_unlocks(cast, minutes, sign_in):
    in_status("adopted", minutes, cast.secretariat)
    page = sign_in(cast.vnm).get(PAGE).content.decode()
    assert "locked since" in page
    assert "An administrator can correct it" in page
    part = minutes.sections.get(kind="other")
    part.correct(by=cast.admin, expected_version=part.version, why="A name was wrong.", text="Right.")
    answer = sign_in(cast.secretariat).post(f"{PAGE}{part.pk}/", {"text": "No", "version": part.version})
    assert answer.status_code == 409
    assert "An administrator can correct it" in answer.content.decode()


def test_two_people_word_one_part(cast, minutes, sign_in):
    part, browser = minutes.sections.get(kind="other"), sign_in(cast.secretariat)
    part.edit(by=cast.secretariat, expected_version=1, text="First words")
    answer = browser.post(f"{PAGE}{part.pk}/", {"text": "My words", "version": 1})
    page = answer.content.decode()
    assert (answer.status_code, "My words" in page, "First words" in page) == (409, True, True)
    assert MinutesSection.objects.get(pk=part.pk).text == "First words"
    with pytest.raises(EditConflict):
        redraft_section(by=cast.secretariat, section=part, expected_version=1)


def test_drafting_a_part_anew(cast, minutes):
    part = minutes.sections.select_related("minutes__meeting__cycle").get(kind="decisions")
    part.edit(by=cast.secretariat, expected_version=1, text="Worded by hand")
    Decision.add_to(minutes.meeting, by=cast.secretariat, text="One more.")
    redraft_section(by=cast.secretariat, section=part, expected_version=2)
    assert part.text == "1. Reports come by September.\n2. One more."
    assert Trace.objects.filter(model="reviews.minutessection", before__text="Worded by hand").exists()


def redraft_url(part: MinutesSection) -> str:
    return f"{PAGE}{part.pk}/redraft/"


def drafted_of(answer: Any) -> str:
    return str(answer.context["form"]["drafted"].value())


def test_drafting_anew_shows_the_difference_and_asks(cast, minutes, sign_in):
    part, browser = minutes.sections.get(kind="decisions"), sign_in(cast.secretariat)
    part.edit(by=cast.secretariat, expected_version=1, text="1. Worded by hand.\n2. One more.")
    Decision.add_to(minutes.meeting, by=cast.secretariat, text="One more.")
    answer = browser.get(redraft_url(part))
    shown = [(line.change, line.text) for line in answer.context["differences"]]
    assert shown == [
        ("removed", "1. Worded by hand."),
        ("added", "1. Reports come by September."),
        ("", "2. One more."),
    ]
    for drafted in ("", "0" * 64):  # sent without the page, or for another text
        answer = browser.post(redraft_url(part), {"version": 2, "drafted": drafted})
        assert "please look again" in answer.content.decode()
    Decision.add_to(minutes.meeting, by=cast.secretariat, text="A third one.")
    answer = browser.post(redraft_url(part), {"version": 2, "drafted": drafted_of(answer)})
    assert "A third one." in answer.content.decode()
    assert MinutesSection.objects.get(pk=part.pk).text.startswith("1. Worded by hand.")
    assert browser.post(redraft_url(part), {"version": 2, "drafted": drafted_of(answer)}).status_code == 302
    assert MinutesSection.objects.get(pk=part.pk).text.endswith("3. A third one.")


def test_without_a_difference_there_is_nothing_to_replace(cast, minutes, sign_in):
    part = minutes.sections.get(kind="decisions")
    page = sign_in(cast.secretariat).get(redraft_url(part)).content.decode()
    assert "the records give the text that is there already" in page
    assert "Replace the text" not in page


def test_circulated_minutes_change_only_as_a_new_version(cast, minutes, sign_in):
    browser, part = sign_in(cast.secretariat), minutes.sections.get(kind="other")
    part.edit(by=cast.secretariat, expected_version=1, text="First-Mango")
    minutes.circulate(by=cast.secretariat, expected_version=minutes.version)
    for page in (f"{PAGE}{part.pk}/", redraft_url(part)):
        answer = browser.get(page)
        assert (answer.status_code, "prepare a new version" in answer.content.decode()) == (409, True)
    assert browser.post(f"{PAGE}revise/", {"version": minutes.version, "note": "A name."}).status_code == 302
    part.refresh_from_db()
    browser.post(f"{PAGE}{part.pk}/", {"version": part.version, "text": "Second-Kiwi"})
    lao = sign_in(cast.lao)
    for url in (PAGE, f"{PAGE}docx/"):
        answer = lao.get(url)
        page = (
            answer.content.decode() if url == PAGE else str(Document(io.BytesIO(answer.content)).element.xml)
        )
        assert ("First-Mango" in page, "Second-Kiwi" in page) == (True, False), url
    assert "A draft of a new version" in browser.get(PAGE).content.decode()
    assert "Second-Kiwi" in browser.get(PAGE).content.decode()
    minutes.refresh_from_db()
    minutes.circulate(by=cast.secretariat, expected_version=minutes.version)
    page = lao.get(PAGE).content.decode()
    assert ("Second-Kiwi" in page, "?version=1" in page) == (True, True)
    page = lao.get(f"{PAGE}?version=1").content.decode()
    assert ("First-Mango" in page, "Second-Kiwi" in page) == (True, False)
    for version in ("0", "3", "x"):
        assert lao.get(f"{PAGE}?version={version}").status_code == 404


@pytest.mark.parametrize("status", MinutesStatus.values)
def test_members_read_them_once_circulated(status, cast, minutes, sign_in):
    in_status(status, minutes, cast.secretariat)
    read = {name: sign_in(person).get(PAGE).status_code for name, person in vars(cast).items()}
    members = 404 if status == "draft" else 200
    assert {read.pop(name) for name in ("vnm", "vnm_team", "lao")} == {members}
    assert read.pop("observer") == 404
    assert set(read.values()) == {200}
    linked = PAGE in sign_in(cast.lao).get("/cycles/mtr/meetings/3/").content.decode()
    assert linked is (status != "draft")


def test_notes_and_draft_words_stay_with_those_who_may_read_them(cast, minutes, sign_in):
    part = minutes.sections.get(kind="other")
    part.edit(by=cast.secretariat, expected_version=1, text="Draft-Kiwi")
    part.edit(by=cast.secretariat, expected_version=2, text="")
    in_status("circulated", minutes, cast.secretariat)
    pages = {name: sign_in(person).get(PAGE).content.decode() for name, person in vars(cast).items()}
    assert {name for name, page in pages.items() if "Note-Mango" in page} == {
        "vnm", "vnm_team", "consultant", "lead", "secretariat", "admin",
    }  # fmt: skip
    assert {name for name, page in pages.items() if "Draft-Kiwi" in page} == {
        "consultant", "lead", "secretariat", "admin",
    }  # fmt: skip
    desk = sign_in(cast.lao).get(reverse("desk")).content.decode()
    assert "minutes" in desk
    assert "Draft-Kiwi" not in desk


def test_a_draft_is_no_news_to_members(cast, minutes, sign_in):
    assert "Minutes" not in sign_in(cast.lao).get(reverse("desk")).content.decode()
    assert "meetings/3/minutes/" not in sign_in(cast.lao).get("/cycles/mtr/meetings/3/").content.decode()


@pytest.mark.parametrize("name", ["lao", "consultant"])
def test_the_word_document_has_the_text_and_no_notes(name, cast, minutes, sign_in):
    part = minutes.sections.get(kind="other")
    part.edit(by=cast.secretariat, expected_version=1, text="Ghi chép tiếng Việt\x0b\x0c")
    in_status("circulated", minutes, cast.secretariat)
    answer = sign_in(getattr(cast, name)).get(f"{PAGE}docx/")
    assert answer["Content-Disposition"] == 'attachment; filename="minutes-3-2020-08-20.docx"'
    document = Document(io.BytesIO(answer.content))
    lines = [p.text for p in document.paragraphs]
    for section in minutes.sections.exclude(kind__in=("other", "round")):
        assert set(section.text.splitlines()) <= set(lines)
    (table,) = document.tables  # the round: a row for each country
    told = [f"{row.cells[0].text}: {row.cells[1].text}" for row in table.rows[1:]]
    assert told == text(minutes, "round").splitlines()
    assert "Ghi chép tiếng Việt" in lines
    assert not [line for line in lines if "Note-Mango" in line]


def test_libreoffice_opens_them_with_the_numbers_of_the_page(cast, minutes, sign_in, opened):
    in_status("circulated", minutes, cast.secretariat)
    document = opened(sign_in(cast.lao).get(f"{PAGE}docx/").content)
    assert "65 %" in text(minutes, "round")
    for section in minutes.sections.all():
        # The round is a table: a country, and what it reported, are cells of a row.
        lines = section.text.replace(": ", "\n") if section.kind == "round" else section.text
        assert not [line for line in lines.splitlines() if line.strip() not in document]


def test_queries(cast, cycle, minutes, sign_in, django_assert_max_num_queries):
    browser = sign_in(cast.secretariat)
    with django_assert_max_num_queries(12):
        assert browser.get(PAGE).status_code == 200
    for number in range(5):
        part = minutes.sections.get(kind="other")
        part.edit(by=cast.secretariat, expected_version=part.version, text=f"Text {number}")
    with django_assert_max_num_queries(12):
        assert browser.get(PAGE).status_code == 200
