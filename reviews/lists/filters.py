"""The filters of every list: each is declared once, and its form is the form on the page."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import django_filters as filters
from django import forms
from django.db.models import F, QuerySet, Value
from django.utils.translation import gettext_lazy as _

from reviews.forms.widgets import PlainSelect
from reviews.models import (
    ActionPoint,
    ActionStatus,
    DataGap,
    Deadline,
    DeadlineOutput,
    Difficulty,
    Disruption,
    DisruptionKind,
    Finding,
    FindingKind,
    FindingStatus,
    FrameworkLevel,
    FrameworkNode,
    GapKind,
    GapStatus,
    Meeting,
    MeetingSeries,
    MeetingStatus,
    MethodNote,
    NationalReport,
    Organisation,
    Priority,
    ProgressUpdate,
    ReportStatus,
    Turn,
)
from reviews.text import fold, in_language


def search_words(rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
    """Rows with every word, whatever its diacritics and case."""
    for word in fold(value).split():
        rows = rows.filter(search__contains=word)
    return rows


def areas_of(cycle: Any) -> QuerySet[Any]:
    """The key result areas of a cycle's framework."""
    return FrameworkNode.objects.filter(level=FrameworkLevel.KEY_RESULT_AREA, framework=cycle.framework_id)


class ChoiceSource(NamedTuple):
    """Records to choose from: where they are, what orders them before their label, and their label."""

    rows: Callable[[Any], QuerySet[Any]]  # of a cycle
    place: Any
    label_en: str
    label_vi: Any


CHOICE_SOURCES = {
    "country": ChoiceSource(lambda cycle: cycle.members(), Value(0), "name_en", F("name_vi")),
    "kind": ChoiceSource(lambda _cycle: GapKind.objects.all(), F("position"), "label_en", F("label_vi")),
    "area": ChoiceSource(areas_of, Value(0), "code", F("title")),
}


class CodeChoiceFilter(filters.ChoiceFilter):
    """A choice among records by their code; the set of filters fetches what all of its offers hold at once."""

    def __init__(self, offer: str, field_name: str, **kwargs: Any) -> None:
        super().__init__(
            field_name=f"{field_name}__code", empty_label=_("all"), choices=(), widget=PlainSelect, **kwargs
        )
        self.offer = offer


