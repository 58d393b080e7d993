"""Extension requests: the list, and several decided with one Save, each with what it does to the plan."""

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from reviews.queries.cycles import unfinished_in
from tests.support import make

URL = "/cycles/mtr/extensions/decide/"


@pytest.fixture
def asked(cycle, cast) -> SimpleNamespace:
    """A plan whose reports are needed by 10 September; both countries ask for more time."""
    by = cast.secretariat
    make.step(cycle, by=by, kind="national_reports", code="reports", planned_on=date(2020, 9, 7), days=0)
    make.step(cycle, by=by, kind="regional_draft", code="draft", planned_on=None, days=14)
    make.step(cycle, by=by, planned_on=date(2020, 9, 24), days=0)
    deadline = make.deadline(cycle, by=by)
    vnm = make.extension(make.report(cycle, "VNM"), deadline, by=cast.vnm, asked_until=date(2020, 9, 18))
    lao = make.extension(make.report(cycle, "LAO"), deadline, by=cast.lao, asked_until=date(2020, 9, 9))
    return SimpleNamespace(vnm=vnm, lao=lao, deadline=deadline)


def typed(page: Any, **decisions: str) -> dict[str, Any]:
    """What a browser sends, with these decisions."""
    form = page.context["form"]
    values = {name: form[name].value() or "" for name in form.fields}
    return values | decisions


def row(extension: Any, **values: str) -> dict[str, str]:
    return {f"{name}_{extension.pk}": value for name, value in values.items()}


def status(*extensions: Any) -> list[str]:
    for extension in extensions:
        extension.refresh_from_db()
    return [extension.status for extension in extensions]


def test_each_shows_what_granting_does(asked, cast, sign_in):
    page = sign_in(cast.secretariat).get(URL)
    effects = {r.extension.member_state.code: r.effect for r in page.context["form"].rows()}
    assert (effects["VNM"].does_harm, effects["LAO"].does_harm) == (True, False)
    words = " ".join(page.content.decode().split())
    assert "Days to spare if granted until 18 Sep 2020:" in words
    assert "Latest day that harms nothing: <strong>10 Sep 2020</strong>" in words


def test_several_are_decided_with_one_save(asked, cast, sign_in):
    browser = sign_in(cast.secretariat)
    page = browser.get(URL)
    decisions = row(asked.vnm, decision="refuse", note="The draft waits.") | row(asked.lao, decision="grant")
    assert browser.post(URL, typed(page, **decisions)).status_code == 302
    assert status(asked.vnm, asked.lao) == ["refused", "granted"]
    assert asked.lao.granted_until == date(2020, 9, 9)


def test_what_is_left_stays_as_it_is(asked, cast, sign_in):
    browser = sign_in(cast.secretariat)
    browser.post(URL, typed(browser.get(URL), **row(asked.lao, decision="grant")))
    assert status(asked.vnm, asked.lao) == ["asked", "granted"]


def test_a_harmful_day_that_was_not_shown_is_shown_first(asked, cast, sign_in):
    browser = sign_in(cast.secretariat)
    chosen = row(asked.vnm, decision="grant", until="2020-09-14") | row(asked.lao, decision="grant")
    answer = browser.post(URL, typed(browser.get(URL), **chosen))
    assert "latest day that harms nothing" in str(answer.context["form"].errors[f"until_{asked.vnm.pk}"])
    assert "if granted until 14 Sep 2020" in " ".join(answer.content.decode().split())
    assert status(asked.vnm, asked.lao) == ["asked", "asked"]
    assert browser.post(URL, typed(answer)).status_code == 302
    assert status(asked.vnm, asked.lao) == ["granted", "granted"]


@pytest.mark.parametrize(
    ("values", "field"),
    [({"decision": "refuse"}, "note"), ({"decision": "grant", "until": ""}, "until"), ({}, "__all__")],
)
def test_what_is_missing_is_said_beside_the_field(values, field, asked, cast, sign_in):
    browser = sign_in(cast.secretariat)
    answer = browser.post(URL, typed(browser.get(URL), **row(asked.lao, **values)))
    assert list(answer.context["form"].errors) == [field if field == "__all__" else f"{field}_{asked.lao.pk}"]
    assert status(asked.vnm, asked.lao) == ["asked", "asked"]


