"""Permissions: who may see and do what.

Each role has a grant: one sentence, and the actions it may take for its own member state, everywhere, or with what
was shared. A record that a person may not read does not exist for them (404, by `.visible_to(user)` on the
querysets); a reader who may not act is refused (403, by `require`).
"""

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, TypeVar

from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from reviews.models import Meeting, Tracked, User

    Visitor: TypeAlias = User | AnonymousUser | None


class Role(models.TextChoices):
    """What a person is in a review."""

    COORDINATOR = "coordinator", _("National coordinator")
    TEAM = "team", _("National team")
    CONSULTANT = "consultant", _("Regional consultant")
    LEAD_CONSULTANT = "lead_consultant", _("Lead consultant")
    SECRETARIAT = "secretariat", _("Secretariat")
    OBSERVER = "observer", _("Observer")


NATIONAL = (Role.COORDINATOR, Role.TEAM)


class Channel(models.TextChoices):
    """Who reads along in a discussion."""

    SHARED = "shared", _("shared")
    COUNTRY = "country", _("private to the country")
    CONSULTANTS = "consultants", _("private to the consultants")


Rows = TypeVar("Rows", bound=QuerySet[Any])


class OfMemberState(Protocol):
    """A record of one member state."""

    @property
    def member_state_id(self) -> int | None: ...


class Scope(Enum):
    """How far a person may take an action."""

    NOTHING = 0
    SHARED = 1
    OWN = 2
    EVERYWHERE = 3


@dataclass(frozen=True)
class RoleGrant:
    """What a role is for, and the actions that it may take in each scope."""

    sentence: Promise
    own: frozenset[str] = field(default_factory=frozenset)
    everywhere: frozenset[str] = field(default_factory=frozenset)
    shared: frozenset[str] = field(default_factory=frozenset)


# Every action, in the words of docs/policy.md: "may ...".
ACTIONS: dict[str, Promise] = {
    "cycle.read": _("read the board, the calendar and the framework of a review cycle"),
    "cycle.run": _(
        "create, open, close and reopen a review cycle, add its members and name the roles of bodies"
    ),
    "report.read": _("read national reports, their versions, files and history"),
    "report.update": _("post progress, and state what the report covers"),
    "report.submit": _("hand in the national report"),
    "report.recall": _("take a handed-in report back before anybody has started to read it"),
    "report.appoint": _("name the lead author and the authors of the report"),
    "report.start_reading": _("start to read a handed-in report"),
    "report.return": _("return a report for revision, with a reason and a day"),
    "report.accept": _("accept a report"),
    "datagap.read": _("read data gaps and the discussion that the person's side takes part in"),
    "datagap.edit": _("raise, describe, take up, close and reopen data gaps, ask for guidance and answer it"),
    "finding.read": _("read findings and recommendations"),
    "finding.edit": _("record, make final and withdraw findings and recommendations"),
    "guidance.write": _("ask about data gaps, group difficulties, draft advice and write notes on methods"),
    "guidance.approve": _("approve advice, which sends it to the countries"),
    "difficulty.read": _("read which data gaps of several countries are one difficulty"),
    "method.read": _("read the notes on methods"),
    "deadline.read": _("read deadlines"),
    "deadline.set": _("set and move deadlines"),
    "deadline.record": _("record that a deadline for comments, added information or another output is met"),
    "deadline.follow": _("let deadlines move along with the meeting that they hang on"),
    "extension.read": _("read requests for more time and how they were decided"),
    "extension.ask": _("ask for more time"),
    "extension.decide": _("grant or refuse more time"),
    "extension.set": _("set another day for one country that has not asked for it"),
    "reminder.send": _("send reminders of deadlines, and choose the days on which they go out"),
    "explanation.ask": _("request a country to explain why a deadline is not met"),
    "explanation.give": _("explain why a deadline is not met"),
    "meeting.read": _("read meetings, agendas, decisions and action points"),
    "meeting.run": _("plan, hold and cancel meetings, run the country round, write and adopt minutes"),
    "minutes.read": _("read minutes and the brief before a meeting"),
    "action.papers": _("open the papers of every action point"),
    "action.verify": _("verify that an action point is done"),
    "follow_up.mark": _("mark records for follow-up, read these marks and remove them"),
    "timeliness.read": _("read how many of the deadlines that were due a country met, on time and at all"),
    "pending.read": _("read what waits for whom, and since when"),
    "disruption.read": _("read what delayed the work"),
    "disruption.edit": _("record what delayed the work"),
    "plan.read": _("read the plan up to the Summit"),
    "plan.edit": _("enter steps of the plan, their days and outcomes"),
    "account.invite": _("invite people, who then make their own account, and withdraw an invitation"),
    "people.read": _("read who has which role where, and what people still hold"),
    "mail.read": _("see which mails were sent and why some were not, and send one again"),
    "people.arrange": _("name the alternates of people"),
    "view.share": _("share a saved view of a list with every role"),
    "reference.edit": _("open the administration and keep reference data"),
    "record.correct": _("correct any record in the administration, with a reason"),
}

