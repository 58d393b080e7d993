"""The site around the app `reviews`: settings, addresses, and the entrance for a web server."""

import os
import sys


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
