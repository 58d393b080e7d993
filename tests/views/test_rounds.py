"""The pages of the country round and of comparisons: who sees what, what saving does, how much they ask."""

from collections.abc import Iterator
from datetime import date
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.urls import reverse

from reviews import clock, policy
from reviews.actions.rounds import close_round
from reviews.models import ActionPoint, DataGap, Finding, NationalReport, ProgressUpdate, Round, Turn
from reviews.models.people import everybody_in_the_room
from reviews.queries.minutes import draft_round
from tests.support import make
from tests.support.shared_records import shared

NEXT_DAY = date(2020, 8, 21)
SECRETS = {"note": "Note-Mango", "gap": "Gap-Kiwi", "finding": "Finding-Papaya"}


@shared
def meetings(cast, cycle) -> list[Any]:
    return [make.meeting(cycle, by=cast.secretariat, code=code, shared=True) for code in ("2", "3")]


@pytest.fixture
def opened(cast, meetings) -> Iterator[Round]:
    """The round of meeting 2 was closed the day before; that of meeting 3 is open."""
    make.frozen(meetings[0], by=cast.secretariat)
    with clock.at(NEXT_DAY):
        yield Round.open_for(meetings[1], by=cast.secretariat)


@pytest.fixture
def reported_round(cast, opened) -> Round:
    """Viet Nam has told what others must not read."""
    figures = {"data_collection": 40, "analysis": 20, "writing": None}
    make.told(
        opened.turns.get(member_state__code="VNM"), by=cast.secretariat, note=SECRETS["note"], **figures,
        difficulties=[{"kind": make.kind(), "missing": SECRETS["gap"]}],
        findings=[{"kind": "finding", "text": SECRETS["finding"]}],
    )  # fmt: skip
    return opened


def close(opened: Round, by: Any) -> None:
    for turn in opened.turns.waiting():
        turn.pass_over(by=by, expected_version=turn.version)
    opened.refresh_from_db()
    close_round(by=by, country_round=opened, expected_version=opened.version)


def url(page: str, *args: Any) -> str:
    return reverse(page, args=["mtr", *args])


TURN = ("round-turn", "3", "VNM")


def sent(answer: Any, **typed: Any) -> dict[str, Any]:
    """What a browser sends from an opened turn, with some fields typed anew."""
    form = answer.context["form"]
    values = {field.html_name: field.value() for field in form}
    for rows in (form.difficulties, form.findings):
        for part in (rows.management_form, *rows):
            values |= {field.html_name: field.value() for field in part}
    return {name: value for name, value in (values | typed).items() if value is not None}


# --- stepping through


def test_a_turn_is_told_on_one_screen(cast, opened, sign_in):
    browser, kind = sign_in(cast.secretariat), make.kind()
    typed = {
        "data_collection": "40", "note": "Two sectors wait.", "difficulties-0-kind": kind.pk,
        "difficulties-0-missing": "Baseline", "difficulties-2-kind": kind.pk, "difficulties-2-missing": "Series",
        "findings-1-kind": "recommendation", "findings-1-text": "Count persons",
    }  # fmt: skip
    answer = browser.post(url(*TURN), sent(browser.get(url(*TURN)), **typed))
    assert answer.status_code == 302, answer.context["form"].errors
    assert answer["Location"] == url("round-turn", "3", "LAO")  # who still waits
    assert ProgressUpdate.objects.get().data_collection == 40
    assert {gap.missing for gap in DataGap.objects.all()} == {"Baseline", "Series"}
    assert Finding.objects.get().code == "VNM-R1"


def test_it_goes_on_where_it_was(cast, reported_round, sign_in):
    page = sign_in(cast.secretariat).get(url("round", "3")).content.decode()
    assert f'href="{url("round-turn", "3", "LAO")}">Go on with Lao PDR' in page


