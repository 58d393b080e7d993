"""The form of a backup: a tar file that any machine can open, with one line of checksum behind it.

    manifest.json            what is inside: version, row counts, and the SHA-256 of each other member
    database.dump|.sqlite3   the rows
    files/...                what was handed in

tar does not notice a changed byte, and parts of it are in no member. So the last line is the SHA-256 of all bytes
before it; tar itself takes no notice of that line.
"""

import hashlib
import json
import os
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import IO, Any

FORMAT = 1
MANIFEST = "manifest.json"
FILES = "files/"
CHUNK = 1024 * 1024
SEAL = b"\nsha256:%s\n"
SEAL_LENGTH = len(SEAL % (b"0" * 64))


class Unusable(Exception):
    """Why a backup cannot be made or used, as one sentence that says what to do."""


class Writer:
    """Adds members and remembers the checksum of each."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self.tar = tar
        self.members: dict[str, str] = {}

    def add(self, name: str, path: Path) -> None:
        with path.open("rb") as source:
            self._add(name, source, os.fstat(source.fileno()).st_size)

    def end(self, **told: Any) -> None:
        """The manifest, last: only now all is known."""
        text = json.dumps({"format": FORMAT, **told, "members": self.members}, indent=1, sort_keys=True)
        self._add(MANIFEST, BytesIO(text.encode()), len(text.encode()))

    def _add(self, name: str, source: IO[bytes], size: int) -> None:
        info, digest = tarfile.TarInfo(name), hashlib.sha256()
        info.size, info.mode = size, 0o600
        self.tar.addfile(info, _Heard(source, digest.update))
        self.members[name] = digest.hexdigest()


class _Heard:
    """A file that passes on what is read from it."""

    def __init__(self, source: IO[bytes], hear: Callable[[bytes], None]) -> None:
        self.source, self.hear = source, hear

    def read(self, size: int = -1) -> bytes:
        found = self.source.read(size)
        self.hear(found)
        return found


@contextmanager
def writing(path: Path) -> Iterator[Writer]:
    """A new backup, which has its name only once it is whole; nobody else on the machine may read it."""
    part = path.with_name(f"{path.name}.part")
    try:
        with os.fdopen(os.open(part, os.O_CREAT | os.O_TRUNC | os.O_RDWR, 0o600), "w+b") as target:
            with tarfile.open(fileobj=target, mode="w", format=tarfile.PAX_FORMAT) as tar:
                yield Writer(tar)
            target.seek(0)
            target.write(_seal(target))
            target.flush()
            os.fsync(target.fileno())
        part.rename(path)
    finally:
        part.unlink(missing_ok=True)


def _seal(source: IO[bytes], length: int | None = None) -> bytes:
    """The last line for the bytes from here on; leaves the file behind them."""
    digest = hashlib.sha256()
    left = length if length is not None else -1
    while chunk := source.read(CHUNK if left < 0 else min(CHUNK, left)):
        digest.update(chunk)
        left = left - len(chunk) if left >= 0 else left
    return SEAL % digest.hexdigest().encode()


@contextmanager
def reading(path: Path) -> Iterator[tuple[tarfile.TarFile, dict[str, Any]]]:
    """A backup that was found whole, and its manifest. Raises Unusable."""
    try:
        with path.open("rb") as source:
            _check_seal(source, path)
            with tarfile.open(fileobj=source) as tar:
                yield tar, _checked_manifest(tar, path)
    except (tarfile.TarError, OSError) as error:
        raise Unusable(f"{path} cannot be read ({error}): give the path of a backup.") from error


def _check_seal(source: IO[bytes], path: Path) -> None:
    length = os.fstat(source.fileno()).st_size - SEAL_LENGTH
    whole = length > 0 and _seal(source, length) == source.read()
    source.seek(0)
    if not whole:
        raise Unusable(
            f"{path} is not a backup, or not as it was written: use another one. Nothing was changed."
        )


def _checked_manifest(tar: tarfile.TarFile, path: Path) -> dict[str, Any]:
    found = tar.extractfile(MANIFEST)
    assert found is not None
    told: dict[str, Any] = json.load(found)
    if told["format"] != FORMAT:
        raise Unusable(
            f"{path} has format {told['format']}, and this version reads format {FORMAT}: use that version."
        )
    for member in tar:
        if not _is_plain(member):
            raise Unusable(f"{member.name} in {path} leads out of its folder: this is no backup of ours.")
        if member.name != MANIFEST and told["members"].get(member.name) != _digest(tar, member):
            raise Unusable(f"{member.name} in {path} is not what its list says: use another backup.")
    return told


def _is_plain(member: tarfile.TarInfo) -> bool:
    path = PurePosixPath(member.name)
    return member.isfile() and ".." not in path.parts and not path.is_absolute()


def _digest(tar: tarfile.TarFile, member: tarfile.TarInfo) -> str:
    found = tar.extractfile(member)
    return hashlib.file_digest(found, "sha256").hexdigest() if found else ""  # type: ignore[arg-type]


def extract(tar: tarfile.TarFile, name: str, target: Path) -> None:
    """One member into a new file that is on the disk when this returns."""
    found = tar.extractfile(name)
    assert found is not None
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as copy:
        while chunk := found.read(CHUNK):
            copy.write(chunk)
        copy.flush()
        os.fsync(copy.fileno())
