"""What changed from one meeting to another, or between any two days."""

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reviews import clock, policy
from reviews.lists.base import EmptyFilterSet
from reviews.lists.comparison import NOT_SHARED, ChangeTable, PeriodFilter
from reviews.models import Meeting, Organisation, Round, StatusAtMeeting
from reviews.queries import comparison
from reviews.views.base import ListPage
from reviews.web.errors import BadAddress

DAYS_BACK = 14  # where a comparison starts when no day is given


class ComparisonPage(ListPage):
    """One line for each member, in neutral order and without any ranking."""

    template_name = "rounds/compare.html"
    table_class, filterset_class, table_pagination = ChangeTable, EmptyFilterSet, False
    empty_text = _("No member had a report on both sides of this period.")

    @cached_property
    def found(self) -> comparison.Comparison:
        raise NotImplementedError

    @property
    def reads(self) -> bool:
        """Whether more than the shared figures is for this person."""
        return policy.scope_of(self.request.user, "report.read") is not policy.Scope.NOTHING

    def get_queryset(self) -> Any:
        return Organisation.objects.none()

    def get_table_data(self) -> list[comparison.Change]:
        return self.found.changes

    def get_table_kwargs(self) -> dict[str, Any]:
        return {"exclude": [] if self.reads else NOT_SHARED}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        page = {"found": self.found, "reads": self.reads, "title": self.get_title()}
        return super().get_context_data(**kwargs) | page

    def get_title(self) -> str:
        return _now("What changed")


class CompareMeetings(ComparisonPage):
    """Between the ends of two rounds: what was frozen then, and by what it came about."""

    nav, permission = "meetings", "meeting.read"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            self.rounds = self._rounds(kwargs["code"], kwargs["other"])

    def _rounds(self, *codes: str) -> list[Round]:
        """The rounds of both meetings, the earlier one first. Raises BadAddress or a plain 404."""
        readable = Meeting.objects.filter(cycle=self.cycle, code__in=codes).visible_to(self.request.user)
        meetings = {meeting.pk: meeting for meeting in readable}
        if len(meetings) < 2:
            raise BadAddress(_now("A comparison takes two different meetings of this cycle."))
        rounds = list(Round.objects.filter(meeting__in=meetings).frozen().order_by("frozen_at"))
        if len(rounds) < 2:
            raise BadAddress(_now("The status is frozen when a country round closes; one of the two is not."))
        for found in rounds:
            found.meeting = meetings[found.meeting_id]
            found.meeting.cycle = self.cycle
        return rounds

    @cached_property
    def found(self) -> comparison.Comparison:
        rows = StatusAtMeeting.objects.filter(round__in=self.rounds).select_related("member_state")
        return comparison.between_meetings(self.rounds, rows, self.request.user)

    def get_title(self) -> str:
        codes = {"first": self.rounds[0].meeting.code, "last": self.rounds[1].meeting.code}
        return _now("What changed from meeting %(first)s to meeting %(last)s") % codes

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        crumbs = [(found.meeting, found.get_absolute_url()) for found in self.rounds]
        return super().get_context_data(**kwargs) | {"breadcrumbs": crumbs}


class CompareDays(ComparisonPage):
    """Between the ends of two days: `?from=2020-06-30&to=2020-08-20`."""

    nav, permission, filterset_class = "board", "cycle.read", PeriodFilter

    @cached_property
    def days(self) -> tuple[date, date]:
        """The days asked for; without them the last two weeks. Raises BadAddress."""
        asked = self.request.GET
        last = _day(asked["to"]) if asked.get("to") else clock.today()
        first = _day(asked["from"]) if asked.get("from") else last - timedelta(days=DAYS_BACK)
        if last > clock.today():
            raise BadAddress(_now("That day has not come yet."))
        if first > last:
            raise BadAddress(_now("The first day comes after the last one."))
        return first, last

    @cached_property
    def found(self) -> comparison.Comparison:
        return comparison.between_days(self.cycle, *self.days, self.request.user)

    def get_filterset_kwargs(self, filterset_class: Any) -> dict[str, Any]:
        first, last = self.days
        chosen = {"from": first.isoformat(), "to": last.isoformat()}
        return super().get_filterset_kwargs(filterset_class) | {"data": chosen}


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadAddress(_now("“%s” is not a day: write it like 2020-08-11.") % text[:40]) from None
