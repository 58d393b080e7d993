"""The board as rows for export."""

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from reviews.lists.columns import DayColumn, FigureColumn


class BoardTable(tables.Table):
    """One row for each member state."""

    state = tables.Column(_("Member state"))
    status = tables.Column(_("Status"), accessor="report__get_status_display")
    data_collection = FigureColumn(_("Data collection"), accessor="report__data_collection")
    analysis = FigureColumn(_("Analysis"), accessor="report__analysis")
    writing = FigureColumn(_("Writing"), accessor="report__writing")
    open_gaps = tables.Column(_("Open gaps"))
    deadline = tables.Column(_("Next deadline"), accessor="next_due__deadline")
    due_on = DayColumn(_("Due by"), accessor="next_due__due_on")
    deadline_state = tables.Column(_("State of the deadline"), accessor="next_due__text")
    updated_on = DayColumn(_("Last update"))
    holder = tables.Column(_("With"))
