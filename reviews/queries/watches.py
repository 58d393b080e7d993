"""What a person watches: the records, as far as the person may see them now."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from reviews.models import ReviewCycle, User, Watch
from reviews.models.watches import WATCHED_KINDS, may_watch, watchable

# What the names and addresses of the records need.
RELATED = {
    "reviews.nationalreport": ("cycle", "member_state"),
    "reviews.datagap": ("cycle", "member_state", "kind"),
    "reviews.meeting": ("cycle",),
    "reviews.minutes": ("meeting__cycle",),
}


@dataclass(frozen=True)
class WatchedRecord:
    """A record that a person watches."""

    watch: Watch
    record: Any

    @property
    def cycle(self) -> ReviewCycle:
        found: ReviewCycle = self.record.governing_cycle()
        return found

    @property
    def kind(self) -> str:
        return str(self.record._meta.verbose_name)


def watched_records(user: User) -> list[WatchedRecord]:
    """What the person watches, by kind, each newest first; without what the person may not see any more."""
    if not may_watch(user):
        return []
    by_model: dict[str, list[Watch]] = defaultdict(list)
    for watch in Watch.objects.of(user).order_by("-pk"):
        by_model[watch.model].append(watch)
    found = []
    for label in WATCHED_KINDS.values():
        watches = by_model[label]
        if watches:
            rows = watchable(user, label).select_related(*RELATED[label])
            records = rows.in_bulk([watch.object_id for watch in watches])
            found += [WatchedRecord(w, records[w.object_id]) for w in watches if w.object_id in records]
    return found
