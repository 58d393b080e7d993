"""The columns of every list, for the page and for its export."""

from datetime import date, datetime
from typing import Any

import django_tables2 as tables
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from reviews import clock
from reviews.models import (
    ActionPoint,
    DataGap,
    Deadline,
    Difficulty,
    Disruption,
    Finding,
    Meeting,
    MeetingStatus,
    MethodNote,
    NationalReport,
    ProgressUpdate,
    Turn,
)
from reviews.rendering import fragments


def open_row(record: Any) -> str:
    """The address of the row itself (a foreign key's own link would lead to the related record)."""
    return str(record.get_absolute_url())


class StatusColumn(tables.Column):
    """A status as a badge: shape, colour and word. Exported as its word."""

    def render(self, value: Any, record: Any) -> SafeString:
        return fragments.badge(value, record.tone)

    def value(self, value: Any) -> str:
        return str(value)


class FigureColumn(tables.Column):
    """0 to 100 as a bar; empty is "not yet reported", in exports an empty cell."""

    empty_values = ()

    def render(self, value: int | None) -> SafeString:
        return fragments.bar(value)

    def value(self, value: int | None) -> int | None:
        return value


class DayColumn(tables.Column):
    """A date, or the Jakarta day of an instant; exported as 2020-08-20."""

    def render(self, value: date | datetime) -> SafeString:
        return fragments.day(_day(value))

    def value(self, value: date | datetime | None) -> str:
        return _day(value).isoformat() if value else ""


def _day(value: date | datetime) -> date:
    return clock.day_of(value) if isinstance(value, datetime) else value


class AgeColumn(DayColumn):
    """How many days ago something happened, with its date."""

    @cached_property
    def today(self) -> date:
        """Asked for once: each table has columns of its own, and is made for one page."""
        return clock.today()

    def render(self, value: date | datetime) -> SafeString:
        day = _day(value)
        return fragments.age(day, clock.days_between(day, self.today))


class HeldColumn(DayColumn):
    """When a meeting was held, which may be known without its day."""

    def render(self, value: Any, record: Any = None) -> SafeString:
        if value:
            return super().render(value)
        unknown = record.status == MeetingStatus.HELD
        return format_html("{}", gettext("day not known") if unknown else "—")


class ReportTable(tables.Table):
    member_state = tables.Column(linkify=open_row, order_by="member_state__name_en")
    status = StatusColumn()
    data_collection = FigureColumn()
    analysis = FigureColumn()
    writing = FigureColumn()
    progressed_at = AgeColumn()
    holder = tables.Column(order_by="holder__name_en")
    held_since = DayColumn()

    class Meta:
        model = NationalReport
        fields = (
            "member_state", "status", "data_collection", "analysis", "writing", "progressed_at", "holder", "held_since",
        )  # fmt: skip


class ProgressTable(tables.Table):
    at = DayColumn()
    data_collection = FigureColumn()
    analysis = FigureColumn()
    writing = FigureColumn()

    class Meta:
        model = ProgressUpdate
        fields = ("at", "data_collection", "analysis", "writing", "note", "author", "meeting")


class DataGapTable(tables.Table):
    code = tables.Column(
        _("Gap"), accessor="code", linkify=open_row, order_by=("member_state__name_en", "number")
    )
    kind = tables.Column(order_by="kind__position")
    key_result_area = tables.Column(_("Key result area"), order_by="key_result_area__code")
    status = StatusColumn()
    holder = tables.Column(order_by="holder__name_en")
    held_since = AgeColumn()
    raised_at = DayColumn()

    class Meta:
        model = DataGap
        fields = ("code", "kind", "key_result_area", "missing", "status", "holder", "held_since", "raised_at")

    def render_missing(self, value: str) -> str:
        return value if len(value) <= 160 else f"{value[:157]}…"

    def value_missing(self, value: str) -> str:
        return value

    def render_key_result_area(self, value: Any) -> Any:
        if value.confidence != "check":
            return value
        return format_html("{} {}", value, fragments.included("includes/check_mark.html"))

    def value_key_result_area(self, value: Any) -> str:
        return str(value)


