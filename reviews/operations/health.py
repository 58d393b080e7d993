"""Health checks for /readyz, and the figures of the database for /metrics.

A check returns an empty string if all is well, otherwise a sentence for whoever looks after the machine. None names a
person, a place or a secret.
"""

import logging
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

from django.core.files.storage import default_storage
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.utils.crypto import constant_time_compare

from reviews import clock
from reviews.models import JobRun, OutgoingMail, Trace
from reviews.models.trace_seal import seal
from reviewtracker.database_errors import INSUFFICIENT_PRIVILEGE

log = logging.getLogger(__name__)

TICK = "tick"
# The tick runs each minute. Mail is tried again after one, two and four minutes.
TICK_LATE, MAIL_LATE = timedelta(minutes=5), timedelta(minutes=15)
DOWN = (DatabaseError, InterfaceError)
SEALS_COMPARED = 5
NOT_READABLE = (
    "There are tables, and the role of DATABASE_URL may not read them: run the `grant` and `revoke` lines under"
    " “Least privilege” in docs/operations.md, as the role that owns the tables."
)


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
        except DOWN as error:
            log.warning("The check %s failed: %s", name, error)
            reason = reason_of(error)  # without what the server wrote, which names people and machines
        results.append(Check(name, reason))
        if reason:
            log.warning("Not ready, %s: %s", name, reason)
        if name == "database" and reason:
            break
    return results


def reason_of(error: DatabaseError | InterfaceError) -> str:
    """What to do about a check that the database did not answer."""
    if getattr(error.__cause__, "sqlstate", None) == INSUFFICIENT_PRIVILEGE:
        return NOT_READABLE
    if isinstance(error, OperationalError | InterfaceError):
        return "The database did not answer: the log of the site and that of the server say why."
    return "The database lacks a table or a column: run `manage.py migrate`, and see the log of the site."


def check_database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("select 1")
    return ""


def check_migrations() -> str:
    if tables_are_hidden():
        return NOT_READABLE
    missing = missing_migrations()
    return f"{len(missing)} migrations are not applied: run `manage.py migrate`." if missing else ""


def missing_migrations() -> set[tuple[str, str]]:
    return set(known_migrations()) - set(MigrationRecorder(connection).applied_migrations())


def tables_are_hidden() -> bool:
    """Whether there are tables that our role may not read; to Django they would be missing."""
    if connection.vendor != "postgresql":
        return False
    with connection.cursor() as cursor:
        cursor.execute(
            "select bool_or(not has_schema_privilege(relnamespace, 'usage') or not has_table_privilege(oid, 'select'))"
            " from pg_class where relname = 'django_migrations' and relkind = 'r'"
        )
        return bool(cursor.fetchone()[0])


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
    age = age_of(OutgoingMail.objects.oldest_held_up())
    if age is None or age <= MAIL_LATE:
        return ""
    return f"Mail has waited for {seconds(age)} s: look at its last error in the administration, and at EMAIL_URL."


def check_trace_key() -> str:
    """Compare TRACE_KEY with the newest seals: one of them suffices, since a single row may have been altered."""
    newest = Trace.objects.exclude(digest="").order_by("-id")[:SEALS_COMPARED]
    if not newest or any(constant_time_compare(row.digest, seal(row)) for row in newest):
        return ""
    return (
        "TRACE_KEY is not the key that sealed the newest rows of the history: set it to that one"
        " (if it was not set before, to the SECRET_KEY of that time)."
    )


def check_files() -> str:
    """Whether handed-in files can be stored; the folder itself is made when the first one comes."""
    folder = Path(default_storage.path(""))
    while not folder.exists():
        folder = folder.parent
    if folder.is_dir() and os.access(folder, os.W_OK | os.X_OK):
        return ""
    return "FILES_DIR cannot be written: let the site's own user write there, or set it to another folder."


CHECKS: dict[str, Callable[[], str]] = {
    "database": check_database,
    "migrations": check_migrations,
    "trace_key": check_trace_key,
    "files": check_files,
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
        unsent, oldest = OutgoingMail.objects.unsent().count(), age_of(OutgoingMail.objects.oldest_held_up())
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
