"""A closed cycle is only read, until it is opened again."""

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from reviews.actions.reports import submit_report
from reviews.models import ActionPoint, AgendaItem
from tests.models.transitions import fresh, refused, tells
from tests.support import make
from tests.support.shared_records import shared


@shared
def closed(cast: Any, report: Any) -> SimpleNamespace:
    """Everything of a cycle that has been closed since."""
    make.in_status("in_progress", report, cast)
    cycle, by = report.cycle, cast.secretariat
    made = SimpleNamespace(cycle=cycle, report=report, gap=make.gap(report, by=cast.vnm))
    made.deadline, made.meeting = make.deadline(cycle, by=by), make.meeting(cycle, by=by)
    body, day = cast.vnm.organisation, date(2020, 9, 1)
    made.action = ActionPoint.add_to(made.meeting, by=by, text="Send", owner_body=body, due_on=day)
    made.extension = make.extension(
        report, made.deadline, by=cast.vnm, asked_until=date(2020, 9, 21), reason="Floods"
    )
    cycle.close(by=by, expected_version=cycle.version, why="Adopted by the Summit.")
    return SimpleNamespace(**{name: fresh(record) for name, record in vars(made).items()})


DAY = date(2020, 9, 1)
VERBS = {
    "post progress": lambda c, x: c.report.post_progress(by=x.vnm, expected_version=c.report.version, writing=20),
    "submit": lambda c, x: submit_report(report=c.report, by=x.vnm, expected_version=c.report.version,
                                          file=make.pdf(), reason="Late"),
    "appoint": lambda c, x: c.report.appoint(by=x.vnm, expected_version=c.report.version,
                                             lead_author=None, authors="A"),
    "raise a gap": lambda c, x: make.gap(c.report, by=x.vnm),
    "edit a gap": lambda c, x: c.gap.edit(by=x.vnm, expected_version=1, missing="x"),
    "ask for guidance": lambda c, x: c.gap.ask_guidance(by=x.vnm, expected_version=1),
    "take up": lambda c, x: c.gap.take_up(by=x.vnm, expected_version=1),
    "close a gap": lambda c, x: c.gap.close(by=x.vnm, expected_version=1, way="limitation", note="x"),
    "set a deadline": lambda c, x: make.deadline(c.cycle, by=x.secretariat),
    "move a deadline": lambda c, x: c.deadline.reschedule(by=x.secretariat, expected_version=1, why="x", due_on=DAY),
    "ask for an extension": lambda c, x: make.extension(
        make.report(c.cycle, "LAO"), c.deadline, by=x.lao, asked_until=date(2020, 9, 21), reason="x"
    ),
    "grant": lambda c, x: c.extension.grant(by=x.secretariat, expected_version=1, until=date(2020, 9, 21)),
    "refuse": lambda c, x: c.extension.refuse(by=x.secretariat, expected_version=1, note="x"),
    "plan a meeting": lambda c, x: make.meeting(c.cycle, by=x.secretariat, code="4"),
    "move a meeting": lambda c, x: c.meeting.reschedule(by=x.secretariat, expected_version=1, why="x", planned_to=DAY),
    "hold": lambda c, x: c.meeting.hold(by=x.secretariat, expected_version=1, held_from=DAY, held_to=DAY, why="x"),
    "cancel": lambda c, x: c.meeting.cancel(by=x.secretariat, expected_version=1, why="x"),
    "record an agenda item": lambda c, x: AgendaItem.add_to(c.meeting, by=x.secretariat, title="x"),
    "edit an action point": lambda c, x: c.action.edit(by=x.secretariat, expected_version=1, text="x"),
    "finish": lambda c, x: c.action.finish(by=x.vnm, expected_version=1, note="x"),
    "drop": lambda c, x: c.action.drop(by=x.secretariat, expected_version=1, note="x"),
}  # fmt: skip


@pytest.mark.parametrize("verb", VERBS)
def test_a_closed_cycle_is_only_read(verb, cast, closed):
    refused(
        "MTR is closed and can only be read; the Secretariat can open it again", VERBS[verb], closed, cast
    )


def test_an_administrator_still_corrects_what_is_closed(cast, closed):
    closed.gap.correct(by=cast.admin, expected_version=1, why="Wrong year", missing="Baseline of 2015")
    tells(closed.gap, by=cast.admin, verb="corrected", why="Wrong year")


def test_no_buttons_are_offered_in_a_closed_cycle(cast, closed):
    assert closed.report.transitions_for(cast.vnm) == closed.gap.transitions_for(cast.vnm) == set()


def test_a_cycle_opened_again_can_be_written_to(cast, closed):
    closed.cycle.reopen(
        by=cast.secretariat, expected_version=closed.cycle.version, why="One report was late."
    )
    report = make.report(closed.cycle, "VNM")
    report.post_progress(by=cast.vnm, expected_version=report.version, writing=20)
    assert fresh(report).writing == 20
