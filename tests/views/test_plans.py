"""The backward plan on its page, on the board and on a report."""

import re
from datetime import date
from html import unescape
from types import SimpleNamespace
from typing import Any

import pytest
from django.urls import reverse

from reviews import clock
from reviews.models import PlanStep
from tests.support import make
from tests.support.shared_records import shared

PLAN = "/cycles/mtr/plan/"


@shared
def plan(cast: Any, cycle: Any) -> SimpleNamespace:
    """The way to a Summit on 12 November; the latest date for national reports is 14 September."""
    by = cast.secretariat
    with clock.at(date(2020, 7, 1)):
        deadline = make.deadline(cycle, by=by, due_on=date(2020, 9, 7), shared=True)
        for code, kind, days, day in (
            ("reports", "national_reports", 0, None),
            ("draft", "regional_draft", 14, None),
            ("final", "work", 21, None),
            ("soca-29", "ladder", 7, None),
            ("summit-37", "ladder", 17, date(2020, 11, 12)),
        ):
            make.step(cycle, by=by, code=code, kind=kind, days=days, planned_on=day)
    return SimpleNamespace(deadline=deadline, url=PLAN)


def start_work(cast: Any, cycle: Any) -> None:
    """Both countries post a first figure: of one that has posted none nobody can tell the slack."""
    for code, by in (("VNM", cast.vnm), ("LAO", cast.lao)):
        report = make.report(cycle, code)
        report.post_progress(by=by, expected_version=report.version, data_collection=10)


def extend(plan: Any, cast: Any, until: date) -> None:
    report = make.report(plan.deadline.cycle, "LAO")
    extension = make.extension(report, plan.deadline, by=cast.lao, asked_until=until, reason="Floods")
    extension.grant(by=cast.secretariat, expected_version=1, until=until)


def post_progress(cast: Any, cycle: Any, *updates: tuple[int, int | None]) -> None:
    """Viet Nam's writing on days of August."""
    for day, writing in updates:
        with clock.at(date(2020, 8, day)):
            report = make.report(cycle, "VNM")
            report.post_progress(
                by=cast.vnm, expected_version=report.version, writing=writing, note="Because."
            )


def words(answer: Any) -> str:
    text = re.sub(r"<(svg|select)\b.*?</\1>|<[^>]+>", " ", answer.content.decode(), flags=re.DOTALL)
    return " ".join(unescape(text).split())


def row(answer: Any, name: str) -> str:
    """The line of a table that begins with a name."""
    panels = [
        r for r in re.findall(r"<tr role=\"row\".*?</tr>", answer.content.decode(), re.DOTALL) if name in r
    ]
    return words(SimpleNamespace(content=panels[-1].encode()))


def test_slack_of_every_country(cast, cycle, plan, sign_in):
    start_work(cast, cycle)
    extend(plan, cast, date(2020, 9, 18))
    page = sign_in(cast.secretariat).get(PLAN)
    assert "7 Sep 2020 due 14 Sep 2020 7 days" in row(page, "Viet Nam")
    assert "18 Sep 2020 due (first date: 7 Sep 2020) 14 Sep 2020 −4 days" in row(page, "Lao PDR")
    assert "Days to spare to the Summit-37, 12 Nov 2020 −4 days" in words(page)
    assert "Days to spare for the regional draft, which must arrive by 28 Sep 2020 −4 days" in words(page)


def test_overdue_counts_as_today_and_handed_in_as_its_day(cast, cycle, plan, sign_in):
    start_work(cast, cycle)
    make.submitted(make.report(cycle, "VNM"), by=cast.vnm)
    with clock.at(date(2020, 9, 10)):
        page = sign_in(cast.secretariat).get(PLAN)
    assert "20 Aug 2020 handed in 14 Sep 2020 25 days –" in row(page, "Viet Nam")
    assert "10 Sep 2020 today; due on 7 Sep 2020 14 Sep 2020 4 days" in row(page, "Lao PDR")


def test_the_sum_of_what_can_be_reached(cast, plan, sign_in):
    page = words(sign_in(cast.consultant).get(PLAN))
    assert (
        "Reports 7 Sep 2020 + 14 + 21 + 7 + 17 days = 5 Nov 2020. 7 days before it is needed on 12 Nov"
        in page
    )
    assert "Date not known: possible from 19 Oct 2020 on, needed by 26 Oct 2020, 7 days to spare." in page


def test_what_if(cast, plan, sign_in):
    browser, before = sign_in(cast.secretariat), list(PlanStep.objects.values_list())
    page = words(browser.get(PLAN, {"slip": "LAO:21"}))
    assert "Scenario (not saved): Lao PDR 21 days later. Nothing of this is stored." in page
    assert "28 Sep 2020 + 14 + 21 + 7 + 17 days = 26 Nov 2020. That is 14 days after 12 Nov 2020." in page
    assert "As planned it goes to the next meeting of this body." in page
    assert (
        "To be in time, 14 days of these 59 would have to be saved: Draft 14; Final 21; Soca-29 7; Summit-37 17."
        in page
    )
    assert "cannot be reached as planned" in page
    page = words(browser.get(PLAN, {"slip": "soca-29:7"}))
    assert "cannot be reached as planned" not in page
    page = words(browser.get(PLAN, {"slip": ["soca-29:8", "draft:1"]}))
    assert "That is 2 days after 12 Nov 2020" in page
    assert list(PlanStep.objects.values_list()) == before