def test_what_the_country_entered_is_there_already(cast, opened, sign_in):
    report = make.report(opened.cycle, "VNM")
    report.post_progress(
        by=cast.vnm, expected_version=report.version, data_collection=55, note="Posted before."
    )
    answer = sign_in(cast.secretariat).get(url(*TURN))
    assert answer.context["form"]["data_collection"].value() == 55
    assert "55 · – ·" in answer.content.decode()


def test_the_room_sees_what_all_may_see(cast, opened, sign_in):
    """One country's page of the round is shown to all others: figures and what it reported there, nothing else."""
    report, browser = make.report(opened.cycle, "VNM"), sign_in(cast.secretariat)
    report.post_progress(by=cast.vnm, expected_version=report.version, data_collection=55, note="Own-Mango")
    make.gap(report, by=cast.vnm, missing="Own-Kiwi")
    make.finding(report, by=cast.vnm, text="Own-Papaya")
    typed = {
        "note": "Told-Lime",
        "difficulties-0-kind": make.kind().pk,
        "difficulties-0-missing": "Told-Fig",
        "findings-0-text": "Told-Plum",
    }
    assert browser.post(url(*TURN), sent(browser.get(url(*TURN)), **typed)).status_code == 302
    page = browser.get(url(*TURN)).content.decode()
    assert not [word for word in ("Own-Mango", "Own-Kiwi", "Own-Papaya", "VNM-1", "VNM-F1") if word in page]
    assert not [word for word in ("Told-Lime", "Told-Fig", "Told-Plum") if word not in page]


def test_who_is_in_the_room_reads_no_countrys_records(cast, report):
    make.gap(report, by=cast.vnm)
    make.finding(report, by=cast.vnm)
    room = everybody_in_the_room()
    for records in (NationalReport, DataGap, Finding):
        assert not records.objects.visible_to(room).exists()
    assert not policy.may(room, "report.read", report)


def test_what_is_wrong_is_said_beside_its_field(cast, opened, sign_in):
    report = make.report(opened.cycle, "VNM")
    report.post_progress(by=cast.vnm, expected_version=report.version, data_collection=55)
    browser = sign_in(cast.secretariat)
    typed = {"data_collection": "50", "difficulties-1-effect": "Unknown", "note": ""}
    answer = browser.post(url(*TURN), sent(browser.get(url(*TURN)), **typed))
    form = answer.context["form"]
    assert form.difficulties.forms[1].errors.keys() == {"kind", "missing"}
    assert form.difficulties.forms[1].is_open
    answer = browser.post(url(*TURN), sent(browser.get(url(*TURN)), data_collection="50"))
    assert list(answer.context["form"].errors) == ["note"]
    assert Turn.objects.get(round=opened, member_state__code="VNM").status == "waiting"


def test_two_secretaries_on_one_turn(cast, opened, sign_in):
    """The second is told what the first wrote, keeps everything typed, and may save it over that."""
    second = make.user("second.officer", "secretariat", cast.secretariat.organisation)
    one, two = sign_in(cast.secretariat), sign_in(second)
    expected_version = two.get(url(*TURN))
    one.post(url(*TURN), sent(one.get(url(*TURN)), data_collection="40", note="First"))
    typed = {"data_collection": "45", "note": "Second", "difficulties-0-missing": "Baseline of mine",
             "difficulties-0-kind": make.kind().pk, "findings-0-text": "Found by me"}  # fmt: skip
    answer = two.post(url(*TURN), sent(expected_version, **typed))
    page = answer.content.decode()
    assert answer.status_code == 409
    for words in (
        "while you were editing",
        "First",
        "Second",
        "Baseline of mine",
        "Found by me",
        'value="45"',
    ):
        assert words in page
    assert not DataGap.objects.exists()
    assert two.post(url(*TURN), sent(answer)).status_code == 302
    assert make.report(opened.cycle, "VNM").data_collection == 45
    assert DataGap.objects.get().missing == "Baseline of mine"


