"""Prints docs/policy.md: `manage.py print_policy > docs/policy.md`."""

from typing import Any

from django.core.management.base import BaseCommand

from reviews.operations.policy_page import page


class Command(BaseCommand):
    help = "Print who may see and do what, in sentences (docs/policy.md)."

    def handle(self, **options: Any) -> None:
        self.stdout.write(page(), ending="")
