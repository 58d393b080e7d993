"""The steps of people who race: reminders, requests to explain, another day for one country, roles of bodies."""

from datetime import date

from reviews.actions.extensions import set_another_day
from reviews.actions.reminders import remind, request_explanation
from reviews.models import BodyRole, Deadline, Extension
from tests.support import make
from tests.support.race_steps import Verb, World, loaded, loaded_report, open_again, to_be_handed_in
from tests.support.race_steps_set_up import for_comments

# --- reminders, requests to explain


def send_reminder(w: World) -> Verb:
    deadline = loaded(Deadline, w.deadline, "cycle")
    items = [(deadline, w.vnm.organisation)]
    return lambda: remind(by=w.secretariat, items=items, text="Please send your comments.")[0]


def request_why(w: World) -> Verb:
    deadline = loaded(Deadline, w.deadline, "cycle")
    values = {"state": w.vnm.organisation, "question": "What keeps you?"}
    return lambda: request_explanation(by=w.secretariat, deadline=deadline, **values)


def asked_why(w: World) -> None:
    for_comments(w)
    w.explanation = request_why(w)()


def explain(w: World) -> Verb:
    explanation = loaded(type(w.explanation), w.explanation, "deadline__cycle", "member_state")
    values = {"expected_version": explanation.version, "answer": "The census came late."}
    return lambda: explanation.explain(by=w.vnm, **values)


# --- another day for one country


def without_another_day(w: World) -> None:
    """A new deadline, for which Viet Nam has neither asked nor been given another day."""
    to_be_handed_in(w)
    w.deadline = make.deadline(
        w.cycle,
        by=w.secretariat,
        opens_on=date(2020, 8, 1),
        due_on=date(2020, 9, 7),
        last_on=date(2020, 9, 20),
    )


def set_day(w: World) -> Verb:
    report, deadline = loaded_report(w), loaded(Deadline, w.deadline, "cycle")
    values = {"until": date(2020, 9, 14), "reason": "Floods", "due_seen": date(2020, 9, 7)}
    return lambda: set_another_day(by=w.secretariat, report=report, deadline=deadline, **values)


def one_day_at_most(w: World, outcome: object) -> bool:
    """Two officers who both saw 7 September: the second is asked whether the new date in force changes anything."""
    return Extension.objects.granted().filter(deadline=w.deadline).count() == 1


# --- roles of bodies


def another_body(w: World) -> None:
    open_again(w)
    w.number += 1
    w.body = make.organisation(f"B{w.number}", "oversight_body")


def assign_role(w: World) -> Verb:
    cycle, values = loaded(type(w.cycle), w.cycle), {"body": w.body, "from_on": date(2020, 8, 1)}
    return lambda: BodyRole.assign(cycle, by=w.secretariat, role="council", **values)
