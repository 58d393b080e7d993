"""The format of a backup: a tar file that any machine can open, with its checksum and its signature behind it.

    manifest.json            what is inside: version, row counts, and the SHA-256 of each other member
    database.dump|.sqlite3   the rows
    files/...                what was handed in

tar does not notice a changed byte, and parts of it are in no member. So a line with the SHA-256 of all bytes before it
follows, which tar itself ignores. Anybody can write such a line anew; the last one is an HMAC of it under BACKUP_KEY:
without that key nobody can make a backup that passes. Backups made before 0.2.0 have none.
"""

import hashlib
import hmac
import json
import os
import tarfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, TypedDict

from django.conf import settings
from django.utils.crypto import salted_hmac

if TYPE_CHECKING:
    from hashlib import _Hash

FORMAT = 1
MANIFEST = "manifest.json"
FILES = "files/"
CHUNK = 1024 * 1024
CHECKSUM, SIGNATURE = b"\nsha256:%s\n", b"hmac-sha256:%s\n"
CHECKSUM_LENGTH, SIGNATURE_LENGTH = (len(line % (b"0" * 64)) for line in (CHECKSUM, SIGNATURE))


class Unusable(Exception):
    """Why a backup cannot be made or used, as one sentence that says what to do."""


class Manifest(TypedDict):
    """What manifest.json says. Backups of earlier releases have these keys too: they are not renamed."""

    format: int
    made_at: str
    database: str  # django.db.connection.vendor
    migrations: list[str]
    rows: dict[str, int]  # by table
    missing: list[str]  # files that a row names and that were not there
    members: dict[str, str]  # SHA-256 of each other member