def test_the_form_leads_to_its_address(cast, plan, sign_in):
    browser = sign_in(cast.secretariat)
    answer = browser.get(PLAN, {"what": "LAO", "days": "21"})
    assert (answer.status_code, answer["Location"]) == (302, f"{PLAN}?slip=LAO:21")
    wrong = browser.get(PLAN, {"what": "LAO", "days": "0"})
    assert wrong.status_code == 200
    assert "Enter a whole number from 1 to 366." in words(wrong)


@pytest.mark.parametrize(
    "slip", ["", "LAO", "LAO:", "LAO:x", "LAO:0", "LAO:-3", "LAO:367", "XYZ:3", ":5", "LAO:²"]
)
def test_what_cannot_be_supposed(slip, cast, plan, sign_in):
    assert sign_in(cast.secretariat).get(PLAN, {"slip": slip}).status_code == 404


def test_pace_with_its_arithmetic(cast, cycle, plan, sign_in):
    post_progress(cast, cycle, (4, 10), (11, 15), (18, 20))
    error = (
        "Writing: 20 % on 18 Aug 2020, +5 points in 7 days. (100 − 20) ÷ 5 × 7 = 112 days to 100 %: 8 Dec 2020;"
        " it must arrive by 14 Sep 2020."
    )
    browser = sign_in(cast.secretariat)
    for url in (PLAN, make.report(cycle, "VNM").get_absolute_url()):
        assert error in words(browser.get(url)), url
    assert "Data collection: not yet reported, so it cannot be estimated." in row(
        browser.get(PLAN), "Viet Nam"
    )
    on_the_board = row(browser.get(reverse("board", args=["mtr"])), "Viet Nam")
    assert "At risk At this rate writing is complete on 8 Dec 2020, after 14 Sep 2020." in on_the_board


def test_a_pace_that_arrives_in_time_is_no_news(cast, cycle, plan, sign_in):
    post_progress(cast, cycle, (11, 20), (18, 90))
    page = sign_in(cast.secretariat).get(reverse("board", args=["mtr"]))
    assert "At this rate writing" not in words(page)


def test_the_board_shows_slack_also_of_a_past_day(cast, cycle, plan, sign_in):
    browser, board = sign_in(cast.secretariat), reverse("board", args=["mtr"])
    start_work(cast, cycle)
    with clock.at(date(2020, 8, 21)):
        extend(plan, cast, date(2020, 9, 18))
        assert "−4 days At risk Its date 18 Sep 2020 is 4 days after 14 Sep 2020" in row(
            browser.get(board), "Lao PDR"
        )
    with clock.at(date(2020, 8, 22)):
        step = PlanStep.objects.get(code="summit-37")
        step.edit(by=cast.secretariat, expected_version=1, planned_on=date(2020, 11, 2), why="Earlier.")
        assert "−14 days At risk" in row(browser.get(board), "Lao PDR")
        assert "Must arrive by 4 Sep 2020" in words(browser.get(board))
        past = browser.get(board, {"as_of": "2020-08-21"})
        assert "−4 days At risk" in row(past, "Lao PDR")
        assert "Must arrive by 14 Sep 2020" in words(past)
        assert "7 days" in row(browser.get(board, {"as_of": "2020-08-20"}), "Lao PDR")
        assert "Must arrive by" not in words(browser.get(board, {"as_of": "2020-06-30"}))


def test_a_country_reads_its_own_slack_and_pace_only(cast, cycle, plan, sign_in):
    post_progress(cast, cycle, (11, 15), (18, 20))
    board = reverse("board", args=["mtr"])
    for url in (PLAN, board, f"{PLAN}?_export=csv&of=countries"):
        own, other = sign_in(cast.vnm).get(url), sign_in(cast.lao).get(url)
        texts = ["".join(map(bytes.decode, a)) if a.streaming else words(a) for a in (own, other)]
        assert "8 Dec 2020" in texts[0] or "_export" in url
        assert "8 Dec 2020" not in texts[1]
        if url != board:
            assert ("Viet Nam" in texts[0], "Viet Nam" in texts[1]) == (True, False)
    assert sign_in(cast.lao).get(PLAN, {"slip": "VNM:3"}).status_code == 404
    assert sign_in(cast.lao).get(PLAN, {"slip": "LAO:3"}).status_code == 200


def test_observers_read_no_plan(cast, plan, sign_in):
    browser = sign_in(cast.observer)
    assert browser.get(PLAN).status_code == 404
    page = words(browser.get(reverse("board", args=["mtr"])))
    assert "Must arrive by" not in page
    assert "Outlook" not in page


