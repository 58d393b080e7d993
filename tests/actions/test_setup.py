"""Set-up of a cycle by its actions: copied with its days shifted, from nothing, and a test cycle that is emptied."""

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from reviews.actions.cycles import (
    Member,
    choose_members,
    import_members,
    open_cycle,
    prepare_cycle,
    seat_member,
    seat_members,
)
from reviews.actions.framework import Entry, copy_entries, import_framework, parents_first
from reviews.actions.setup import (
    Part,
    Rung,
    copy_cycle,
    copy_ladder,
    empty_test_cycle,
    set_ladder,
    shift_between,
)
from reviews.models import (
    Framework,
    FrameworkNode,
    NationalReport,
    NotAllowedNow,
    Organisation,
    ReviewCycle,
    Trace,
)
from tests.support import grids, make

ALL = (Part.MEMBERS, Part.DEADLINES, Part.LADDER)
NEXT = {"name_en": "Next review", "starts_on": date(2025, 2, 1), "ends_on": date(2025, 12, 31)}


@pytest.fixture
def full(cast: Any, cycle: Any) -> Any:
    """The cycle with a framework of an area, three deadlines and a step."""
    make.area()
    make.deadline(cycle, by=cast.secretariat, last_on=date(2020, 9, 14))
    make.deadline(cycle, by=cast.secretariat, title="Viet Nam's own", only_for=[cast.vnm.organisation])
    make.deadline(
        cycle, by=cast.secretariat, title="Letters", output="other", output_name="letter of clearance"
    )
    make.step(cycle, by=cast.secretariat, body=make.organisation("SUMMIT", "oversight_body", "ASEAN Summit"))
    return cycle


def test_a_copy_has_the_framework_members_deadlines_and_ladder(cast, full):
    copied = copy_cycle(by=cast.secretariat, source=full, parts=ALL, **NEXT)
    assert (copied.status, copied.slug, copied.framework) == ("preparing", "next-review", full.framework)
    assert [seat.joined_on for seat in copied.memberships.all()] == [date(2025, 2, 1)] * 2
    own = copied.deadlines.get(title="Viet Nam's own")
    assert list(own.only_for.all()) == [cast.vnm.organisation]
    assert copied.deadlines.get(title="Letters").output_name == "letter of clearance"
    step = copied.plan_steps.get()
    assert (step.code, step.body.code, step.status) == ("summit-37", "SUMMIT", "planned")
    assert copied.reports.count() == 0


def test_deadlines_that_would_lie_outside_are_named_and_nothing_is_copied(cast, full):
    """The new cycle is shorter: its last day, or the deadlines, have to be changed by a person."""
    before = grids.fingerprint()
    with pytest.raises(ValidationError) as refused:
        copy_cycle(by=cast.secretariat, source=full, parts=ALL, **NEXT | {"ends_on": date(2025, 9, 10)})
    (message,) = refused.value.message_dict["ends_on"]
    assert "National reports (15 Sep 2025)" in message
    assert "Letters" not in message
    assert not grids.changed(before)


def test_its_days_move_by_whole_weeks_so_that_weekdays_stay(cast, full):
    copied = copy_cycle(by=cast.secretariat, source=full, parts=ALL, **NEXT)
    shift = shift_between(full, date(2025, 2, 1))
    assert (shift.days, shift.days % 7) == (1827, 0)
    before, after = full.deadlines.get(number=1), copied.deadlines.get(number=1)
    for name in ("opens_on", "due_on", "last_on"):
        assert getattr(after, name) == getattr(before, name) + shift
        assert getattr(after, name).weekday() == getattr(before, name).weekday()
    assert after.first_due_on == after.due_on
    assert copied.plan_steps.get().planned_on == date(2020, 11, 12) + shift


@pytest.mark.parametrize("parts", [(), (Part.MEMBERS,), (Part.DEADLINES, Part.LADDER)])
def test_only_what_was_chosen_is_copied(parts, cast, full):
    copied = copy_cycle(by=cast.secretariat, source=full, parts=parts, **NEXT)
    found = {
        Part.MEMBERS: copied.memberships.exists(),
        Part.DEADLINES: copied.deadlines.exists(),
        Part.LADDER: copied.plan_steps.exists(),
    }
    assert {part for part, there in found.items() if there} == {*parts}


