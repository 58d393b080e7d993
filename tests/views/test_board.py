"""The board: its rows, filters, order, exports and saved views; of very many members so many on a page."""

import re
from datetime import date
from html import unescape

import pytest
from django.core.paginator import Paginator

from reviews import clock
from tests.support import make
from tests.support.shared_records import shared

BOARD = "/cycles/mtr/"
LIGHT = 100_000  # bytes


@shared
def many(cast):
    states = ["VNM", *(f"S{n:02}" for n in range(59))]
    cycle = make.cycle("mtr", by=cast.secretariat, members=states)
    for report in cycle.reports.select_related("member_state"):
        by = make.user(f"of.{report.code}", "coordinator", report.member_state)
        report.post_progress(by=by, expected_version=report.version, data_collection=40)
        make.gap(report, by=by)
    return cycle


def members(answer):
    return [row.state.code for row in answer.context["page"]]


def test_each_member_stands_on_one_page(many, cast, sign_in):
    browser = sign_in(cast.consultant)
    pages = [browser.get(f"{BOARD}?page={n}") for n in (1, 2, 3)]
    codes_by_page = [members(answer) for answer in pages]
    assert [len(codes) for codes in codes_by_page] == [25, 25, 10]
    assert sorted(sum(codes_by_page, [])) == sorted(report.code for report in many.reports.all())
    for answer, codes in zip(pages, codes_by_page, strict=True):
        assert len(re.findall(r'href="/cycles/mtr/reports/\w+/"', answer.content.decode())) == len(codes)
        assert len(answer.content) < LIGHT


def test_the_pictures_of_countries_have_as_many_on_a_page(many, cast, sign_in):
    browser = sign_in(cast.consultant)
    shown = []
    for n in (1, 2, 3):
        answer = browser.get(f"/cycles/mtr/pictures/?page={n}")
        names = [line.row.member for line in answer.context["heat_map_chart"].lines]
        assert [row.member for row in answer.context["gaps_chart"].rows] == names
        assert len(answer.content) < LIGHT
        shown += names
    assert len(set(shown)) == 60


def test_figures_above_are_of_all(many, cast, sign_in):
    text = sign_in(cast.consultant).get(f"{BOARD}?page=3").content.decode()
    assert "mean of the 60 of 60 that reported" in text
    assert "51–60 of 60" in text
    assert re.findall(r"[?;]status=(\w+)", text) == ["in_progress"]  # and no other status
    assert ("In progress", 60, False) in chips(text)
    assert "<dt>Open data gaps</dt><dd>60</dd>" in text


def test_a_chosen_day_stays_from_page_to_page(many, cast, sign_in):
    day = f"as_of={clock.today():%Y-%m-%d}"
    text = sign_in(cast.consultant).get(f"{BOARD}?{day}&page=2").content.decode()
    assert f'href="?{day}&amp;page=3"' in text


@pytest.mark.parametrize("page", ["4", "0", "-1", "one", "1.5", "9" * 5000])
def test_no_such_page(page, many, cast, sign_in):
    answer = sign_in(cast.consultant).get(BOARD, {"page": page})
    assert answer.status_code == 404
    assert "There is no page" in answer.content.decode()


def test_few_members_need_no_pages(report, cast, sign_in):
    answer = sign_in(cast.consultant).get(BOARD)
    assert isinstance(answer.context["page"].paginator, Paginator)
    assert 'class="pager"' not in answer.content.decode()


def chips(text):
    """The filters of a board: what each says, of how many countries, and whether it is on."""
    found = re.findall(r'<a href="[^"]*"( aria-current="true")?>\s*([^<]+?) <strong>(\d+)</strong>', text)
    return [(unescape(label), int(number), bool(is_on)) for is_on, label, number in found]


# Rows and columns


def words(answer):
    text = re.sub(r"<svg\b.*?</svg>|<[^>]+>", " ", answer.content.decode(), flags=re.DOTALL)
    return " ".join(unescape(text).split())


def order(answer):
    return [row.state.code for row in answer.context["page"]]


@pytest.fixture
def four(cast):
    """Viet Nam has posted, Lao PDR is silent, Cambodia is done, Brunei Darussalam has a gap."""
    make.organisation("BRN", name="Brunei Darussalam")
    with clock.at(date(2020, 6, 1)):
        cycle = make.cycle("four", by=cast.secretariat, members=["VNM", "LAO", "KHM", "BRN"], shared=True)
    viet_nam, cambodia, brunei = (make.report(cycle, code) for code in ("VNM", "KHM", "BRN"))
    with clock.at(date(2020, 8, 11)):
        viet_nam.post_progress(by=cast.vnm, expected_version=1, data_collection=40, note="Two sectors\nwait.")
    with clock.at(date(2020, 8, 18)):
        viet_nam.post_progress(by=cast.vnm, expected_version=viet_nam.version, data_collection=60)
    make.gap(brunei, by=make.user("brn", "coordinator", brunei.member_state))
    khm = make.user("khm", "coordinator", cambodia.member_state)
    make.submitted(cambodia, by=khm)
    return cycle


