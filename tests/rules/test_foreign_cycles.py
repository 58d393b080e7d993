"""Whose cycle it is, what a closed one offers, and what of a shared one is shared."""

import re
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from reviews.models import ReviewCycle
from tests.support import grids, make, steps
from tests.support.browsers import body
from tests.support.shared_records import shared

CYCLES = """
                 vnm  team  lao  consultant  secretariat  observer  admin
shared           200   200  200         200          200       200    200
unshared         200   200  200         200          200       404    200
preparing        404   404  404         200          200       404    200
closed           200   200  200         200          200       200    200
of_lao_alone     404   404  200         200          200       404    200
absent           404   404  404         404          404       404    404
"""


@shared
def cycles(cast: Any) -> None:
    for slug in ("shared", "closed"):
        make.cycle(slug, by=cast.secretariat, shared=True)
    closed = ReviewCycle.objects.get(slug="closed")
    closed.close(by=cast.secretariat, expected_version=closed.version, why="Done.")
    make.cycle("unshared", by=cast.secretariat)
    make.cycle("of_lao_alone", by=cast.secretariat, members=["LAO"])
    days = {"starts_on": date(2021, 1, 1), "ends_on": date(2021, 12, 31)}
    ReviewCycle.create_traced(
        by=None, slug="preparing", name_en="Next", framework=make.framework(), shared=True, **days
    )


@pytest.mark.parametrize("page", ["board", "framework", "deadline-list", "meeting-list", "action-list"])
@pytest.mark.parametrize(("slug", "row"), grids.read(CYCLES), ids=lambda value: str(value)[:12])
def test_cycles(slug, row, page, cast, cycles, sign_in):
    people = vars(cast) | {"team": cast.vnm_team}
    answers = {name: sign_in(people[name]).get(reverse(page, args=[slug])) for name in row}
    assert {name: str(answer.status_code) for name, answer in answers.items()} == row


READ = (
    "board",
    "report",
    "report-list",
    "datagap",
    "datagap-list",
    "deadline",
    "deadline-list",
    "meeting",
    "meeting-list",
)
WAY_TO_A_FORM = (
    r"/(update|authors|add|edit|extension|decide|hold|cancel|actions/\d+/\w+|start-reading|ask-guidance)/"
)


@pytest.mark.parametrize("page", READ)
def test_a_closed_cycle_offers_nothing_to_do(page, cast, cycle, sign_in):
    made = steps.world("report", cast, cycle)
    offered = {
        name: offers(sign_in(getattr(cast, name)), page, made) for name in ("vnm", "lead", "secretariat")
    }
    assert any(offered.values()) or page in ("board", "report-list")
    cycle.close(by=cast.secretariat, expected_version=cycle.version, why="Adopted.")
    for name in offered:
        assert offers(sign_in(getattr(cast, name)), page, made) == set(), f"{name} at {page}"


def offers(browser: Client, page: str, made: Any) -> set[str]:
    """The kinds of steps that a page leads to."""
    shown = body(browser.get(steps.address(page, made)))
    return {found.group(1) for found in re.finditer(rf'(?:href|action)="[^"]*{WAY_TO_A_FORM}', shown)}


def test_a_cycle_that_one_may_not_open_is_on_no_desk(cast, cycles, sign_in):
    assert "OF_LAO_ALONE" not in body(sign_in(cast.vnm).get(reverse("desk")))
    assert "OF_LAO_ALONE" in body(sign_in(cast.lao).get(reverse("desk")))
    assert "UNSHARED" not in body(sign_in(cast.observer).get(reverse("desk")))


@pytest.mark.parametrize("page", ["deadline", "meeting"])
def test_observers_read_of_a_shared_cycle_only_what_is_shared(page, cast, cycle, sign_in):
    made = SimpleNamespace(
        deadline=make.deadline(cycle, by=cast.secretariat, title="Quiet"),
        meeting=make.meeting(cycle, by=cast.secretariat, title="Quiet"),
    )
    url = getattr(made, page).get_absolute_url()
    assert sign_in(cast.observer).get(url).status_code == 404
    assert "Quiet" not in body(sign_in(cast.observer).get(reverse(f"{page}-list", args=["mtr"])))
    assert "Quiet" in body(sign_in(cast.lao).get(url))


def test_a_deadline_for_one_country_does_not_exist_for_another(cast, cycle, sign_in):
    only = make.deadline(cycle, by=cast.secretariat, title="Quiet", only_for=[cast.vnm.organisation])
    for page in (only.get_absolute_url(), reverse("extension-ask", args=["mtr", only.number])):
        assert sign_in(cast.lao).get(page).status_code == 404
    assert "Quiet" not in body(sign_in(cast.lao).get(reverse("deadline-list", args=["mtr"])))
    assert "Quiet" in body(sign_in(cast.vnm).get(reverse("deadline-list", args=["mtr"])))
