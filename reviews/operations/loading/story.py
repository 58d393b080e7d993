"""The demonstration's history: each row of `fixtures/demo` is one step that somebody took at some moment.

The steps go through the models' own verbs, with the rights of whoever takes them and the clock at their
moment, so that the trace reads as if people had done all this.
"""

from reviews import clock
from reviews.models import (
    ActionPoint,
    AgendaItem,
    DataGap,
    Extension,
    Finding,
    Minutes,
    NationalReport,
    ReceivedAdvice,
    ThreadEntry,
    Turn,
    User,
)
from reviews.operations.loading.rows import FIXTURES, Row, read
from reviews.operations.loading.steps import calendar, datagaps, meetings, named, reports, rounds
from reviews.operations.loading.steps.named import Step, noted

FOLDER = FIXTURES / "demo"

# What each file may tell. Of the steps of one moment, those of an earlier file come first.
STEPS: dict[str, dict[str, Step]] = {
    "cycle.csv": {"open": calendar.open_cycle},
    "meetings.csv": {"plan": meetings.plan, "move": meetings.reschedule, "hold": meetings.hold},
    "deadlines.csv": {"set": calendar.set_deadline, "move": calendar.reschedule_deadline},
    "progress.csv": {"post": reports.post},
    "reports.csv": {
        "appoint": reports.appoint,
        "submit": reports.submit,
        "recall": noted(named.report, NationalReport.recall),
        "start_reading": reports.start_reading,
        "return": noted(named.report, NationalReport.return_for_revision),
        "accept": noted(named.report, NationalReport.accept),
    },
    "datagaps.csv": {
        "raise": datagaps.raise_gap,
        "ask_guidance": noted(named.gap, DataGap.ask_guidance),
        "take_up": noted(named.gap, DataGap.take_up),
        "close": datagaps.close,
        "reopen": noted(named.gap, DataGap.reopen),
    },
    "findings.csv": {
        "record": reports.record,
        "finalise": noted(reports.find_finding, Finding.finalise),
        "withdraw": noted(reports.find_finding, Finding.withdraw),
        "reopen": noted(reports.find_finding, Finding.reopen),
    },
    "guidance.csv": {
        "question": datagaps.said(DataGap.question),
        "answer": datagaps.said(DataGap.answer),
        "note": datagaps.told(ThreadEntry.note),
        "conclude": datagaps.told(ThreadEntry.conclude),
        "group": datagaps.group,
        "draft": datagaps.draft_advice,
        "approve": datagaps.approve,
        "adopt": noted(datagaps.find_received, ReceivedAdvice.adopt),
        "set_aside": noted(datagaps.find_received, ReceivedAdvice.set_aside),
    },
    "extensions.csv": {
        "ask": calendar.ask,
        "grant": calendar.grant,
        "refuse": noted(calendar.find_extension, Extension.refuse),
    },
    "minutes.csv": {
        "agenda": meetings.agenda,
        "delegations": meetings.delegations,
        "decision": meetings.decide,
        "action": meetings.act,
        "finish": meetings.finish,
        "drop": noted(meetings.find_action, ActionPoint.drop),
        "verify": noted(meetings.find_action, ActionPoint.verify),
        "conclude": meetings.conclude,
        "put_off": noted(meetings.find_item, AgendaItem.put_off),
        "draft": meetings.draft,
        "word": meetings.word,
        "circulate": noted(meetings.find_minutes, Minutes.circulate),
    },
    "plan.csv": {"step": calendar.plan_step},
    "rounds.csv": {
        "open": rounds.open_round,
        "tell": rounds.record,
        "pass": noted(rounds.find_turn, Turn.pass_over),
        "close": rounds.close_round,
    },
    "treatments.csv": {"raise": datagaps.raise_gap, "close": datagaps.close_treated},
    "disruptions.csv": {
        "register": calendar.register,
        "cite_gap": calendar.cite_in_gap,
        "cite_meeting": calendar.cite_in_meeting,
        "ask": calendar.ask_citing,
    },
    "coverage.csv": {"state": reports.state_coverage},
}


def tell() -> None:
    """Take every step of every file, in the order of time. Raises RowError."""
    steps = [(row, step) for file, verbs in STEPS.items() for row, step in _steps(file, verbs)]
    for row, step in sorted(steps, key=lambda pair: pair[0].moment("at")):
        with row.blamed(), clock.at(row.moment("at")):
            step(row, User.objects.get(username=row.text("by")))


def _steps(file: str, verbs: dict[str, Step]) -> list[tuple[Row, Step]]:
    rows = read(FOLDER / file, ("at", "by", "step"))
    if unknown := [row for row in rows if row.text("step") not in verbs]:
        raise unknown[0].wrong(f"“{unknown[0].text('step')}” is no step.")
    return [(row, verbs[row.text("step")]) for row in rows]
