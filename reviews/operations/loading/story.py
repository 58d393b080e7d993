"""The demonstration's story: each row of `fixtures/demo` is one step that somebody took at some moment.

The steps call the models' own verbs, with the rights of whoever takes them and the clock at their moment, so that the
trace reads as if people had done all this.
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
    Turn,
    User,
)
from reviews.operations.loading.rows import FIXTURES, read
from reviews.operations.loading.steps import calendar, datagaps, find, meetings, reports, rounds
from reviews.operations.loading.steps.base import Step, transition

FOLDER = FIXTURES / "demo"

# By file, what the column "step" may say. Of the steps of one moment, those of an earlier file come first.
STEPS: dict[str, dict[str, Step]] = {
    "cycle.csv": {"open": calendar.open_cycle},
    "bodies.csv": {"assign": calendar.assign_role},
    "meetings.csv": {"plan": meetings.plan, "move": meetings.reschedule, "hold": meetings.record_as_held},
    "deadlines.csv": {"set": calendar.set_deadline, "move": calendar.reschedule_deadline},
    "progress.csv": {"post": reports.post_progress},
    "reports.csv": {
        "appoint": reports.appoint,
        "submit": reports.submit,
        "recall": transition(find.report, NationalReport.recall),
        "start_reading": reports.start_reading,
        "return": reports.return_for_revision,
        "accept": transition(find.report, NationalReport.accept),
    },
    "datagaps.csv": {
        "raise": datagaps.raise_gap,
        "ask_guidance": transition(find.gap, DataGap.ask_guidance),
        "take_up": transition(find.gap, DataGap.take_up),
        "close": datagaps.close,
        "reopen": transition(find.gap, DataGap.reopen),
    },
    "findings.csv": {
        "record": reports.record_finding,
        "finalise": transition(find.finding, Finding.finalise),
        "withdraw": transition(find.finding, Finding.withdraw),
        "reopen": transition(find.finding, Finding.reopen),
    },
    "guidance.csv": {
        "question": datagaps.question,
        "answer": datagaps.answer,
        "note": datagaps.note,
        "conclude": datagaps.conclude,
        "group": datagaps.group,
        "draft": datagaps.draft_advice,
        "approve": datagaps.approve_advice,
        "adopt": transition(find.received_advice, ReceivedAdvice.adopt),
        "set_aside": transition(find.received_advice, ReceivedAdvice.set_aside),
    },
    "extensions.csv": {
        "ask": calendar.ask,
        "grant": calendar.grant,
        "refuse": transition(find.extension, Extension.refuse),
    },
    "deliveries.csv": {"deliver": calendar.deliver, "record": calendar.record_delivery},
    "minutes.csv": {
        "agenda": meetings.add_agenda_item,
        "delegations": meetings.add_delegations,
        "decision": meetings.add_decision,
        "action": meetings.add_action_point,
        "finish": meetings.finish_action_point,
        "drop": transition(find.action_point, ActionPoint.drop),
        "verify": transition(find.action_point, ActionPoint.verify),
        "conclude": meetings.conclude_agenda_item,
        "put_off": transition(find.agenda_item, AgendaItem.put_off),
        "draft": meetings.draft_minutes,
        "word": meetings.word_minutes,
        "circulate": transition(find.minutes, Minutes.circulate),
    },
    "plan.csv": {"step": calendar.plan_step},
    "rounds.csv": {
        "open": rounds.open_round,
        "tell": rounds.record_turn,
        "pass": transition(find.turn, Turn.pass_over),
        "close": rounds.close_round,
    },
    "treatments.csv": {"raise": datagaps.raise_gap, "close": datagaps.close_treated},
    "disruptions.csv": {
        "register": calendar.register_disruption,
        "cite_gap": calendar.cite_in_gap,
        "cite_meeting": calendar.cite_in_meeting,
        "ask": calendar.ask_citing,
    },
    "coverage.csv": {"state": reports.state_coverage},
}


def replay() -> None:
    """Take every step of every file, in the order of time. Raises RowError."""
    steps = []
    for file, steps_by_name in STEPS.items():
        for row in read(FOLDER / file, ("at", "by", "step")):
            name = row.text("step")
            if name not in steps_by_name:
                raise row.error(f"“{name}” is no step.")
            steps.append((row.moment("at"), row, steps_by_name[name]))
    for at, row, step in sorted(steps, key=lambda step: step[0]):
        with row.reporting_errors(), clock.at(at):
            step(row, User.objects.get(username=row.text("by")))
