"""Search entries: what each record is found by, and who may find it, in one table that is written with the record.

What the entries of a record are follows from the record: `reviews.models.search_kinds` says how, and
`reviews.operations.search` rebuilds and compares them.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Case, IntegerField, Q, Value, When
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from reviews import policy
from reviews.text import fold

if TYPE_CHECKING:
    from reviews.models import Tracked, User

# Who finds an entry. A record that some may read in other words, or that several countries may read, has several.
EVERYBODY = "everybody"  # staff, members of the cycle, and observers
MEMBERS = "members"  # staff and members
STAFF = "staff"
CONSULTANTS = "consultants"  # their side of the guidance
ONLY_MEMBERS, ONLY_OBSERVERS = "only-members", "only-observers"  # where staff have an entry of their own


def of_country(member_state_id: int) -> str:
    """A country's people, and staff."""
    return f"country-{member_state_id}"


def only_country(member_state_id: int) -> str:
    """A country's people alone."""
    return f"only-country-{member_state_id}"


@dataclass(frozen=True)
class EntryText:
    """What one group of readers finds a record by."""

    readers: str
    title: str = ""
    text: str = ""
    code: str = ""
    page: str = ""  # the code or number in the address of its page
    anchor: str = ""  # its place on that page
    url_name: str = ""  # of its page, where that is not the usual one of its kind
    other_title: str = ""  # in the other language
    cycle_id: int | None = None  # None: the record belongs to no cycle
    member_state_id: int | None = None


@dataclass(frozen=True)
class SearchKind:
    """A kind of record that can be searched for."""

    name: str
    model: type[Any]
    label: Promise
    permission: str  # in reviews.policy: who finds none at all
    url_name: str
    columns: tuple[str, ...]  # of the record: what its entries follow from
    texts_of: Callable[[Any], Iterable[EntryText]]
    visible_to: "Callable[[User], models.QuerySet[Any]]"
    related: tuple[str, ...] = ()  # what `texts_of` reads besides


# Columns that place a record; administrators may correct them.
PLACE = (
    *("cycle_id", "member_state_id", "number", "kind", "channel"),
    *("report_id", "meeting_id", "minutes_id", "gap_id", "difficulty_id"),
)

KINDS: dict[str, SearchKind] = {}
KINDS_BY_MODEL: dict[type[Any], SearchKind] = {}


@dataclass(frozen=True)
class Dependents:
    """Records whose entries follow from another record too."""

    rows: "Callable[[Any], list[models.QuerySet[Any]]]"
    columns: tuple[str, ...] = ()  # of the other record: what they follow from
    follow_new: bool = False  # whether a new one of these records matters to them


DEPENDENTS: dict[type[Any], Dependents] = {}


def register(*kinds: SearchKind) -> None:
    for kind in kinds:
        KINDS[kind.name] = KINDS_BY_MODEL[kind.model] = kind


class SearchEntryQuerySet(models.QuerySet["SearchEntry"]):
    def visible_to(self, user: "User") -> Self:
        """The entries that the person may find, in whichever cycle: which cycles they open, the caller asks."""
        is_visible = Q(pk__in=())
        for scope in (policy.Scope.EVERYWHERE, policy.Scope.OWN, policy.Scope.SHARED):
            kinds = [k.name for k in KINDS.values() if policy.scope_of(user, k.permission) is scope]
            if kinds:
                is_visible |= _readers(user, scope) & Q(kind__in=kinds)
        return self.filter(is_visible)

    def in_cycles(self, cycles: Iterable[int]) -> Self:
        """The entries of these cycles, and those of none."""
        return self.filter(Q(cycle__in=list(cycles)) | Q(cycle=None))

    def with_words(self, words: Sequence[str]) -> Self:
        """The entries that contain every folded word."""
        rows = self
        for word in words:
            rows = rows.filter(search__contains=word)
        return rows

    def code_first(self, code: str) -> Self:
        """The code itself first, then the newest."""
        is_code = Case(When(folded_code=code, then=Value(0)), default=Value(1), output_field=IntegerField())
        return self.order_by(is_code, "-id")

    def best_first(self, code: str, words: Sequence[str]) -> Self:
        """The code itself first, then codes that begin so, then titles, then texts; of each the newest first."""
        in_title = Q(*(Q(folded_title__contains=word) for word in words))
        rank = Case(
            When(folded_code=code, then=Value(0)),
            When(folded_code__startswith=code, then=Value(1)),
            When(in_title, then=Value(2)),
            default=Value(3),
            output_field=IntegerField(),
        )
        return self.annotate(rank=rank).order_by("rank", "-object_id", "-id")

    def write(self, kind: SearchKind, records: Iterable[Any], *, are_new: bool = False) -> int:
        """Bring the entries of these records up to date. Return how many rows differed."""
        wanted = {(row.object_id, row.readers): row for record in records for row in entries_of(kind, record)}
        stored = {}
        if not are_new:
            rows = self.filter(kind=kind.name, object_id__in={record.pk for record in records})
            stored = {(row.object_id, row.readers): row for row in rows}
        different = [
            row for key, row in sorted(wanted.items()) if key not in stored or not stored[key].equals(row)
        ]
        superfluous = [row.pk for key, row in stored.items() if key not in wanted]
        if different:
            self.bulk_create(
                different,
                update_conflicts=True,
                unique_fields=["kind", "object_id", "readers"],
                update_fields=COMPARED,
            )
        if superfluous:
            self.filter(pk__in=superfluous).delete()
        return len(different) + len(superfluous)


