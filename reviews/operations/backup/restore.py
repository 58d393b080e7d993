"""Restoring a backup: the new state is built and checked beside the old one, and then takes its place."""

from pathlib import Path
from tempfile import TemporaryDirectory

from django.db import connection

from reviews import clock
from reviews.operations import health
from reviews.operations.backup import archive, rows
from reviews.operations.backup.archive import FILES, Manifest, Unusable
from reviews.operations.backup.make import backend


def check(path: Path, *, allow_unsigned: bool = False) -> Manifest:
    """Read all of a backup, change nothing, and return its manifest. Raises Unusable."""
    with archive.open_checked(path, allow_unsigned=allow_unsigned) as (_tar, manifest):
        _require_fitting(manifest)
        return manifest


def restore(path: Path, *, replace: bool = False, allow_unsigned: bool = False) -> Manifest:
    """Put all rows and files back, and return the manifest. Raises Unusable.

    If there are rows or files already, that is refused; with `replace`, rows are lost and files moved aside. Until
    the new rows are in and counted, the old rows and files stay as they are.
    """
    with archive.open_checked(path, allow_unsigned=allow_unsigned) as (tar, manifest):
        _require_fitting(manifest)
        _require_room(replace)
        folder = rows.files_folder()
        try:
            folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with TemporaryDirectory(dir=folder.parent, prefix=".restore-") as beside:
                files, dump = Path(beside) / "files", Path(beside) / backend().MEMBER
                files.mkdir(mode=0o700)
                for name in tar.getnames():
                    if name.startswith(FILES):
                        archive.extract(tar, name, files / name.removeprefix(FILES))
                archive.extract(tar, dump.name, dump)
                backend().put_back(dump, manifest["rows"])
                _exchange(folder, files)
        except OSError as error:
            raise Unusable(
                f"{folder.parent} cannot be written ({error.strerror}): correct that, then repeat. Nothing was changed."
            ) from error
    return manifest


def _require_fitting(manifest: Manifest) -> None:
    """Raise Unusable if the backup is of another kind of database, or of a newer version of this code."""
    if manifest["database"] != connection.vendor:
        raise Unusable(
            f"This backup is of {manifest['database']}, and DATABASE_URL leads to {connection.vendor}: "
            "set it to the same kind."
        )
    if not all(table.isidentifier() for table in manifest["rows"]):
        raise Unusable(
            "This backup counts the rows of something that is no table: this is no backup of ours."
        )
    known = {f"{app}.{name}" for app, name in health.known_migrations()}
    if newer := sorted(set(manifest["migrations"]) - known):
        raise Unusable(
            f"This backup is of another version ({newer[0]} is unknown here): install that version first."
        )


def _require_room(replace: bool) -> None:
    """Raise Unusable if there is anything that may not be replaced, or that cannot be moved aside."""
    folder = rows.files_folder()
    has_files = folder.is_dir() and any(folder.iterdir())
    if not replace and (has_files or not backend().is_empty()):
        raise Unusable("There are rows or files already: restore into an empty place, or say --replace.")
    if folder.is_mount():
        raise Unusable(
            f"{folder} is a mount point, which cannot be exchanged: set FILES_DIR to a folder below it."
        )


def _exchange(folder: Path, files: Path) -> None:
    """Move the files that are there aside, and the restored ones into their place. The rows are in by now."""
    try:
        if folder.is_dir() and any(folder.iterdir()):
            folder.rename(folder.with_name(f"{folder.name}-before-{clock.real_now():%Y-%m-%dT%H%M%S}"))
        elif folder.is_dir():
            folder.rmdir()
        files.rename(folder)
    except OSError as error:
        raise Unusable(
            f"The rows are read back, but {folder} could not be exchanged ({error.strerror}):"
            " correct that, then repeat with --replace."
        ) from error