class CycleFilterSet(filters.FilterSet):
    """Filters over the records of one cycle; its countries are the choices."""

    def __init__(self, *args: Any, cycle: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cycle = cycle
        if self.request.user.is_national:  # one country: nothing to choose
            self.filters.pop("member_state", None)
        self._offer()

    def _offer(self) -> None:
        """One query for the choices of all filters."""
        offering = [f for f in self.filters.values() if isinstance(f, CodeChoiceFilter)]
        offered = _offered({f.offer for f in offering}, self.cycle) if offering else {}
        for one in offering:
            one.extra["choices"] = offered.get(one.offer, ())


def _offered(names: Iterable[str], cycle: Any) -> dict[str, list[tuple[str, str]]]:
    """Codes and labels in order, by offer."""
    asked = [_question(name, CHOICE_SOURCES[name], cycle) for name in sorted(names)]
    found: dict[str, list[tuple[str, str]]] = {}
    for name, _place, code, english, other in sorted(asked[0].union(*asked[1:], all=True)):
        label = f"{code} {other}" if name == "area" else in_language(english, other)
        found.setdefault(name, []).append((code, label))
    return found


def _question(name: str, offer: ChoiceSource, cycle: Any) -> Any:
    rows = offer.rows(cycle).order_by()
    columns = {
        "offer": Value(name),
        "place": offer.place,
        "english": F(offer.label_en),
        "other": offer.label_vi,
    }
    return rows.annotate(**columns).values_list("offer", "place", "code", "english", "other")


def choice(label: Any, choices: Any) -> filters.ChoiceFilter:
    return filters.ChoiceFilter(label=label, choices=choices, empty_label=_("all"), widget=PlainSelect)


def country() -> CodeChoiceFilter:
    return CodeChoiceFilter("country", "member_state", label=_("Member state"))


def gap_kind() -> CodeChoiceFilter:
    return CodeChoiceFilter("kind", "kind", label=_("Kind"))


def area() -> CodeChoiceFilter:
    return CodeChoiceFilter("area", "key_result_area", label=_("Key result area"))


class ReportFilter(CycleFilterSet):
    member_state = country()
    status = choice(_("Status"), ReportStatus.choices)

    class Meta:
        model = NationalReport
        fields = ("member_state", "status")


class ProgressFilter(CycleFilterSet):
    since = filters.DateFilter(
        label=_("Since"),
        field_name="at",
        lookup_expr="date__gte",
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    class Meta:
        model = ProgressUpdate
        fields = ("since",)


class DataGapFilter(CycleFilterSet):
    q = filters.CharFilter(label=_("Words"), method=search_words, max_length=100)
    member_state = country()
    kind = gap_kind()
    key_result_area = area()
    status = choice(_("Status"), GapStatus.choices)

    class Meta:
        model = DataGap
        fields = ("q", "member_state", "kind", "key_result_area", "status")


class DeadlineFilter(CycleFilterSet):
    output = choice(_("Met when a country"), DeadlineOutput.choices)

    class Meta:
        model = Deadline
        fields = ("output",)


class MeetingFilter(CycleFilterSet):
    series = choice(_("Series"), MeetingSeries.choices)
    status = choice(_("Status"), MeetingStatus.choices)

    class Meta:
        model = Meeting
        fields = ("series", "status")


class ActionPointFilter(CycleFilterSet):
    status = choice(_("Status"), ActionStatus.choices)
    priority = choice(_("Priority"), Priority.choices)

    class Meta:
        model = ActionPoint
        fields = ("status", "priority")


class FindingFilter(CycleFilterSet):
    q = filters.CharFilter(label=_("Words"), method=search_words, max_length=100)
    member_state = country()
    kind = choice(_("Kind"), FindingKind.choices)
    key_result_area = area()
    status = choice(_("Status"), FindingStatus.choices)

    class Meta:
        model = Finding
        fields = ("q", "member_state", "kind", "key_result_area", "status")


class EmptyFilterSet(CycleFilterSet):
    """For a list that is always shown whole."""

    class Meta:
        model = Turn
        fields = ()


def day(label: Any) -> filters.DateFilter:
    """A day that the page itself makes use of."""
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return filters.DateFilter(label=label, required=True, widget=widget, method="unchanged")


class PeriodFilter(EmptyFilterSet):
    """From which day to which: chooses what is compared, and leaves out no row."""

    def unchanged(self, rows: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        return rows


# In the body of a class "from" cannot be a name; in an address it is the plain word.
PeriodFilter.base_filters |= {"from": day(_("From the end of")), "to": day(_("To the end of"))}


class DisruptionFilter(CycleFilterSet):
    kind = choice(_("Kind"), DisruptionKind.choices)
    concerning = CodeChoiceFilter("country", "countries", label=_("Concerns"), method="that_concern")

    class Meta:
        model = Disruption
        fields = ("kind", "concerning")

    def that_concern(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        concerning = Disruption.objects.concerning(Organisation.objects.get(code=value).pk)
        return rows.filter(pk__in=concerning.values("pk"))


class AnnexFilter(CycleFilterSet):
    """A country's annex is read whole."""

    class Meta:
        model = DataGap
        fields: tuple[str, ...] = ()

    def among_statements(self, statements: QuerySet[Any]) -> QuerySet[Any]:
        """The statements on coverage that stand beside the gaps left by the filters."""
        return statements


class RegionalAnnexFilter(CycleFilterSet):
    member_state = country()
    kind = gap_kind()

    class Meta:
        model = DataGap
        fields = ("member_state", "kind")

    def among_statements(self, statements: QuerySet[Any]) -> QuerySet[Any]:
        """A statement has a country, and no kind of gap."""
        if not self.form.is_bound:
            return statements
        if not self.form.is_valid() or self.form.cleaned_data["kind"]:
            return statements.none()
        state = self.form.cleaned_data["member_state"]
        return statements.filter(report__member_state__code=state) if state else statements


class DifficultyFilter(CycleFilterSet):
    kind = gap_kind()

    class Meta:
        model = Difficulty
        fields = ("kind",)


class MethodFilter(CycleFilterSet):
    kind = gap_kind()

    class Meta:
        model = MethodNote
        fields = ("kind",)
