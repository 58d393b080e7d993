"""Writing a backup, while everybody works on."""

import logging
from datetime import UTC
from pathlib import Path
from tempfile import TemporaryDirectory

from django.db import connection

from reviews import clock
from reviews.operations import health
from reviews.operations.backup import archive, postgres, rows, sqlite
from reviews.operations.backup.archive import Manifest, Unusable
from reviews.uploads import kept

log = logging.getLogger(__name__)


def backend() -> rows.Backend:
    """Return the module that copies the rows of the present kind of database."""
    return postgres if connection.vendor == "postgresql" else sqlite


def write(place: Path) -> tuple[Path, Manifest]:
    """Make a backup in a new file, or in a folder; return its path and its manifest. Raises Unusable."""
    try:
        return _write(place)
    except OSError as error:
        raise Unusable(
            f"The backup cannot be written to {place} ({error.strerror}): make room there,"
            " or let the site's own user write there. No backup was made."
        ) from error


def _write(place: Path) -> tuple[Path, Manifest]:
    if health.missing_migrations():
        raise Unusable(
            "The database is of an older version: back it up with that one, before `manage.py migrate`."
        )
    path = _new_path(place)
    row_counts: dict[str, int] = {}
    named_files: set[str] = set()

    def inspect(cursor: rows.Cursor) -> None:
        row_counts.update(rows.count_rows(cursor))
        named_files.update(rows.named_files(cursor))

    # Beside the backup: there is room for it there, and the temporary folder of a machine may be small.
    with TemporaryDirectory(dir=path.parent, prefix=".backup-") as folder, archive.create(path) as writer:
        dump = Path(folder) / backend().MEMBER
        made_at, migrations = clock.real_now().isoformat(), rows.applied_migrations()
        backend().copy(dump, inspect)
        writer.add(dump.name, dump)
        # After the rows: a file never changes and is stored before the row that names it.
        missing = sorted(named_files - _add_files(writer))
        manifest = writer.add_manifest(
            made_at=made_at,
            database=connection.vendor,
            migrations=migrations,
            rows=row_counts,
            missing=missing,
        )
    return path, manifest


def _new_path(place: Path) -> Path:
    """Return the file to write: in a folder it is named after the instant."""
    if place.is_dir():
        return place / f"reviewtracker-{clock.real_now().astimezone(UTC):%Y-%m-%dT%H%M%SZ}.tar"
    if place.exists():
        raise Unusable(f"{place} is there already: give another name, or a folder.")
    if not place.parent.is_dir():
        raise Unusable(f"There is no folder {place.parent}: make it first.")
    return place


def _add_files(writer: archive.Writer) -> set[str]:
    """Add every stored file of a record, and return their names."""
    added = set()
    for path in sorted(rows.files_folder().rglob("*")):
        name = path.relative_to(rows.files_folder()).as_posix()
        if name.startswith(f"{kept.FOLDER}/"):
            continue  # of no record, for a few days
        try:
            if path.is_file():
                writer.add(archive.FILES + name, path)
                added.add(name)
        except FileNotFoundError:
            # Stored for a row that was refused a moment later, and so taken away again.
            log.info("%s went while it was copied", path.name)
    return added
