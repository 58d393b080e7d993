"""What every test of a transition asserts: what was written and what the history tells, or that nothing was written."""

from typing import Any

import pytest

from reviews.models import NotAllowedNow, Trace
from tests.support import grids


def last_trace(record: Any) -> Trace:
    rows = Trace.objects.filter(model=record._meta.label_lower, object_id=record.pk)
    return rows.select_related("by").order_by("-id").first()


def fresh(record: Any) -> Any:
    """The record as the database has it."""
    return type(record).objects.get(pk=record.pk)


def tells(record: Any, *, by: Any, verb: str, why: str, was: str | None = None) -> None:
    """The history's last line is about the record's present version: who, what, why, and the status before."""
    told = last_trace(record)
    assert (told.by, told.verb, told.why) == (by, verb, why)
    assert told.version == fresh(record).version == record.version
    assert told.after == fresh(record).snapshot()
    if was is not None:
        assert told.before.get("status", fresh(record).status) == was


def refused(words: str, step: Any, /, *args: Any, **kwargs: Any) -> None:
    """The step is refused in these words, and nothing at all is written."""
    before = grids.fingerprint()
    with pytest.raises(NotAllowedNow, match=words):
        step(*args, **kwargs)
    assert not grids.changed(before)


def raises(
    kind: type[Exception], step: Any, /, *args: Any, match: str | None = None, **kwargs: Any
) -> Exception:
    """The step ends in this exception, and nothing at all is written."""
    before = grids.fingerprint()
    with pytest.raises(kind, match=match) as caught:
        step(*args, **kwargs)
    assert not grids.changed(before)
    return caught.value
