"""Attendance at a meeting: all bodies that may have come, with what is recorded of each and what the round shows."""

from collections import defaultdict
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from reviews.models import Delegation, Meeting, Organisation, OrganisationKind, Turn, TurnStatus, User

# What a turn that was taken shows of the delegation, while nothing is recorded.
SHOWN_BY_TURN = {TurnStatus.REPORTED: True, TurnStatus.PASSED: False}


# After the members: who runs and evaluates comes first, states that are no members last.
K = OrganisationKind
ORDER = (
    K.SECRETARIAT,
    K.EVALUATION_TEAM,
    K.OVERSIGHT_BODY,
    K.SECTORAL_BODY,
    K.MINISTRY,
    K.PARTNER,
    K.MEMBER_STATE,
)


@dataclass(frozen=True)
class Seat:
    """A body at a meeting: its delegation, or None; and whether the country round shows that it was there."""

    organisation: Organisation
    is_member: bool  # of the cycle
    delegation: Delegation | None
    reported: bool | None  # None: it had no turn
    people: list[User]  # its accounts that can sign in, and whoever is recorded

    @property
    def present(self) -> bool | None:
        """What is recorded; else what the round shows; None: nothing is known."""
        return self.reported if self.delegation is None else self.delegation.present

    @property
    def group(self) -> "str | Promise":
        if self.is_member:
            return _("member states")
        return (
            _("other countries")
            if self.organisation.is_member_state
            else self.organisation.get_kind_display()
        )


def seats_of(meeting: Meeting) -> list[Seat]:
    """Return a seat for each member of the cycle on that day, then for all other bodies, by kind."""
    members = list(meeting.cycle.members(meeting.ends_on))
    others = Organisation.objects.exclude(pk__in=[state.pk for state in members])
    delegations = {row.organisation_id: row for row in meeting.delegations.prefetch_related("people")}
    turns = Turn.objects.filter(round__meeting=meeting).values_list("member_state", "status")
    shown = {state: SHOWN_BY_TURN.get(TurnStatus(status)) for state, status in turns}
    people: dict[int | None, list[User]] = defaultdict(list)
    for person in User.objects.offered().order_by("name", "pk"):
        people[person.organisation_id].append(person)

    def seat(body: Organisation, *, is_member: bool) -> Seat:
        delegation = delegations.get(body.pk)
        recorded = list(delegation.people.all()) if delegation else []
        others = [person for person in recorded if person not in people[body.pk]]
        return Seat(body, is_member, delegation, shown.get(body.pk), [*people[body.pk], *others])

    by_kind = sorted(others, key=lambda body: (ORDER.index(K(body.kind)), body.sort_key))
    return [
        *(seat(state, is_member=True) for state in members),
        *(seat(body, is_member=False) for body in by_kind),
    ]
