"""Prints which release this is."""

from typing import Any

import django
from django.core.management.base import BaseCommand

from reviewtracker import __version__


class Command(BaseCommand):
    help = "Print the version of the product and of Django. CHANGELOG.md says what is in each."
    requires_system_checks = ()

    def handle(self, **options: Any) -> None:
        self.stdout.write(f"reviewtracker {__version__} (Django {django.get_version()})")
