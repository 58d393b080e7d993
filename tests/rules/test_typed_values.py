"""Numbers and days typed into every page: what is stored is what the person meant, or the page says what is wrong."""

import random
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

import pytest
from django.urls import reverse

from reviews import clock
from reviews.forms.base import RecordForm, ReviewForm
from reviews.forms.fields import DayField, WholeNumberField
from tests.forms.test_fields import subclasses
from tests.rules.test_access import POSTS
from tests.support import grids, make, sheets, steps
from tests.support.browsers import undone

# Each form with a number or a day: the page that shows it.
PAGES = {
    "follow-up-add": "FollowUpForm",
    "report-update": "ProgressForm",
    "report-submit": "SubmitForm",
    "report-past-submission": "PastSubmissionForm",
    "report-return": "ReturnForm",
    "disruption-add": "DisruptionForm",
    "disruption-edit": "DisruptionForm",
    "plan-add": "NewStepForm",
    "plan-edit": "PlanStepForm",
    "plan-outcome": "OutcomeForm",
    "deadline-add": "DeadlineForm",
    "deadline-edit": "DeadlineForm",
    "delivery-add": "DeliverForm",
    "delivery-record": "RecordDeliveriesForm",
    "extension-ask": "ExtensionForm",
    "extension-decide": "DecideForm",
    "extension-set": "AnotherDayForm",
    "meeting-add": "MeetingForm",
    "meeting-edit": "MeetingForm",
    "meeting-hold": "HoldForm",
    "meeting-add-part": "AgendaItemForm",
    "meeting-attendance": "AttendanceForm",
    "action-add": "ActionPointForm",
    "round-turn": "TurnForm",
    "cycle-add": "NewCycleForm",
    "cycle-edit": "CycleForm",
    "cycle-copy": "CopyCycleForm",
    "cycle-seat": "SeatForm",
    "cycle-members": "MembersForm",
    "cycle-ladder": "LadderForm",
    "cycle-phases": "PhasesForm",
    "cycle-bodies": "BodyRolesForm",
    "cycle-body-add": "BodyRoleForm",
    "cycle-body-edit": "BodyRoleForm",
    "away": "AbsenceForm",
    "close-beneficiaries": "BeneficiariesForm",
    "close-completion": "CompletionLevelForm",
    "close-break": "SeriesBreakForm",
}
# What is stored follows from it: the place among the other steps, the seat of a country that joined later, the days
# of a chair only where there is one.
WORKED_OUT = {("plan-add", "position"), ("cycle-members", "joined_on"), ("cycle-seat", "joined_on")}
WORKED_OUT |= {("cycle-bodies", "chair_from"), ("cycle-bodies", "chair_until")}
TRIES = 12  # of each field


def typed_numbers(rng: random.Random) -> tuple[str, int | None]:
    number = rng.randrange(120)
    junk = rng.choice([",5", "-85", "e1", ".000", " or so", "x"])
    return rng.choice(
        [(f" {number} ", number), (str(number), number), (f"{number}{junk}", None), ("--", None)]
    )


def typed_days(rng: random.Random) -> tuple[str, date | None]:
    day = date(2020, 8, 1) + timedelta(days=rng.randrange(120))
    meant = (f"{day.day}/{day.month}/{day.year}", f"{day:%d.%m.%Y}", f"{day:%Y-%m-%d}", f"{day:%d %b %Y}")
    junk = (
        f"{day.day}/{day.month}",
        f"{day:%d/%m/%y}",
        f"{day.day}/{day.month}/{day.year + 543}",
        "soon",
        "31/2/2020",
    )
    return (rng.choice(meant), day) if rng.random() < 0.6 else (rng.choice(junk), None)


TYPED: dict[type, Any] = {WholeNumberField: typed_numbers, DayField: typed_days}


def values_of(row: tuple[Any, ...]) -> list[Any]:
    """What a row holds; of an instant its day as well."""
    values = [value for value in row if not isinstance(value, bool)]
    return values + [clock.day_of(value) for value in values if isinstance(value, datetime)]


