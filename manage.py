#!/usr/bin/env python
"""Every command of the product: `python manage.py help` lists them."""

import os
import sys

import django
from django.conf import settings
from django.core.management import call_command, execute_from_command_line
from django.db import DatabaseError, InterfaceError, connection
from django.utils import translation

from reviewtracker import load_settings
from reviewtracker.database_errors import explain


def language_of_shell() -> str:
    """The language of LC_ALL, LC_MESSAGES or LANG, as of every program; English where we have none of it."""
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    wanted = next(filter(None, (os.environ.get(name, "") for name in names)), "")
    language = wanted.partition("_")[0].partition(".")[0].lower()
    return language if language in dict(settings.LANGUAGES) else "en"


def main() -> None:
    load_settings()
    try:
        if sys.argv[1:] in (["version"], ["--version"]):  # to these Django would answer with its own version
            django.setup()
            call_command("version")
        else:
            if sys.argv[1:2] != ["runserver"]:  # which reports broken code by itself, and starts again
                django.setup()
                translation.activate(language_of_shell())
            execute_from_command_line(sys.argv)
    except (DatabaseError, InterfaceError) as error:
        if not (sentence := explain(error, connection)):
            raise
        # A wrong DATABASE_URL, a server that is down, a right that is missing: not a fault of the code.
        sys.exit(f"reviewtracker: {sentence}")


if __name__ == "__main__":
    main()
