"""Restores a backup into an empty database and an empty folder, or only checks it."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from reviews.operations.backup import restore
from reviews.operations.backup.archive import Unusable
from reviews.operations.backup.make import backend

NO_OTHER_ROLE = (
    "No other role has rights on these tables. If the web servers connect as a role of their own, run the `grant`"
    " and `revoke` lines under “Least privilege” in docs/operations.md after `migrate`."
)


class Command(BaseCommand):
    help = "Read back what `backup` wrote. First all of it is checked; the site must not be running."
    requires_system_checks = ()
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("backup", type=Path)
        parser.add_argument(
            "--check", action="store_true", help="only read it through and say whether it is whole"
        )
        parser.add_argument(
            "--replace",
            action="store_true",
            help="lose the rows that are there; files are moved aside, not lost",
        )

        parser.add_argument(
            "--unsigned",
            action="store_true",
            help="accept a backup without a signature (made before 0.2.0), if you know where it comes from",
        )

    def handle(self, *, backup: Path, check: bool, replace: bool, unsigned: bool, **options: Any) -> None:
        try:
            if check:
                manifest = restore.check(backup, allow_unsigned=unsigned)
            else:
                manifest = restore.restore(backup, replace=replace, allow_unsigned=unsigned)
        except Unusable as error:
            raise CommandError(str(error)) from error
        outcome = "is whole" if check else "is read back; now run `manage.py migrate`, then start the site"
        rows = sum(manifest["rows"].values())
        self.stdout.write(f"{backup} of {manifest['made_at']} {outcome}. {rows} rows.")
        if not check and not backend().other_roles_have_rights():
            self.stdout.write(NO_OTHER_ROLE)
