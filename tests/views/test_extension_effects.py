"""Before more time is granted, its effect on the plan is shown, with the latest day that harms nothing."""

from datetime import date
from html import unescape
from typing import Any

import pytest

from tests.models.transitions import fresh
from tests.support import make


@pytest.fixture
def asked(cast: Any, cycle: Any, report: Any) -> Any:
    """Reports by 7 September; they are needed by 10 September. Viet Nam asks until 18 September."""
    for code, kind, days, day in (
        ("reports", "national_reports", 0, None),
        ("draft", "regional_draft", 14, None),
        ("summit-37", "ladder", 49, date(2020, 11, 12)),
    ):
        make.step(cycle, by=cast.secretariat, code=code, kind=kind, days=days, planned_on=day)
    deadline = make.deadline(cycle, by=cast.secretariat)
    for person, own in ((cast.vnm, report), (cast.lao, make.report(cycle, "LAO"))):
        own.post_progress(by=person, expected_version=own.version, writing=10)
    return make.extension(report, deadline, by=cast.vnm, asked_until=date(2020, 9, 18))


def words(answer: Any) -> str:
    return " ".join(unescape(answer.content.decode()).split())


def typed(answer: Any, **values: Any) -> dict[str, Any]:
    """What a browser sends from the form."""
    form = answer.context["form"]
    sent = {name: form[name].value() for name in form.fields} | {"decision": "grant"} | values
    return {name: value for name, value in sent.items() if value is not None}


def url(extension: Any) -> str:
    return f"/cycles/mtr/extensions/{extension.pk}/decide/"


def test_the_page_shows_what_the_asked_day_does(cast, asked, sign_in):
    answer = sign_in(cast.secretariat).get(url(asked))
    effect = answer.context["effect"]
    assert (effect.before.slack, effect.after.slack, effect.latest_on) == (3, -8, date(2020, 9, 10))
    assert (effect.goal_slack_before, effect.goal_slack_after) == (3, -8)
    assert [step.code for step in effect.newly_missed] == ["summit-37"]
    page = words(answer)
    for text in ("What granting it until 18 Sep 2020 does", "3 days", "−8 days", "10 Sep 2020", "Summit-37"):
        assert text in page, text


def test_a_harmless_day_is_granted_at_once(cast, asked, sign_in):
    browser = sign_in(cast.secretariat)
    assert browser.post(url(asked), typed(browser.get(url(asked)), until="2020-09-10")).status_code == 302
    assert fresh(asked).granted_until == date(2020, 9, 10)


def test_a_harmful_day_is_shown_first_and_then_granted(cast, asked, sign_in):
    browser = sign_in(cast.secretariat)
    answer = browser.post(url(asked), typed(browser.get(url(asked)), until="2020-09-14"))
    assert "later than 10 Sep 2020, the latest day that harms nothing" in str(
        answer.context["form"].errors["until"]
    )
    assert "What granting it until 14 Sep 2020 does" in words(answer)
    assert fresh(asked).status == "asked"
    assert browser.post(url(asked), typed(answer)).status_code == 302
    assert fresh(asked).granted_until == date(2020, 9, 14)


def test_the_asked_day_was_shown_already(cast, asked, sign_in):
    browser = sign_in(cast.secretariat)
    page = browser.get(url(asked))
    assert browser.post(url(asked), typed(page) | {"seen": ""}).status_code == 200  # sent without the page
    assert browser.post(url(asked), typed(page)).status_code == 302


def test_what_was_shown_and_is_other_by_now_is_shown_again(cast, asked, cycle, sign_in):
    browser = sign_in(cast.secretariat)
    page = browser.get(url(asked))
    step = cycle.plan_steps.get(code="draft")
    step.edit(by=cast.secretariat, expected_version=step.version, days=21)
    answer = browser.post(url(asked), typed(page))
    assert "later than 3 Sep 2020" in str(answer.context["form"].errors["until"])


def test_refusing_needs_no_look(cast, asked, sign_in):
    sent = {"decision": "refuse", "note": "The draft waits.", "version": 1, "until": "2020-09-18"}
    assert sign_in(cast.secretariat).post(url(asked), sent).status_code == 302


def test_without_a_plan_or_for_progress_nothing_is_moved(cast, cycle, report, sign_in):
    for output, text in (
        ("national_report", "The plan has no dates yet"),
        ("progress", "moves nothing in the plan"),
    ):
        deadline = make.deadline(cycle, by=cast.secretariat, output=output)
        extension = make.extension(report, deadline, by=cast.vnm)
        browser = sign_in(cast.secretariat)
        page = browser.get(url(extension))
        assert text in words(page)
        assert browser.post(url(extension), typed(page)).status_code == 302