FOUR = "/cycles/four/"


def test_the_own_country_comes_first_then_the_alphabet(four, cast, sign_in):
    names = ["Brunei Darussalam", "Cambodia", "Lao PDR", "Viet Nam"]
    assert [str(row.state) for row in sign_in(cast.secretariat).get(FOUR).context["page"]] == names
    assert order(sign_in(cast.lao).get(FOUR))[0] == "LAO"
    assert order(sign_in(cast.vnm).get(FOUR, {"as_of": "2020-08-18"}))[0] == "VNM"


def test_countries_are_sorted_by_a_column(four, cast, sign_in):
    browser = sign_in(cast.secretariat)
    assert order(browser.get(FOUR, {"sort": "-data"}))[:2] == ["KHM", "VNM"]
    assert order(browser.get(FOUR, {"sort": "-gaps"}))[0] == "BRN"
    assert order(browser.get(FOUR, {"sort": "status"}))[-1] == "KHM"
    assert order(browser.get(FOUR, {"sort": "word"}))[-1] == "KHM"
    for name in ("outlook", "deadline", "nothing", "-"):
        assert browser.get(FOUR, {"sort": name}).status_code == (200 if name == "-" else 404)
    for name in ("state", "analysis", "writing", "due", "spare", "update", "side"):
        for sign in ("", "-"):
            assert browser.get(FOUR, {"sort": sign + name}).status_code == 200


def test_chips_count_and_filter(four, cast, sign_in):
    browser = sign_in(cast.secretariat)
    shown = chips(browser.get(FOUR).content.decode())
    assert shown[:3] == [("Not started", 2, False), ("In progress", 1, False), ("Submitted", 1, False)]
    assert ("No figures", 2, False) in shown
    assert ("Open gaps", 1, False) in shown
    assert {("Country", 3, False), ("Consultants", 1, False)} <= {*shown}
    silent = browser.get(FOUR, {"figures": "none"})
    assert order(silent) == ["BRN", "LAO"]
    assert ("No figures", 2, True) in chips(silent.content.decode())
    assert ("Open gaps", 1, False) in chips(silent.content.decode())  # of those two
    assert ("Submitted", 0, False) in chips(silent.content.decode())
    assert order(browser.get(FOUR, {"figures": "none", "gaps": "open"})) == ["BRN"]
    assert order(browser.get(FOUR, {"with": "consultants"})) == ["KHM"]
    assert order(browser.get(FOUR, {"outlook": "on_course"})) == ["KHM"]
    assert "No country matches these filters." in words(
        browser.get(FOUR, {"outlook": "on_course", "gaps": "open"})
    )
    for name in ("status", "outlook", "figures", "gaps", "with"):
        assert browser.get(FOUR, {name: "unheard-of"}).status_code == 404


def test_late_countries_and_why(four, cast, sign_in):
    make.deadline(four, by=cast.secretariat, title="Reports", due_on=date(2020, 8, 30))
    with clock.at(date(2020, 9, 2)):
        browser = sign_in(cast.secretariat)
        late = browser.get(FOUR, {"outlook": "late"})
        assert order(late) == ["BRN", "LAO", "VNM"]  # Cambodia has handed in
        assert words(late).count("Reports: overdue by 3 days.") == 3
        assert order(sign_in(cast.vnm).get(FOUR, {"overdue": "yes"})) == ["VNM", "BRN", "LAO"]


def test_the_latest_note_is_for_those_who_read_the_report(four, cast, sign_in):
    for name in ("secretariat", "vnm"):
        assert "18 Aug 2020 11 Aug 2020: Two sectors wait." in words(sign_in(getattr(cast, name)).get(FOUR))
    for name in ("lao", "observer"):
        page = words(sign_in(getattr(cast, name)).get(FOUR))
        assert "18 Aug 2020" in page
        assert "Two sectors" not in page


def test_the_note_of_a_past_day(four, cast, sign_in):
    browser = sign_in(cast.secretariat)
    assert "Two sectors" not in words(browser.get(FOUR, {"as_of": "2020-08-10"}))
    assert "Two sectors" in words(browser.get(FOUR, {"as_of": "2020-08-12"}))


def test_the_outlook_is_for_those_who_read_the_plan(four, cast, sign_in):
    assert "No figure has been posted." in words(sign_in(cast.secretariat).get(FOUR))
    assert "Lao PDR Cannot tell No figure has been posted." in words(sign_in(cast.lao).get(FOUR))
    for name in ("vnm", "observer"):
        assert "No figure has been posted." not in words(sign_in(getattr(cast, name)).get(FOUR))
        assert "outlook=" not in sign_in(getattr(cast, name)).get(FOUR).content.decode()


