"""The site around the app `reviews`: settings, addresses, and the entrance for a web server."""

import os
import sys
import tomllib
from pathlib import Path

# Written in one place: what the package is built from.
PROJECT = tomllib.loads((Path(__file__).resolve().parent.parent / "pyproject.toml").read_text())["project"]
__version__: str = PROJECT["version"]


def load_settings(exit_code: int = 1) -> None:
    """Read the settings; a wrong one ends the program with its sentence in place of a traceback."""
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reviewtracker.settings")
    try:
        settings.DEBUG  # noqa: B018 - the first look at any setting reads them all
    except ImproperlyConfigured as error:
        print(f"reviewtracker: {error}", file=sys.stderr)
        sys.exit(exit_code)


def refuse_debug_on_postgres(exit_code: int) -> None:
    """End the program if DEBUG is on and the records are in PostgreSQL: error pages would show them to everybody."""
    from django.conf import settings

    if settings.DEBUG and any(
        config["ENGINE"].endswith("postgresql") for config in settings.DATABASES.values()
    ):
        print(
            "reviewtracker: DEBUG=1 is for trying things out on SQLite, and DATABASE_URL leads to PostgreSQL: unset"
            " one of them.",
            file=sys.stderr,
        )
        sys.exit(exit_code)


def refuse_wrong_trace_key(exit_code: int) -> None:
    """End the program if TRACE_KEY is not the one that sealed the history: no new row would pass verification."""
    from django.db import DatabaseError, InterfaceError, connection

    from reviews.operations.health import check_trace_key

    try:
        reason = check_trace_key()
    except (DatabaseError, InterfaceError):
        return  # not there yet, or of an older release: /readyz says so
    finally:
        connection.close()
    if reason:
        print(f"reviewtracker: {reason}", file=sys.stderr)
        sys.exit(exit_code)
