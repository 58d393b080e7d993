"""What changed from one meeting to another, or between any two days."""

from datetime import date, timedelta

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reviews import clock, policy
from reviews.lists.base import CycleFilterSet, EmptyFilterSet
from reviews.lists.comparison import NOT_SHARED, ChangeTable, PeriodFilter
from reviews.models import Meeting, Organisation, Round, StatusAtMeeting
from reviews.queries.comparison import Change, Comparison, between_days, between_meetings
from reviews.views.base import ListPage, parse_day
from reviews.web.errors import BadAddress

DAYS_BACK = 14  # where a comparison starts when no day is given


class ComparisonPage(ListPage):
    """One row for each member, in neutral order and without any ranking."""

    template_name = "rounds/compare.html"
    table_class, filterset_class = ChangeTable, EmptyFilterSet
    title = _("What changed")
    empty_text = _("No member had a report on both sides of this period.")

    @cached_property
    def comparison(self) -> Comparison:
        raise NotImplementedError

    @property
    def reads_reports(self) -> bool:
        """Whether more than the shared figures is for this person."""
        return policy.scope_of(self.request.user, "report.read") is not policy.Scope.NOTHING

    def get_queryset(self) -> QuerySet[Organisation]:
        return Organisation.objects.none()

    def get_table_data(self) -> list[Change]:
        return self.comparison.changes

    def get_table_kwargs(self) -> dict[str, object]:
        return {"exclude": [] if self.reads_reports else NOT_SHARED}

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        page = {"comparison": self.comparison, "reads_reports": self.reads_reports}
        return super().get_context_data(**kwargs) | page


class CompareMeetings(ComparisonPage):
    """Between the ends of two rounds: what was frozen then, and by what it came about."""

    nav, permission = "meetings", "meeting.read"

    def setup(self, request: HttpRequest, *args: object, **kwargs: object) -> None:
        """Find the rounds of both meetings, the earlier one first. Raises BadAddress or a plain 404."""
        super().setup(request, *args, **kwargs)
        if not request.user.is_authenticated:
            return
        codes = (self.kwargs["code"], self.kwargs["other"])
        readable = Meeting.objects.filter(cycle=self.cycle, code__in=codes).visible_to(request.user)
        meetings = {meeting.pk: meeting for meeting in readable}
        if len(meetings) < 2:
            raise BadAddress(_now("A comparison takes two different meetings of this cycle."))
        self.rounds = list(Round.objects.filter(meeting__in=meetings).frozen().order_by("frozen_at"))
        if len(self.rounds) < 2:
            raise BadAddress(_now("The status is frozen when a country round closes; one of the two is not."))
        for country_round in self.rounds:
            country_round.meeting = meetings[country_round.meeting_id]
            country_round.meeting.cycle = self.cycle

    @cached_property
    def comparison(self) -> Comparison:
        rows = StatusAtMeeting.objects.filter(round__in=self.rounds).select_related("member_state")
        return between_meetings(self.rounds, rows, self.request.user)

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        first, last = (country_round.meeting for country_round in self.rounds)
        title = _now("What changed from meeting %(first)s to meeting %(last)s")
        return super().get_context_data(**kwargs) | {
            "title": title % {"first": first.code, "last": last.code},
            "breadcrumbs": [(row.meeting, row.get_absolute_url()) for row in self.rounds],
        }


class CompareDays(ComparisonPage):
    """Between the ends of two days: `?from=2020-06-30&to=2020-08-20`."""

    nav, permission, filterset_class = "compare", "cycle.read", PeriodFilter

    @cached_property
    def days(self) -> tuple[date, date]:
        """The days of the address; without them the last two weeks. Raises BadAddress."""
        query = self.request.GET
        last = parse_day(query["to"]) if query.get("to") else clock.today()
        first = parse_day(query["from"]) if query.get("from") else last - timedelta(days=DAYS_BACK)
        if last > clock.today():
            raise BadAddress(_now("That day has not come yet."))
        if first > last:
            raise BadAddress(_now("The first day comes after the last one."))
        return first, last

    @cached_property
    def comparison(self) -> Comparison:
        return between_days(self.cycle, *self.days, self.request.user)

    def get_filterset_kwargs(self, filterset_class: type[CycleFilterSet]) -> dict[str, object]:
        first, last = self.days
        period = {"from": first.isoformat(), "to": last.isoformat()}
        return super().get_filterset_kwargs(filterset_class) | {"data": period}
