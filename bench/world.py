"""The part of the seed that is small: people, member states, cycles, made through the product's own verbs."""

from datetime import date
from typing import Any, NamedTuple

from django.core.management import call_command

from reviews import actions
from reviews.models import (
    CycleMembership,
    Deadline,
    Framework,
    Meeting,
    NationalReport,
    Organisation,
    ReviewCycle,
    Role,
    User,
)

CYCLES = 5
MANY = 195  # states; and the provinces of Viet Nam
PROVINCES = 63
STARTS, ENDS = date(2019, 1, 1), date(2020, 12, 31)


class World(NamedTuple):
    """What the rows of the seed hang from."""

    cycles: list[ReviewCycle]  # of eleven member states each; the first is the one that is measured
    consultant: User
    coordinator: User  # of Viet Nam


def make() -> World:
    """Reference data, five cycles of the member states, one of 195 states, one of 63 provinces."""
    call_command("load_reference", verbosity=0)
    body = Organisation.objects.evaluators()
    consultant = _person("bench.consultant", Role.CONSULTANT, body)
    states = list(Organisation.objects.filter(kind="member_state").order_by("code"))
    coordinator = _person("bench.coordinator", Role.COORDINATOR, next(s for s in states if s.code == "VNM"))
    cycles = [_cycle(f"bench-{number}", states) for number in range(1, CYCLES + 1)]
    _cycle("bench-states", _bodies("S", MANY))
    _cycle("bench-provinces", _bodies("P", PROVINCES))
    return World(cycles, consultant, coordinator)


def _person(name: str, role: str, body: Organisation) -> User:
    return User.objects.create_user(name, None, name=name, role=role, organisation=body)


def _bodies(letter: str, n: int) -> list[Organisation]:
    values: dict[str, Any] = {"kind": "member_state", "joined_on": STARTS}
    return [
        Organisation.record_new(by=None, code=f"{letter}{k:03}", name_en=f"{letter} {k:03}", **values)
        for k in range(n)
    ]


def _cycle(slug: str, members: list[Organisation]) -> ReviewCycle:
    """An open cycle with its calendar."""
    framework = Framework.objects.get()
    by = User.objects.filter(username="bench.secretariat").first() or _secretariat()
    cycle = ReviewCycle.record_new(
        by=by, slug=slug, name_en=slug, framework=framework, starts_on=STARTS, ends_on=ENDS
    )
    for state in members:
        CycleMembership.record_new(by=by, cycle=cycle, member_state=state, joined_on=STARTS)
    actions.open_cycle(by=by, cycle=cycle, seen=cycle.version)
    _calendar(cycle, by)
    return cycle


def _secretariat() -> User:
    return _person("bench.secretariat", Role.SECRETARIAT, Organisation.objects.get(code="ASEC"))


def _calendar(cycle: ReviewCycle, by: User) -> None:
    for month in range(2, 8):
        day = date(2020, month, 11)
        output = "progress" if month % 2 else "national_report"
        Deadline.set_for(
            cycle, by=by, title=f"Deadline {month}", opens_on=day, due_on=day.replace(day=25), output=output
        )
        Meeting.plan(
            cycle,
            by=by,
            title=f"Meeting {month}",
            code=str(month),
            number=month,
            planned_from=day,
            planned_to=day,
        )


def reports(cycle: ReviewCycle) -> list[NationalReport]:
    return list(NationalReport.objects.filter(cycle=cycle).order_by("member_state__code"))
