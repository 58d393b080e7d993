"""The filters of records that somebody has: with whom, whose turn it is, for how long."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from reviews import clock
from reviews.models import ActionPoint, NationalReport, User
from reviews.queries import desk
from tests.support import make


@pytest.fixture
def world(cycle, cast):
    """Gaps, requests and action points with Viet Nam, Lao PDR, the consultants and the Secretariat, old and new."""
    vnm, lao = make.report(cycle, "VNM"), make.report(cycle, "LAO")
    with clock.at(date(2020, 7, 1)):
        vnm.post_progress(by=cast.vnm, expected_version=vnm.version, data_collection=10)
        lao.post_progress(by=cast.lao, expected_version=lao.version, data_collection=10)
        make.gap(vnm, by=cast.vnm)
        asked = make.gap(vnm, by=cast.vnm)
        asked.ask_guidance(by=cast.vnm, expected_version=asked.version)
        due = {"opens_on": date(2020, 7, 1), "due_on": date(2020, 7, 31)}
        early = make.deadline(cycle, by=cast.secretariat, output="comments", title="Comments", **due)
        make.deadline(cycle, by=cast.secretariat)
        make.extension(vnm, early, by=cast.vnm, asked_until=date(2020, 8, 30))
        meeting = make.meeting(cycle, by=cast.secretariat)
        points = {"by": cast.secretariat, "due_on": date(2020, 9, 1)}
        ActionPoint.add_to(meeting, text="Send", owner=cast.vnm, **points)
        ActionPoint.add_to(meeting, text="Read", owner_body=cast.consultant.organisation, **points)
    with clock.at(date(2020, 8, 10)):
        vnm.post_progress(by=cast.vnm, expected_version=vnm.version, data_collection=20)
        make.gap(lao, by=cast.lao)
    return cycle


def rows(sign_in, who, name, query):
    answer = sign_in(who).get(reverse(name, args=["mtr"]), query)
    assert answer.status_code == 200
    data = answer.context["table"].page.object_list
    return [str(row.record if hasattr(row, "record") else row) for row in data]


@pytest.mark.parametrize(
    ("who", "name", "query", "expected"),
    [
        ("secretariat", "datagap-list", {"holder": "RET"}, ["VNM-2"]),
        ("secretariat", "datagap-list", {"holder": "VNM"}, ["VNM-1"]),
        ("secretariat", "datagap-list", {"waiting": "over"}, ["VNM-1", "VNM-2"]),
        ("secretariat", "datagap-list", {"mine": "yes"}, []),
        ("consultant", "datagap-list", {"mine": "yes"}, ["VNM-2"]),
        ("vnm_team", "datagap-list", {"mine": "yes"}, ["VNM-1"]),
        ("vnm", "datagap-list", {"holder": "LAO"}, []),
        ("consultant", "action-list", {"mine": "yes"}, ["3/2"]),
        ("secretariat", "action-list", {"holder": "VNM", "waiting": "over"}, ["3/1"]),
        ("vnm_team", "action-list", {"mine": "yes"}, []),
        (
            "secretariat",
            "extension-list",
            {"mine": "yes", "waiting": "over"},
            ["Comments · Viet Nam"],
        ),
        ("secretariat", "extension-list", {"holder": "ASEC"}, ["Comments · Viet Nam"]),
        ("secretariat", "extension-list", {"holder": "VNM"}, []),
        ("vnm", "extension-list", {"mine": "yes"}, []),
        ("secretariat", "deadline-list", {"holder": "LAO"}, ["Comments", "National reports"]),
        ("secretariat", "deadline-list", {"holder": "LAO", "waiting": "over"}, ["Comments"]),
        ("secretariat", "deadline-list", {"mine": "yes"}, []),
        ("lao", "deadline-list", {"mine": "yes", "waiting": "over"}, ["Comments"]),
    ],
)
def test_who_has_it_and_for_how_long(who, name, query, expected, world, cast, sign_in):
    assert rows(sign_in, getattr(cast, who), name, query) == expected


def test_of_reports_in_progress_those_without_progress_for_long(world, cast, sign_in):
    """Viet Nam posts five days before, Lao PDR does not."""
    vnm = make.report(world, "VNM")
    with clock.at(date(2020, 9, 5)):
        vnm.post_progress(by=cast.vnm, expected_version=vnm.version, data_collection=30)
    with clock.at(date(2020, 9, 10)):
        found = rows(sign_in, cast.secretariat, "report-list", {"waiting": "over"})
        assert [name.split(" · ")[0] for name in found] == ["Lao PDR"]
        assert rows(sign_in, cast.vnm, "report-list", {"waiting": "over"}) == []


@pytest.mark.parametrize(
    "status", ["not_started", "in_progress", "submitted", "being_read", "returned", "accepted"]
)
@pytest.mark.parametrize("day", [date(2020, 8, 20), date(2020, 9, 10)])
def test_the_filter_says_the_same_as_one_report(status, day, cast, report):
    make.in_status(status, report, cast)
    with clock.at(day):
        moment = clock.now() - timedelta(days=14)
        report = NationalReport.objects.get(pk=report.pk)
        since = report.waiting_since
        found = NationalReport.objects.filter(pk=report.pk).waiting_since_before(moment)
        assert found.exists() == (since is not None and since < moment)


@pytest.mark.parametrize("status", ["submitted", "being_read"])
@pytest.mark.parametrize("gone", [False, True])
def test_whose_turn_is_as_on_the_desk(status, gone, cast, report):
    make.in_status(status, report, cast)
    if gone:
        person = User.objects.get(pk=cast.consultant.pk)
        person.change_traced(by=cast.admin, expected_version=person.version, is_active=False)
    for person in (cast.lead, cast.consultant, cast.vnm, cast.secretariat):
        person = User.objects.get(pk=person.pk)
        tasks = list(desk.reports_to_read(person, desk.reports_of(person, [report.cycle])))
        assert NationalReport.objects.visible_to(person).waiting_for(person).exists() == bool(tasks)


def test_a_filter_is_a_chip_and_goes_into_exports(world, cast, sign_in):
    browser, url = sign_in(cast.secretariat), reverse("datagap-list", args=["mtr"])
    page = browser.get(url, {"holder": "RET", "waiting": "over"}).content.decode()
    assert "With: Regional Evaluation Team" in page
    assert "Waiting: over 14 days" in page
    answer = browser.get(url, {"holder": "RET", "_export": "csv"})
    export = b"".join(answer.streaming_content).decode()
    assert ("VNM-2" in export, "VNM-1" in export) == (True, False)