class DeadlineTable(tables.Table):
    title = tables.Column(linkify=open_row)
    opens_on = DayColumn()
    due_on = DayColumn()
    last_on = DayColumn()
    first_due_on = DayColumn()
    output = tables.Column()

    class Meta:
        model = Deadline
        fields = ("number", "title", "opens_on", "due_on", "last_on", "first_due_on", "output")


class MeetingTable(tables.Table):
    title = tables.Column(linkify=open_row)
    status = StatusColumn()
    planned_from = DayColumn(_("Planned"))
    held_from = HeldColumn(_("Held"), empty_values=())
    host = tables.Column(order_by="host__name_en")

    class Meta:
        model = Meeting
        fields = ("title", "series", "planned_from", "held_from", "status", "host", "mode", "place")


class ActionPointTable(tables.Table):
    code = tables.Column(
        _("Action point"), accessor="code", linkify=open_row, order_by=("meeting__planned_from", "number")
    )
    status = StatusColumn(accessor="status_text", order_by="status")
    due_on = DayColumn()
    holder = tables.Column(_("Owner"), accessor="holder", orderable=False)

    class Meta:
        model = ActionPoint
        fields = ("code", "text", "holder", "due_on", "priority", "status", "closing_note")


class FindingTable(tables.Table):
    code = tables.Column(
        _("Number"), accessor="code", linkify=open_row, order_by=("member_state__name_en", "kind", "number")
    )
    key_result_area = tables.Column(_("Key result area"), order_by="key_result_area__code")
    status = StatusColumn()
    meeting = tables.Column(order_by="meeting__planned_from")
    recorded_at = DayColumn()

    class Meta:
        model = Finding
        fields = ("code", "kind", "key_result_area", "text", "status", "meeting", "recorded_at")


class PlanStepTable(tables.Table):
    """The steps of the backward plan, to be taken away."""

    position = tables.Column(_("No."), accessor="step__position")
    title = tables.Column(_("Step"), accessor="step__title")
    body = tables.Column(_("Body"), accessor="step__body")
    paper = tables.Column(_("Paper"), accessor="step__paper")
    days = tables.Column(_("Days after the step before"), accessor="step__days")
    due_on = DayColumn(_("Planned"), accessor="step__due_on")
    first_planned_on = DayColumn(_("First planned"), accessor="step__first_planned_on")
    took_place_on = DayColumn(_("Took place"), accessor="step__took_place_on")
    status = tables.Column(_("Outcome"), accessor="step__get_status_display")
    latest_on = DayColumn(_("Latest date"), accessor="leg__latest_on")
    expected_on = DayColumn(_("Can be expected"), accessor="leg__expected_on")
    slack = tables.Column(_("Slack in days"), accessor="leg__slack")


class PlanCountryTable(tables.Table):
    """Every country's slack, to be taken away."""

    state = tables.Column(_("Member state"))
    arrives_on = DayColumn(_("Report in force for"))
    latest_on = DayColumn(_("Latest date"))
    slack = tables.Column(_("Slack in days"))
    points_past = tables.BooleanColumn(_("Pace points past it"))


def open_turn(record: Any) -> str | None:
    """The turn's own screen, for whoever steps through the round."""
    return open_row(record) if record.may_open else None