def test_a_framework_of_its_own_can_still_be_changed(cast, full):
    copied = copy_cycle(by=cast.secretariat, source=full, parts=(), own_framework=True, **NEXT)
    assert copied.framework != full.framework
    assert [str(node) for node in copied.framework.nodes.all()] == ["A.1 Engaged stakeholders"]
    assert full.framework.why_fixed
    assert not copied.framework.why_fixed


def test_short_names_are_made_of_the_name_and_differ(cast, cycle):
    slugs = [prepare_cycle(by=cast.secretariat, **NEXT).slug for _ in range(3)]
    assert slugs == ["next-review", "next-review-2", "next-review-3"]
    assert prepare_cycle(by=cast.secretariat, **NEXT | {"name_en": "ທົບທວນ"}).slug == "review"


# Frameworks


def entry(code: str, parent: str = "", **fields: Any) -> Entry:
    return Entry(
        **{
            "code": code,
            "title": f"Title {code}",
            "level": "key_result_area",
            "parent": parent,
            "confidence": "high",
            **fields,
        }
    )


@pytest.fixture
def draft(cast: Any) -> ReviewCycle:
    return prepare_cycle(by=cast.secretariat, **NEXT)


def test_entries_are_written_with_parents_first_in_any_order(cast, draft):
    rows = [entry("A.1", "A"), entry("A", level="characteristic")]
    import_framework(by=cast.secretariat, cycle=draft, rows=rows, key_result_area_name="priority area")
    node = FrameworkNode.objects.get(code="A.1")
    assert node.parent.code == "A"
    assert node.level_name == "priority area"
    assert draft.framework.level_name("activity") == "activity"


def test_importing_again_changes_what_differs_and_nothing_else(cast, draft):
    rows = [entry("1"), entry("2")]
    import_framework(by=cast.secretariat, cycle=draft, rows=rows)
    before = grids.fingerprint()
    import_framework(by=cast.secretariat, cycle=draft, rows=rows)
    assert grids.changed(before) == set()
    import_framework(by=cast.secretariat, cycle=draft, rows=[entry("1", title="Other")])
    versions = {n.code: (n.title, n.version) for n in FrameworkNode.objects.filter(framework=draft.framework)}
    assert versions == {"1": ("Other", 2), "2": ("Title 2", 1)}


def test_a_bad_entry_takes_all_back(cast, draft):
    with pytest.raises(ValidationError):
        import_framework(by=cast.secretariat, cycle=draft, rows=[entry("1"), entry("not a code!")])
    assert not draft.framework.nodes.exists()


def test_no_import_into_the_framework_of_an_opened_cycle(cast, cycle):
    with pytest.raises(NotAllowedNow):
        import_framework(by=cast.secretariat, cycle=cycle, rows=[entry("1")])


def test_nor_into_one_that_another_cycle_reviews_already(cast, cycle, draft):
    draft.choose_framework(by=cast.secretariat, expected_version=draft.version, framework=cycle.framework)
    with pytest.raises(ValidationError, match="MTR reviews these"):
        import_framework(by=cast.secretariat, cycle=draft, rows=[entry("1")])


@pytest.mark.parametrize("change", ["title", "level", "words"])
def test_nor_is_an_entry_changed_there_without_an_amendment(change, cast, cycle, draft):
    area = make.area("A.1")
    draft.choose_framework(by=cast.secretariat, expected_version=draft.version, framework=cycle.framework)
    values = {
        "title": {"rows": [entry("A.1", title="Other")]},
        "level": {"rows": [entry("A.1", level="activity", title=area.title)]},
        "words": {"rows": [entry("A.1", title=area.title)], "key_result_area_name": "pillar"},
    }[change]
    before = grids.fingerprint()
    with pytest.raises(ValidationError, match="MTR reviews these"):
        import_framework(by=cast.secretariat, cycle=draft, **values)
    assert grids.changed(before) == set()


def test_a_framework_is_copied_with_its_words(cast, draft):
    import_framework(by=cast.secretariat, cycle=draft, rows=[entry("1")], key_result_area_name="pillar")
    into = Framework.create_traced(by=None, code="other", title="Other")
    copy_entries(by=cast.secretariat, source=draft.framework, into=into)
    assert (into.area_name, [node.code for node in into.nodes.all()]) == ("pillar", ["1"])


# Members and ladder


