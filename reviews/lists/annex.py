"""The annex on limitations: its filters, and its rows for export."""

import django_tables2 as tables
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from reviews.lists.base import CycleFilterSet, country_filter, gap_kind_filter
from reviews.models import CoverageStatement, DataGap


class AnnexFilter(CycleFilterSet):
    """A country's annex is read whole."""

    class Meta:
        model = DataGap
        fields: tuple[str, ...] = ()

    def among_statements(self, statements: QuerySet[CoverageStatement]) -> QuerySet[CoverageStatement]:
        """The statements on coverage shown beside the gaps left by the filters."""
        return statements


class RegionalAnnexFilter(CycleFilterSet):
    member_state = country_filter()
    kind = gap_kind_filter()

    class Meta:
        model = DataGap
        fields = ("member_state", "kind")

    def among_statements(self, statements: QuerySet[CoverageStatement]) -> QuerySet[CoverageStatement]:
        """A statement has a country, and no kind of gap."""
        if not self.form.is_bound:
            return statements
        if not self.form.is_valid() or self.form.cleaned_data["kind"]:
            return statements.none()
        state = self.form.cleaned_data["member_state"]
        return statements.filter(report__member_state__code=state) if state else statements


class AnnexTable(tables.Table):
    """The annex as rows, for export; the page shows it by key result area."""

    key_result_area = tables.Column(_("Key result area"), default=_("the whole report"))
    member_state = tables.Column(_("Member state"))
    code = tables.Column(_("Gap"), accessor="code")
    treatment = tables.Column(_("Treatment"), accessor="treatment__in_words", default="")
    disruption = tables.Column(_("Caused by"), accessor="disruption__with_period", default="")

    class Meta:
        model = DataGap
        orderable = False
        fields = (
            "key_result_area",
            "member_state",
            "code",
            "kind",
            "missing",
            "effect",
            "treatment",
            "closing_note",
            "disruption",
        )
