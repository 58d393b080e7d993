"""Health checks for /readyz, and the figures of the database for /metrics.

Each check is one sentence for whoever looks after the machine. None names a person, a place or a secret: the page
needs no sign-in.
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


def run_checks(leave_out: Iterable[str] = ()) -> list[Check]:
    """Run all checks but those left out; none after a database that does not answer."""
    results: list[Check] = []
    for name, check in CHECKS.items():
        if name not in leave_out:
            results.append(Check(name, _reason(check)))
            if name == "database" and not results[-1].is_well:
                break
    return results


def _reason(check: Callable[[], str]) -> str:
    try:
        return check()
    except DOWN:
        return "The database did not answer, or lacks a table: see the log of the server, then `manage.py migrate`."


def _check_database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("select 1")
    return ""


def _check_migrations() -> str:
    missing = missing_migrations()
    return f"{len(missing)} migrations are not applied: run `manage.py migrate`." if missing else ""


def missing_migrations() -> set[tuple[str, str]]:
    return set(known_migrations()) - set(MigrationRecorder(connection).applied_migrations())


@lru_cache(maxsize=1)
def known_migrations() -> frozenset[tuple[str, str]]:
    """Those of this code, which stays the same as long as the process lives."""
    return frozenset(MigrationLoader(None).graph.nodes)


def _check_tick() -> str:
    age = _age(last_tick())
    if age is None:
        return "No tick has run yet: start the timer that runs `manage.py tick` each minute."
    return f"The last tick ended {_seconds(age)} s ago: look at the timer." if age > TICK_LATE else ""


def _check_mail() -> str:
    age = _age(OutgoingMail.objects.oldest_unsent())
    if age is None or age <= MAIL_LATE:
        return ""
    return f"Mail has waited for {_seconds(age)} s: look at its last error in the administration, and at EMAIL_URL."


CHECKS: dict[str, Callable[[], str]] = {
    "database": _check_database, "migrations": _check_migrations, "tick": _check_tick, "mail": _check_mail,
}  # fmt: skip


def last_tick() -> datetime | None:
    return JobRun.objects.filter(job=TICK).values_list("ended_at", flat=True).first()


def _age(moment: datetime | None) -> timedelta | None:
    return clock.real_now() - moment if moment else None


def _seconds(age: timedelta | None) -> int:
    return int(age.total_seconds()) if age else 0


def database_figures() -> dict[str, tuple[str, int | None]]:
    """Name, help and value of what the database knows; what has not happened yet is left out."""
    try:
        figures = _query_figures()
    except DOWN:
        figures = {"database_up": ("Whether the database answers.", 0)}
    return {name: (text, value) for name, (text, value) in figures.items() if value is not None}


def _query_figures() -> dict[str, tuple[str, int | None]]:
    tick, mail = _age(last_tick()), _age(OutgoingMail.objects.oldest_unsent())
    failed = JobRun.objects.filter(failed=True).count()
    return {
        "database_up": ("Whether the database answers.", 1),
        "unsent_mail": ("Mail that waits.", OutgoingMail.objects.unsent().count()),
        "oldest_unsent_mail_seconds": ("How long the oldest has waited.", _seconds(mail)),
        "last_tick_age_seconds": ("Since the last tick ended.", None if tick is None else _seconds(tick)),
        "failed_jobs": ("Jobs of the tick whose last run failed.", failed),
    }
