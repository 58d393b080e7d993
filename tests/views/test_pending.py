"""The page of pending items: what waits for whom, since when, and who sees what of it."""

from datetime import date

import pytest
from django.urls import reverse

from reviews import clock
from reviews.actions.deliveries import deliver
from reviews.models import ActionPoint, Advice, Explanation
from reviews.queries import desk
from reviews.queries.pending import PendingSearch, pending_items
from tests.support import make
from tests.support.desks import deadlines_on_desk


@pytest.fixture
def world(cycle, cast):
    """Something of every kind waits, from 1 July on."""
    vnm, lao = make.report(cycle, "VNM"), make.report(cycle, "LAO")
    with clock.at(date(2020, 7, 1)):
        vnm.post_progress(by=cast.vnm, expected_version=vnm.version, data_collection=10)
        make.gap(vnm, by=cast.vnm)
        for _n in range(2):
            asked = make.gap(vnm, by=cast.vnm)
            asked.ask_guidance(by=cast.vnm, expected_version=asked.version)
        Advice.draft(by=cast.consultant, text="CANARY-DRAFT", gap=asked)
        due = {"opens_on": date(2020, 7, 1), "due_on": date(2020, 7, 31)}
        late = make.deadline(cycle, by=cast.secretariat, output="comments", title="Comments", **due)
        make.deadline(cycle, by=cast.secretariat)
        make.extension(vnm, late, by=cast.vnm, asked_until=date(2020, 8, 30))
        meeting = make.meeting(cycle, by=cast.secretariat)
        points = {"by": cast.secretariat, "due_on": date(2020, 9, 1)}
        ActionPoint.add_to(meeting, text="Send", owner=cast.vnm, **points)
        ActionPoint.add_to(meeting, text="Read", owner_body=cast.consultant.organisation, **points)
    with clock.at(date(2020, 8, 5)):
        Explanation.request(late, lao.member_state, by=cast.secretariat, question="Why?")
        make.gap(lao, by=cast.lao)
        lao.post_progress(by=cast.lao, expected_version=lao.version, data_collection=10)
    return cycle


def page(sign_in, who, **query):
    answer = sign_in(who).get(reverse("pending-list", args=["mtr"]), query)
    assert answer.status_code == 200
    return answer


def items(answer):
    return [
        (item.kind.value, item.what.split(" · ")[0], item.holder)
        for item in answer.context["table"].data.data
    ]


def test_what_waits_for_whom_longest_first(world, cast, sign_in):
    assert items(page(sign_in, cast.secretariat)) == [
        ("action", "3/1", "Viet Nam"),
        ("action", "3/2", "Regional Evaluation Team"),
        ("extension", "Comments", "Secretariat"),
        ("gap", "VNM-1", "Viet Nam"),
        ("gap", "VNM-2", "Regional Evaluation Team"),
        ("gap", "VNM-3", "Regional Evaluation Team"),
        ("deadline", "Lao PDR: Comments", "Lao PDR"),
        ("deadline", "Viet Nam: Comments", "Viet Nam"),
        ("explanation", "Comments", "Lao PDR"),
        ("gap", "LAO-1", "Lao PDR"),
    ]


@pytest.mark.parametrize(
    ("who", "query", "expected"),
    [
        ("secretariat", {"holder": "LAO", "kind": "gap"}, ["LAO-1"]),
        ("secretariat", {"mine": "yes"}, ["Comments"]),
        ("secretariat", {"holder": "VNM", "kind": "deadline", "waiting": "over"}, ["Viet Nam: Comments"]),
        ("lead", {"mine": "yes", "kind": "advice"}, ["VNM-3"]),
        ("consultant", {"mine": "yes", "kind": "gap"}, ["VNM-2"]),
        ("vnm", {"mine": "yes", "kind": "gap"}, ["VNM-1"]),
        ("vnm", {"kind": "gap"}, ["VNM-1", "VNM-2", "VNM-3"]),
        ("vnm", {"kind": "action"}, ["3/1"]),
        ("secretariat", {"kind": "report", "waiting": "over"}, []),
    ],
)
def test_filters_go_together(who, query, expected, world, cast, sign_in):
    found = items(page(sign_in, getattr(cast, who), **query))
    assert sorted(what for _kind, what, _holder in found) == expected


def test_what_waits_for_a_person_by_name(world, cast, sign_in):
    found = items(page(sign_in, cast.secretariat, person=cast.vnm.pk))
    assert [what for _kind, what, _holder in found] == ["3/1"]


def test_a_silent_report_waits_for_its_country(world, cast, sign_in):
    with clock.at(date(2020, 9, 10)):
        answer = page(sign_in, cast.secretariat, kind="report")
        found = {
            (item.what, item.reason, item.holder, item.days) for item in answer.context["table"].data.data
        }
    reason = "no progress for 21 days"
    assert found == {(name, reason, name, 21) for name in ("Viet Nam", "Lao PDR")}


@pytest.mark.parametrize("who", ["secretariat", "vnm", "admin"])
def test_drafts_of_advice_are_for_the_consultants_alone(who, world, cast, sign_in):
    answer = page(sign_in, getattr(cast, who))
    assert "draft of advice" not in str(items(answer))
    assert not [item for item in answer.context["table"].data.data if item.kind == "advice"]
    assert "CANARY-DRAFT" not in answer.content.decode()


def test_a_country_sees_nothing_of_another_one(world, cast, sign_in):
    text = page(sign_in, cast.vnm).content.decode()
    assert "LAO-1" not in text
    assert "Lao PDR" not in text.split('id="list"')[1]


def test_what_is_on_a_desk_is_pending_since_the_same_instant(world, cast):
    """One rule says whom a gap, a request, an explanation, an action point and a draft wait for."""
    sources = (desk.gaps_held, desk.action_points, desk.explanations_to_give)
    for who in ("vnm", "lao", "consultant", "lead", "secretariat"):
        person = getattr(cast, who)
        tasks = {task.since for find in (*sources, desk.drafts_to_approve) for task in find(person, [world])}
        lines, extensions = deadlines_on_desk(person, world), desk.extensions_of([world])
        tasks |= {task.since for task in desk.extensions_to_decide(person, extensions, lines)}
        pending = pending_items(PendingSearch(world, person, mine=True))
        assert tasks == {item.since for item in pending if item.kind not in ("deadline", "report")}, who


def test_a_request_that_is_no_longer_needed_waits_no_more(world, cast):
    late = world.deadlines.get(title="Comments")
    kinds = [item.kind for item in pending_items(PendingSearch(world, cast.secretariat))]
    assert "extension" in kinds
    deliver(
        by=cast.vnm, report=make.report(world, "VNM"), deadline=late, met_on=date(2020, 8, 20), note="Sent."
    )
    kinds = [item.kind for item in pending_items(PendingSearch(world, cast.secretariat))]
    assert "extension" not in kinds


def test_nothing_waits_in_a_closed_cycle(world, cast, sign_in):
    world.refresh_from_db()
    world.close(by=cast.secretariat, expected_version=world.version, why="Over.")
    assert items(page(sign_in, cast.secretariat)) == []


def test_it_can_be_sorted_and_taken_away(world, cast, sign_in):
    answer = sign_in(cast.secretariat).get(
        reverse("pending-list", args=["mtr"]), {"sort": "holder", "holder": "LAO", "_export": "csv"}
    )
    text = b"".join(answer.streaming_content).decode()
    assert "LAO-1" in text
    assert "VNM-1" not in text
