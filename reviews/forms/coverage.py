"""What a country says of its report, area by area: all on one form, each with the version that was seen."""

import copy
from collections.abc import Iterator
from typing import Any, NamedTuple

from django import forms
from django.forms import BoundField
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from reviews.forms.base import ReviewForm
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
        self, *args: Any, areas: list[Any], said: dict[int, CoverageStatement], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.areas = areas
        for area in areas:
            self._add(area, said.get(area.pk))

    def _add(self, area: FrameworkNode, said: CoverageStatement | None) -> None:
        coverage, note = (said.coverage, said.note) if said else (Coverage.NOTHING, "")
        choices: Any = Coverage.choices
        # The hidden first values tell what this person changed from what somebody else did.
        self.fields |= {
            f"coverage_{area.pk}": forms.ChoiceField(
                label=str(area),
                required=False,
                choices=choices,
                initial=str(coverage),
                show_hidden_initial=True,
            ),
            f"note_{area.pk}": forms.CharField(
                label=_("Note on %s") % area.code,
                required=False,
                initial=note,
                max_length=300,
                show_hidden_initial=True,
            ),
            f"seen_{area.pk}": forms.IntegerField(
                initial=said.version if said else 0, min_value=0, widget=forms.HiddenInput
            ),
        }

    def rows(self) -> Iterator[AreaFields]:
        for area in self.areas:
            coverage, note = self[f"coverage_{area.pk}"], self[f"note_{area.pk}"]
            hidden = [(self[f"seen_{area.pk}"].as_widget(),)]
            hidden += [(field.as_hidden(only_initial=True),) for field in (coverage, note)]
            yield AreaFields(area, coverage, note, format_html_join("", "{}", hidden))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for area in self.areas:
            said, note = cleaned.get(f"coverage_{area.pk}"), cleaned.get(f"note_{area.pk}", "")
            error = missing_note_error(said, note) if said else None
            if error:
                self.add_error(f"note_{area.pk}", error)
        return cleaned

    def changed(self) -> list[tuple[FrameworkNode, StatementFields]]:
        """The areas of which this person says something new."""
        names = set(self.changed_data)
        touched = [a for a in self.areas if {f"coverage_{a.pk}", f"note_{a.pk}"} & names]
        return [(area, self._statement(area)) for area in touched]

    def _statement(self, area: FrameworkNode) -> StatementFields:
        return {
            "coverage": self.cleaned_data[f"coverage_{area.pk}"],
            "note": self.cleaned_data[f"note_{area.pk}"],
            "expected_version": self.cleaned_data[f"seen_{area.pk}"],
        }

    def show_seen(self, versions: dict[int, int]) -> None:
        """Let the next save be over these versions, by area: after the person was shown what changed."""
        data: Any = copy.copy(self.data)
        data._mutable = True
        for area, version in versions.items():
            data[f"seen_{area}"] = str(version)
        self.data = data