_READ_OWN = {
    "cycle.read",
    "report.read",
    "datagap.read",
    "deadline.read",
    "extension.read",
    "meeting.read",
    "finding.read",
    "disruption.read",
    "plan.read",
    "minutes.read",
    "method.read",
}
_COUNTRY_WORK = _READ_OWN | {"report.update", "datagap.edit", "finding.edit", "explanation.give"}
_COUNTRY_WORK |= {"timeliness.read"}
_COMMON = {"cycle.read", "deadline.read", "meeting.read"}
_READ_ALL = _READ_OWN | {"difficulty.read", "action.papers"}
_CONSULTING = _READ_ALL | {
    "follow_up.mark",
    "pending.read",
    "report.start_reading",
    "report.return",
    "report.accept",
    "guidance.write",
    "explanation.ask",
}

ROLE_GRANTS: dict[str, RoleGrant] = {
    Role.COORDINATOR: RoleGrant(
        _("Speaks for one member state: posts its progress, hands in its report, asks for extensions."),
        own=frozenset(
            _COUNTRY_WORK
            | {"report.submit", "report.recall", "report.appoint", "extension.ask", "deadline.record"}
            | {"pending.read"}
        ),
    ),
    Role.TEAM: RoleGrant(
        _("Evaluates one member state: records its progress and its data gaps, prepares its report."),
        own=frozenset(_COUNTRY_WORK),
    ),
    Role.CONSULTANT: RoleGrant(
        _("Guides all national teams: reads reports, accepts or returns them, drafts guidance."),
        everywhere=frozenset(_CONSULTING),
    ),
    Role.LEAD_CONSULTANT: RoleGrant(
        _("A regional consultant who also approves guidance before a country sees it."),
        everywhere=frozenset(_CONSULTING | {"guidance.approve", "action.verify"}),
    ),
    Role.SECRETARIAT: RoleGrant(
        _("Keeps the calendar: sets deadlines, decides extensions, runs meetings, keeps reference data."),
        everywhere=frozenset(
            _READ_ALL
            | {
                "pending.read",
                "follow_up.mark",
                "timeliness.read",
                "deadline.set",
                "reminder.send",
                "explanation.ask",
                "extension.decide",
                "extension.set",
                "meeting.run",
                "cycle.run",
                "disruption.edit",
                "reference.edit",
                "plan.edit",
                "action.verify",
                "deadline.record",
                "deadline.follow",
                "account.invite",
                "people.read",
                "people.arrange",
                "mail.read",
                "view.share",
            }
        ),
    ),
    Role.OBSERVER: RoleGrant(
        _("Follows what has been shared with partners; changes nothing."), shared=frozenset(_COMMON)
    ),
}

# An alternate has the rights of somebody of the same side only, so that nobody comes into another one.
SIDES = (
    frozenset(NATIONAL),
    frozenset({Role.CONSULTANT, Role.LEAD_CONSULTANT}),
    frozenset({Role.SECRETARIAT}),
    frozenset({Role.OBSERVER}),
)

ADMINISTRATOR = RoleGrant(
    _("Looks after accounts and corrects any record in the administration, with a reason."),
    everywhere=frozenset(
        _READ_ALL
        | {"cycle.run", "reference.edit", "record.correct", "deadline.follow", "account.invite"}
        | {"people.read", "people.arrange", "mail.read", "pending.read", "view.share"}
    ),
)


@dataclass(frozen=True)
class RoleGiving:
    """Who may give a role, and who is informed when somebody gets it."""

    by: frozenset[str]  # roles; administrators give every role
    informed: frozenset[str]  # roles; of a country's role only that country's people


# Into a side of the guidance, which reads what that side keeps to itself, only an administrator lets anybody.
_BY_ADMINISTRATORS: frozenset[str] = frozenset()
ROLE_GIVING: dict[str, RoleGiving] = {
    Role.COORDINATOR: RoleGiving(_BY_ADMINISTRATORS, frozenset({Role.COORDINATOR})),
    Role.TEAM: RoleGiving(_BY_ADMINISTRATORS, frozenset({Role.COORDINATOR})),
    Role.CONSULTANT: RoleGiving(_BY_ADMINISTRATORS, frozenset({Role.LEAD_CONSULTANT})),
    Role.LEAD_CONSULTANT: RoleGiving(_BY_ADMINISTRATORS, frozenset({Role.LEAD_CONSULTANT})),
    Role.SECRETARIAT: RoleGiving(frozenset({Role.SECRETARIAT}), frozenset({Role.SECRETARIAT})),
    Role.OBSERVER: RoleGiving(frozenset({Role.SECRETARIAT}), frozenset()),
}


def roles_given_by(user: "Visitor") -> list[Role]:
    """The roles that this person may give to others; administrators are made by administrators only."""
    if not may(user, "account.invite"):
        return []
    return [role for role in Role if user.is_superuser or user.role in ROLE_GIVING[role].by]  # type: ignore[union-attr]


