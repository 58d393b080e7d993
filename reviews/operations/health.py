"""Health checks for /readyz, and the figures of the database for /metrics.

A check returns an empty string if all is well, otherwise a sentence for whoever looks after the machine. None names a
person, a place or a secret: the page needs no sign-in.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from reviews import clock
from reviews.models import JobRun, OutgoingMail

TICK = "tick"
# The tick runs each minute. Mail is tried again after one, two and four minutes.
TICK_LATE, MAIL_LATE = timedelta(minutes=5), timedelta(minutes=15)
DOWN = (DatabaseError, InterfaceError)


@dataclass(frozen=True)
class Check:
    """The result of one check. Without a reason all is well."""

    name: str
    reason: str

    @property
    def is_well(self) -> bool:
        return not self.reason


def run_checks(exclude: Iterable[str] = ()) -> list[Check]:
    """Run all checks but those excluded; none after a database that does not answer."""
    results: list[Check] = []
    for name, check in CHECKS.items():
        if name in exclude:
            continue
        try:
            reason = check()
        except DOWN:
            reason = (
                "The database did not answer, or lacks a table:"
                " see the log of the server, then `manage.py migrate`."
            )
        results.append(Check(name, reason))
        if name == "database" and reason:
            break
    return results


def check_database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("select 1")
    return ""


def check_migrations() -> str:
    missing = missing_migrations()
    return f"{len(missing)} migrations are not applied: run `manage.py migrate`." if missing else ""


def missing_migrations() -> set[tuple[str, str]]:
    return set(known_migrations()) - set(MigrationRecorder(connection).applied_migrations())


@lru_cache(maxsize=1)
def known_migrations() -> frozenset[tuple[str, str]]:
    """Return the migrations of this code, which stay the same as long as the process lives."""
    return frozenset(MigrationLoader(None).graph.nodes)


def check_tick() -> str:
    age = age_of(last_tick())
    if age is None:
        return "No tick has run yet: start the timer that runs `manage.py tick` each minute."
    return f"The last tick ended {seconds(age)} s ago: look at the timer." if age > TICK_LATE else ""


def check_mail() -> str:
    age = age_of(OutgoingMail.objects.oldest_unsent())
    if age is None or age <= MAIL_LATE:
        return ""
    return f"Mail has waited for {seconds(age)} s: look at its last error in the administration, and at EMAIL_URL."


CHECKS: dict[str, Callable[[], str]] = {
    "database": check_database,
    "migrations": check_migrations,
    "tick": check_tick,
    "mail": check_mail,
}


def last_tick() -> datetime | None:
    return JobRun.objects.filter(job=TICK).values_list("ended_at", flat=True).first()


def age_of(moment: datetime | None) -> timedelta | None:
    return clock.real_now() - moment if moment else None


def seconds(age: timedelta) -> int:
    return int(age.total_seconds())


def database_figures() -> dict[str, tuple[str, int]]:
    """Return help and value, by name, of what the database knows; what has not happened yet is left out."""
    try:
        tick = age_of(last_tick())
        unsent, oldest = OutgoingMail.objects.unsent().count(), age_of(OutgoingMail.objects.oldest_unsent())
        failed = JobRun.objects.filter(failed=True).count()
    except DOWN:
        return {"database_up": ("Whether the database answers.", 0)}
    figures = {
        "database_up": ("Whether the database answers.", 1),
        "unsent_mail": ("Mail that waits.", unsent),
        "oldest_unsent_mail_seconds": ("How long the oldest has waited.", seconds(oldest) if oldest else 0),
        "failed_jobs": ("Jobs of the tick whose last run failed.", failed),
    }
    if tick is not None:
        figures["last_tick_age_seconds"] = ("Since the last tick ended.", seconds(tick))
    return figures
