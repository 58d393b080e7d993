"""FilterSets of a review cycle: their base class, and the filters that several lists share.

Each filter is declared once, and its form is the form on the page.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import django_filters as filters
from django.db.models import Exists, F, Model, Q, QuerySet, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, NullIf
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reviews import clock
from reviews.forms.fields import DayField, TextField
from reviews.forms.widgets import PlainSelect
from reviews.models import GapKind, Organisation, OrganisationKind, ReviewCycle, Tracked, User
from reviews.models.changes import changed_records, has_changes
from reviews.models.reports import SILENT_DAYS
from reviews.queries.coverage import key_result_areas
from reviews.queries.pending import people_named
from reviews.text import fold, in_language, sort_key

Label = str | Promise
Choices = Sequence[tuple[str, Label]]

COMMON_BODIES = (OrganisationKind.SECRETARIAT, OrganisationKind.EVALUATION_TEAM)


class ChoiceSource(NamedTuple):
    """Records that a filter offers: which of a cycle, what orders them before their label, and their label."""

    rows: Callable[[ReviewCycle, User], QuerySet[Any]]
    position: Combinable
    label_en: str
    label_vi: Combinable


def possible_holders(cycle: ReviewCycle, user: User) -> QuerySet[Organisation]:
    """The members, for a country itself, and the bodies that work for all of them."""
    members = cycle.members().filter(people=user) if user.is_national else cycle.members()
    return Organisation.objects.filter(Q(pk__in=members.values("pk")) | Q(kind__in=COMMON_BODIES))


CHOICE_SOURCES = {
    "country": ChoiceSource(lambda cycle, _user: cycle.members(), Value(0), "name_en", F("name_vi")),
    "kind": ChoiceSource(
        lambda _cycle, _user: GapKind.objects.all(), F("position"), "label_en", F("label_vi")
    ),
    "holder": ChoiceSource(possible_holders, Value(0), "name_en", F("name_vi")),
    "person": ChoiceSource(people_named, Value(0), "shown", F("shown")),
    "area": ChoiceSource(lambda cycle, _user: key_result_areas(cycle), Value(0), "code", F("title")),
}


class CodeChoiceFilter(filters.ChoiceFilter):
    """A choice among records by their code. Its FilterSet fetches the choices of all such filters in one query."""

    def __init__(self, source: str, field_name: str, **kwargs: Any) -> None:
        super().__init__(
            field_name=f"{field_name}__code", empty_label=_("all"), choices=(), widget=PlainSelect, **kwargs
        )
        self.source = source  # a key of CHOICE_SOURCES


class CycleFilterSet(filters.FilterSet):
    """Filters over the records of one cycle; its countries are the choices."""

    changed = filters.ChoiceFilter(
        label=_("Changes"), choices=(), empty_label=_("all"), widget=PlainSelect, method="filter_changed"
    )

    def __init__(self, *args: Any, cycle: ReviewCycle, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cycle = cycle
        self.offer_changed()
        if self.request.user.is_national:  # one country: nothing to choose
            self.filters.pop("member_state", None)
        if "key_result_area" in self.filters:
            self.filters["key_result_area"].label = cycle.area_label
        code_filters = [f for f in self.filters.values() if isinstance(f, CodeChoiceFilter)]
        choices = choices_by_source({f.source for f in code_filters}, cycle, self.request.user)
        for code_filter in code_filters:
            code_filter.extra["choices"] = choices.get(code_filter.source, ())

    def offer_changed(self) -> None:
        """Offer what changed since the person's last visit, where anything did, or the address asks for it."""
        is_offered = has_changes(self.cycle) or "changed" in (self.data or ())
        if not (is_offered and issubclass(self.queryset.model, Tracked)):
            self.filters.pop("changed", None)
        elif "changed" in self.filters:
            self.filters["changed"].extra["choices"] = [("yes", changed_since_text(self.cycle))]

    def filter_changed(self, rows: QuerySet[Model], name: str, value: str) -> QuerySet[Model]:
        if not has_changes(self.cycle):
            return rows.none()
        return rows.filter(Exists(changed_records(rows, self.request.user, self.cycle)))


