"""Forms of the country round: its order, and one member's turn with its difficulties and findings."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from django import forms
from django.db.models import Model
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from reviews.forms.base import ReviewForm, Text, VersionField, note_field
from reviews.forms.fields import RangeField
from reviews.forms.reports import FIGURE_LABELS, FigureField
from reviews.models import (
    FindingKind,
    FrameworkLevel,
    FrameworkNode,
    GapKind,
    NationalReport,
    Organisation,
    ReviewCycle,
    RoundOrder,
)

ROWS = 3  # difficulties, and findings, that one saving takes; a turn can be recorded again


class OpenRoundForm(ReviewForm):
    """In which order the members report: each has its place, at first that of its English name."""

    early = forms.BooleanField(
        label=_("Open it for real, before the day of the meeting"),
        required=False,
        help_text=_("To practise, rehearse it: nothing of a rehearsal is stored."),
    )

    def __init__(self, *args: Any, members: Iterable[Organisation], is_ahead: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.members = list(members)
        if not is_ahead:
            del self.fields["early"]
        for place, state in enumerate(self.members, start=1):
            self.fields[place_name(state)] = RangeField(
                1, len(self.members), label=_("Place of %s") % state, required=False, initial=place
            )

    def places(self) -> Iterator[tuple[Organisation, forms.BoundField]]:
        """The members in the order typed, each with the field of its place."""
        members = self.members_in_order() if self.is_bound and self.is_valid() else self.members
        return ((state, self[place_name(state)]) for state in members)

    def members_in_order(self) -> list[Organisation]:
        """By the places typed; of two at one place the one that was moved comes first, and an empty one last."""

        def key(state: Organisation) -> tuple[int, bool]:
            name = place_name(state)
            return (self.cleaned_data[name] or len(self.members) + 1, name not in self.changed_data)

        return sorted(self.members, key=key)

    def values(self) -> dict[str, Any]:
        members = self.members_in_order()
        values = {"early": self.cleaned_data["early"]} if "early" in self.fields else {}
        if members == self.members:
            return values | {"order": RoundOrder.ALPHABETICAL, "first": []}
        return values | {"order": RoundOrder.OWN, "first": members}


def place_name(state: Organisation) -> str:
    return f"place_{state.code}"


class RowChoices:
    """Choices of the rows of a turn, by id: read once for all of them, and only where a row was opened."""

    def __init__(self, cycle: ReviewCycle) -> None:
        self.cycle = cycle

    @cached_property
    def kinds(self) -> dict[str, GapKind]:
        return {str(kind.pk): kind for kind in GapKind.objects.all()}

    @cached_property
    def areas(self) -> dict[str, FrameworkNode]:
        areas = FrameworkNode.objects.filter(
            framework=self.cycle.framework_id, level=FrameworkLevel.KEY_RESULT_AREA
        )
        return {str(area.pk): area for area in areas}


def record_field(
    label: Text, records: Callable[[], Mapping[str, Model]], empty_label: Text, *, required: bool
) -> forms.TypedChoiceField:
    """Return a choice among records, by id, that are read once the choice is shown, or made."""
    return forms.TypedChoiceField(
        label=label,
        choices=lambda: [("", empty_label), *records().items()],
        coerce=lambda pk: records().get(pk),
        empty_value=None,
        required=required,
    )


class RowForm(forms.Form):
    """One difficulty or finding; a row left blank is none."""

    def __init__(self, *args: Any, choices: RowChoices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["key_result_area"] = record_field(
            choices.cycle.area_label, lambda: choices.areas, _("the whole report"), required=False
        )

    @property
    def is_open(self) -> bool:
        """Whether something was typed, so that the row has to be seen."""
        return self.is_bound and self.has_changed()


class DifficultyForm(RowForm):
    missing = note_field(
        _("What is missing"),
        required=True,
        rows=2,
        help_text=_("In neutral words: the cause may be method, not failure."),
    )
    effect = note_field(_("Effect on the evaluation"), rows=2)

    def __init__(self, *args: Any, choices: RowChoices, **kwargs: Any) -> None:
        super().__init__(*args, choices=choices, **kwargs)
        self.fields["kind"] = record_field(
            _("Kind"), lambda: choices.kinds, _("please choose"), required=True
        )
        self.order_fields(["kind", "key_result_area"])


class FindingForm(RowForm):
    kind = forms.ChoiceField(label=_("Kind"), choices=FindingKind.choices, initial=FindingKind.FINDING)
    text = note_field(_("In words"), required=True, rows=2)


DifficultyFormSet = forms.formset_factory(DifficultyForm, extra=ROWS, max_num=ROWS, absolute_max=ROWS)
FindingFormSet = forms.formset_factory(FindingForm, extra=ROWS, max_num=ROWS, absolute_max=ROWS)


class TurnForm(ReviewForm):
    """One screen for one member: figures, note, difficulties, findings. Written in one go."""

    data_collection = FigureField(FIGURE_LABELS["data_collection"])
    analysis = FigureField(FIGURE_LABELS["analysis"])
    writing = FigureField(FIGURE_LABELS["writing"])
    note = note_field(
        _("Statement for the minutes"),
        help_text=_("Every member reads it in the minutes. Please say why if a figure goes down."),
    )
    internal_note = note_field(
        _("Internal note"),
        rows=2,
        help_text=_("Not in the minutes and not projected: read by this country and by staff only."),
    )

    def __init__(self, *args: Any, report: NationalReport, cycle: ReviewCycle, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["report_seen"] = VersionField(report.version)
        if not report.is_editable:
            for name in FIGURE_LABELS:
                del self.fields[name]
        for field in self.figures:
            field.field.widget.attrs["class"] = "number form-control-lg fw-bold"
        if not self.is_bound:
            next(iter(self.fields.values())).widget.attrs["autofocus"] = True
        data, form_kwargs = self.data if self.is_bound else None, {"choices": RowChoices(cycle)}
        self.difficulties = DifficultyFormSet(data, prefix="difficulties", form_kwargs=form_kwargs)
        self.findings = FindingFormSet(data, prefix="findings", form_kwargs=form_kwargs)

    @property
    def figures(self) -> list[forms.BoundField]:
        """The fields of the three figures; none while they are locked."""
        return [self[name] for name in FIGURE_LABELS if name in self.fields]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        for rows in (self.difficulties, self.findings):
            if not rows.is_valid():
                self.add_error(None, _("Please look at the difficulties and findings below."))
                break
        return values

    def values(self) -> dict[str, Any]:
        values = super().values()
        for name, rows in (("difficulties", self.difficulties), ("findings", self.findings)):
            values[name] = [form.cleaned_data for form in rows.forms if form.has_changed()]
        return values

    def accept_report_version(self, version: int) -> None:
        """As `accept_version`, for the report that the turn is about."""
        self.replace_data({"report_seen": version})
