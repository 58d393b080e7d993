"""The backward plan as rows for export: its steps, and the slack of each country."""

import django_tables2 as tables
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reviews.lists.columns import DayColumn
from reviews.queries.plans import CountryPlan


class PlanStepTable(tables.Table):
    """The steps of the backward plan, for export."""

    position = tables.Column(_("No."), accessor="step__position")
    title = tables.Column(_("Step"), accessor="step__title")
    body = tables.Column(_("Body"), accessor="step__body")
    paper = tables.Column(_("Paper"), accessor="step__paper")
    days = tables.Column(_("Days after the step before"), accessor="step__days")
    due_on = DayColumn(_("Planned"), accessor="step__due_on")
    first_planned_on = DayColumn(_("First planned"), accessor="step__first_planned_on")
    took_place_on = DayColumn(_("Took place"), accessor="step__took_place_on")
    status = tables.Column(_("Outcome"), accessor="step__get_status_display")
    latest_on = DayColumn(_("Must arrive by"), accessor="scheduled__latest_on")
    expected_on = DayColumn(_("Expected"), accessor="scheduled__expected_on")
    slack = tables.Column(_("Days to spare"), accessor="scheduled__slack")


class CountrySlackColumn(tables.Column):
    """Days; in words where a country's silence is why nobody can tell."""

    empty_values = ()

    def value(self, record: CountryPlan) -> int | str | None:
        return _now("cannot tell") if record.cannot_tell_slack else record.slack


class PlanCountryTable(tables.Table):
    """Every country's slack, for export."""

    state = tables.Column(_("Member state"))
    arrives_on = DayColumn(_("Report in force for"))
    latest_on = DayColumn(_("Must arrive by"))
    slack = CountrySlackColumn(_("Days to spare"))
    points_past = tables.BooleanColumn(_("Late at this rate"))
