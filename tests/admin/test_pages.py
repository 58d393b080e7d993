"""The pages of the administration: what they ask of the database, find and show."""

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from django.urls import reverse
from django.utils import translation

from reviews import clock
from reviews.actions.cycles import seat_member
from reviews.admin import site
from reviews.models import (
    ActionPoint,
    AgendaItem,
    DataGap,
    Deadline,
    Decision,
    Delegation,
    Extension,
    Framework,
    FrameworkNode,
    Meeting,
    NationalReport,
    Organisation,
    ReviewCycle,
    TimelineEvent,
    User,
)
from tests.admin.pages import MODELS, address, each_model
from tests.admin.records import one_of_each
from tests.support import make


@each_model
def test_lists_ask_the_database_the_same_for_one_and_three(
    model, cast, records, sign_in, django_assert_max_num_queries
):
    browser, counts = sign_in(cast.admin), []
    for n in (1, 2, 3):
        if n > 1:
            one_of_each(cast, n)
        with django_assert_max_num_queries(16) as queries:
            assert browser.get(address(model, "changelist")).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[2]


@pytest.mark.parametrize("model", [NationalReport, Meeting, ReviewCycle, Deadline, Framework, DataGap, User])
def test_pages_with_many_rows_ask_no_more(model, cast, records, sign_in, django_assert_max_num_queries):
    browser, url, counts = sign_in(cast.admin), address(model, "change", records[model].pk), []
    for n in (1, 2, 3):
        if n > 1:
            more_below(records, cast, n)
        with django_assert_max_num_queries(24) as queries:
            assert browser.get(url).status_code == 200
        counts.append(len(queries))
    assert counts[1] == counts[2]


def more_below(records: Any, cast: SimpleNamespace, n: int) -> None:
    """One more row in each inline, and one more choice in each list."""
    by, report = cast.secretariat, NationalReport.objects.get(pk=records[NationalReport].pk)
    report.recall(by=cast.vnm, expected_version=report.version)
    make.submitted(report, by=cast.vnm)
    meeting, body = records[Meeting], make.organisation(f"Y{n}")
    AgendaItem.add_to(meeting, by=by, title="Item")
    Delegation.add_to(meeting, by=by, organisation=body)
    Decision.add_to(meeting, by=by, text="Agreed.")
    ActionPoint.add_to(meeting, by=by, text="Send it.", owner_body=body, due_on=date(2020, 9, n))
    seat_member(by=by, cycle=records[ReviewCycle], member_state=body, joined_on=date(2020, 3, 1))
    report = make.report(records[ReviewCycle], f"Y{n}")
    person = make.user(f"y{n}", "coordinator", body)
    asked = {
        "asked_until": date(2020, 11, n),
        "reason": "Floods",
        "asked_by": person,
        "asked_at": clock.now(),
    }
    due_on = records[Deadline].due_on
    Extension.create_traced(
        by=person, deadline=records[Deadline], member_state=body, due_when_asked=due_on, **asked
    )
    make.area(f"B.{n}")


@each_model
def test_searching_and_sorting(model, cast, records, sign_in):
    browser = sign_in(cast.admin)
    columns = len(site.get_model_admin(model).list_display)
    for query in ({"q": "Việt Nam 3%'\""}, *({"o": f"-{n}"} for n in range(1, columns + 1))):
        assert browser.get(address(model, "changelist"), query).status_code == 200


@each_model
def test_nothing_inline_for_the_content_security_policy(model, cast, records, sign_in):
    browser = sign_in(cast.admin)
    pages = {"changelist": (), "change": [records[model].pk], "history": [records[model].pk]}
    for page, args in pages.items():
        html = browser.get(address(model, page, *args)).content.decode()
        assert " style=" not in html
        assert " onclick=" not in html
        assert "<style" not in html
        assert html.count("<script") == html.count("src=") - html.count("<img")


def test_pages_in_vietnamese(cast, records, sign_in):
    browser = sign_in(cast.admin)
    with translation.override("vi"):
        for model in MODELS:
            assert browser.get(address(model, "change", records[model].pk)).status_code == 200


@pytest.mark.parametrize(
    "model", [Organisation, FrameworkNode, TimelineEvent, Meeting], ids=lambda m: m.__name__
)
def test_what_is_to_be_checked_stands_out(model, cast, records, sign_in):
    FrameworkNode.create_traced(
        by=None, framework=make.framework(), level="activity", code="Z", title="Z", confidence="check"
    )
    assert b"<mark" in sign_in(cast.admin).get(address(model, "changelist")).content


def test_finding_a_gap_by_its_number_and_without_accents(cast, report, sign_in):
    first = make.gap(report, by=cast.vnm, missing="Số liệu ở Đà Nẵng")
    make.gap(report, by=cast.vnm, missing="Something else")
    browser = sign_in(cast.admin)
    for words in ("VNM-1", "vnm-1", "da nang", "ĐÀ NẴNG"):
        rows = browser.get(address(DataGap, "changelist"), {"q": words}).context["cl"].queryset
        assert list(rows) == [first]


def test_choosing_an_organisation_by_its_name(cast, sign_in):
    field = {"app_label": "reviews", "model_name": "nationalreport", "field_name": "holder"}
    answer = sign_in(cast.admin).get(reverse("admin:autocomplete"), {"term": "viet", **field}).json()
    assert [row["text"] for row in answer["results"]] == ["Viet Nam"]
