"""Files of forms that could not be saved yet, kept so that nobody has to choose them again.

A browser empties the box of a file whenever a form comes back. So the file is stored aside, and the form holds a signed
token for it: good for one person, one page and some days. Nothing here is a record; a job purges what has expired.
"""

import logging
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core import signing
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile

from reviews import clock
from reviews.uploads.storage import display_name

FOLDER = "kept"
SALT = "reviews.uploads.kept"
KEPT_FOR = timedelta(days=3)  # over a weekend
MOST_EACH = 5  # for one person; the oldest goes

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class KeptFile:
    """A file stored aside: for whom, and for the form at which address."""

    name: str  # in the storage
    original_name: str
    size: int  # bytes
    user_id: int
    place: str

    @property
    def token(self) -> str:
        return signing.dumps([self.name, self.original_name, self.size, self.user_id, self.place], salt=SALT)

    def open(self) -> UploadedFile:
        """The file as if it had been sent once more."""
        return UploadedFile(default_storage.open(self.name), self.original_name, size=self.size)


def token_field(name: str) -> str:
    """The name of the hidden field with the token, beside the field for a file."""
    return f"{name}-kept"


def keep(upload: UploadedFile, user_id: int, place: str) -> KeptFile | None:
    """Store a file aside. None if it is too large, or there is no room: it has to be chosen again."""
    size = upload.size or 0
    if size > settings.REPORT_FILE_MAX_BYTES:
        return None
    name = f"{FOLDER}/{user_id}/{secrets.token_hex(16)}"
    try:
        upload.seek(0)
        default_storage.save(name, File(upload.file))
        _delete_oldest(user_id)
    except OSError:
        log.exception("A file could not be kept aside")
        default_storage.delete(name)
        return None
    return KeptFile(name, display_name(upload.name or ""), size, user_id, place)


def find(token: str, user_id: int, place: str) -> KeptFile | None:
    """The file of a token; None if it has expired, or belongs to somebody else or to another form."""
    try:
        kept = KeptFile(*signing.loads(token, salt=SALT, max_age=KEPT_FOR))
    except signing.BadSignature:
        return None
    is_theirs = (kept.user_id, kept.place) == (user_id, place)
    return kept if is_theirs and default_storage.exists(kept.name) else None


def purge() -> str:
    """Delete what has expired. Return in words how many files went."""
    oldest, deleted = clock.real_now() - KEPT_FOR, 0
    for user_id in _list(FOLDER)[0]:
        for stored_at, name in _files_of(user_id):
            if stored_at < oldest:
                default_storage.delete(name)
                deleted += 1
    return f"{deleted} deleted"


def _delete_oldest(user_id: int) -> None:
    for _stored_at, name in sorted(_files_of(str(user_id)), reverse=True)[MOST_EACH:]:
        default_storage.delete(name)


def _files_of(user_id: str) -> Iterator[tuple[datetime, str]]:
    """When each kept file of a person was stored, and its name."""
    for file in _list(f"{FOLDER}/{user_id}")[1]:
        name = f"{FOLDER}/{user_id}/{file}"
        try:
            yield default_storage.get_modified_time(name), name
        except FileNotFoundError:  # somebody else was tidying up
            continue


def _list(folder: str) -> tuple[list[str], list[str]]:
    """The folders and the files in a folder; none if there is no such folder."""
    try:
        return default_storage.listdir(folder)
    except FileNotFoundError:
        return [], []
