"""Context processor: `site`, in every template."""

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
    single_sign_on: str  # its name; empty without one
    print_marking: str  # the line at the head of printed pages


def site(request: HttpRequest) -> dict[str, Site]:
    """`site` in every template; `cycle.is_demo` or `demo` mark invented values."""
    user = getattr(request, "user", None)
    return {
        "site": Site(
            today=clock.today(),
            pinned_today=settings.REVIEWTRACKER_TODAY is not None,
            may_open_admin=policy.opens_admin(user),
            may_make_cycles=policy.may(user, "cycle.run"),
            reads_countries=policy.scope_of(user, "report.read") is not policy.Scope.NOTHING,
            single_sign_on=settings.SINGLE_SIGN_ON["name"] if settings.SINGLE_SIGN_ON else "",
            print_marking=str(settings.PRINT_MARKING),
        )
    }
