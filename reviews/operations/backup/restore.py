"""Restoring a backup, into an empty database and an empty folder."""

from pathlib import Path
from tempfile import TemporaryDirectory

from django.db import connection

from reviews import clock
from reviews.operations import health
from reviews.operations.backup import archive, rows
from reviews.operations.backup.archive import FILES, Manifest, Unusable
from reviews.operations.backup.make import backend


def check(path: Path) -> Manifest:
    """Read all of a backup, change nothing, and return its manifest. Raises Unusable."""
    with archive.open_checked(path) as (_tar, manifest):
        _require_fitting(manifest)
        return manifest


def restore(path: Path, *, replace: bool = False) -> Manifest:
    """Put all rows and files back, and return the manifest. Raises Unusable.

    If there are rows or files already, that is refused; with `replace`, rows are lost and files moved aside.
    """
    with archive.open_checked(path) as (tar, manifest):
        _require_fitting(manifest)
        _make_room(replace)
        for name in tar.getnames():
            if name.startswith(FILES):
                archive.extract(tar, name, rows.files_folder() / name.removeprefix(FILES))
        with TemporaryDirectory(dir=rows.files_folder().parent, prefix=".restore-") as folder:
            dump = Path(folder) / backend().MEMBER
            archive.extract(tar, dump.name, dump)
            backend().put_back(dump)
    with connection.cursor() as cursor:
        for table, count in manifest["rows"].items():
            cursor.execute(f"select count(*) from {connection.ops.quote_name(table)}")  # noqa: S608 - a name of ours
            if cursor.fetchone()[0] != count:
                raise Unusable(f"{table} has not the {count} rows it had: use another backup.")
    return manifest


def _require_fitting(manifest: Manifest) -> None:
    """Raise Unusable if the backup is of another kind of database, or of a newer version of this code."""
    if manifest["database"] != connection.vendor:
        raise Unusable(
            f"This backup is of {manifest['database']}, and DATABASE_URL leads to {connection.vendor}: "
            "set it to the same kind."
        )
    known = {f"{app}.{name}" for app, name in health.known_migrations()}
    if newer := sorted(set(manifest["migrations"]) - known):
        raise Unusable(
            f"This backup is of another version ({newer[0]} is unknown here): install that version first."
        )


def _make_room(replace: bool) -> None:
    """Empty the database and move the files aside. Without `replace` raise Unusable if there is anything."""
    folder = rows.files_folder()
    has_files = folder.is_dir() and any(folder.iterdir())
    if not replace and (has_files or not backend().is_empty()):
        raise Unusable("There are rows or files already: restore into an empty place, or say --replace.")
    if has_files:
        aside = folder.with_name(f"{folder.name}-before-{clock.real_now():%Y-%m-%dT%H%M%S}")
        try:
            folder.rename(aside)
        except OSError as error:
            raise Unusable(
                f"{folder} cannot be moved aside ({error.strerror}): empty it yourself, then repeat."
            ) from error
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    backend().clear()
