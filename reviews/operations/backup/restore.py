"""Reading a backup back, into an empty database and an empty folder."""

import tarfile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.db import connection

from reviews import clock
from reviews.operations import health
from reviews.operations.backup import archive, rows
from reviews.operations.backup.archive import FILES, Unusable
from reviews.operations.backup.make import kind


def check(path: Path) -> dict[str, Any]:
    """Read all of a backup, change nothing; gives back its manifest. Raises Unusable."""
    with archive.reading(path) as (_tar, told):
        _fits(told)
        return told


def read_back(path: Path, *, replace: bool = False) -> dict[str, Any]:
    """Put everything back. What is there is refused; with `replace`, rows are lost and files moved aside."""
    with archive.reading(path) as (tar, told):
        _fits(told)
        _make_room(replace)
        _files(tar)
        _rows(tar)
    _compare(told)
    return told


def _fits(told: dict[str, Any]) -> None:
    if told["database"] != connection.vendor:
        raise Unusable(
            f"This backup is of {told['database']}, and DATABASE_URL leads to {connection.vendor}: "
            "set it to the same kind."
        )
    known = {f"{app}.{name}" for app, name in health.known_migrations()}
    if newer := sorted(set(told["migrations"]) - known):
        raise Unusable(
            f"This backup is of another version ({newer[0]} is unknown here): install that version first."
        )


def _make_room(replace: bool) -> None:
    if not replace and (not kind().is_empty() or _files_there()):
        raise Unusable("There are rows or files already: restore into an empty place, or say --replace.")
    if _files_there():
        _move_aside(rows.folder())
    rows.folder().mkdir(parents=True, exist_ok=True, mode=0o700)
    kind().clear()


def _move_aside(folder: Path) -> None:
    aside = folder.with_name(f"{folder.name}-before-{clock.real_now():%Y-%m-%dT%H%M%S}")
    try:
        folder.rename(aside)
    except OSError as error:
        raise Unusable(
            f"{folder} cannot be moved aside ({error.strerror}): empty it yourself, then repeat."
        ) from error


def _files_there() -> bool:
    return rows.folder().is_dir() and any(rows.folder().iterdir())


def _files(tar: tarfile.TarFile) -> None:
    for name in tar.getnames():
        if name.startswith(FILES):
            archive.extract(tar, name, rows.folder() / name.removeprefix(FILES))


def _rows(tar: tarfile.TarFile) -> None:
    with TemporaryDirectory(dir=rows.folder().parent, prefix=".restore-") as folder:
        dump = Path(folder) / kind().MEMBER
        archive.extract(tar, dump.name, dump)
        kind().put_back(dump)


def _compare(told: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        for table, count in told["rows"].items():
            cursor.execute(f"select count(*) from {connection.ops.quote_name(table)}")  # noqa: S608 - a name of ours
            if cursor.fetchone()[0] != count:
                raise Unusable(f"{table} has not the {count} rows it had: use another backup.")
