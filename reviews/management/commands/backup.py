"""Writes a backup: one file with everything, while everybody works on."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from reviews.operations.backup import make
from reviews.operations.backup.archive import Unusable


class Command(BaseCommand):
    help = "Write all rows and files into one new file. Keep it like the database: it holds the same."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("place", type=Path, help="a new file, or a folder in which one is made")

    def handle(self, *, place: Path, **options: Any) -> None:
        try:
            path, manifest = make.write(place.absolute())
        except Unusable as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{path}: {sum(manifest['rows'].values())} rows, {path.stat().st_size} bytes.")
        if missing := manifest["missing"]:
            raise CommandError(
                f"The backup is made, but {len(missing)} files named by rows are not there: {missing[0]}"
            )
