"""What a country says of its report, area by area: all on one form, each row with the version that the person saw."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from django import forms
from django.forms import BoundField
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from reviews.forms.base import ReviewForm
from reviews.forms.fields import TextField
from reviews.models import Coverage, CoverageStatement, FrameworkNode
from reviews.models.coverage import StatementFields, missing_note_error


class AreaFields(NamedTuple):
    """The part of the form about one area."""

    area: FrameworkNode
    coverage: BoundField
    note: BoundField
    hidden: SafeString


class CoverageForm(ReviewForm):
    """A row left as it was is not written, whatever others made of it meanwhile."""

    def __init__(
        self,
        *args: Any,
        areas: list[FrameworkNode],
        statements: dict[int, CoverageStatement],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.areas = areas
        for area in areas:
            self.add_area(area, statements.get(area.pk))

    def add_area(self, area: FrameworkNode, statement: CoverageStatement | None) -> None:
        """Add the fields of an area. Their hidden first values tell which of them this person changed."""
        coverage = forms.ChoiceField(
            label=str(area),
            required=False,
            choices=Coverage.choices,
            initial=statement.coverage if statement else Coverage.NOTHING.value,
            show_hidden_initial=True,
        )
        note = TextField(
            label=_("Note on %s") % area.code,
            required=False,
            initial=statement.note if statement else "",
            max_length=300,
            show_hidden_initial=True,
        )
        seen = forms.IntegerField(
            initial=statement.version if statement else 0, min_value=0, widget=forms.HiddenInput
        )
        self.fields |= {f"coverage_{area.pk}": coverage, f"note_{area.pk}": note, f"seen_{area.pk}": seen}

    def rows(self) -> Iterator[AreaFields]:
        for area in self.areas:
            coverage, note = self[f"coverage_{area.pk}"], self[f"note_{area.pk}"]
            hidden = [(self[f"seen_{area.pk}"].as_widget(),)]
            hidden += [(field.as_hidden(only_initial=True),) for field in (coverage, note)]
            yield AreaFields(area, coverage, note, format_html_join("", "{}", hidden))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for area in self.areas:
            coverage, note = cleaned.get(f"coverage_{area.pk}"), cleaned.get(f"note_{area.pk}", "")
            error = missing_note_error(coverage, note) if coverage else None
            if error:
                self.add_error(f"note_{area.pk}", error)
        return cleaned

    def changed_rows(self) -> list[tuple[FrameworkNode, StatementFields]]:
        """The areas of which this person says something new: each with its coverage, note and expected version."""
        changed = set(self.changed_data)
        return [
            (
                area,
                {
                    "coverage": self.cleaned_data[f"coverage_{area.pk}"],
                    "note": self.cleaned_data[f"note_{area.pk}"],
                    "expected_version": self.cleaned_data[f"seen_{area.pk}"],
                },
            )
            for area in self.areas
            if f"coverage_{area.pk}" in changed or f"note_{area.pk}" in changed
        ]

    def accept_versions(self, versions: dict[int, int]) -> None:
        """As `accept_version`, by the id of the area: the person has been shown what changed there."""
        self.replace_data({f"seen_{area}": version for area, version in versions.items()})
