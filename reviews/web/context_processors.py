"""What every page needs to know."""

from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.http import HttpRequest

from reviews import clock, policy


@dataclass
class Site:
    """The state of the site for the present visitor."""

    today: date
    pinned_today: bool
    may_open_admin: bool
    may_make_cycles: bool
    reads_countries: bool
    single_sign_on: str  # what it is called; empty without one


def site(request: HttpRequest) -> dict[str, Site]:
    """`site` in every template; `cycle.is_demo` or `demo` mark invented values."""
    user = getattr(request, "user", None)
    reads = policy.reach(user, "report.read") is not policy.Scope.NOTHING
    pinned = settings.REVIEWTRACKER_TODAY is not None
    sign_on = settings.SINGLE_SIGN_ON["name"] if settings.SINGLE_SIGN_ON else ""
    makes = policy.may(user, "cycle.run")
    return {"site": Site(clock.today(), pinned, policy.opens_admin(user), makes, reads, sign_on)}
