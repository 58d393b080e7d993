"""Seals of trace rows, and links of the hash chain through them: keyed hashes, computed without the database.

Who can write to the database but does not know TRACE_KEY cannot make a row that passes verification.
"""

import json
from datetime import UTC
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.crypto import salted_hmac

if TYPE_CHECKING:
    from reviews.models.trace import Trace

# Every column but the row's number, which the database gives after this, and the digest itself.
SEALED = (
    "at", "by_id", "verb", "model", "object_id", "label", "version", "page_model", "page_id", "cycle_id",
    "member_state_id", "common", "audience", "before", "after", "names", "why", "request_id",
)  # fmt: skip


def seal(row: "Trace") -> str:
    """The seal of a row: the digest of its content, the same before it is saved and after it is read."""
    values = {name: getattr(row, name) for name in SEALED}
    values["at"] = row.at.astimezone(UTC).isoformat(timespec="microseconds")
    values["request_id"] = row.request_id and str(row.request_id)
    content = json.dumps(values, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return _keyed("reviews.trace.row", content)


def join(previous: str, number: int, trace_id: int, digest: str, adopted: bool) -> str:
    """The digest of a link of the chain: of the link before it and the row that it adds."""
    content = f"{previous}|{number}|{trace_id}|{digest}|{'adopted' if adopted else 'sealed'}"
    return _keyed("reviews.trace.link", content)


def _keyed(salt: str, content: str) -> str:
    return salted_hmac(salt, content, secret=settings.TRACE_KEY, algorithm="sha256").hexdigest()