def test_a_country_that_posts_while_the_secretary_types(cast, opened, sign_in):
    browser = sign_in(cast.secretariat)
    expected_version, report = browser.get(url(*TURN)), make.report(opened.cycle, "VNM")
    report.post_progress(by=cast.vnm, expected_version=report.version, data_collection=60, note="From home")
    answer = browser.post(url(*TURN), sent(expected_version, data_collection="40", note="Told"))
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "while you were editing" in page
    assert "60" in page
    assert "From home" not in page  # the country's own words, and the room sees this page
    assert browser.post(url(*TURN), sent(answer)).status_code == 302
    assert make.report(opened.cycle, "VNM").data_collection == 40


def test_a_round_that_closes_meanwhile_keeps_what_was_typed(cast, opened, sign_in):
    browser = sign_in(cast.secretariat)
    late = sent(browser.get(url(*TURN)), data_collection="40", note="Too late")
    turn = opened.turns.get(member_state__code="VNM")
    close(opened, cast.secretariat)
    late["version"] = turn.version + 1  # even with what is on record now
    answer = browser.post(url(*TURN), late)
    assert answer.status_code == 409
    assert "never changes" in answer.content.decode()
    assert "Too late" in answer.content.decode()
    assert not ProgressUpdate.objects.exists()


def test_locked_figures_are_shown_and_not_asked(cast, opened, sign_in):
    make.in_status("submitted", make.report(opened.cycle, "VNM"), cast)
    browser = sign_in(cast.secretariat)
    answer = browser.get(url(*TURN))
    assert not answer.context["form"].figures
    assert "Its figures stay as they are" in answer.content.decode()
    assert browser.post(url(*TURN), sent(answer, note="Nothing to add.")).status_code == 302


def test_an_internal_note_stays_out_of_the_minutes(cast, opened, sign_in):
    """The country's people and staff read it, in its progress too."""
    browser, typed = sign_in(cast.secretariat), {"note": "Two sectors wait.", "internal_note": "Inner-Mango"}
    assert browser.post(url(*TURN), sent(browser.get(url(*TURN)), **typed)).status_code == 302
    turn = Turn.objects.exclude(note="").get()
    assert (turn.note, turn.internal_note) == ("Two sectors wait.", "Inner-Mango")
    assert ProgressUpdate.objects.get().note == "Inner-Mango"
    assert "Inner-Mango" not in draft_round(opened.meeting)
    pages = browser.get(url("round-projector", "3")), sign_in(cast.lao).get(url("round", "3"))
    assert not [page for page in pages if "Inner-Mango" in page.content.decode()]


def test_after_the_end_a_turn_leads_to_the_round(cast, opened, sign_in):
    close(opened, cast.secretariat)
    answer = sign_in(cast.secretariat).get(url(*TURN))
    assert (answer.status_code, answer["Location"]) == (302, url("round", "3"))


# --- who reads what


READ = ("meetings/3/round/?", "meetings/3/compare/2/?", "compare/?from=2020-08-20&to=2020-08-21&")


def everything(browser: Any) -> str:
    answers = [browser.get(f"/cycles/mtr/{page}{more}") for page in READ for more in ("", "_export=csv")]
    assert {answer.status_code for answer in answers} == {200}
    contents = (b"".join(answer) if answer.streaming else answer.content for answer in answers)
    return "".join(content.decode() for content in contents)


def test_another_country_reads_the_figures_alone(cast, reported_round, sign_in):
    close(reported_round, cast.secretariat)
    text = everything(sign_in(cast.lao))
    assert not [word for word in (*SECRETS.values(), "VNM-1", "VNM-F1") if word in text]
    assert "Data collection was reported for the first time: 40." in text
    assert "1 new data gap." in text
    for name in ("vnm", "consultant", "secretariat"):
        assert SECRETS["note"] in everything(sign_in(getattr(cast, name)))


