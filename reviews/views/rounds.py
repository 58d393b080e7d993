"""The country round of a meeting: the round, one screen for each member's turn, its end."""

import copy
from collections import Counter
from collections.abc import Iterable
from operator import attrgetter
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reviews import clock, policy
from reviews.actions.rounds import close_round, pass_all_waiting, record_turn
from reviews.forms.base import ConfirmForm, RequiredNoteForm, ReviewForm
from reviews.forms.rounds import OpenRoundForm, TurnForm
from reviews.lists.base import EmptyFilterSet
from reviews.lists.rounds import TurnTable
from reviews.models import (
    EditConflict,
    Meeting,
    NationalReport,
    ReviewCycle,
    Round,
    StatusAtMeeting,
    Trace,
    Turn,
    TurnStatus,
)
from reviews.models.people import everybody_in_the_room
from reviews.models.reports import UNLOCKS, ReportStatus
from reviews.models.workstreams import WORKSTREAMS
from reviews.queries.meetings import steps_of
from reviews.queries.rounds import records_heard
from reviews.request_context import SignedInRequest
from reviews.views import rehearsals
from reviews.views.base import ListPage
from reviews.views.form_pages import FormPage, TransitionPage
from reviews.views.meetings import MeetingFormPage, meeting_or_404
from reviews.views.projector import follow

HISTORY_ROWS = 30


def round_or_404(request: SignedInRequest, cycle: ReviewCycle, code: str) -> Round:
    """The round of a meeting that this person may read."""
    rounds = Round.objects.visible_to(request.user).select_related("meeting__cycle")
    return get_object_or_404(rounds, meeting__cycle=cycle, meeting__code=code)


def turn_or_404(request: SignedInRequest, cycle: ReviewCycle, code: str, state: str) -> Turn:
    """A member's turn in the round of a meeting, for whoever runs the meeting."""
    if not policy.may(request.user, "meeting.run"):  # is refused before it shows whether there is such a turn
        meeting_or_404(request, cycle, code)
        policy.require(request.user, "meeting.run")
    rounds = Round.objects.visible_to(request.user).filter(meeting__cycle=cycle, meeting__code=code)
    turns = Turn.objects.filter(round__in=rounds).select_related("member_state", "round__meeting__cycle")
    return get_object_or_404(turns.with_next(), member_state__code=state)


def next_turn_url(turn: Turn) -> str:
    """The turn that waited next when the saving began; if none did, the page that asks whether to end the round."""
    codes = [turn.cycle.slug, turn.round.meeting.code]
    if turn.next_code is None:
        return reverse("round-close", args=codes)
    return reverse("round-turn", args=[*codes, turn.next_code])


class RoundPage(ListPage):
    """The members in the round's order: who has reported, who is next; after its end the frozen status."""

    template_name = "rounds/round.html"
    title, nav, permission = _("Country round"), "meetings", "meeting.read"
    table_class, filterset_class = TurnTable, EmptyFilterSet
    table_pagination = {"per_page": 50, "silent": False}  # noqa: RUF012 - read only
    empty_text = _("The round of this meeting has not been opened.")

    def setup(self, request: HttpRequest, *args: object, **kwargs: object) -> None:
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            self.meeting = meeting_or_404(self.request, self.cycle, self.kwargs["code"])
            rounds = Round.objects.filter(meeting__cycle=self.cycle).visible_to(self.request.user)
            self.rounds = {row.meeting_id: row for row in rounds.select_related("meeting")}
            self.round = self.rounds.get(self.meeting.pk)

    def get_queryset(self) -> QuerySet[Turn]:
        turns = Turn.objects.filter(round=self.round).select_related("member_state")
        return turns.order_by("position")

    def get_table_data(self) -> list[Turn]:
        """Each turn with the member's figures: frozen ones after the end, today's before."""
        if self.round is None:
            return []
        rows: QuerySet[Any]
        if self.round.is_open:
            rows = NationalReport.objects.filter(cycle=self.cycle)
        else:
            rows = StatusAtMeeting.objects.filter(round=self.round)
        figures = {row.member_state_id: row for row in rows}
        turns = [turn for turn in self.object_list if turn.member_state_id in figures]
        self.round.meeting = self.meeting
        for turn in turns:
            turn.round, turn.member_status = self.round, figures[turn.member_state_id]
            turn.is_read = policy.may(self.request.user, "report.read", turn)
            turn.may_open = self.may_run and self.round.is_open
        return turns

    @property
    def may_run(self) -> bool:
        return policy.may(self.request.user, "meeting.run") and not self.cycle.is_closed

    def get_table_kwargs(self) -> dict[str, object]:
        """Who reads only what is shared gets the figures alone; gaps and findings are those frozen."""
        reads = policy.scope_of(self.request.user, "report.read") is not policy.Scope.NOTHING
        hidden = [] if reads else ["note", "open_gaps", "findings"]
        if self.round is None or self.round.is_open:
            hidden += ["open_gaps", "findings"]
        return {"exclude": hidden}

    def get_context_data(self, **kwargs: object) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        turns: list[Turn] = context["table"].data.data
        comparable: list[Round] = []  # the other rounds of the cycle with a frozen status, newest first
        if self.round and not self.round.is_open:
            comparable = [row for row in self.rounds.values() if row.frozen_at and row != self.round]
            comparable.sort(key=attrgetter("frozen_at"), reverse=True)
        history: Iterable[Trace] = ()
        if self.round:
            # Who reported and who was passed, newest first; not how the turns and statuses were made.
            rows = Trace.objects.on_page(self.round).readable_on_page_by(self.request.user)
            history = rows.filter(version__gt=1)[:HISTORY_ROWS]
        return context | {
            "meeting": self.meeting,
            "round": self.round,
            "steps": steps_of(self.meeting, may_run=self.may_run),
            "may_run": self.may_run,
            "waiting": [turn for turn in turns if turn.status == TurnStatus.WAITING],
            "counted": Counter(turn.status for turn in turns),
            "comparable": comparable,
            "breadcrumbs": [(self.meeting, self.meeting.get_absolute_url())],
            "history": history,
        }


