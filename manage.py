#!/usr/bin/env python
"""Every command of the product: `python manage.py help` lists them."""

import sys

from django.core.management import execute_from_command_line
from django.db import OperationalError, connection

from reviewtracker import load_settings


def main() -> None:
    load_settings()
    try:
        execute_from_command_line(sys.argv)
    except OperationalError as error:
        if connection.connection is not None:
            raise
        # Never connected at all: that is a wrong DATABASE_URL or a server that is down, not a fault of ours.
        sys.exit(f"reviewtracker: The database does not answer ({error}). Check DATABASE_URL and the server.")


if __name__ == "__main__":
    main()