def test_members_are_seated_once_and_not_before_they_joined(cast, draft):
    make.organisation("TLS", joined_on=date(2025, 10, 26))
    states = Organisation.objects.filter(code__in=["VNM", "TLS"])
    for _again in range(2):
        seat_members(by=cast.secretariat, cycle=draft, members=states, joined_on=draft.starts_on)
    seats = dict(draft.memberships.values_list("member_state__code", "joined_on"))
    assert seats == {"VNM": date(2025, 2, 1), "TLS": date(2025, 10, 26)}


def test_a_member_that_is_no_longer_ticked_is_not_counted(cast, draft):
    """Nothing is deleted; ticked again, it is a member again."""
    vnm, lao = cast.vnm.organisation, cast.lao.organisation
    values = {"by": cast.secretariat, "cycle": draft, "joined_on": draft.starts_on}
    choose_members(members=[vnm, lao], **values)
    choose_members(members=[vnm], **values)
    assert list(draft.members(draft.ends_on)) == [vnm]
    assert draft.memberships.count() == 2
    open_cycle(by=cast.secretariat, cycle=draft, expected_version=draft.version)
    assert [report.code for report in draft.reports.all()] == ["VNM"]
    assert draft not in ReviewCycle.objects.visible_to(cast.lao)
    assert draft in ReviewCycle.objects.visible_to(cast.vnm)


def test_a_member_that_is_ticked_again_is_one(cast, draft):
    values = {"by": cast.secretariat, "cycle": draft, "joined_on": draft.starts_on}
    for members in ([cast.lao.organisation], [], [cast.lao.organisation]):
        choose_members(members=members, **values)
    assert [seat.joined_on for seat in draft.memberships.counted()] == [draft.starts_on]


def test_a_ladder_from_nothing(cast, draft):
    bodies = [make.organisation(code, "oversight_body", code) for code in ("ACC", "SUMMIT")]
    rungs = [Rung(bodies[0], None), Rung(bodies[1], date(2025, 11, 1))]
    set_ladder(by=cast.secretariat, cycle=draft, rungs=rungs, with_reports=True, days=14)
    steps = [(step.position, step.code, step.kind, step.planned_on) for step in draft.plan_steps.all()]
    assert steps == [
        (1, "national_reports", "national_reports", None),
        (2, "regional_draft", "regional_draft", None),
        (3, "acc", "ladder", None),
        (4, "summit", "ladder", date(2025, 11, 1)),
    ]


# Test cycles


@pytest.fixture
def rehearsal(cast: Any, full: Any) -> ReviewCycle:
    """An open test cycle with a gap."""
    made = copy_cycle(by=cast.secretariat, source=full, parts=ALL, is_test=True, **NEXT)
    open_cycle(by=cast.secretariat, cycle=made, expected_version=made.version)
    make.gap(make.report(made, "VNM"), by=cast.vnm)
    return made


def test_a_test_cycle_says_so_in_its_name_and_sends_no_mail(rehearsal, full):
    assert (str(rehearsal), rehearsal.sends_mail) == ("Next review (test)", False)
    assert (str(full), full.sends_mail) == ("MTR", True)


def test_whether_it_is_one_does_not_change(cast, rehearsal):
    with pytest.raises(ValidationError, match="does not change any more"):
        rehearsal.correct(by=cast.admin, expected_version=rehearsal.version, why="x", is_test=False)


def test_a_rehearsal_fixes_no_framework(cast, rehearsal, full):
    full.correct(by=cast.admin, expected_version=full.version, why="Too early.", status="preparing")
    assert rehearsal.framework.why_fixed == ""


def test_emptied_it_is_on_no_page_and_a_fresh_one_is_there(cast, rehearsal):
    report = NationalReport.objects.get(cycle=rehearsal, member_state=cast.vnm.organisation)
    fresh = empty_test_cycle(
        by=cast.secretariat, cycle=rehearsal, expected_version=rehearsal.version, why="Next class."
    )
    for person in vars(cast).values():
        visible = ReviewCycle.objects.visible_to(person)
        assert rehearsal not in visible
        assert not Trace.objects.visible_to(person).filter(cycle=rehearsal).exists()
    assert (fresh.status, fresh.is_test, fresh.memberships.count()) == ("preparing", True, 2)
    assert not fresh.datagaps.exists()
    assert (fresh.deadlines.count(), fresh.plan_steps.count()) == (3, 1)
    # Nothing is deleted, and nothing of it can be changed.
    with pytest.raises(NotAllowedNow, match="was emptied"):
        report.post_progress(by=cast.vnm, expected_version=report.version, writing=5)


