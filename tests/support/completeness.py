"""Whether what changed is exactly what the trace tells: every record, every version, nothing else."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from reviews.models import Trace
from reviews.operations.trace_verification import tracked_models

# A visit is no change of an account.
BESIDES = {"last_login", "last_cycle_id", "language"}


class Watched:
    """What was written in a block."""

    def __init__(self) -> None:
        self.before, self.newest = records(), newest_row()
        self.rows: list[Trace] = []
        self.changed: set[Any] = set()

    def look(self) -> None:
        self.rows = list(Trace.objects.filter(pk__gt=self.newest).select_related("by").order_by("pk"))
        self.changed = set(differences(self.before, records()))

    @property
    def told(self) -> list[Any]:
        return [(row.model, row.object_id, row.version) for row in self.rows]


@contextmanager
def watched() -> Iterator[Watched]:
    """Fails unless the changed (model, record, version) and the new rows of the trace are the same."""
    found = Watched()
    yield found
    found.look()
    assert len(found.told) == len(set(found.told))
    assert found.changed == set(found.told)


def newest_row() -> int:
    return Trace.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def records() -> dict[tuple[str, int], tuple[int, Any]]:
    """Every tracked record: its version, and all that it holds, also what stays out of the trace."""
    found = {}
    for model in tracked_models():
        many = [field.name for field in model._meta.many_to_many]
        for record in model.objects.prefetch_related(*many):
            hidden = {name: getattr(record, name) for name in model.untraced - BESIDES}
            content = repr(sorted((record.snapshot() | hidden).items()))
            found[(model._meta.label_lower, record.pk)] = (record.version, content)
    return found


def differences(before: dict[Any, Any], after: dict[Any, Any]) -> Iterator[tuple[Any, ...]]:
    for key in before.keys() | after.keys():
        if before.get(key) == after.get(key):
            continue
        if key not in after:
            yield (*key, "gone")
            continue
        old, new = before.get(key, (0, ""))[0], after[key][0]
        yield from ((*key, version) for version in range(old + 1, new + 1))
        if new <= old:
            yield (*key, "written without a version")