def test_observers_read_figures_of_shared_meetings(cast, reported_round, sign_in):
    close(reported_round, cast.secretariat)
    text = everything(sign_in(cast.observer))
    assert not [
        word for word in (*SECRETS.values(), "VNM-1", "data gap", "Open gaps", "Findings") if word in text
    ]
    assert "not yet reported → 40" in text
    meeting = reported_round.meeting
    meeting.change_traced(by=cast.secretariat, expected_version=meeting.version, shared=False)
    for page in READ[:2]:
        assert sign_in(cast.observer).get(f"/cycles/mtr/{page}").status_code == 404


def test_the_export_holds_numbers(cast, reported_round, sign_in):
    close(reported_round, cast.secretariat)
    answer = sign_in(cast.secretariat).get(url("meeting-compare", "3", "2") + "?_export=xlsx")
    sheet = openpyxl.load_workbook(BytesIO(b"".join(answer))).active
    rows = {row[0]: dict(zip(next(sheet.values), row, strict=True)) for row in sheet.values}
    vietnam = rows["Viet Nam"]
    assert (vietnam["Data collection, before"], vietnam["Data collection, after"]) == (None, 40)
    assert (vietnam["Open gaps, before"], vietnam["New gaps"], vietnam["Findings, after"]) == (0, 1, 1)
    assert "1 new data gap: VNM-1." in vietnam["In words"]


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        ("/meetings/3/compare/2/", "frozen when a country round closes"),
        ("/meetings/2/compare/2/", "two different meetings"),
        ("/meetings/2/compare/9/", "two different meetings"),
        ("/compare/?from=2020-08-20&to=2020-08-01", "comes after the last"),
        ("/compare/?from=2020-13-01&to=2020-08-01", "is not a day"),
        ("/compare/?to=2020-08-22", "has not come yet"),
        ("/compare/?sort=writing", "cannot be sorted"),
    ],
)
def test_what_cannot_be_compared_is_said(page, reason, cast, opened, sign_in):
    answer = sign_in(cast.secretariat).get(f"/cycles/mtr{page}")
    assert answer.status_code == 404
    assert reason in answer.content.decode()


def test_a_figure_that_goes_down_is_told_plainly(cast, report, sign_in):
    report.post_progress(by=cast.vnm, expected_version=report.version, data_collection=50)
    with clock.at(NEXT_DAY):
        report.post_progress(
            by=cast.vnm, expected_version=report.version, data_collection=30, note="Counted anew."
        )
        page = sign_in(cast.lao).get(f"/cycles/mtr/{READ[2]}").content.decode()
    for words in ("Data collection is lower than before: 50, now 30.", "50 → 30 (−20)", "Nothing changed."):
        assert words in page
    assert "Counted anew." not in page


# --- how much they ask of the database


MANY = 63
TOLD = {"data_collection": "40", "analysis": "30", "writing": "20", "note": "Two sectors wait."}

# Saving a turn, everything counted: session with its person, cycle, turn, report; the transaction's begin and end;
# locks on the cycle and the round, so that neither is closed; turn, report and progress update, each with its line of
# the history; the day's progress; the text that was kept while it was typed; who watches the report.
SAVED = 4 + 2 + 2 + 3 * 2 + 2 + 1 + 1
# A difficulty or finding: the number, the row, its line of the history, its entry of the search, who watches it.
EACH = 5
# An open gap is counted; the first of its kind on a day begins that day's row.
COUNTED, DAY = 2, 1
# Asked once, and only if some row names one.
KINDS = AREAS = 1


@shared
def many(cast) -> Round:
    """A round of 63 members, each with progress, a gap and an action point."""
    codes = ["VNM", *(f"M{n:02}" for n in range(1, MANY))]
    cycle = make.cycle("wide", by=cast.secretariat, members=codes)
    meetings = [make.meeting(cycle, by=cast.secretariat, code=code) for code in ("2", "3")]
    make.frozen(meetings[0], by=cast.secretariat)
    for report in NationalReport.objects.filter(cycle=cycle).select_related("cycle", "member_state"):
        values: dict[str, Any] = {"text": "x", "due_on": cycle.ends_on, "owner_body": report.member_state}
        ActionPoint.add_to(meetings[0], by=cast.secretariat, **values)
        DataGap.raise_for(report, by=cast.secretariat, meeting=meetings[0], kind=make.kind(), missing="x")
    return Round.open_for(meetings[1], by=cast.secretariat)


