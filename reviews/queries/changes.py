"""What changed since a person's last visit, counted for the desk; and what of it he or she watches."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.apps import apps
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.functional import cached_property

from reviews.models import ReviewCycle, Trace, User, Watch
from reviews.models.changes import changes_by_others, has_changes
from reviews.models.trace import NEWS

MOST_CHANGES = 500  # that are read; of more, the newest
# The lists in which changed records are marked. What is on any other page is counted with all the rest.
LISTS = {
    "reviews.nationalreport": "report-list",
    "reviews.datagap": "datagap-list",
    "reviews.finding": "finding-list",
    "reviews.deadline": "deadline-list",
    "reviews.meeting": "meeting-list",
}


@dataclass(frozen=True)
class KindCount:
    """How many records of a kind changed, and the list of them."""

    label: str
    number: int
    url: str


@dataclass
class CycleChanges:
    """What changed in one cycle since the person's last visit."""

    cycle: ReviewCycle
    rows: list[Trace] = field(default_factory=list)  # newest first

    @cached_property
    def counts(self) -> list[KindCount]:
        pages: dict[str, set[int]] = defaultdict(set)
        for row in self.rows:
            pages[row.page_model].add(row.page_id)
        return [self._count(model, len(ids)) for model, ids in sorted(pages.items(), key=_place)]

    def _count(self, model: str, number: int) -> KindCount:
        names = apps.get_model(model)._meta
        label = str(names.verbose_name if number == 1 else names.verbose_name_plural)
        if model in LISTS:
            return KindCount(label, number, f"{reverse(LISTS[model], args=[self.cycle.slug])}?changed=yes")
        return KindCount(label, number, reverse("activity"))

    @property
    def watched(self) -> list[Trace]:
        """The newest change on each page that the person watches."""
        newest: dict[tuple[str, int], Trace] = {}
        for row in self.rows:
            if row.is_watched:  # type: ignore[attr-defined]  # annotated below
                newest.setdefault((row.page_model, row.page_id), row)
        return list(newest.values())


def _place(item: tuple[str, set[int]]) -> int:
    return [*LISTS, item[0]].index(item[0])


def changes_since_last_visit(user: User, cycles: Iterable[ReviewCycle]) -> list[CycleChanges]:
    """What is new to the person in these cycles, which were read `with_seen`. One query, none where nothing is."""
    changes = {cycle.pk: CycleChanges(cycle) for cycle in cycles if has_changes(cycle)}
    if not changes:
        return []
    is_new = Q(pk__in=())
    for row in changes.values():
        is_new |= Q(cycle=row.cycle.pk, pk__gt=row.cycle.seen_trace_id)
    traces = changes_by_others(user).filter(is_new, model__in=NEWS).annotate(is_watched=_is_watched_by(user))
    for trace in traces.defer("before", "after", "why").select_related("by").order_by("-pk")[:MOST_CHANGES]:
        changes[trace.cycle_id or 0].rows.append(trace)
    return list(changes.values())


def _is_watched_by(user: User) -> Exists:
    watches = Watch.objects.of(user)
    of_page = Q(model=OuterRef("page_model"), object_id=OuterRef("page_id"))
    return Exists(watches.filter(of_page | Q(cycle=OuterRef("cycle"), member_state=OuterRef("member_state"))))
