"""The main job in a real browser: a coordinator posts progress, everybody sees it, the administrator corrects it."""

import re
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Locator, Page, expect

from reviews.models import NationalReport, Trace
from reviews.urls import datagap_urls, report_urls
from tests.support import make

pytestmark = pytest.mark.browser

CYCLE = "ascc-2025-mtr"
REPORT = f"/cycles/{CYCLE}/reports/VNM/"
NOTE = "Đã nhận số liệu của bộ thứ mười hai; bản thảo chương ba đang được rà soát."
REASON = "Hai bảng được tính hai lần; đội đã xác nhận qua điện thoại."
USER_NAME = re.compile("user ?name", re.IGNORECASE)
COORDINATOR, TEAM = "Viet Nam coordinator (demonstration)", "Viet Nam team (demonstration)"

expect.set_options(timeout=20_000)


def stored() -> NationalReport:
    report: NationalReport = NationalReport.objects.get(cycle__slug=CYCLE, member_state__code="VNM")
    return report


def figure(page: Page, name: str) -> Locator:
    return page.get_by_role("textbox", name=name)


def type_progress(page: Page, *figures: object, note: str) -> None:
    for name, value in zip(("Data collection", "Analysis", "Writing"), figures, strict=True):
        figure(page, name).fill(str(value))
    page.get_by_label("Note").fill(note)


# --- the story


def test_the_main_job(visitor, person):
    signs_in_and_posts_with_the_keyboard(visitor())
    assert stored().figures == (80, 60, 30)
    everybody_concerned_sees_it(person)
    before = stored().version, Trace.objects.count()
    another_country_does_not(person("lao.coordinator"))
    assert (stored().version, Trace.objects.count()) == before
    the_administrator_corrects_it(person("admin"))
    assert stored().figures == (78, 60, 30)
    the_page_tells_it_all(person("vnm.team"))


def signs_in_and_posts_with_the_keyboard(page: Page) -> None:
    page.goto("/")
    reach(page, page.get_by_label(USER_NAME))
    page.keyboard.type("vnm.coordinator")
    reach(page, page.get_by_label("Password"))
    page.keyboard.type(make.PASSWORD)
    page.keyboard.press("Enter")
    follow(page, "Board", "Viet Nam", "Update progress")
    for name, value in (("Data collection", "80"), ("Analysis", "60"), ("Writing", "30")):
        reach(page, figure(page, name))
        page.keyboard.press("Control+A")
        page.keyboard.type(value)
    reach(page, page.get_by_label("Note"))
    page.keyboard.insert_text(NOTE)
    reach(page, page.get_by_role("button", name="Post progress"))
    page.keyboard.press("Enter")
    expect(page).to_have_url(REPORT)
    expect(page.get_by_role("main")).to_contain_text("Your progress is posted.")


def follow(page: Page, *names: str) -> None:
    """One link after the other, with Tab and Enter."""
    for name in names:
        reach(page, page.get_by_role("link", name=name, exact=True).first)
        page.keyboard.press("Enter")


def reach(page: Page, target: Locator) -> None:
    """Press Tab until the focus is there, as somebody without a mouse does."""
    target.wait_for()
    for _ in range(120):
        if target.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"The keyboard does not reach {target}.")


def everybody_concerned_sees_it(person: Any) -> None:
    consultant = person("consultant")
    consultant.goto(f"/cycles/{CYCLE}/")
    row = consultant.get_by_role("row").filter(has=consultant.get_by_role("rowheader", name="Viet Nam"))
    for words in ("80", "60", "30", "20 Aug 2020"):
        expect(row.first).to_contain_text(words)
    consultant.goto(f"{REPORT}history/")
    expect(history(consultant)).to_contain_text(NOTE)
    secretariat = person("secretariat")
    secretariat.goto("/")
    for words in (COORDINATOR, "posted progress", "Viet Nam", NOTE):
        expect(secretariat.get_by_role("region", name="Recent activity")).to_contain_text(words)


def history(page: Page) -> Locator:
    return page.get_by_role("region", name="History")


SEND = """async ([urls, typed]) => {
    const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
    const answers = {};
    for (const url of urls) {
        const form = new FormData();
        for (const [name, value] of Object.entries(typed)) { form.append(name, value); }
        form.append("csrfmiddlewaretoken", token);
        form.append("file", new File(["%PDF-1.4"], "report.pdf", {type: "application/pdf"}));
        answers[url] = (await fetch(url, {method: "POST", body: form})).status;
    }
    return answers;
}"""


