"""Loads the reference data of `fixtures/reference`: organisations, the framework, kinds of data gap, the time line."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from reviews.operations.loading import reference
from reviews.operations.loading.rows import RowError


class Command(BaseCommand):
    help = "Load the reference data. A second run changes nothing, a changed row is updated, none is deleted."

    def handle(self, *, verbosity: int, **options: Any) -> None:
        try:
            outcomes = reference.load()
        except RowError as error:
            raise CommandError(f"{error} Nothing was loaded.") from error
        if not verbosity:
            return
        for outcome in outcomes:
            counts = f"{outcome.added} added, {outcome.updated} updated, {outcome.unchanged} unchanged"
            self.stdout.write(f"{outcome.file}: {counts}")
            if outcome.kept:
                self.stdout.write(f"  not in the file, kept: {'; '.join(outcome.kept)}")
            if outcome.corrected:
                self.stdout.write(f"  corrected here, kept: {'; '.join(outcome.corrected)}")
