"""Review cycles: prepare one, open it, and seat its members. Each member gets its national report with the opening."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import NamedTuple, Unpack

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.text import slugify
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reviews import clock, policy
from reviews.models import (
    CycleMembership,
    CycleStatus,
    Framework,
    NationalReport,
    Organisation,
    OrganisationKind,
    ReviewCycle,
    User,
)
from reviews.models.base import all_or_nothing
from reviews.models.cycles import NEVER_COUNTED, CycleFields
from reviews.models.framework import FrameworkFields


class Member(NamedTuple):
    """A member as a sheet of countries has it; one that is not known yet is entered with it."""

    code: str
    name_en: str
    name_vi: str
    joined_on: date  # the day from which it is counted


@all_or_nothing()
def prepare_cycle(*, by: User, **values: Unpack[CycleFields]) -> ReviewCycle:
    """A new cycle. Without a framework it gets an empty one of its own, to be imported or copied."""
    policy.require(by, "cycle.run")
    values["slug"] = values.get("slug") or free_code(ReviewCycle.objects.all(), "slug", values["name_en"], 60)
    if values.get("framework") is None:
        code = free_code(Framework.objects.all(), "code", values["slug"], 40)
        values["framework"] = new_framework(by=by, code=code, title=values["name_en"])
    return ReviewCycle.prepare(by=by, **values)


def new_framework(*, by: User, **values: Unpack[FrameworkFields]) -> Framework:
    """A framework without entries."""
    policy.require(by, "cycle.run")
    return Framework.create_traced(by=by, **values)


def free_code(
    records: "QuerySet[ReviewCycle] | QuerySet[Framework]", name: str, text: str, longest: int
) -> str:
    """A code for addresses made of a text: with -2, -3 behind it where a record has it already."""
    base = slugify(text)[: longest - 4].strip("-") or "review"
    taken = {*records.filter(**{f"{name}__startswith": base}).values_list(name, flat=True)}
    codes = (base if number == 1 else f"{base}-{number}" for number in range(1, len(taken) + 2))
    return next(code for code in codes if code not in taken)


@all_or_nothing()
def open_cycle(*, by: User, cycle: ReviewCycle, expected_version: int) -> ReviewCycle:
    """Open a cycle: every member gets its national report, not yet started."""
    cycle.framework.lock()  # from now on its key result areas are fixed
    cycle.make_transition("open", by=by, expected_version=expected_version)
    for state in cycle.members(cycle.ends_on):
        _start_report(by, cycle, state)
    return cycle


@all_or_nothing()
def seat_member(
    *, by: User, cycle: ReviewCycle, member_state: Organisation, joined_on: date
) -> CycleMembership:
    """Give a member state its seat; in a cycle that is open already it gets its report at once."""
    policy.require(by, "cycle.run")
    cycle.lock()  # it is not opened, and no round begins, without this member
    seat = _take_seat(by, cycle, member_state, joined_on)
    if cycle.status == CycleStatus.OPEN:
        _start_report(by, cycle, member_state)
    return seat


def _take_seat(by: User, cycle: ReviewCycle, state: Organisation, joined_on: date) -> CycleMembership:
    """Create a seat; a member that was taken out before the cycle was opened gets its own one again."""
    seat = cycle.memberships.filter(member_state=state).select_related("cycle", "member_state").first()
    if seat is None:
        return CycleMembership.create_traced(by=by, cycle=cycle, member_state=state, joined_on=joined_on)
    if seat.joined_on < NEVER_COUNTED:
        raise ValidationError({"member_state": _("It has its seat already.")})
    return seat.change_traced(by=by, expected_version=seat.version, joined_on=joined_on)


def lock_draft(cycle: ReviewCycle, by: User) -> None:
    """Keep a cycle from being opened while it is set up. Raises PermissionDenied or NotAllowedNow."""
    cycle.lock()
    cycle.require_transition("set_up", by)


@all_or_nothing()
def seat_members(
    *, by: User, cycle: ReviewCycle, members: Iterable[Organisation], joined_on: date
) -> ReviewCycle:
    """Seat several members from a day on, or from the day on which they joined ASEAN; those with a seat keep theirs."""
    lock_draft(cycle, by)
    seated = {*cycle.memberships.counted().values_list("member_state", flat=True)}
    for state in members:
        if state.pk not in seated:
            first = max(joined_on, state.joined_on or joined_on)
            seat_member(by=by, cycle=cycle, member_state=state, joined_on=first)
    return cycle


@all_or_nothing()
def choose_members(
    *,
    by: User,
    cycle: ReviewCycle,
    members: Iterable[Organisation],
    joined_on: date,
    seen: Collection[int] | None = None,
) -> ReviewCycle:
    """Make these the members of a draft: new ones are seated from a day on, the others are no longer counted.

    `seen` are the ids of the members that the person was shown. Raises ValidationError if there are others by now.
    """
    lock_draft(cycle, by)
    if newer := members_changed_since(cycle, seen):
        raise ValidationError({"members": newer})
    chosen = {state.pk: state for state in members}
    for seat in cycle.memberships.counted().exclude(member_state__in=chosen).select_related("member_state"):
        seat.change_traced(by=by, expected_version=seat.version, joined_on=NEVER_COUNTED)
    return seat_members(by=by, cycle=cycle, members=chosen.values(), joined_on=joined_on)


def members_changed_since(cycle: ReviewCycle, seen: Collection[int] | None) -> str:
    """Return in words which members came and went since these were shown; empty: none."""
    if seen is None:
        return ""
    now = {seat.member_state_id for seat in cycle.memberships.counted()}
    came, went = (Organisation.objects.filter(pk__in=ids) for ids in (now - {*seen}, {*seen} - now))
    changes = [
        text % {"who": ", ".join(map(str, states.order_by("sort_key")))}
        for text, states in ((_("now a member: %(who)s"), came), (_("no longer a member: %(who)s"), went))
        if states
    ]
    if not changes:
        return ""
    text = _now("Somebody changed the members meanwhile (%(changes)s). Save again for those that are ticked.")
    return text % {"changes": "; ".join(changes)}


@all_or_nothing()
def import_members(*, by: User, cycle: ReviewCycle, rows: Iterable[Member]) -> ReviewCycle:
    """Seat the members of a sheet; a country that is not known yet is entered first."""
    lock_draft(cycle, by)
    policy.require(by, "reference.edit")
    rows = list(rows)
    known = {state.code: state for state in Organisation.objects.filter(code__in=[row.code for row in rows])}
    seated = {*cycle.memberships.counted().values_list("member_state", flat=True)}
    for row in rows:
        state = known.get(row.code) or Organisation.create_traced(
            by=by,
            kind=OrganisationKind.MEMBER_STATE,
            code=row.code,
            name_en=row.name_en,
            name_vi=row.name_vi,
            joined_on=row.joined_on,
        )
        if state.pk not in seated:
            seat_member(by=by, cycle=cycle, member_state=state, joined_on=row.joined_on)
    return cycle


def _start_report(by: User, cycle: ReviewCycle, state: Organisation) -> None:
    if not cycle.reports.filter(member_state=state).exists():
        NationalReport.create_traced(
            by=by, cycle=cycle, member_state=state, holder=state, held_since=clock.now()
        )
