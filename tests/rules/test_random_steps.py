"""Random steps by random people keep every invariant; and the machine that says so finds what is planted."""

import re
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from reviews import policy
from reviews.models import DataGap, NotAllowedNow, Tracked
from reviews.models.base import Transition
from reviews.models.datagaps import DataGapQuerySet
from reviews.models.findings import FINDING_TRANSITIONS
from reviews.models.reports import REPORT_TRANSITIONS
from reviews.models.threads import ThreadEntryQuerySet
from reviews.policy import Channel
from tests.support.random_rules import PEOPLE
from tests.support.random_steps import Reviewing, machine

LENGTH = 50


def run(kind: type[Reviewing], examples: int, *, length: int = LENGTH, seeded: bool = True) -> None:
    """`examples` of so many steps each; `seeded`: the same ones every time, and a failure told as it is."""
    phases = (Phase.generate,) if seeded else (Phase.generate, Phase.shrink)
    chosen = settings(
        max_examples=examples, stateful_step_count=length, deadline=None, derandomize=seeded, database=None,
        phases=phases, suppress_health_check=list(HealthCheck), print_blob=True,
    )  # fmt: skip
    run_state_machine_as_test(kind, settings=chosen)


def test_random_steps_keep_every_invariant(cast):
    kind = machine(cast)
    run(kind, 6)
    counts = kind.expected_version
    # A machine that is refused everything, or nothing, would prove little. Over 25 other seeds: 68 to 96 of about
    # 240 steps were done. Hypothesis also draws numbers that it finds in the modules imported so far, so that the
    # same seed takes other steps in another worker.
    assert counts["steps"] >= 150
    assert min(counts["done"], counts["refused"]) >= 25


# --- what it has to find


def a_right_too_many(patch: pytest.MonkeyPatch) -> None:
    duty = policy.ROLE_GRANTS["team"]
    patch.setitem(
        policy.ROLE_GRANTS, "team", replace(duty, own=duty.own | {"report.appoint", "extension.ask"})
    )


def a_right_for_every_country(patch: pytest.MonkeyPatch) -> None:
    duty = policy.ROLE_GRANTS["coordinator"]
    patch.setitem(
        policy.ROLE_GRANTS,
        "coordinator",
        replace(duty, everywhere=frozenset({"datagap.edit", "finding.edit"})),
    )


def a_move_too_many(patch: pytest.MonkeyPatch) -> None:
    patch.setitem(
        FINDING_TRANSITIONS,
        "finalise",
        FINDING_TRANSITIONS["finalise"]._replace(sources=("preliminary", "withdrawn")),
    )


def a_move_to_elsewhere(patch: pytest.MonkeyPatch) -> None:
    patch.setitem(REPORT_TRANSITIONS, "update", Transition(("not_started", "in_progress"), "accepted"))


def an_untraced_write(patch: pytest.MonkeyPatch) -> None:
    honest = DataGap.edit

    def editing(self: Any, **values: Any) -> Any:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE reviews_nationalreport SET authors = 'x'")
        return honest(self, **values)

    patch.setattr(DataGap, "edit", editing)


def a_version_without_a_trace(patch: pytest.MonkeyPatch) -> None:
    honest = DataGap.edit

    def editing(self: Any, **values: Any) -> Any:
        made = honest(self, **values)
        type(self).objects.filter(pk=self.pk).update_if_version(self.version, effect="x")
        return made

    patch.setattr(DataGap, "edit", editing)


def a_refusal_that_writes(patch: pytest.MonkeyPatch) -> None:
    honest = DataGap.take_up

    def taking_up(self: Any, **values: Any) -> Any:
        honest(self, **values)
        raise NotAllowedNow("After all not.")

    patch.setattr(DataGap, "take_up", taking_up)


def a_closed_cycle_that_is_open(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Tracked, "governors_refusal", lambda self: "")


def a_save_over_a_newer_version(patch: pytest.MonkeyPatch) -> None:
    honest = Tracked.change_traced

    def changing(self: Any, **values: Any) -> Any:
        return honest(self, **values | {"expected_version": self.version})

    patch.setattr(Tracked, "change_traced", changing)


def gaps_for_everybody(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(DataGapQuerySet, "visible_to", lambda self, user: self)


def notes_for_both_sides(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(policy, "channels", lambda user: [*Channel])
    patch.setattr(
        ThreadEntryQuerySet,
        "visible_to",
        lambda self, user: policy.filter_readable(self, user, "datagap.read", own=_own(user)),
    )


def a_gap_that_is_not_counted(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(DataGap, "update_daily_counts", Tracked.update_daily_counts)


def _own(user: Any) -> Any:
    from django.db.models import Q

    return Q(gap__member_state=user.organisation_id)


# What is planted, between which steps it is looked for so that it takes seconds, and what is told.
PLANTED = {
    a_right_too_many: (["name authors", "ask for time"], "may not (name authors|ask for time)"),
    a_right_for_every_country: (["describe a gap", "finalise"], "did so for"),
    a_move_too_many: (["withdraw", "finalise"], "finding went from withdrawn to final"),
    a_move_to_elsewhere: (
        ["post progress"],
        "nationalreport went from (not_started|in_progress) to accepted",
    ),
    an_untraced_write: (["describe a gap"], "changed behind the trace's back"),
    a_version_without_a_trace: (["describe a gap"], "do not agree"),
    a_refusal_that_writes: (["take up"], "was refused and wrote"),
    a_closed_cycle_that_is_open: (["close the cycle", "take up", "post progress"], "in a closed cycle"),
    a_save_over_a_newer_version: (
        ["describe a gap", "post progress"],
        "over a version that was not the newest",
    ),
    gaps_for_everybody: (["describe a gap"], "sees another country's DataGap"),
    notes_for_both_sides: (["describe a gap"], "sees a note of the other side"),
    a_gap_that_is_not_counted: (["raise a gap", "close a gap"], "DailyOpenGaps of cycle"),
}


@pytest.mark.parametrize("plant", PLANTED, ids=lambda plant: plant.__name__)
def test_what_is_planted_is_found(plant, cast, monkeypatch):
    names, words = PLANTED[plant]
    kind = machine(cast, names=names, people=(*PEOPLE, *["fitting"] * 8))
    plant(monkeypatch)
    with pytest.raises(Exception) as caught:  # noqa: PT011 - hypothesis tells several failures as a group
        run(kind, 10)
    assert re.search(words, told(caught.value)), told(caught.value)


@pytest.mark.parametrize(
    "names", [["name authors", "ask for time"], ["withdraw", "finalise"], ["close the cycle", "take up"]]
)
def test_the_same_steps_without_a_plant_are_fine(names, cast):
    run(machine(cast, names=names, people=(*PEOPLE, *["fitting"] * 8)), 2)


def told(error: BaseException) -> str:
    inner = getattr(error, "exceptions", ())
    return "\n".join([str(error), *map(told, inner)])
