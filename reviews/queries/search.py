"""Search over all records: by code or by words, only what the person may read, the best matches first.

An entry says who finds it; before a match is shown, its record is looked for once more among those that the person may
read. So an entry that lags behind shows nobody anything.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import CharField, QuerySet, Value

from reviews.models import ReviewCycle, SearchEntry, User
from reviews.models.search import KINDS, SearchKind
from reviews.text import fold

FEWEST_LETTERS = 3  # of a word: that is what the index is made of
LETTERS_OF_CODE = 2
ROWS, MOST_PAGES = 25, 40


@dataclass(frozen=True)
class Query:
    """What somebody typed, folded: all of it as a code, and its words."""

    code: str
    words: list[str]

    @property
    def is_too_short(self) -> bool:
        """Whether it is neither the beginning of a code nor has a word that is long enough."""
        return len(self.code) < LETTERS_OF_CODE or not (self.is_code_alone or self._has_long_word)

    @property
    def is_code_alone(self) -> bool:
        """Whether only codes are looked for."""
        return len(self.code) == LETTERS_OF_CODE

    @property
    def _has_long_word(self) -> bool:
        return any(len(word) >= FEWEST_LETTERS for word in self.words)


@dataclass(frozen=True)
class Match:
    """A record that was found."""

    entry: SearchEntry
    kind: SearchKind
    cycle: ReviewCycle | None  # None: it belongs to none, and the person opens none


def parse_query(text: str) -> Query:
    folded = fold(text).strip()
    return Query(folded, sorted(set(folded.split()), key=len, reverse=True))


def search(user: User, query: Query, page: int = 1) -> tuple[list[Match], bool]:
    """One page of what the person may read and the query finds; and whether there are more pages. Three queries."""
    cycles = {cycle.pk: cycle for cycle in ReviewCycle.objects.visible_to(user)}
    start = (page - 1) * ROWS
    found = list(entries(user, query, cycles)[start : start + ROWS + 1])
    readable = readable_records(user, found)
    matches = [
        Match(entry, KINDS[entry.kind], cycle_of(entry, user, cycles))
        for entry in found[:ROWS]
        if (entry.kind, entry.object_id) in readable
    ]
    # Notes on methods are read in the pages of a cycle: who opens none does not come to them.
    matches = [match for match in matches if match.cycle or match.kind.model is User]
    return matches, len(found) > ROWS and page < MOST_PAGES


def entries(user: User, query: Query, cycles: Iterable[int]) -> "QuerySet[SearchEntry]":
    """The entries that a query finds among those for this person, in these cycles and in none."""
    rows = SearchEntry.objects.visible_to(user).in_cycles(cycles)
    begins = rows.filter(folded_code__startswith=query.code)
    found = begins if query.is_code_alone else rows.with_words(query.words)
    newest = found.code_first(query.code)[
        : MOST_PAGES * ROWS
    ]  # of a word that is everywhere, not all are ranked
    ranked = SearchEntry.objects.filter(pk__in=newest.values("pk")).select_related("member_state")
    return ranked.best_first(query.code, query.words)


def readable_records(user: User, found: "Iterable[SearchEntry]") -> set[tuple[str, int]]:
    """Which of the records found the person may read by now: kind and id. One query for all kinds."""
    keys: dict[str, list[int]] = {}
    for entry in found:
        keys.setdefault(entry.kind, []).append(entry.object_id)
    rows = [
        KINDS[name]
        .visible_to(user)
        .filter(pk__in=ids)
        .order_by()
        .annotate(of_kind=Value(name, output_field=CharField()))
        .values_list("of_kind", "pk")
        for name, ids in keys.items()
    ]
    return set(rows[0].union(*rows[1:], all=True)) if rows else set()


def cycle_of(entry: SearchEntry, user: User, cycles: Mapping[int, ReviewCycle]) -> ReviewCycle | None:
    """The cycle in whose pages the record is shown: its own, else the one that the person opened last."""
    number = entry.cycle_id or user.last_cycle_id
    return cycles.get(number) or next(iter(cycles.values()), None)  # type: ignore[arg-type]
