"""The part of the seed that is small: people, member states, cycles, made through the product's own verbs."""

from datetime import date
from typing import Any, NamedTuple

from django.core.management import call_command

from bench import calendars
from reviews import clock
from reviews.actions.coverage import state_coverage
from reviews.actions.cycles import open_cycle
from reviews.models import (
    Coverage,
    CycleMembership,
    Framework,
    NationalReport,
    Organisation,
    ReviewCycle,
    Role,
    User,
)
from reviews.models.coverage import StatementFields
from reviews.queries.coverage import areas_of

CYCLES = 5
MANY = 195  # states
PROVINCES = 63  # of Viet Nam
STARTS, ENDS = date(2019, 1, 1), date(2020, 12, 31)
SAID = (Coverage.REPORTED, Coverage.ESTIMATED, Coverage.REPORTED, Coverage.NOT_COLLECTED)


class World(NamedTuple):
    """What the rows of the seed hang from."""

    cycles: list[ReviewCycle]  # of eleven member states each; the first is the one that is measured
    states: ReviewCycle  # of 195
    provinces: ReviewCycle  # of 63
    consultant: User
    coordinator: User  # of Viet Nam
    secretariat: User


def found() -> World:
    """What `make` made."""
    cycle, person = ReviewCycle.objects.get, User.objects.get
    return World(
        [cycle(slug=f"bench-{number}") for number in range(1, CYCLES + 1)],
        cycle(slug="bench-states"),
        cycle(slug="bench-provinces"),
        person(username="bench.consultant"),
        person(username="bench.vnm"),
        person(username="bench.secretariat"),
    )


def make() -> None:
    """Reference data, five cycles of the member states, one of 195 states, one of 63 provinces."""
    with clock.at(STARTS):
        call_command("load_reference", verbosity=0)
        secretariat = _person("bench.secretariat", Role.SECRETARIAT, Organisation.objects.get(code="ASEC"))
        _person("bench.consultant", Role.CONSULTANT, Organisation.objects.evaluators())
        members = list(Organisation.objects.filter(kind="member_state").order_by("code"))
        coordinators = {s.code: _person(f"bench.{s.code.lower()}", Role.COORDINATOR, s) for s in members}
        cycles = [_cycle(f"bench-{number}", members, secretariat) for number in range(1, CYCLES + 1)]
        _cycle("bench-states", _bodies("S", MANY), secretariat)
        _cycle("bench-provinces", _bodies("P", PROVINCES), secretariat)
        _cover(cycles[0], coordinators)


def _person(name: str, role: str, body: Organisation) -> User:
    return User.objects.create_user(name, None, name=name, role=role, organisation=body)


def _bodies(letter: str, n: int) -> list[Organisation]:
    values: dict[str, Any] = {"kind": "member_state", "joined_on": STARTS}
    return [
        Organisation.create_traced(by=None, code=f"{letter}{k:03}", name_en=f"{letter} {k:03}", **values)
        for k in range(n)
    ]


def _cycle(slug: str, members: list[Organisation], by: User) -> ReviewCycle:
    """An open cycle with its calendar."""
    days: dict[str, Any] = {"starts_on": STARTS, "ends_on": ENDS}
    framework = Framework.objects.get()
    cycle = ReviewCycle.create_traced(by=by, slug=slug, name_en=slug, framework=framework, **days)
    for state in members:
        CycleMembership.create_traced(by=by, cycle=cycle, member_state=state, joined_on=STARTS)
    open_cycle(by=by, cycle=cycle, expected_version=cycle.version)
    calendars.plan(cycle, by)
    return cycle


def _cover(cycle: ReviewCycle, coordinators: dict[str, User]) -> None:
    """What each country says of most key result areas."""
    areas = list(areas_of(cycle))
    for n, report in enumerate(reports(cycle)):
        said = [(area, _said(n + k)) for k, area in enumerate(areas) if (n + k) % 5]
        state_coverage(by=coordinators[report.code], report=report, rows=said)


def _said(n: int) -> StatementFields:
    return {"expected_version": 0, "coverage": SAID[n % len(SAID)], "note": "From the survey of 2016."}


def reports(cycle: ReviewCycle) -> list[NationalReport]:
    theirs = NationalReport.objects.filter(cycle=cycle).select_related("member_state", "cycle")
    return list(theirs.order_by("member_state__code"))