class OpenRound(MeetingFormPage):
    """Open the round of a meeting, or rehearse it, in the order that is chosen."""

    form_class, is_new, redirects_to_result = OpenRoundForm, True, True
    template_name = "rounds/open.html"
    title, submit_label, success_message = (
        _("Open the country round"),
        _("Open the round"),
        _("The round is open."),
    )

    def check_open(self) -> None:
        super().check_open()
        Round.require_no_obstacle(self.object)

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"members": self.cycle.members(), "is_ahead": self.object.is_ahead}

    def form_valid(self, form: ReviewForm) -> HttpResponse:
        if "rehearse" in self.request.POST:
            self.check_open()
            values = form.values()
            first = [state.code for state in values["first"]]
            rehearsals.begin(self.request, self.object, order=values["order"], first=first)
            return redirect("round", self.cycle.slug, self.object.code)
        return super().form_valid(form)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        days = clock.days_between(clock.today(), self.object.starts_on)
        return super().get_context_data(**kwargs) | {"meeting": self.object, "days_ahead": days}

    def perform(self, form: OpenRoundForm, expected_version: int) -> Round:
        return Round.open_for(self.object, by=self.request.user, **form.values())

    def get_success_url(self) -> str:
        """The first turn; the round where nobody has one."""
        first = self.result.turns.waiting().select_related("member_state", "round__meeting__cycle").first()
        return str((first or self.result).get_absolute_url())


class EndRehearsal(TransitionPage):
    """Back to what is stored: nothing of the rehearsal is."""

    object: Meeting
    record_or_404 = staticmethod(meeting_or_404)
    form_class, permission, nav, is_new = ConfirmForm, "meeting.run", "meetings", True
    title, success_message = _("End the rehearsal"), _("The rehearsal is over. Nothing of it was stored.")

    def perform(self, form: ReviewForm, expected_version: int) -> None:
        rehearsals.end(self.request)

    def get_success_url(self) -> str:
        return reverse("round", args=[self.cycle.slug, self.object.code])


class CloseRound(FormPage):
    """End the round and save the status at the meeting for good: asks first."""

    object: Round
    record_or_404 = staticmethod(round_or_404)
    form_class, permission, nav, transition = ConfirmForm, "meeting.run", "meetings", "close"
    template_name = "rounds/close.html"
    title, success_message = (
        _("End the round"),
        _("The round has ended; the status at this meeting is saved."),
    )
    submit_label = _("End the round and save the status")

    def check_open(self) -> None:
        super().check_open()
        self.object.require_all_reported()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        members = self.cycle.members().count()
        return super().get_context_data(**kwargs) | {"members": members, "lead": self.object.meeting}

    def perform(self, form: ReviewForm, expected_version: int) -> Round:
        return close_round(by=self.request.user, country_round=self.object, expected_version=expected_version)


