"""Who may see and do what: the one place that says so.

Each role is a duty: one sentence, and what it may do for its own member state, everywhere, or with what was
shared. A record that a person may not read does not exist for them (404, by `.visible_to(user)` on the
querysets); a reader who may not act is refused (403, by `require`).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


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


class Scope(Enum):
    """How far an action of a person goes."""

    NOTHING = 0
    SHARED = 1
    OWN = 2
    EVERYWHERE = 3


@dataclass(frozen=True)
class RoleGrant:
    """What a role is there for, and what follows from that."""

    sentence: Promise
    own: frozenset[str] = field(default_factory=frozenset)
    everywhere: frozenset[str] = field(default_factory=frozenset)
    shared: frozenset[str] = field(default_factory=frozenset)


# Every action there is, as docs/policy.md tells it: "may ...".
ACTIONS: dict[str, Promise] = {
    "cycle.read": _("read the board, the calendar and the framework of a review cycle"),
    "cycle.run": _("open, close and reopen a review cycle, and seat its members"),
    "report.read": _("read national reports, their versions, files and history"),
    "report.update": _("post progress, and state what the report covers"),
    "report.submit": _("hand in the national report"),
    "report.recall": _("take a handed-in report back before anybody has started to read it"),
    "report.appoint": _("name the lead author and the authors of the report"),
    "report.start_reading": _("start to read a handed-in report"),
    "report.return": _("return a report for revision, with a reason"),
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
    "deadline.follow": _("let deadlines move along with the meeting that they hang on"),
    "extension.read": _("read requests for more time and how they were decided"),
    "extension.ask": _("ask for more time"),
    "extension.decide": _("grant or refuse more time"),
    "meeting.read": _("read meetings, agendas, decisions and action points"),
    "meeting.run": _("plan, hold and cancel meetings, run the country round, write and adopt minutes"),
    "minutes.read": _("read minutes and the brief before a meeting"),
    "action.papers": _("open the papers of every action point"),
    "action.verify": _("verify that an action point is done"),
    "disruption.read": _("read what delayed the work"),
    "disruption.edit": _("record what delayed the work"),
    "plan.read": _("read the plan up to the Summit"),
    "plan.edit": _("enter steps of the plan, their days and outcomes"),
    "account.invite": _("invite people, who then make their own account, and withdraw an invitation"),
    "reference.edit": _("open the administration and keep reference data"),
    "record.correct": _("correct any record in the administration, with a reason"),
}

_READ_OWN = {"cycle.read", "report.read", "datagap.read", "deadline.read", "extension.read", "meeting.read"}
_READ_OWN |= {"finding.read", "disruption.read", "plan.read"}
_READ_OWN |= {"minutes.read"}
_READ_OWN |= {"method.read"}
_COUNTRY_WORK = _READ_OWN | {"report.update", "datagap.edit", "finding.edit"}
_COMMON = {"cycle.read", "deadline.read", "meeting.read"}
_READ_ALL = _COMMON | {
    "report.read",
    "datagap.read",
    "extension.read",
    "finding.read",
    "disruption.read",
    "plan.read",
    "method.read",
    "difficulty.read",
}
_READ_ALL |= {"minutes.read", "action.papers"}
_CONSULTING = _READ_ALL | {"report.start_reading", "report.return", "report.accept", "guidance.write"}

ROLE_GRANTS: dict[str, RoleGrant] = {
    Role.COORDINATOR: RoleGrant(
        _("Speaks for one member state: posts its progress, hands in its report, asks for extensions."),
        own=frozenset(_COUNTRY_WORK | {"report.submit", "report.recall", "report.appoint", "extension.ask"}),
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
                "deadline.set",
                "extension.decide",
                "meeting.run",
                "cycle.run",
                "disruption.edit",
                "reference.edit",
                "plan.edit",
                "action.verify",
                "deadline.follow",
                "account.invite",
            }
        ),
    ),
    Role.OBSERVER: RoleGrant(
        _("Follows what has been shared with partners; changes nothing."),
        shared=frozenset(_COMMON),
    ),
}

ADMINISTRATOR = RoleGrant(
    _("Looks after accounts and corrects any record in the administration, with a reason."),
    everywhere=frozenset(
        _READ_ALL | {"cycle.run", "reference.edit", "record.correct", "deadline.follow", "account.invite"}
    ),
)


def duty(user: Any) -> RoleGrant:
    """The duty of a signed-in person."""
    return ADMINISTRATOR if user.is_superuser else ROLE_GRANTS[user.role]


def reach(user: Any, action: str) -> Scope:
    """How far `action` goes for this person; nowhere for visitors and disabled accounts."""
    if not (user and user.is_authenticated and user.is_active):
        return Scope.NOTHING
    theirs = duty(user)
    if action in theirs.everywhere:
        return Scope.EVERYWHERE
    if action in theirs.own:
        return Scope.OWN
    return Scope.SHARED if action in theirs.shared else Scope.NOTHING


def may(user: Any, action: str, subject: Any = None) -> bool:
    """Whether the person may act on `subject`, anything that has a `member_state_id`."""
    match reach(user, action):
        case Scope.EVERYWHERE:
            return True
        case Scope.OWN:
            return subject is not None and subject.member_state_id == user.organisation_id
    return False


def require(user: Any, action: str, subject: Any = None) -> None:
    """Raise PermissionDenied (a 403 page) unless the person may act."""
    if not may(user, action, subject):
        raise PermissionDenied(_("Your role does not include this step."))


def require_at(user: Any, action: str, subject: Any, meeting: Any) -> None:
    """As `require`; at a meeting also whoever runs it, typing what the country tells in its turn."""
    if not (meeting is not None and may(user, "meeting.run")):
        require(user, action, subject)


def require_reader(user: Any, action: str) -> None:
    """Raise Http404 if the person reads no record of that kind at all."""
    if reach(user, action) is Scope.NOTHING:
        raise Http404


def allowed_among(user: Any, actions: Iterable[str], subject: Any) -> set[str]:
    """Those of the actions that the person may take: what a page offers as buttons."""
    return {action for action in actions if may(user, action, subject)}


def filter_readable(queryset: Rows, user: Any, action: str, *, own: Q, shared: Q | None = None) -> Rows:
    """The rows of `queryset` that `action` reaches for this person."""
    match reach(user, action):
        case Scope.EVERYWHERE:
            return queryset
        case Scope.OWN:
            return queryset.filter(own)
        case Scope.SHARED if shared is not None:
            return queryset.filter(shared)
    return queryset.none()


def can_read(user: Any, action: str, *, own: bool, shared: bool = False) -> bool:
    """As `limit`, of one record in hand: also one that was rebuilt as it stood on a past day."""
    match reach(user, action):
        case Scope.EVERYWHERE:
            return True
        case Scope.OWN:
            return own
        case Scope.SHARED:
            return shared
    return False


def opens_admin(user: Any) -> bool:
    """Administrators, and the Secretariat for reference data."""
    return reach(user, "reference.edit") is Scope.EVERYWHERE


def must_use_second_factor(user: Any) -> bool:
    """Whose password alone is not enough: those who could change what everybody relies on."""
    return opens_admin(user)


def channels(user: Any) -> list[Channel]:
    """Whose discussions reach this person: the shared one, and that of their own side.

    Whose country a country's discussion belongs to is for `limit` to say.
    """
    side = side_of(user)
    return [Channel.SHARED, side] if side else [Channel.SHARED]


def side_of(user: Any, gap: Any = None) -> Channel | None:
    """On which side of the guidance a person stands (for a gap: of that country); None on neither."""
    if may(user, "guidance.write"):
        return Channel.CONSULTANTS
    own = may(user, "datagap.edit", gap) if gap else reach(user, "datagap.edit") is Scope.OWN
    return Channel.COUNTRY if own else None