def another_country_does_not(page: Page) -> None:
    answer = page.goto(REPORT)
    assert answer.status == 404
    expect(page.get_by_role("main")).not_to_contain_text("Viet Nam")
    typed = {"data_collection": 1, "analysis": 1, "writing": 1, "note": "Không", "reason": "Không"}
    typed |= {"missing": "Không", "way": "out_of_scope", "version": stored().version}
    answers = page.evaluate(SEND, [theirs(), typed])
    # Lists take nothing from anybody, and look for no country before they say so.
    lists = {f"{REPORT}gaps/", f"{REPORT}findings/"}
    assert {url: answer for url, answer in answers.items() if answer != 404} == dict.fromkeys(lists, 405)
    # The same is taken where it is theirs to say, so it was not the form that was refused.
    own = NationalReport.objects.get(cycle__slug=CYCLE, member_state__code="LAO")
    update = own.get_absolute_url() + "update/"
    figures = dict.fromkeys(("data_collection", "analysis", "writing"), 101)
    assert page.evaluate(SEND, [[update], typed | figures | {"version": own.version}]) == {update: 200}


def theirs() -> list[str]:
    """Every address of Viet Nam's report and of one of its data gaps, but for the lists: they take no POST at all."""
    gap = stored().cycle.datagaps.filter(member_state__code="VNM").last().code
    addresses = [
        reverse(url.name, args=[CYCLE, "VNM", *number(url)])
        for url in report_urls
        if url.name not in ("progress-list", "report-annex")
    ]
    return addresses + [reverse(url.name, args=[CYCLE, gap, *number(url)]) for url in datagap_urls]


def number(url: Any) -> list[str]:
    return ["1"] * len({"number", "pk"} & set(url.pattern.converters))


def the_administrator_corrects_it(page: Page) -> None:
    page.goto("/admin/")
    page.get_by_role("rowheader").get_by_role("link", name="National reports", exact=True).click()
    page.get_by_role("searchbox").or_(page.get_by_role("textbox")).first.fill("VNM")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Viet Nam").first.click()
    page.get_by_label("Data collection").fill("78")
    page.get_by_role("textbox", name="Reason").fill(REASON)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("list").filter(has_text="successfully")).to_be_visible()


def the_page_tells_it_all(page: Page) -> None:
    """Who, what before and after, and why: newest first."""
    page.goto(f"{REPORT}history/")
    correction, posting = (
        history(page).get_by_role("listitem").filter(has_text=why).first for why in (REASON, NOTE)
    )
    for words in ("Administrator", "corrected", "80", "78"):
        expect(correction).to_contain_text(words)
    for words in (COORDINATOR, "posted progress", "70", "80", "45", "60", "20", "30"):
        expect(posting).to_contain_text(words)
    told = history(page).inner_text()
    assert told.index(REASON) < told.index(NOTE)


# --- when something goes wrong


def test_two_people_on_the_same_report(person):
    first, second = person("vnm.team"), person("vnm.coordinator")
    for page in (first, second):
        page.goto(f"{REPORT}update/")
    type_progress(first, 75, 50, 25, note="Bổ sung bảng số liệu của hai tỉnh.")
    first.get_by_role("button", name="Post progress").click()
    expect(first.get_by_role("main")).to_contain_text("Your progress is posted.")
    type_progress(second, 80, 60, 30, note=NOTE)
    with second.expect_response("**/update/") as answer:
        second.get_by_role("button", name="Post progress").click()
    assert answer.value.status == 409
    for words in (TEAM, "70", "75", "Bổ sung bảng số liệu của hai tỉnh."):
        expect(second.get_by_role("alert")).to_contain_text(words)
    still_there(second, 80, 60, 30, note=NOTE)
    assert stored().figures == (75, 50, 25)
    # Knowing that, the second person may go on.
    second.get_by_role("button", name="Post progress").click()
    expect(second.get_by_role("main")).to_contain_text("Your progress is posted.")
    assert stored().figures == (80, 60, 30)


def still_there(page: Page, *figures: object, note: str) -> None:
    for name, value in zip(("Data collection", "Analysis", "Writing"), figures, strict=True):
        expect(figure(page, name)).to_have_value(str(value))
    expect(page.get_by_label("Note")).to_have_value(note)


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "plain"])
def test_a_mistake_is_shown_where_it_is(person, javascript):
    page = person("vnm.coordinator", java_script_enabled=javascript)
    page.goto(f"{REPORT}update/")
    type_progress(page, 80, 101, -5, note=NOTE)
    page.get_by_role("button", name="Post progress").click()
    expect(page.get_by_role("alert")).to_contain_text("Enter a whole number from 0 to 100.")
    expect(figure(page, "Analysis")).to_be_focused()
    expect(figure(page, "Analysis")).to_have_accessible_description(re.compile("from 0 to 100"))
    still_there(page, 80, 101, -5, note=NOTE)
    assert stored().figures == (70, 45, 20)


def test_without_javascript(visitor):
    page = visitor(java_script_enabled=False)
    page.goto(f"{REPORT}update/")
    page.get_by_label(USER_NAME).fill("vnm.coordinator")
    page.get_by_label("Password").fill(make.PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    type_progress(page, 80, 60, 30, note=NOTE)
    page.get_by_role("button", name="Post progress").click()
    expect(page.get_by_role("main")).to_contain_text("Your progress is posted.")
    assert stored().figures == (80, 60, 30)
