"""A country round as a list: its columns."""

from typing import Protocol

import django_tables2 as tables
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from reviews.lists.columns import FigureColumn, HasPage, StatusColumn, open_row
from reviews.models import StatusAtMeeting, Turn
from reviews.rendering import fragments


class TurnRow(HasPage, Protocol):
    """A turn, with what the view adds: the member's figures, and what the reader may do."""

    note: str
    member_status: StatusAtMeeting
    is_read: bool
    may_open: bool


def open_turn(record: TurnRow) -> str | None:
    """The address of the turn's own page, for whoever leads the round."""
    return open_row(record) if record.may_open else None


class TurnTable(tables.Table):
    """A round: each turn, and the member's figures beside it."""

    position = tables.Column(_("No."))
    member_state = tables.Column(linkify=open_turn, verbose_name=_("Member state"))
    status = StatusColumn(_("Turn"))
    report = tables.Column(_("Report"), accessor="member_status__get_status_display")
    data_collection = FigureColumn(_("Data collection"), accessor="member_status__data_collection")
    analysis = FigureColumn(_("Analysis"), accessor="member_status__analysis")
    writing = FigureColumn(_("Writing"), accessor="member_status__writing")
    open_gaps = tables.Column(_("Open gaps"), accessor="member_status__open_gaps", empty_values=(None,))
    findings = tables.Column(_("Findings, recommendations"), accessor="member_status", empty_values=())
    note = tables.Column(_("In words"), empty_values=())

    class Meta:
        model = Turn
        orderable = False
        fields = (
            "position",
            "member_state",
            "status",
            "report",
            "data_collection",
            "analysis",
            "writing",
            "open_gaps",
            "findings",
            "note",
        )

    def render_report(self, value: str, record: TurnRow) -> SafeString:
        return fragments.badge(value, record.member_status.tone)

    def value_report(self, value: str) -> str:
        return str(value)

    def render_open_gaps(self, value: dict[str, int]) -> int:
        return sum(value.values())

    def render_findings(self, value: StatusAtMeeting, record: TurnRow) -> str:
        """Of the reader's own country, or of all for staff."""
        return f"{value.findings}, {value.recommendations}" if record.is_read else "—"

    def render_note(self, record: TurnRow) -> str:
        return record.note if record.is_read and record.note else "—"