def changed_since_text(cycle: ReviewCycle) -> str:
    """Since when rows are marked as changed: the person's last visit to the cycle."""
    seen_at = getattr(cycle, "seen_at", None)
    if seen_at is None:
        return _now("Changed since my last visit")
    local = timezone.localtime(seen_at)
    moment = f"{clock.short_day(local.date())} {local:%H:%M}"
    return _now("Changed since %(moment)s") % {"moment": moment}


def choices_by_source(names: set[str], cycle: ReviewCycle, user: User) -> dict[str, list[tuple[str, str]]]:
    """Codes and labels in order, by the name of their source. One query for all sources."""
    queries = []
    for name in sorted(names):
        source = CHOICE_SOURCES[name]
        columns = {
            "from_source": Value(name),
            "place": source.position,
            "english": F(source.label_en),
            "other": source.label_vi,
        }
        if name == "area" and get_language() == "vi":
            columns["other"] = Coalesce(NullIf("title_vi", Value("")), "title")
        rows = source.rows(cycle, user).order_by().annotate(**columns)
        queries.append(rows.values_list("from_source", "place", "code", "english", "other"))

    choices: dict[str, list[tuple[str, str]]] = {}
    rows_of_all = list(queries[0].union(*queries[1:], all=True)) if queries else []
    rows_of_all.sort(key=lambda row: (row[0], row[1], sort_key(row[3])))
    for name, _position, code, english, vietnamese in rows_of_all:
        label = f"{code} {vietnamese}" if name == "area" else in_language(english, vietnamese)
        choices.setdefault(name, []).append((code, label))
    return choices


class EmptyFilterSet(CycleFilterSet):
    """For a list that is always shown whole."""

    changed = None


def search_words(rows: QuerySet[Model], name: str, value: str) -> QuerySet[Model]:
    """Return the rows that contain every word, whatever its diacritics and case."""
    for word in fold(value).split():
        rows = rows.filter(search__contains=word)
    return rows


class DayFilter(filters.DateFilter):
    """A day, typed as in a form."""

    field_class = DayField


class WordsFilter(filters.CharFilter):
    field_class = TextField


def words_filter() -> WordsFilter:
    return WordsFilter(label=_("Words"), method=search_words, max_length=100)


def choice_filter(label: Label, choices: Choices) -> filters.ChoiceFilter:
    return filters.ChoiceFilter(label=label, choices=choices, empty_label=_("all"), widget=PlainSelect)


def country_filter() -> CodeChoiceFilter:
    return CodeChoiceFilter("country", "member_state", label=_("Member state"))


def gap_kind_filter() -> CodeChoiceFilter:
    return CodeChoiceFilter("kind", "kind", label=_("Kind"))


def area_filter() -> CodeChoiceFilter:
    return CodeChoiceFilter("area", "key_result_area", label=_("Key result area"))


class HolderFilterSet(CycleFilterSet):
    """Filters of records that somebody has: who, whether it is the reader's turn, and for how long they wait.

    The querysets of these records say what that means: held_by(), waiting_for() and waiting_since_before().
    """

    holder = CodeChoiceFilter("holder", "holder", label=_("With"), method="filter_holder")
    mine = choice_filter(_("Whose turn"), [("yes", _("mine"))])
    mine.method = "filter_mine"
    waiting = choice_filter(_("Waiting"), [("over", _("over 14 days"))])
    waiting.method = "filter_waiting"

    def filter_holder(self, rows: Any, name: str, value: str) -> QuerySet[Model]:
        return rows.held_by(Organisation.objects.get(code=value).pk)

    def filter_mine(self, rows: Any, name: str, value: str) -> QuerySet[Model]:
        return rows.waiting_for(self.request.user)

    def filter_waiting(self, rows: Any, name: str, value: str) -> QuerySet[Model]:
        return rows.waiting_since_before(long_ago())


def long_ago() -> datetime:
    """What waits since before then has waited for too long."""
    return clock.now() - timedelta(days=SILENT_DAYS)
