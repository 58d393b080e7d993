"""Steps of the plan: which outcomes each kind has, and what stays when a date is moved."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, models, transaction

from reviews.models import EditConflict, NotAllowedNow, PlanStep, Trace
from tests.support import grids, make

NOVEMBER, LATER = date(2020, 11, 12), date(2020, 11, 19)

# Kind and status x transition: the status that follows, or "no".
GRID = """
                          finish  note   endorse   adopt    send_back
national_reports/planned  no      no     no        no       no
regional_draft/planned    done    no     no        no       no
regional_draft/done       no      no     no        no       no
work/planned              done    no     no        no       no
work/done                 no      no     no        no       no
ladder/planned            no      noted  endorsed  adopted  sent_back
ladder/sent_back          no      noted  endorsed  adopted  sent_back
ladder/noted              no      no     no        no       no
ladder/endorsed           no      no     no        no       no
ladder/adopted            no      no     no        no       no
"""
LEADS_TO = {
    "done": "finish", "noted": "note", "endorsed": "endorse", "adopted": "adopt", "sent_back": "send_back"
}  # fmt: skip


def step_in(kind_and_status, cycle, by):
    kind, _slash, status = kind_and_status.partition("/")
    step = make.step(cycle, by=by, kind=kind)
    if status in LEADS_TO:
        step.record_outcome(by=by, expected_version=1, outcome=LEADS_TO[status], note="Because.")
    return step


@pytest.mark.parametrize(("start", "transition", "becomes"), grids.cells(GRID))
def test_outcomes(start, transition, becomes, cast, cycle):
    step = step_in(start, cycle, cast.secretariat)
    before, traces = step.status, Trace.objects.count()
    typed = {
        "by": cast.secretariat,
        "expected_version": step.version,
        "outcome": transition,
        "note": "Because.",
    }
    assert (transition in step.possible_outcomes) is (becomes != "no")
    if becomes == "no":
        with pytest.raises(NotAllowedNow):
            step.record_outcome(**typed)
    else:
        step.record_outcome(**typed)
    step.refresh_from_db()
    assert step.status == (before if becomes == "no" else becomes)
    assert Trace.objects.count() == traces + (becomes != "no")


def test_sending_back_owes_a_note_and_no_day_is_ahead_of_us(cast, cycle):
    step = make.step(cycle, by=cast.secretariat)
    with pytest.raises(ValidationError) as told:
        step.record_outcome(by=cast.secretariat, expected_version=1, outcome="send_back")
    assert "note" in told.value.message_dict
    with pytest.raises(ValidationError) as told:
        step.record_outcome(
            by=cast.secretariat, expected_version=1, outcome="adopt", actual_on=date(2020, 8, 21)
        )
    assert "actual_on" in told.value.message_dict


def test_the_first_date_stays(cast, cycle):
    step = make.step(cycle, by=cast.secretariat)
    with pytest.raises(ValidationError) as told:
        step.edit(by=cast.secretariat, expected_version=1, planned_on=LATER)
    assert "why" in told.value.message_dict
    step.edit(by=cast.secretariat, expected_version=1, planned_on=LATER, why="A storm.")
    step.refresh_from_db()
    assert (step.planned_on, step.first_planned_on, step.has_moved) == (LATER, NOVEMBER, True)
    row = Trace.objects.on_page(step).first()
    assert (row.verb, row.why) == ("moved", "A storm.")


def test_a_date_that_becomes_known_needs_no_reason(cast, cycle):
    step = make.step(cycle, by=cast.secretariat, planned_on=None)
    step.edit(by=cast.secretariat, expected_version=1, planned_on=NOVEMBER)
    assert (step.first_planned_on, step.has_moved) == (NOVEMBER, False)


def test_a_step_follows_its_meeting(cast, cycle):
    meeting = make.meeting(cycle, by=cast.secretariat, planned_from=NOVEMBER, planned_to=NOVEMBER)
    step = make.step(cycle, by=cast.secretariat, meeting=meeting)
    assert (step.due_on, step.first_planned_on) == (NOVEMBER, NOVEMBER)
    meeting.reschedule(
        by=cast.secretariat, expected_version=1, why="A storm.", planned_from=LATER, planned_to=LATER
    )
    step = PlanStep.objects.get()
    assert (step.due_on, step.first_planned_on, step.has_moved) == (LATER, NOVEMBER, True)
    meeting.cancel(by=cast.secretariat, expected_version=2, why="A storm.")
    assert PlanStep.objects.get().due_on is None


def test_one_date_only(cast, cycle):
    meeting = make.meeting(cycle, by=cast.secretariat)
    with pytest.raises(ValidationError):
        make.step(cycle, by=cast.secretariat, meeting=meeting, planned_on=NOVEMBER)
    foreign = make.meeting(make.cycle("other", by=cast.secretariat), by=cast.secretariat)
    with pytest.raises(ValidationError):
        make.step(cycle, by=cast.secretariat, meeting=foreign)


@pytest.mark.parametrize("name", ["vnm", "vnm_team", "consultant", "lead", "observer", "admin"])
def test_only_the_secretariat_keeps_it(name, cast, cycle):
    step = make.step(cycle, by=cast.secretariat)
    for write in (lambda by: step.edit(by=by, expected_version=1, title="X"),
                  lambda by: step.record_outcome(by=by, expected_version=1, outcome="adopt"),
                  lambda by: make.step(cycle, by=by, code="x")):  # fmt: skip
        with pytest.raises(PermissionDenied):
            write(getattr(cast, name))
    assert PlanStep.objects.get().version == 1


def test_a_newer_version_and_a_closed_cycle_refuse(cast, cycle):
    step = make.step(cycle, by=cast.secretariat)
    PlanStep.objects.get().edit(by=cast.secretariat, expected_version=1, paper="Report")
    with pytest.raises(EditConflict):
        step.record_outcome(by=cast.secretariat, expected_version=1, outcome="adopt")
    cycle.close(by=cast.secretariat, expected_version=cycle.version, why="Over")
    with pytest.raises(NotAllowedNow):
        PlanStep.objects.get().edit(by=cast.secretariat, expected_version=2, paper="Other")


@pytest.mark.parametrize(
    ("rule", "values"),
    [
        ("plan_step_kind_known", {"kind": "other"}),
        ("plan_step_outcome_fits", {"status": "done"}),
        ("plan_step_outcome_fits", {"kind": "national_reports", "status": "noted"}),
        ("plan_step_days_in_range", {"days": 367}),
        ("plan_step_position_from_one", {"position": 0}),
        ("plan_step_took_place_with_outcome", {"actual_on": NOVEMBER}),
    ],
)
def test_the_database_knows_the_rules(rule, values, cast, cycle):
    make.step(cycle, by=cast.secretariat)
    with pytest.raises(IntegrityError), transaction.atomic():
        models.QuerySet.update(PlanStep.objects.all(), **values)


def test_what_there_is_only_once(cast, cycle):
    make.step(cycle, by=cast.secretariat, code="reports", kind="national_reports", planned_on=None)
    make.step(cycle, by=cast.secretariat, code="draft", kind="regional_draft", planned_on=None)
    for again, error in (
        ({"code": "reports"}, IntegrityError),
        ({"kind": "national_reports"}, ValidationError),
        ({"kind": "regional_draft"}, ValidationError),
    ):
        with pytest.raises(error), transaction.atomic():
            make.step(cycle, by=cast.secretariat, **{"code": "new"} | again)
