#!/usr/bin/env python
"""Every command of the product: `python manage.py help` lists them."""

import sys

import django
from django.core.management import call_command, execute_from_command_line
from django.db import DatabaseError, InterfaceError, connection

from reviewtracker import load_settings
from reviewtracker.database_errors import explain


def main() -> None:
    load_settings()
    try:
        if sys.argv[1:] in (["version"], ["--version"]):  # to these Django would answer with its own version
            django.setup()
            call_command("version")
        else:
            execute_from_command_line(sys.argv)
    except (DatabaseError, InterfaceError) as error:
        if not (sentence := explain(error, connection)):
            raise
        # A wrong DATABASE_URL, a server that is down, a right that is missing: not a fault of the code.
        sys.exit(f"reviewtracker: {sentence}")


if __name__ == "__main__":
    main()
