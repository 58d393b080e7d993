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


def site(request: HttpRequest) -> dict[str, Site]:
    """`site` in every template; `cycle.is_demo` or `demo` mark invented values."""
    user = getattr(request, "user", None)
    return {"site": Site(clock.today(), bool(settings.REVIEWTRACKER_TODAY), policy.opens_admin(user))}