def test_taken_away(cast, plan, sign_in):
    lines = b"".join(sign_in(cast.secretariat).get(f"{PLAN}?_export=csv")).decode().splitlines()
    assert lines[0].startswith("\ufeffNo.,Step,Body,Paper")
    assert lines[2].startswith("2,Draft,")
    assert lines[2].endswith(",planned,2020-09-28,2020-09-21,7")
    answer = sign_in(cast.secretariat).get(f"{PLAN}?_export=xlsx&of=countries")
    assert answer["Content-Disposition"].startswith('attachment; filename="days-to-spare-')
    assert sign_in(cast.secretariat).get(f"{PLAN}?_export=pdf").status_code == 404


def test_the_secretariat_moves_a_step(cast, plan, sign_in):
    browser, url = sign_in(cast.secretariat), reverse("plan-edit", args=["mtr", "summit-37"])
    typed = {"title": "37th Summit", "paper": "", "days": "17", "planned_on": "2020-11-19", "version": "1"}
    assert "Say why the date moves." in words(browser.post(url, typed))
    assert browser.post(url, typed | {"why": "A storm."})["Location"] == f"{PLAN}#summit-37"
    page = words(browser.get(PLAN))
    assert "19 Nov 2020 first date: 12 Nov 2020" in page
    assert "A storm." in page
    assert browser.post(url, typed | {"planned_on": "2020-11-20", "why": "x"}).status_code == 409


def test_the_secretariat_records_an_outcome(cast, plan, sign_in):
    browser, url = sign_in(cast.secretariat), reverse("plan-outcome", args=["mtr", "soca-29"])
    typed = {"outcome": "endorse", "actual_on": "2020-08-19", "version": "1"}
    assert url not in browser.get(PLAN).content.decode()
    assert browser.post(url, typed).status_code == 409  # the steps before it are open
    for step in PlanStep.objects.filter(code__in=("draft", "final")):
        step.record_outcome(by=cast.secretariat, expected_version=1, outcome="finish")
    assert url in browser.get(PLAN).content.decode()
    assert browser.post(url, typed).status_code == 302
    assert "endorsed 19 Aug 2020" in row(browser.get(PLAN), "Soca-29")
    assert browser.get(url).status_code == 409


def test_a_closed_cycle_is_only_read(cast, cycle, plan, sign_in):
    cycle.close(by=cast.secretariat, expected_version=cycle.version, why="Over")
    browser = sign_in(cast.secretariat)
    assert "plan/draft/edit" not in browser.get(PLAN).content.decode()
    answer = browser.post(reverse("plan-edit", args=["mtr", "draft"]), {"title": "X", "version": "1"})
    assert (answer.status_code, PlanStep.objects.get(code="draft").title) == (409, "Draft")


def test_a_cycle_without_a_plan(cast, cycle, sign_in):
    browser = sign_in(cast.secretariat)
    assert "The plan has no steps yet." in words(browser.get(PLAN))
    assert "Must arrive by" not in words(browser.get(make.report(cycle, "VNM").get_absolute_url()))


def test_half_a_plan(cast, cycle, sign_in):
    """Without deadlines, fixed dates or reports to wait for the pages say that nothing is known."""
    make.step(cycle, by=cast.secretariat, code="soca-29", planned_on=None)
    page = words(sign_in(cast.secretariat).get(PLAN))
    assert "The dates around it are not known" in page
    make.step(cycle, by=cast.secretariat, code="reports", kind="national_reports", planned_on=None)
    assert "no deadline has been set" in words(sign_in(cast.secretariat).get(PLAN))
    assert sign_in(cast.vnm).get(reverse("board", args=["mtr"])).status_code == 200


@pytest.mark.parametrize("page", ["plan", "board", "board?as_of=2020-08-20", "report"])
def test_the_same_queries_whatever_the_rows(page, cast, plan, sign_in, django_assert_max_num_queries):
    counts = []
    for n in (1, 3):
        slug = f"many-{n}"
        fill(make.cycle(slug, by=cast.secretariat, members=["VNM", "LAO", "KHM"][:n]), n, cast)
        name, _mark, query = page.partition("?")
        url = reverse(name, args=[slug, *(["VNM"] if page == "report" else [])])
        browser = sign_in(cast.secretariat)
        browser.get(url)  # the first visit is remembered
        with clock.at(date(2020, 8, 21)), django_assert_max_num_queries(14) as queries:
            answer = browser.get(f"{url}?{query}")
        assert ("must arrive by" in words(answer).lower(), answer.status_code) == (True, 200)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def fill(cycle: Any, n: int, cast: Any) -> None:
    by = cast.secretariat
    make.step(cycle, by=by, code="reports", kind="national_reports", planned_on=None)
    for number in range(1, n + 1):
        make.deadline(cycle, by=by)
        make.deadline(cycle, by=by, output="progress")
        meeting = make.meeting(cycle, by=by, code=str(number))
        make.step(cycle, by=by, code=f"step-{number}", meeting=meeting)
    make.step(cycle, by=by, code="summit")
