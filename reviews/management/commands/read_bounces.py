"""`manage.py read_bounces`: mails that came back, from a maildir or from standard input."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from reviews.operations.bounces import read_all, read_bounce


class Command(BaseCommand):
    help = "Read mails that came back, and mark the addresses that do not work. Without --maildir: one mail from stdin."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--maildir", type=Path, help="a maildir; what was read moves from new/ to cur/")

    def handle(self, *args: Any, maildir: Path | None = None, **options: Any) -> None:
        if maildir is None:
            marked = read_bounce(sys.stdin.buffer.read())
            self.stdout.write("address marked" if marked else "not a bounce of this site")
            return
        if not (maildir / "new").is_dir():
            raise CommandError(f"{maildir} is no maildir: it has no folder new.")
        (maildir / "cur").mkdir(exist_ok=True)
        files = sorted((maildir / "new").iterdir())
        number, marked_number = read_all(file.read_bytes() for file in files)
        for file in files:
            file.rename(maildir / "cur" / f"{file.name}:2,S")
        self.stdout.write(f"{number} read, {marked_number} addresses marked")
