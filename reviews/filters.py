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
    ProgressUpdate,
    ReportStatus,
    Series,
)
from reviews.text import fold


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
    q = filters.CharFilter(label=_("Words"), method="with_words", max_length=100)
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
        areas = FrameworkNode.objects.filter(level=Level.KEY_RESULT_AREA, framework=self.cycle.framework_id)
        self.filters["key_result_area"].queryset = areas

    def with_words(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Rows with every word, whatever its diacritics and case."""
        for word in fold(value).split():
            rows = rows.filter(search__contains=word)
        return rows


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

    class Meta:
        model = ActionPoint
        fields = ("status",)


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