def newly_stored(before: dict[str, list[Any]]) -> list[Any]:
    """The values of every row that is not as it was."""
    now = grids.fingerprint()
    return [value for name in now for row in now[name] if row not in before[name] for value in values_of(row)]


# Closing a gap with what its kind or the way asks for.
CLOSING: dict[str, tuple[str, dict[str, str]]] = {
    "close-beneficiaries": (
        "beneficiaries_unquantified",
        {"way": "limitation", "basis": "survey", "low": "10", "high": "20", "overlap": "x"},
    ),
    "close-completion": (
        "completion_unclear",
        {
            "way": "limitation",
            "done": "2",
            "ongoing": "1",
            "not_started": "1",
            "cannot_tell": "1",
            "rule": "not_done",
            "agreed_by": "Committee",
        },
    ),
    "close-break": ("discontinuous", {"way": "limitation", "broke_on": "2019-01-01", "reason": "x"}),
}


class Typing(NamedTuple):
    """Where a form is, who fills it in, and what else a browser sends with it."""

    url: str
    person: str
    values: dict[str, Any]


def typing(page: str, cast: Any, cycle: Any) -> Typing:
    if page in CLOSING:
        kind, values = CLOSING[page]
        gap = make.gap(make.report(cycle, "VNM"), by=cast.vnm, kind=make.kind(kind))
        url = reverse("datagap-close", args=["mtr", gap.code])
        return Typing(url, "vnm", values | {"note": "So.", "version": str(gap.version)})
    if page == "action-add":
        make.meeting(cycle, by=cast.secretariat)
        url = reverse("meeting-add-part", args=["mtr", "3", "actions"])
        owner = cast.vnm.organisation_id
        return Typing(url, "secretariat", {"text": "Send", "priority": "normal", "owner_body": owner})
    made = steps.world(page, cast, cycle)
    who = next(name for name, answer in dict(grids.read(POSTS))[page].items() if answer == "302")
    return Typing(steps.address(page, made), who, steps.typed(page, made))


def of_kinds(form: type[Any]) -> bool:
    return any(isinstance(field, (WholeNumberField, DayField)) for field in form.base_fields.values())


def test_each_form_with_a_number_or_a_day_is_typed_into():
    """A base of other forms need not be a form of a page."""
    forms = [
        form for form in {*subclasses(ReviewForm), *subclasses(RecordForm)} if hasattr(form, "base_fields")
    ]
    named = {form.__name__: bool(form.__subclasses__()) for form in forms if of_kinds(form)}
    assert {name for name, is_base in named.items() if not is_base} <= set(PAGES.values())


@pytest.mark.parametrize("page", PAGES)
def test_what_is_typed_is_what_is_stored(page, cast, cycle, sign_in):
    assert type_into(page, cast, cycle, sign_in, TRIES)


def type_into(page: str, cast: Any, cycle: Any, sign_in: Any, tries: int) -> int:
    """Type so many texts into each number and day of a form, one after the other; return how many."""
    rng, (url, person, values) = random.Random(page), typing(page, cast, cycle)
    browser = sign_in(cast.vnm_team if person == "team" else getattr(cast, person))
    answer = browser.get(url, {"way": values["way"]} if page in CLOSING else {})
    if answer.status_code == 405:  # a form on the page of its record, which an error shows alone
        answer = browser.post(url, {"version": values["version"]})
    form = answer.context["form"]
    assert type(form).__name__ == PAGES[page]
    tried = 0
    for name, field in form.fields.items():
        for kind in (kind for kind in TYPED if isinstance(field, kind)):
            for _ in range(tries):
                text, meant = TYPED[kind](rng)
                again = {"file": sheets.file_for(page)} if "file" in values else {}
                with undone():
                    before = grids.fingerprint()
                    answer = browser.post(url, values | again | {name: text})
                    stored = newly_stored(before)
                    if answer.status_code == 302:
                        assert (meant in stored) or (page, name) in WORKED_OUT, (name, text)
                        assert meant is not None, (name, text)
                    else:
                        assert (answer.status_code, stored) == (200, []), (name, text)
                        assert name in answer.context["form"].errors or meant is not None, (name, text)
                tried += 1
    return tried
