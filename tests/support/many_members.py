"""A review of 195 members, as other bodies of treaties have them: some on time, most late, some never.

The shape is that of a public record of reporting under a global convention: 43 of 195 never handed in, 136 were late.
Names and codes are invented.
"""

from datetime import date, timedelta
from itertools import product
from string import ascii_uppercase
from typing import Any

from reviews import clock
from reviews.actions.reports import submit_report
from reviews.models import Deadline, DeadlineOutput, NationalReport, ReviewCycle, Role, User
from tests.support import make

MEMBERS, LATE, NEVER = 195, 136, 43
DUE_ON = date(2020, 6, 1)
CODES = [f"X{first}{second}" for first, second in product(ascii_uppercase, repeat=2)][:MEMBERS]


def review(*, by: User) -> ReviewCycle:
    """An open cycle with a round, a plan and a deadline that has passed."""
    for number, code in enumerate(CODES, 1):
        make.organisation(code, name=f"Invented member {number:03}")
    with clock.at(date(2020, 3, 1)):
        cycle = make.cycle("many", by=by, members=CODES)
        deadline = make.deadline(cycle, by=by, opens_on=date(2020, 3, 1), due_on=DUE_ON, shared=True)
        make.deadline(
            cycle,
            by=by,
            title="Progress",
            output=DeadlineOutput.PROGRESS,
            opens_on=date(2020, 3, 1),
            due_on=date(2020, 9, 1),
            shared=True,
        )
        make.step(cycle, by=by)
    make.meeting(cycle, by=by, shared=True)
    reports = NationalReport.objects.filter(cycle=cycle).select_related("cycle", "member_state")
    for number, report in enumerate(reports.order_by("member_state__code")):
        hand_in(number, report)
    ask_for_more_time(cycle, deadline)
    return cycle


def hand_in(number: int, report: NationalReport) -> None:
    """The first ones on time, then those that are late by a day more each, the last ones never."""
    coordinator = User.objects.create_user(
        f"{report.code.lower()}.coordinator",
        None,
        name=f"Coordinator of {report.code}",
        role=Role.COORDINATOR,
        organisation=report.member_state,
    )
    on_time = MEMBERS - LATE - NEVER
    with clock.at(date(2020, 5, 1)):
        report.post_progress(by=coordinator, expected_version=report.version, data_collection=number % 90)
    if number < on_time + LATE:
        day = DUE_ON if number < on_time else DUE_ON + timedelta(days=1 + (number - on_time) % 70)
        with clock.at(day):
            submit_report(
                by=coordinator,
                report=report,
                expected_version=report.version,
                file=make.pdf(),
                reason="Late data.",
            )


def ask_for_more_time(cycle: ReviewCycle, deadline: Deadline) -> None:
    for code in CODES[-10:]:
        coordinator: Any = User.objects.get(username=f"{code.lower()}.coordinator")
        report = make.report(cycle, code)
        make.extension(report, deadline, by=coordinator, asked_until=date(2020, 9, 30), reason="Floods.")