class TurnTable(tables.Table):
    """A round: each turn, and the member's figures beside it."""

    position = tables.Column(_("No."))
    member_state = tables.Column(linkify=open_turn)
    status = StatusColumn(_("Turn"))
    report = tables.Column(_("Report"), accessor="stand__get_status_display")
    data_collection = FigureColumn(_("Data collection"), accessor="stand__data_collection")
    analysis = FigureColumn(_("Analysis"), accessor="stand__analysis")
    writing = FigureColumn(_("Writing"), accessor="stand__writing")
    open_gaps = tables.Column(_("Open gaps"), accessor="stand__open_gaps", empty_values=(None,))
    findings = tables.Column(_("Findings, recommendations"), accessor="stand", empty_values=())
    note = tables.Column(_("In words"), empty_values=())

    class Meta:
        model = Turn
        orderable = False
        fields = (
            "position", "member_state", "status", "report", "data_collection", "analysis", "writing",
            "open_gaps", "findings", "note",
        )  # fmt: skip

    def render_report(self, value: str, record: Any) -> SafeString:
        return fragments.badge(value, record.stand.tone)

    def value_report(self, value: str) -> str:
        return str(value)

    def render_open_gaps(self, value: dict[str, int]) -> int:
        return sum(value.values())

    def render_findings(self, value: Any, record: Any) -> str:
        """Of the reader's own country, or of all for staff."""
        return f"{value.findings}, {value.recommendations}" if record.is_read else "—"

    def render_note(self, record: Any) -> str:
        return record.note if record.is_read and record.note else "—"


class DisruptionTable(tables.Table):
    title = tables.Column(linkify=open_row)
    starts_on = DayColumn()
    ends_on = DayColumn(default=_("it goes on"))
    countries = tables.Column(accessor="countries", orderable=False, empty_values=())

    class Meta:
        model = Disruption
        fields = ("number", "title", "kind", "starts_on", "ends_on", "countries", "effect")

    def render_countries(self, record: Any) -> str:
        return ", ".join(str(state) for state in record.countries.all()) or gettext("all members")


class AnnexTable(tables.Table):
    """The annex as rows, for taking it away; the page shows it by key result area."""

    key_result_area = tables.Column(_("Key result area"), default=_("the whole report"))
    member_state = tables.Column(_("Member state"))
    code = tables.Column(_("Gap"), accessor="code")
    treatment = tables.Column(_("Treatment"), accessor="treatment__in_words", default="")
    disruption = tables.Column(_("Caused by"), accessor="disruption__with_period", default="")

    class Meta:
        model = DataGap
        orderable = False
        fields = (
            "key_result_area", "member_state", "code", "kind", "missing", "effect", "treatment", "closing_note",
            "disruption",
        )  # fmt: skip


class CoverageTable(tables.Table):
    """The coverage map as rows, for taking it away."""

    member_state = tables.Column(_("Member state"), accessor="report__member_state")
    area = tables.Column(_("Key result area"), accessor="area")
    coverage = tables.Column(_("Coverage"), accessor="coverage__label")
    has_gap = tables.Column(_("With gap"), accessor="has_gap")
    kinds = tables.Column(_("Kinds of data gap"), accessor="kinds", empty_values=())
    note = tables.Column(_("Note"), accessor="note", default="")

    class Meta:
        fields = ("member_state", "area", "coverage", "has_gap", "kinds", "note")

    def render_has_gap(self, value: bool) -> str:
        return gettext("yes") if value else gettext("no")

    def render_kinds(self, value: list[Any]) -> str:
        return ", ".join(str(kind) for kind in value)


class DifficultyTable(tables.Table):
    code = tables.Column(_("Difficulty"), accessor="code", linkify=open_row, order_by="number")
    kind = tables.Column(order_by="kind__position")
    gap_count = tables.Column(_("Data gaps"))
    received_count = tables.Column(_("Received advice"))
    adopted_count = tables.Column(_("Adopted it"))
    closed_count = tables.Column(_("Closed with it"))

    class Meta:
        model = Difficulty
        fields = ("code", "title", "kind", "gap_count", "received_count", "adopted_count", "closed_count")


class MethodTable(tables.Table):
    title = tables.Column(linkify=lambda record, table: record.address(table.cycle))
    kind = tables.Column(order_by="kind__position")
    uses = tables.Column(_("Cited in advice"))
    confidence = tables.Column(accessor="confidence_text", order_by="confidence")

    class Meta:
        model = MethodNote
        fields = ("title", "kind", "uses", "confidence")

    def __init__(self, *args: Any, cycle: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cycle = cycle