def test_a_step_of_63_members_asks_no_more_than_one_of_two(
    cast, many, sign_in, django_assert_max_num_queries
):
    assert many.turns.count() == MANY
    browser, step = sign_in(cast.secretariat), reverse("round-turn", args=["wide", "3", "VNM"])
    with django_assert_max_num_queries(13):
        answer = browser.get(step)
    browser.get(reverse("round", args=["wide", "3"]))  # the first visit is remembered
    with django_assert_max_num_queries(8):
        assert browser.get(reverse("round", args=["wide", "3"])).status_code == 200
    with django_assert_max_num_queries(SAVED):  # none per member
        assert browser.post(step, sent(answer, **TOLD)).status_code == 302
    close(many, cast.secretariat)
    for page in ("round", "meeting-compare", "compare"):
        args = {"round": ["3"], "meeting-compare": ["3", "2"], "compare": []}[page]
        with django_assert_max_num_queries(10):
            assert browser.get(reverse(page, args=["wide", *args])).status_code == 200


def test_a_round_of_63_members_has_pages(cast, many, sign_in):
    close(many, cast.secretariat)
    browser, member_ids = sign_in(cast.secretariat), []
    for page in (1, 2):
        answer = browser.get(reverse("round", args=["wide", "3"]), {"page": page})
        member_ids += [row.record.member_state_id for row in answer.context["table"].page.object_list]
        assert len(answer.content) < 100_000
    assert sorted(member_ids) == sorted(many.turns.values_list("member_state", flat=True))


def rows(kind: str, n: int, area: bool = False) -> dict[str, Any]:
    """n rows of a turn, filled in."""
    typed: dict[str, Any] = {}
    for k in range(n):
        text = {"difficulties": {"kind": make.kind().pk, "missing": "x"}, "findings": {"text": "x"}}[kind]
        text |= {"key_result_area": make.area().pk} if area else {}
        typed |= {f"{kind}-{k}-{name}": value for name, value in text.items()}
    return typed


@pytest.mark.parametrize(
    ("kind", "n", "area", "more"),
    [
        ("difficulties", 0, False, 0),
        ("difficulties", 1, False, EACH + COUNTED + DAY + KINDS),
        ("difficulties", 3, False, 3 * (EACH + COUNTED) + DAY + KINDS),
        ("difficulties", 3, True, 3 * (EACH + COUNTED) + DAY + KINDS + AREAS),
        ("findings", 1, False, EACH),
        ("findings", 3, True, 3 * EACH + AREAS),
    ],
)
def test_what_each_difficulty_and_finding_adds(
    kind, n, area, more, cast, opened, sign_in, django_assert_num_queries
):
    browser, typed = sign_in(cast.secretariat), rows(kind, n, area)
    answer = browser.get(url(*TURN))
    with django_assert_num_queries(SAVED + more):
        assert browser.post(url(*TURN), sent(answer, **TOLD, **typed)).status_code == 302
    assert {"difficulties": DataGap, "findings": Finding}[kind].objects.count() == n


def test_passing_asks_less_still(cast, opened, sign_in, django_assert_num_queries):
    browser, turn = sign_in(cast.secretariat), opened.turns.get(member_state__code="VNM")
    with django_assert_num_queries(3 + 2 + 2 + 2 + 1):  # no report is read, and one row is written
        browser.post(url("round-pass", "3", "VNM"), {"version": turn.version, "note": "Absent."})
    turn.refresh_from_db()
    assert turn.status == "passed"
