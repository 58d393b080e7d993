"""The steps in which a cycle is set up: what is done, what is to do, and what opening it would lack."""

from dataclasses import dataclass
from typing import NamedTuple

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from reviews import policy
from reviews.models import FrameworkLevel, ReviewCycle, User


class Step(NamedTuple):
    """A step of every cycle: the right that it takes, and the pages on which it is done."""

    code: str
    title: Promise
    is_required: bool  # without it the cycle cannot be used
    right: str
    pages: tuple[tuple[Promise, str], ...]


STEPS = (
    Step("period", _("Name and period"), True, "cycle.run", ((_("Change"), "cycle-edit"),)),
    Step(
        "framework",
        _("Framework"),
        True,
        "cycle.run",
        ((_("Import from a sheet"), "framework-import"), (_("Choose or copy another"), "cycle-framework")),
    ),
    Step(
        "members",
        _("Members"),
        True,
        "cycle.run",
        ((_("Choose members"), "cycle-members"), (_("Import from a sheet"), "members-import")),
    ),
    Step("bodies", _("Roles of bodies"), False, "cycle.run", ((_("Enter the roles"), "cycle-bodies"),)),
    Step(
        "deadlines",
        _("Deadlines"),
        False,
        "deadline.set",
        (
            (_("Copy from another cycle"), "cycle-deadlines"),
            (_("Data collection, analysis, writing"), "cycle-phases"),
            (_("Add a deadline"), "deadline-add"),
        ),
    ),
    Step(
        "ladder",
        _("Approval ladder"),
        False,
        "plan.edit",
        ((_("Enter the bodies"), "cycle-ladder"), (_("Copy from another cycle"), "cycle-ladder-copy")),
    ),
)


@dataclass(frozen=True)
class SetupStep:
    """A step of one cycle: what there is already, and how this person does it."""

    code: str
    title: Promise
    found: str  # what there is; empty: nothing
    is_required: bool
    ways: list[tuple[Promise, str]]  # label and address

    @property
    def is_done(self) -> bool:
        return bool(self.found)


def setup_steps(cycle: ReviewCycle, user: User) -> list[SetupStep]:
    """The steps of a cycle, in their order, with what this person may do. Takes five queries."""
    found = what_there_is(cycle)
    return [
        SetupStep(
            step.code,
            step.title,
            found[step.code],
            step.is_required,
            [
                (label, reverse(page, args=[cycle.slug]))
                for label, page in step.pages
                if policy.may(user, step.right)
            ],
        )
        for step in STEPS
    ]


def what_there_is(cycle: ReviewCycle) -> dict[str, str]:
    """What each step has led to so far, in words; empty: nothing."""
    levels = list(cycle.framework.nodes.order_by().values_list("level", flat=True))
    areas = levels.count(FrameworkLevel.KEY_RESULT_AREA)
    members = cycle.memberships.counted().count()
    bodies = cycle.body_roles.counted().count()
    deadlines, steps = cycle.deadlines.count(), cycle.plan_steps.count()
    days = {"name": cycle.name, "first": date_format(cycle.starts_on), "last": date_format(cycle.ends_on)}
    entries = {"framework": cycle.framework, "n": areas, "area": cycle.framework.area_name}
    return {
        "period": _now("%(name)s, %(first)s to %(last)s") % days,
        "framework": _now("%(framework)s: %(n)d × %(area)s") % entries if areas else "",
        "members": ngettext("%(n)d member", "%(n)d members", members) % {"n": members} if members else "",
        "bodies": ngettext("%(n)d role", "%(n)d roles", bodies) % {"n": bodies} if bodies else "",
        "deadlines": ngettext("%(n)d deadline", "%(n)d deadlines", deadlines) % {"n": deadlines}
        if deadlines
        else "",
        "ladder": ngettext("%(n)d step", "%(n)d steps", steps) % {"n": steps} if steps else "",
    }
