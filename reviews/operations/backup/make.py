"""Writing a backup while everybody works on."""

import logging
from datetime import UTC
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.db import connection

from reviews import clock
from reviews.operations import health
from reviews.operations.backup import archive, postgres, rows, sqlite
from reviews.operations.backup.archive import Unusable

log = logging.getLogger(__name__)


def kind() -> Any:
    """How rows of the present database are copied."""
    return postgres if connection.vendor == "postgresql" else sqlite


def target(place: Path) -> Path:
    """The file to write: `place`, or a new one named after the instant if that is a folder."""
    if place.is_dir():
        return place / f"reviewtracker-{clock.real_now().astimezone(UTC):%Y-%m-%dT%H%M%SZ}.tar"
    if place.exists():
        raise Unusable(f"{place} is there already: give another name, or a folder.")
    if not place.parent.is_dir():
        raise Unusable(f"There is no folder {place.parent}: make it first.")
    return place


def write(place: Path) -> tuple[Path, dict[str, Any]]:
    """Make a backup; gives back its path and what its manifest tells. Raises Unusable."""
    if health.missing_migrations():
        raise Unusable(
            "The database is of an older version: back it up with that one, before `manage.py migrate`."
        )
    path = target(place)
    told: dict[str, Any] = {}
    named: set[str] = set()

    def tell(cursor: Any) -> None:
        named.update(rows.named_files(cursor))
        told["rows"] = rows.counts(cursor)

    # Beside the backup: there is room for it there, and the temporary folder of a machine may be small.
    with TemporaryDirectory(dir=path.parent, prefix=".backup-") as folder, archive.writing(path) as writer:
        dump = Path(folder) / kind().MEMBER
        told |= {"made_at": clock.real_now().isoformat(), "database": connection.vendor}
        told["migrations"] = rows.migrations()
        kind().copy(dump, tell)
        writer.add(dump.name, dump)
        # After the rows: a file never changes and is stored before the row that names it.
        told["missing"] = sorted(named - _add_files(writer))
        writer.end(**told)
    return path, told


def _add_files(writer: archive.Writer) -> set[str]:
    added = set()
    for path in sorted(rows.folder().rglob("*")):
        name = path.relative_to(rows.folder()).as_posix()
        try:
            if path.is_file():
                writer.add(archive.FILES + name, path)
                added.add(name)
        except FileNotFoundError:
            # Stored for a row that was refused a moment later, and so taken away again.
            log.info("%s went while it was copied", path.name)
    return added