def _readers(user: "User", scope: policy.Scope) -> Q:
    """Which entries somebody reads who reads such records this far."""
    match scope:
        case policy.Scope.EVERYWHERE:
            hidden = Q(readers__startswith="only-")
            if policy.side_of(user) is not policy.Channel.CONSULTANTS:
                hidden |= Q(readers=CONSULTANTS)
            return ~hidden
        case policy.Scope.OWN if user.organisation_id:
            own = (of_country(user.organisation_id), only_country(user.organisation_id))
            return Q(readers__in=(EVERYBODY, MEMBERS, ONLY_MEMBERS, *own))
        case policy.Scope.SHARED:
            return Q(readers__in=(EVERYBODY, ONLY_OBSERVERS))
    return Q(pk__in=())


class SearchEntry(models.Model):
    """What one group of readers finds a record by, written in the transaction of the record.

    No record of the review: it follows from one.
    """

    kind = models.CharField(max_length=20)
    object_id = models.BigIntegerField()
    readers = models.CharField(max_length=40)
    cycle = models.ForeignKey("ReviewCycle", models.PROTECT, null=True, related_name="+")
    member_state = models.ForeignKey(
        "Organisation", models.PROTECT, null=True, related_name="+", db_index=False
    )
    code = models.CharField(max_length=100, blank=True)
    title = models.TextField(blank=True)
    text = models.TextField(blank=True)
    url_name = models.CharField(max_length=30)
    page = models.CharField(max_length=100, blank=True)
    anchor = models.CharField(max_length=60, blank=True)
    folded_code = models.CharField(max_length=200, blank=True)
    folded_title = models.TextField(blank=True)
    search = models.TextField(blank=True)  # code, title and text; on PostgreSQL with an index by its trigrams

    objects = SearchEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("search entry")
        verbose_name_plural = _("search entries")
        constraints = (
            models.UniqueConstraint(fields=("kind", "object_id", "readers"), name="search_entry_once"),
        )
        indexes = (
            models.Index(
                fields=("readers", "folded_code"),
                name="search_by_code",
                opclasses=("varchar_ops", "varchar_pattern_ops"),  # whatever the order of letters
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.code or self.object_id}"

    def equals(self, other: "SearchEntry") -> bool:
        """Whether the two say the same."""
        return all(getattr(self, name) == getattr(other, name) for name in COMPARED)


COMPARED = [
    *("cycle_id", "member_state_id", "code", "title", "text"),
    *("url_name", "page", "anchor", "folded_code", "folded_title", "search"),
]


def entries_of(kind: SearchKind, record: "Tracked") -> list[SearchEntry]:
    """The entries of a record, as they should be stored."""
    return [_entry(kind, record.pk, text) for text in kind.texts_of(record)]


def _entry(kind: SearchKind, object_id: int, text: EntryText) -> SearchEntry:
    title = fold(f"{text.title}\n{text.other_title}").strip()
    code = fold(text.code)
    return SearchEntry(
        kind=kind.name,
        object_id=object_id,
        readers=text.readers,
        cycle_id=text.cycle_id,
        member_state_id=text.member_state_id,
        code=text.code,
        title=text.title,
        text=text.text,
        url_name=text.url_name or kind.url_name,
        page=text.page,
        anchor=text.anchor,
        folded_code=code,
        folded_title=title,
        search="\n".join(filter(None, (code, title, fold(text.text)))),
    )


def update_entries(record: "Tracked", before: Mapping[str, Any] | None) -> None:
    """Write what a change of a record does to the entries: its own, and those of what depends on it.

    `before` is its snapshot before the change; None: it is new.
    """
    kind, dependents = KINDS_BY_MODEL.get(type(record)), DEPENDENTS.get(type(record))
    if not (kind or dependents):
        return
    if before is None:
        changed = set()
    else:
        after = record.snapshot()
        changed = {name for name in after if after[name] != before.get(name)}

    if kind and (before is None or changed & {*PLACE, *kind.columns}):
        SearchEntry.objects.write(kind, [record], are_new=before is None)
    if dependents and (changed & {*PLACE, *dependents.columns} or (before is None and dependents.follow_new)):
        for rows in dependents.rows(record):
            kind = KINDS_BY_MODEL[rows.model]
            SearchEntry.objects.write(kind, rows.select_related(*kind.related))