def test_sparklines_since_the_last_two_meetings(four, cast, sign_in):
    for code, day in (("1", date(2020, 8, 4)), ("2", date(2020, 8, 12))):
        make.meeting(four, by=cast.secretariat, code=code, planned_from=day, planned_to=day)
    text = sign_in(cast.observer).get(FOUR).content.decode()
    assert "no figure on 4 Aug 2020, 40 % on 12 Aug 2020, now 60 %" not in text  # not shared with observers
    text = sign_in(cast.lao).get(FOUR).content.decode()
    assert "Data collection: no figure on 4 Aug 2020, 40 % on 12 Aug 2020, now 60 %" in text
    assert "no figure" in text


def exported(browser, query):
    lines = b"".join(browser.get(f"{FOUR}?{query}")).decode("utf-8-sig").splitlines()
    return lines[0].split(","), [line.split(",") for line in lines[1:]]


def test_the_board_is_downloaded_as_filtered_and_sorted(four, cast, sign_in):
    browser = sign_in(cast.secretariat)
    head, rows = exported(browser, "_export=csv&with=country&sort=-state")
    assert [row[0] for row in rows] == ["Viet Nam", "Lao PDR", "Brunei Darussalam"]
    assert rows[0][head.index("Data collection")] == "60"
    assert rows[1][head.index("Data collection")] == ""
    assert rows[1][head.index("Outlook")] == "Cannot tell"
    assert rows[0][head.index("Latest note")] == "Two sectors wait."
    assert rows[0][head.index("Since")] == "2020-06-01"
    _head, others = exported(sign_in(cast.lao), "_export=csv")
    assert [row[head.index("Outlook")] for row in others] == ["Cannot tell", "", "", ""]
    assert [row[head.index("Latest note")] for row in others] == [""] * 4
    assert browser.get(f"{FOUR}?_export=xlsx").headers["Content-Disposition"].startswith("attachment")


def test_paper_says_what_is_shown(four, cast, sign_in):
    page = words(
        sign_in(cast.secretariat).get(FOUR, {"figures": "none", "with": "country", "as_of": "2020-08-20"})
    )
    assert "As of 20 Aug 2020." in page
    assert "No figures. With: Country. Rows 1–2 of 2; 4 members in all." in page


# Pictures


PICTURES = f"{FOUR}pictures/"


def test_pictures_of_today_and_of_a_past_day(four, cast, sign_in):
    make.deadline(four, by=cast.secretariat, title="Reports")
    browser = sign_in(cast.secretariat)
    today, past = browser.get(PICTURES), browser.get(PICTURES, {"as_of": "2020-08-12"})
    assert today.context["received_chart"].total == 1
    assert past.context["received_chart"] is None  # the deadline was set later
    figures = {line.row.member: line.row.values for line in past.context["heat_map_chart"].lines}
    assert figures["Viet Nam"] == (40, None, None)
    assert figures["Cambodia"] == (None, None, None)
    statuses = {c.group.label: c.group.members for c in today.context["status_chart"].columns}
    assert statuses["Not started"] == ("Brunei Darussalam", "Lao PDR")
    assert statuses["Submitted"] == ("Cambodia",)
    assert len(today.context["tile_chart"].tiles) == 4
    assert "That day has not come yet." in words(browser.get(PICTURES, {"as_of": "2030-01-01"}))


def test_each_picture_has_its_table(four, cast, sign_in):
    make.deadline(four, by=cast.secretariat, title="Reports")
    make.step(four, by=cast.secretariat)
    text = sign_in(cast.secretariat).get(PICTURES).content.decode()
    assert text.count("<figure") == text.count("The same as a table") == 8


def test_the_plan_as_a_whole_is_for_those_who_read_every_country(four, cast, sign_in):
    make.step(four, by=cast.secretariat)
    for name, reads in (("secretariat", True), ("consultant", True), ("vnm", False), ("observer", False)):
        answer = sign_in(getattr(cast, name)).get(PICTURES)
        assert (answer.context["gantt_chart"] is not None) is reads, name


# Gaps of other countries: how many, not of which kind, as on the coverage map


@pytest.mark.parametrize("day", ["", "?as_of=2020-08-20"])
def test_the_kinds_of_gaps_are_for_those_who_read_the_gaps(day, cast, report, sign_in):
    make.gap(report, by=cast.vnm, kind=make.kind("unsure"))
    told = {}
    for name in ("vnm", "lao", "secretariat", "observer"):
        answer = sign_in(getattr(cast, name)).get(BOARD + day)
        page = answer.content.decode()
        assert "<dt>Open data gaps</dt><dd>1</dd>" in page
        pictures = sign_in(getattr(cast, name)).get(f"{BOARD}pictures/{day}")
        told[name] = ("Unsure: 1" in page, [row.member for row in pictures.context["gaps_chart"].rows])
        assert ("not of which kind they are" in page) is (name in ("vnm", "lao", "observer"))
    assert told == {
        "vnm": (True, ["Viet Nam"]),
        "lao": (False, ["Lao PDR"]),
        "secretariat": (True, ["Lao PDR", "Viet Nam"]),
        "observer": (False, []),
    }