class PassAllWaiting(TransitionPage):
    """Pass all members that still wait, such as those that are absent at the end of the day."""

    object: Round
    record_or_404 = staticmethod(round_or_404)
    form_class, permission, nav, transition = RequiredNoteForm, "meeting.run", "meetings", "close"
    title, success_message = (
        _("Mark all to come as absent"),
        _("The members that had not reported are marked absent."),
    )

    def perform(self, form: ReviewForm, expected_version: int) -> Round:
        return pass_all_waiting(
            by=self.request.user,
            country_round=self.object,
            expected_version=expected_version,
            **form.values(),
        )


class TurnPage(FormPage):
    """One member's turn, on one screen: also good on a projector and without a mouse."""

    object: Turn
    record_or_404 = staticmethod(turn_or_404)
    form_class, permission, nav, template_name = TurnForm, "meeting.run", "meetings", "rounds/turn.html"

    @cached_property
    def report(self) -> NationalReport:
        reports = NationalReport.objects.select_related("cycle", "member_state")
        return reports.get(cycle=self.cycle, member_state=self.object.member_state_id)

    def get_object(self) -> Turn:
        """The turn as it is stored; its report is then read again too."""
        vars(self).pop("report", None)
        turn: Turn = super().get_object()
        return turn

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """After the end of the round, go to its page."""
        if not self.object.round.is_open:
            return redirect(self.object.round)
        response = super().get(request, *args, **kwargs)
        follow(request, response, self.object)
        return response

    def get_initial(self) -> dict[str, Any]:
        return {name: getattr(self.report, name) for name in WORKSTREAMS} | {
            "note": self.object.note,
            "internal_note": self.object.internal_note,
        }

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"report": self.report, "cycle": self.cycle}

    def perform(self, form: TurnForm, expected_version: int) -> Turn:
        return record_turn(
            by=self.request.user,
            turn=self.object,
            expected_version=expected_version,
            report=self.report,
            **form.values(),
        )

    def render_conflict(self, form: TurnForm, conflict: EditConflict) -> HttpResponse:
        """The turn was saved, or the country posted, meanwhile: say what, and keep everything typed."""
        self.object = self.get_object()
        of_turn = Trace.objects.since_version(self.object, form.cleaned_data["version"])
        of_report = Trace.objects.since_version(self.report, form.cleaned_data["report_seen"])
        changes = [*of_turn, *(figures_alone(row) for row in of_report)]
        form.accept_version(self.object.version)
        form.accept_report_version(self.report.version)
        return self.render_newer(form, changes)

    def get_cancel_url(self) -> str:
        return self.object.round.get_absolute_url()

    def get_success_message(self) -> str:
        return _now("%(state)s is saved.") % {"state": self.object.member_state}

    def get_success_url(self) -> str:
        return next_turn_url(self.result)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        turn, report, country_round = self.object, self.report, self.object.round
        turns = {}
        for row in Turn.objects.filter(round=country_round).select_related("member_state"):
            row.round = country_round
            turns[row.position] = row
        following = next((row for row in turns.values() if row.member_state.code == turn.next_code), None)

        # The room may see this page: figures and what it has heard, nothing of the country's records.
        since, room = country_round.since(), everybody_in_the_room()
        heard = records_heard(country_round.meeting, report.member_state_id)
        return super().get_context_data(**kwargs) | {
            "title": turn.member_state,
            "following": following,
            "turn": turn,
            "report": report,
            "turns": len(turns),
            "before": turns.get(turn.position - 1),
            "after": turns.get(turn.position + 1),
            "locked": None if report.is_editable else UNLOCKS[ReportStatus(report.status)],
            "since": since,
            "updates": report.progress_updates.filter(at__gt=since),
            "heard": heard.get(report.member_state_id),
            "reads_notes": policy.may(room, "report.read", report),
            "breadcrumbs": [
                (country_round.meeting, country_round.meeting.get_absolute_url()),
                (_("Country round"), country_round.get_absolute_url()),
            ],
        }


def figures_alone(row: Trace) -> Trace:
    """A change of a report as the room may see it: who, when, and the figures."""
    room = copy.copy(row)
    room.before = {name: value for name, value in (row.before or {}).items() if name in WORKSTREAMS}
    room.why = ""
    return room


class PassTurn(TransitionPage):
    """The member is absent, or asks to be passed."""

    record_or_404 = staticmethod(turn_or_404)
    permission, nav, verb = "meeting.run", "meetings", "pass_over"
    title, success_message = _("Mark absent"), _("The member is marked absent.")

    def get_success_url(self) -> str:
        return next_turn_url(self.result)