def test_only_a_test_cycle_can_be_emptied(cast, cycle):
    with pytest.raises(NotAllowedNow, match="Only a test cycle"):
        empty_test_cycle(by=cast.secretariat, cycle=cycle, expected_version=cycle.version, why="x")
    assert "empty" not in cycle.transitions_for(cast.secretariat)


# What was left off comes back, and what is there stays in front


def draft_without_lao(cast: Any) -> ReviewCycle:
    draft = prepare_cycle(by=cast.secretariat, framework=make.framework(), **NEXT)
    both = [cast.vnm.organisation, cast.lao.organisation]
    for members in (both, both[:1]):
        choose_members(by=cast.secretariat, cycle=draft, members=members, joined_on=draft.starts_on)
    assert [seat.member_state.code for seat in draft.memberships.counted()] == ["VNM"]
    return draft


def codes_of(cycle: ReviewCycle) -> list[str]:
    return [state.code for state in cycle.members(cycle.ends_on)]


@pytest.mark.parametrize("way", ["one", "several", "ticked", "sheet"])
def test_a_member_that_was_taken_out_gets_its_seat_again(way, cast, cycle):
    draft, lao, day = draft_without_lao(cast), cast.lao.organisation, date(2025, 3, 1)
    by = cast.secretariat
    if way == "one":
        seat_member(by=by, cycle=draft, member_state=lao, joined_on=day)
    elif way == "several":
        seat_members(by=by, cycle=draft, members=[lao], joined_on=day)
    elif way == "ticked":
        members = [lao, cast.vnm.organisation]
        choose_members(by=by, cycle=draft, members=members, joined_on=day)
    else:
        import_members(by=by, cycle=draft, rows=[Member("LAO", "", "", day)])
    assert codes_of(draft) == ["LAO", "VNM"]
    assert draft.memberships.get(member_state=lao).joined_on == day
    with pytest.raises(ValidationError, match="has its seat already"):
        seat_member(by=by, cycle=draft, member_state=lao, joined_on=day)


def test_also_once_the_cycle_is_open_and_with_its_report(cast, cycle):
    draft = draft_without_lao(cast)
    make.area("Z.1")
    opened = open_cycle(by=cast.secretariat, cycle=draft, expected_version=draft.version)
    lao = cast.lao.organisation
    seat_member(by=cast.secretariat, cycle=opened, member_state=lao, joined_on=date(2025, 3, 1))
    assert opened.reports.get(member_state=lao).status == "not_started"


def test_copied_steps_come_behind_those_that_are_there(cast, cycle):
    by = cast.secretariat
    draft = prepare_cycle(by=by, framework=make.framework(), **NEXT)
    for code, position in (("first", 1), ("second", 7)):
        make.step(draft, by=by, code=code, position=position, planned_on=date(2025, 11, 1))
    make.step(
        draft, by=by, code="our-reports", kind="national_reports", position=8, planned_on=date(2025, 9, 1)
    )
    make.step(cycle, by=by, code="reports", kind="national_reports", position=1)
    for code, position in (("a", 2), ("b", 3)):
        make.step(cycle, by=by, code=code, position=position)
    copy_ladder(by=by, cycle=draft, source=cycle)
    codes = [step.code for step in draft.plan_steps.order_by("position")]
    assert codes == ["first", "second", "our-reports", "a", "b"]
    rungs = [Rung(make.organisation("SOMSWD", "sectoral_body"), None)]
    set_ladder(by=by, cycle=draft, rungs=rungs, with_reports=True, days=14)
    codes = [step.code for step in draft.plan_steps.order_by("position")]
    assert codes == ["first", "second", "our-reports", "a", "b", "somswd"]


def test_entries_of_a_sheet_may_be_nested_however_deep():
    rows = [Entry(f"c{n}", "T", "key_result_area", f"c{n + 1}", "high") for n in range(3_000)]
    ordered = parents_first(rows)
    assert [entry.code for entry in ordered] == [f"c{n}" for n in reversed(range(3_000))]
    assert [e.code for e in parents_first([Entry("b", "", "", "a", ""), Entry("a", "", "", "b", "")])] == [
        "a",
        "b",
    ]