def roles_of(user: "User") -> set[str]:
    """The roles whose shared views a person sees: the own one, and that of whoever the person acts for."""
    return {user.role, user.acting_for.role if user.acting_for else ""} - {""}


def roles_shared_with_by(user: "User") -> list[Role]:
    """The roles with which a person may share a saved view: the own one, or all. With the own body everybody may."""
    return [role for role in Role if may(user, "view.share") or role == user.role]


def role_grant(user: "User") -> RoleGrant:
    """The grant of a signed-in person's role."""
    return ADMINISTRATOR if user.is_superuser else ROLE_GRANTS[user.role]


def grants_of(user: "User") -> list[RoleGrant]:
    """The grants of a signed-in person: of the own role, and of whoever the person acts for at the moment."""
    return [role_grant(user), *([ROLE_GRANTS[user.acting_for.role]] if user.acting_for else [])]


def of_one_side(user: "User", other: "User") -> bool:
    """Whether one may act for the other: two people of one body and one side, and no administrator."""
    is_of_body = user.organisation_id is not None and user.organisation_id == other.organisation_id
    is_administrator = user.is_superuser or other.is_superuser
    return is_of_body and not is_administrator and any({user.role, other.role} <= side for side in SIDES)


def roles_with(action: str) -> list[str]:
    """The roles that may take `action` everywhere."""
    return [role for role, grant in ROLE_GRANTS.items() if action in grant.everywhere]


def scope_of(user: "Visitor", action: str) -> Scope:
    """How far this person may take `action`; NOTHING for visitors and disabled accounts."""
    if not (user and user.is_authenticated and user.is_active):
        return Scope.NOTHING
    grants = grants_of(user)
    if any(action in grant.everywhere for grant in grants):
        return Scope.EVERYWHERE
    if any(action in grant.own for grant in grants):
        return Scope.OWN
    return Scope.SHARED if any(action in grant.shared for grant in grants) else Scope.NOTHING


def may(user: "Visitor", action: str, subject: "OfMemberState | Tracked | None" = None) -> bool:
    """Whether the person may act on `subject`; a record that may be acted on in scope OWN has a `member_state_id`."""
    match scope_of(user, action):
        case Scope.EVERYWHERE:
            return True
        case Scope.OWN:
            return subject is not None and subject.member_state_id == user.organisation_id  # type: ignore[union-attr]
    return False


def require(user: "Visitor", action: str, subject: "OfMemberState | Tracked | None" = None) -> None:
    """Raise PermissionDenied (a 403 page) unless the person may act."""
    if not may(user, action, subject):
        raise PermissionDenied(_("Your role does not include this step."))


def require_at(
    user: "Visitor", action: str, subject: "OfMemberState | Tracked | None", meeting: "Meeting | None"
) -> None:
    """As `require`; at a meeting also whoever runs it may act, to type what a country reports in its turn."""
    if not (meeting is not None and may(user, "meeting.run")):
        require(user, action, subject)


def require_reader(user: "Visitor", action: str) -> None:
    """Raise Http404 if the person reads no record of that kind at all."""
    if scope_of(user, action) is Scope.NOTHING:
        raise Http404


def filter_readable(queryset: Rows, user: "Visitor", action: str, *, own: Q, shared: Q | None = None) -> Rows:
    """The rows of `queryset` on which the person may take `action`."""
    match scope_of(user, action):
        case Scope.EVERYWHERE:
            return queryset
        case Scope.OWN:
            # Who belongs to no country has nothing of the own one: see models.people.everybody_in_the_room().
            return queryset.filter(own) if user.organisation_id else queryset.none()  # type: ignore[union-attr]
        case Scope.SHARED if shared is not None:
            return queryset.filter(shared)
    return queryset.none()


def can_read(user: "Visitor", action: str, *, own: bool, shared: bool = False) -> bool:
    """As `filter_readable`, for one record: also for one rebuilt as it was on a past day."""
    match scope_of(user, action):
        case Scope.EVERYWHERE:
            return True
        case Scope.OWN:
            return own
        case Scope.SHARED:
            return shared
    return False


def opens_admin(user: "Visitor") -> bool:
    """Whether the person may open the administration: administrators, and the Secretariat for reference data."""
    return scope_of(user, "reference.edit") is Scope.EVERYWHERE


def must_use_second_factor(user: "Visitor") -> bool:
    """Whether this account must use a second factor: those who could change what everybody relies on."""
    return opens_admin(user)


def channels(user: "Visitor") -> list[Channel]:
    """The channels that this person reads: the shared one, and that of their own side.

    Which country's discussion it is, `filter_readable` decides.
    """
    side = side_of(user)
    return [Channel.SHARED, side] if side else [Channel.SHARED]


def side_of(user: "Visitor", gap: OfMemberState | None = None) -> Channel | None:
    """The channel of the person's side of the guidance (for a gap: of that country); None on neither side."""
    if may(user, "guidance.write"):
        return Channel.CONSULTANTS
    own = may(user, "datagap.edit", gap) if gap else scope_of(user, "datagap.edit") is Scope.OWN
    return Channel.COUNTRY if own else None
