"""The small part of the seed: people, member states, cycles, made through the product's own verbs."""

from datetime import date
from typing import NamedTuple

from django.core.management import call_command
from django.db.models import QuerySet

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
from reviews.queries.coverage import key_result_areas

CYCLES = 5
MANY = 195  # states
PROVINCES = 63  # of Viet Nam
STARTS, ENDS = date(2019, 1, 1), date(2020, 12, 31)
STATED = (Coverage.REPORTED, Coverage.ESTIMATED, Coverage.REPORTED, Coverage.NOT_COLLECTED)


class World(NamedTuple):
    """What the rows of the seed belong to."""

    cycles: list[ReviewCycle]  # of eleven member states each; the first is the one that is measured
    states: ReviewCycle  # of 195
    provinces: ReviewCycle  # of 63
    consultant: User
    coordinator: User  # of Viet Nam
    secretariat: User


def load() -> World:
    """Return what `make` made."""
    users = {user.username: user for user in User.objects.all()}
    cycles = {cycle.slug: cycle for cycle in ReviewCycle.objects.all()}
    return World(
        [cycles[f"bench-{number}"] for number in range(1, CYCLES + 1)],
        cycles["bench-states"],
        cycles["bench-provinces"],
        users["bench.consultant"],
        users["bench.vnm"],
        users["bench.secretariat"],
    )


def make() -> None:
    """Make reference data, five cycles of the member states, one of 195 states, one of 63 provinces."""
    with clock.at(STARTS):
        call_command("load_reference", verbosity=0)
        secretariat = _person("bench.secretariat", Role.SECRETARIAT, Organisation.objects.get(code="ASEC"))
        _person("bench.consultant", Role.CONSULTANT, Organisation.objects.evaluators())
        # Also the one that joined after these years: the board has eleven members.
        late = Organisation.objects.filter(kind="member_state", joined_on__gt=STARTS)
        QuerySet.update(late, joined_on=STARTS)
        members = list(Organisation.objects.filter(kind="member_state").order_by("code"))
        coordinators = {s.code: _person(f"bench.{s.code.lower()}", Role.COORDINATOR, s) for s in members}
        cycles = [_cycle(f"bench-{number}", members, secretariat) for number in range(1, CYCLES + 1)]
        _cycle("bench-states", _bodies("S", MANY), secretariat)
        _cycle("bench-provinces", _bodies("P", PROVINCES), secretariat)
        areas = list(key_result_areas(cycles[0]))
        for n, report in enumerate(reports(cycles[0])):
            # On most key result areas.
            rows = [(area, _statement(n + k)) for k, area in enumerate(areas) if (n + k) % 5]
            state_coverage(by=coordinators[report.code], report=report, rows=rows)


def _person(name: str, role: str, body: Organisation) -> User:
    return User.objects.create_user(name, None, name=name, role=role, organisation=body)


def _bodies(letter: str, n: int) -> list[Organisation]:
    bodies = []
    for k in range(n):
        code, name = f"{letter}{k:03}", f"{letter} {k:03}"
        body = Organisation.create_traced(
            by=None, code=code, name_en=name, kind="member_state", joined_on=STARTS
        )
        bodies.append(body)
    return bodies


def _cycle(slug: str, members: list[Organisation], by: User) -> ReviewCycle:
    """Make an open cycle with its calendar."""
    framework = Framework.objects.get()
    cycle = ReviewCycle.create_traced(
        by=by, slug=slug, name_en=slug, framework=framework, starts_on=STARTS, ends_on=ENDS
    )
    for state in members:
        CycleMembership.create_traced(by=by, cycle=cycle, member_state=state, joined_on=STARTS)
    open_cycle(by=by, cycle=cycle, expected_version=cycle.version)
    calendars.plan(cycle, by)
    return cycle


def _statement(n: int) -> StatementFields:
    return {"expected_version": 0, "coverage": STATED[n % len(STATED)], "note": "From the survey of 2016."}


def reports(cycle: ReviewCycle) -> list[NationalReport]:
    rows = NationalReport.objects.filter(cycle=cycle).select_related("member_state", "cycle")
    return list(rows.order_by("member_state__code"))