class Writer:
    """Adds members and remembers the checksum of each."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self.tar = tar
        self.members: dict[str, str] = {}

    def add(self, name: str, path: Path) -> None:
        with path.open("rb") as source:
            self._add(name, source, os.fstat(source.fileno()).st_size)

    def add_manifest(
        self, *, made_at: str, database: str, migrations: list[str], rows: dict[str, int], missing: list[str]
    ) -> Manifest:
        """Add the manifest, as the last member: only now everything in it is known."""
        manifest = Manifest(
            format=FORMAT,
            made_at=made_at,
            database=database,
            migrations=migrations,
            rows=rows,
            missing=missing,
            members=dict(self.members),
        )
        text = json.dumps(manifest, indent=1, sort_keys=True).encode()
        self._add(MANIFEST, BytesIO(text), len(text))
        return manifest

    def _add(self, name: str, source: IO[bytes], size: int) -> None:
        info, digest = tarfile.TarInfo(name), hashlib.sha256()
        info.size, info.mode = size, 0o600
        self.tar.addfile(info, _HashingReader(source, digest))
        self.members[name] = digest.hexdigest()


class _HashingReader:
    """A file that adds to a digest what is read from it."""

    def __init__(self, source: IO[bytes], digest: "_Hash") -> None:
        self.source, self.digest = source, digest

    def read(self, size: int = -1) -> bytes:
        content = self.source.read(size)
        self.digest.update(content)
        return content


@contextmanager
def create(path: Path) -> Iterator[Writer]:
    """Open a new backup, which has its name only once it is whole; nobody else on the machine may read it."""
    part = path.with_name(f"{path.name}.part")
    try:
        with os.fdopen(os.open(part, os.O_CREAT | os.O_TRUNC | os.O_RDWR, 0o600), "w+b") as target:
            with tarfile.open(fileobj=target, mode="w", format=tarfile.PAX_FORMAT) as tar:
                yield Writer(tar)
            target.seek(0)
            checksum = _checksum(target)
            target.write(checksum + _signature(checksum))
            target.flush()
            os.fsync(target.fileno())
        part.rename(path)
    finally:
        part.unlink(missing_ok=True)


def _signature(checksum: bytes) -> bytes:
    """Return the line that only who has BACKUP_KEY can write."""
    key, salt = settings.BACKUP_KEY, "reviews.operations.backup"
    return SIGNATURE % salted_hmac(salt, checksum, secret=key, algorithm="sha256").hexdigest().encode()


def _checksum(source: IO[bytes], length: int | None = None) -> bytes:
    """Return the checksum line for the bytes from here on, or for `length` of them; the file is left behind them."""
    digest = hashlib.sha256()
    left = length if length is not None else -1
    while chunk := source.read(CHUNK if left < 0 else min(CHUNK, left)):
        digest.update(chunk)
        left = left - len(chunk) if left >= 0 else left
    return CHECKSUM % digest.hexdigest().encode()


def _require_untouched(source: IO[bytes], path: Path, *, allow_unsigned: bool) -> None:
    """Raise Unusable unless every byte is as we wrote it."""
    size = os.fstat(source.fileno()).st_size
    source.seek(max(size - SIGNATURE_LENGTH, 0))
    is_signed = source.read().startswith(SIGNATURE.partition(b"%")[0])
    length = size - CHECKSUM_LENGTH - SIGNATURE_LENGTH * is_signed
    source.seek(0)
    checksum = _checksum(source, length) if length > 0 else b""
    if not checksum or checksum != source.read(CHECKSUM_LENGTH):
        raise Unusable(
            f"{path} is not a backup, or not as it was written: use another one. Nothing was changed."
        )
    if not is_signed and not allow_unsigned:
        raise Unusable(
            f"{path} has no signature: it was made before 0.2.0, or forged. If you know that it comes from your own"
            " machine, say --unsigned. Nothing was changed."
        )
    if is_signed and not hmac.compare_digest(_signature(checksum), source.read()):
        raise Unusable(
            f"{path} is signed with another key, or forged: set BACKUP_KEY (TRACE_KEY, where there is no BACKUP_KEY) to"
            " the key of the machine that made it. Nothing was changed."
        )


@contextmanager
def open_checked(path: Path, *, allow_unsigned: bool = False) -> Iterator[tuple[tarfile.TarFile, Manifest]]:
    """Open a backup of which every byte and the signature were checked, with its manifest. Raises Unusable."""
    with ExitStack() as opened:
        try:
            source = opened.enter_context(path.open("rb"))
            _require_untouched(source, path, allow_unsigned=allow_unsigned)
            source.seek(0)
            tar = opened.enter_context(tarfile.open(fileobj=source))
            manifest = _checked_manifest(tar, path)
        except (tarfile.TarError, OSError) as error:
            raise Unusable(f"{path} cannot be read ({error}): give the path of a backup.") from error
        yield tar, manifest


def _checked_manifest(tar: tarfile.TarFile, path: Path) -> Manifest:
    """Return the manifest, after every member was compared with it."""
    source = tar.extractfile(MANIFEST)
    assert source is not None
    manifest: Manifest = json.load(source)
    if manifest["format"] != FORMAT:
        raise Unusable(
            f"{path} has format {manifest['format']}, and this version reads format {FORMAT}: use that version."
        )
    for member in tar:
        place = PurePosixPath(member.name)
        if not member.isfile() or ".." in place.parts or place.is_absolute():
            raise Unusable(f"{member.name} in {path} leads out of its folder: this is no backup of ours.")
        if member.name != MANIFEST:
            content = tar.extractfile(member)
            digest = hashlib.file_digest(content, "sha256").hexdigest()  # type: ignore[arg-type]
            if manifest["members"].get(member.name) != digest:
                raise Unusable(f"{member.name} in {path} is not what its list says: use another backup.")
    return manifest


def extract(tar: tarfile.TarFile, name: str, target: Path) -> None:
    """Copy one member into a new file that is on the disk when this returns."""
    source = tar.extractfile(name)
    assert source is not None
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as copy:
        while chunk := source.read(CHUNK):
            copy.write(chunk)
        copy.flush()
        os.fsync(copy.fileno())
