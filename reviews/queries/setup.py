"""The steps in which a cycle is set up: what is done, what is to do, and what opening it would lack."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from reviews import policy
from reviews.models import FrameworkLevel, ReviewCycle, User

Text = str | Promise


@dataclass(frozen=True)
class SetupStep:
    """One step: what it is called, what there is already, and the pages on which it is done."""

    code: str
    title: Text
    found: Text  # what there is; empty: nothing
    is_required: bool  # without it the cycle cannot be used
    ways: list[tuple[Text, str]]  # how this person does it: label and address

    @property
    def is_done(self) -> bool:
        return bool(self.found)


def setup_steps(cycle: ReviewCycle, user: User) -> list[SetupStep]:
    """The steps of a cycle, in their order, with what this person may do. Takes four queries."""
    framework = cycle.framework
    levels = list(framework.nodes.order_by().values_list("level", flat=True))
    areas = levels.count(FrameworkLevel.KEY_RESULT_AREA)
    members = cycle.memberships.counted().count()
    deadlines, steps = cycle.deadlines.count(), cycle.plan_steps.count()

    def ways(right: str, *pages: tuple[Text, str]) -> list[tuple[Text, str]]:
        may = policy.may(user, right)
        return [(label, reverse(page, args=[cycle.slug])) for label, page in pages if may]

    period = _now("%(name)s, %(first)s to %(last)s")
    days = {"name": cycle.name, "first": date_format(cycle.starts_on), "last": date_format(cycle.ends_on)}
    entries = _now("%(framework)s: %(n)d × %(area)s")
    return [
        SetupStep(
            "period",
            _("Name and period"),
            period % days,
            True,
            ways("cycle.run", (_("Change"), "cycle-edit")),
        ),
        SetupStep(
            "framework",
            _("Framework"),
            entries % {"framework": framework, "n": areas, "area": framework.area_name} if areas else "",
            True,
            ways(
                "cycle.run",
                (_("Import from a sheet"), "framework-import"),
                (_("Choose or copy another"), "cycle-framework"),
            ),
        ),
        SetupStep(
            "members",
            _("Members"),
            ngettext("%(n)d member", "%(n)d members", members) % {"n": members} if members else "",
            True,
            ways(
                "cycle.run",
                (_("Choose members"), "cycle-members"),
                (_("Import from a sheet"), "members-import"),
            ),
        ),
        SetupStep(
            "deadlines",
            _("Deadlines"),
            ngettext("%(n)d deadline", "%(n)d deadlines", deadlines) % {"n": deadlines} if deadlines else "",
            False,
            ways(
                "deadline.set",
                (_("Copy from another cycle"), "cycle-deadlines"),
                (_("Add a deadline"), "deadline-add"),
            ),
        ),
        SetupStep(
            "ladder",
            _("Approval ladder"),
            ngettext("%(n)d step", "%(n)d steps", steps) % {"n": steps} if steps else "",
            False,
            ways(
                "plan.edit",
                (_("Enter the bodies"), "cycle-ladder"),
                (_("Copy from another cycle"), "cycle-ladder-copy"),
            ),
        ),
    ]