def test_a_day_that_is_no_later_one_is_said_beside_the_request(asked, cast, sign_in):
    """And the other one is not decided either."""
    browser = sign_in(cast.secretariat)
    chosen = row(asked.vnm, decision="grant", until="2020-09-07") | row(asked.lao, decision="grant")
    answer = browser.post(URL, typed(browser.get(URL), **chosen))
    assert answer.context["form"].errors == {
        f"until_{asked.vnm.pk}": ["This is not later than the date in force, 7 Sep 2020."]
    }
    assert status(asked.vnm, asked.lao) == ["asked", "asked"]


def test_nothing_is_saved_if_one_was_decided_meanwhile(asked, cast, sign_in):
    browser = sign_in(cast.secretariat)
    page = browser.get(URL)
    asked.vnm.refuse(by=cast.secretariat, expected_version=1, note="No.")
    both = row(asked.vnm, decision="grant") | row(asked.lao, decision="grant")
    answer = browser.post(URL, typed(page, **both))
    assert "decided meanwhile by somebody else" in answer.content.decode()
    assert status(asked.vnm, asked.lao) == ["refused", "asked"]
    assert browser.post(URL, typed(answer)).status_code == 302
    assert status(asked.lao) == ["granted"]


def test_the_list_has_the_undecided_first_and_leads_to_the_decisions(asked, cast, sign_in):
    asked.vnm.refuse(by=cast.secretariat, expected_version=1, note="No.")
    page = sign_in(cast.secretariat).get("/cycles/mtr/extensions/")
    codes = [request.member_state.code for request in page.context["table"].page.object_list]
    assert codes == ["LAO", "VNM"]
    assert "Decide 1 request" in page.content.decode()
    assert "Decide 1 request" not in sign_in(cast.lao).get("/cycles/mtr/extensions/").content.decode()


def test_a_country_reads_its_own_requests_only(asked, cast, sign_in):
    words = sign_in(cast.lao).get("/cycles/mtr/extensions/").content.decode()
    assert "Lao PDR" in words
    assert "Viet Nam" not in words


# --- a request that is no longer needed


LIST, DESK = "/cycles/mtr/extensions/", "/"


def words_of(browser: Any, url: str) -> str:
    return " ".join(browser.get(url).content.decode().split())


def test_a_request_waits_no_more_once_the_report_is_in(asked, cast, sign_in):
    """Nor once it is accepted; and again if it is recalled. On desk, list, counts, export and the deadline's page."""
    browser, report = (
        sign_in(cast.secretariat),
        asked.vnm.deadline.cycle.reports.get(member_state__code="VNM"),
    )
    assert "Decide on 2 extension requests" in words_of(browser, DESK)
    assert "no longer needed" not in words_of(browser, LIST)
    make.submitted(report, by=cast.vnm)
    assert "Lao PDR: decide on the extension request" in words_of(browser, DESK)
    page = words_of(browser, LIST)
    assert "Decide 1 request" in page
    assert "no longer needed" in page
    assert "no longer needed" in browser.get(f"{LIST}?_export=csv").getvalue().decode()
    assert [r.extension for r in browser.get(URL).context["form"].rows()] == [asked.lao]
    page = words_of(browser, asked.deadline.get_absolute_url())
    assert "This request waits for no decision any more: met." in page
    assert "This request waits for no decision any more: met." in words_of(
        browser, f"/cycles/mtr/extensions/{asked.vnm.pk}/decide/"
    )
    assert "no longer needed" in words_of(sign_in(cast.vnm), LIST)
    unfinished = {row.label: row.number for row in unfinished_in(asked.deadline.cycle, cast.secretariat)}
    assert unfinished["requests for more time without a decision"] == 1
    assert status(asked.vnm) == ["asked"]
    report.recall(by=cast.vnm, expected_version=report.version)
    assert "Decide on 2 extension requests" in words_of(browser, DESK)
    assert "Decide 2 requests" in words_of(browser, LIST)


def test_nor_once_the_country_has_done_what_was_asked(asked, cast, cycle, sign_in):
    """Comments that were recorded as sent."""
    deadline = make.deadline(cycle, by=cast.secretariat, title="Comments", output="comments")
    request = make.extension(make.report(cycle, "VNM"), deadline, by=cast.vnm)
    browser = sign_in(cast.secretariat)
    assert request in [r.extension for r in browser.get(URL).context["form"].rows()]
    make.delivery(deadline, by=cast.vnm)
    assert request not in [r.extension for r in browser.get(URL).context["form"].rows()]
