"""The filters of every list: each is declared once, and its form is the form on the page."""

from typing import Any

import django_filters as filters
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from reviews.models import (
    ActionPoint,
    ActionStatus,
    DataGap,
    Deadline,
    Difficulty,
    Disruption,
    DisruptionKind,
    Finding,
    FindingKind,
    FindingStatus,
    FrameworkNode,
    GapKind,
    GapStatus,
    Level,
    Meeting,
    MeetingStatus,
    MethodNote,
    NationalReport,
    Organisation,
    Output,
    Priority,
    ProgressUpdate,
    ReportStatus,
    Series,
    Turn,
)
from reviews.text import fold


def with_words(rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
    """Rows with every word, whatever its diacritics and case."""
    for word in fold(value).split():
        rows = rows.filter(search__contains=word)
    return rows


def areas_of(cycle: Any) -> QuerySet[Any]:
    """The key result areas of a cycle's framework."""
    return FrameworkNode.objects.filter(level=Level.KEY_RESULT_AREA, framework=cycle.framework_id)


class CycleFilterSet(filters.FilterSet):
    """Filters over the records of one cycle; its countries are the choices."""

    def __init__(self, *args: Any, cycle: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cycle = cycle
        if "member_state" in self.filters:
            self._offer_countries()

    def _offer_countries(self) -> None:
        user = self.request.user
        if user.is_national:  # one country: nothing to choose
            del self.filters["member_state"]
            return
        self.filters["member_state"].queryset = self.cycle.members()


def choice(label: Any, choices: Any) -> filters.ChoiceFilter:
    return filters.ChoiceFilter(label=label, choices=choices, empty_label=_("all"))


def country() -> filters.ModelChoiceFilter:
    return filters.ModelChoiceFilter(
        label=_("Member state"),
        queryset=Organisation.objects.none(),
        to_field_name="code",
        empty_label=_("all"),
    )


def gap_kind() -> filters.ModelChoiceFilter:
    return filters.ModelChoiceFilter(
        label=_("Kind"), queryset=GapKind.objects.all(), to_field_name="code", empty_label=_("all")
    )


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
    q = filters.CharFilter(label=_("Words"), method=with_words, max_length=100)
    member_state = country()
    kind = gap_kind()
    key_result_area = filters.ModelChoiceFilter(
        label=_("Key result area"), queryset=FrameworkNode.objects.none(), to_field_name="code",
        empty_label=_("all"),
    )  # fmt: skip
    status = choice(_("Status"), GapStatus.choices)

    class Meta:
        model = DataGap
        fields = ("q", "member_state", "kind", "key_result_area", "status")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["key_result_area"].queryset = areas_of(self.cycle)


class DeadlineFilter(CycleFilterSet):
    output = choice(_("Met when a country"), Output.choices)

    class Meta:
        model = Deadline
        fields = ("output",)


class MeetingFilter(CycleFilterSet):
    series = choice(_("Series"), Series.choices)
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
    q = filters.CharFilter(label=_("Words"), method=with_words, max_length=100)
    member_state = country()
    kind = choice(_("Kind"), FindingKind.choices)
    key_result_area = filters.ModelChoiceFilter(
        label=_("Key result area"), queryset=FrameworkNode.objects.none(), to_field_name="code",
        empty_label=_("all"),
    )  # fmt: skip
    status = choice(_("Status"), FindingStatus.choices)

    class Meta:
        model = Finding
        fields = ("q", "member_state", "kind", "key_result_area", "status")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["key_result_area"].queryset = areas_of(self.cycle)


class NoFilter(CycleFilterSet):
    """For a list that is always shown whole."""

    class Meta:
        model = Turn
        fields = ()


def day(label: Any) -> filters.DateFilter:
    """A day that the page itself makes use of."""
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return filters.DateFilter(label=label, required=True, widget=widget, method="unchanged")


class PeriodFilter(NoFilter):
    """From which day to which: chooses what is compared, and leaves out no row."""

    def unchanged(self, rows: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        return rows


# In the body of a class "from" cannot be a name; in an address it is the plain word.
PeriodFilter.base_filters |= {"from": day(_("From the end of")), "to": day(_("To the end of"))}


class DisruptionFilter(CycleFilterSet):
    kind = choice(_("Kind"), DisruptionKind.choices)
    concerning = filters.ModelChoiceFilter(
        label=_("Concerns"), queryset=Organisation.objects.none(), to_field_name="code", empty_label=_("all"),
        method="that_concern",
    )  # fmt: skip

    class Meta:
        model = Disruption
        fields = ("kind", "concerning")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["concerning"].queryset = self.cycle.members()

    def that_concern(self, rows: QuerySet[Any], name: str, value: Organisation) -> QuerySet[Any]:
        concerning = Disruption.objects.concerning(value.pk)
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
    kind = filters.ModelChoiceFilter(
        label=_("Kind"), queryset=GapKind.objects.all(), to_field_name="code", empty_label=_("all")
    )

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
        return statements.filter(report__member_state=state) if state else statements


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
