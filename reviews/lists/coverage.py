"""The coverage map as rows for export."""

from collections.abc import Iterable

import django_tables2 as tables
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from reviews.models import GapKind


class CoverageTable(tables.Table):
    """One row for each member state and key result area."""

    member_state = tables.Column(_("Member state"), accessor="report__member_state")
    key_result_area = tables.Column(_("Key result area"), accessor="area")
    coverage = tables.Column(_("Coverage"), accessor="coverage__label")
    has_gap = tables.Column(_("With gap"), accessor="has_gap")
    kinds = tables.Column(_("Kinds of data gap"), accessor="kinds", empty_values=())
    note = tables.Column(_("Note"), accessor="note", default="")

    class Meta:
        fields = ("member_state", "key_result_area", "coverage", "has_gap", "kinds", "note")

    def render_has_gap(self, value: bool) -> str:
        return gettext("yes") if value else gettext("no")

    def render_kinds(self, value: Iterable[GapKind]) -> str:
        return ", ".join(str(kind) for kind in value)
