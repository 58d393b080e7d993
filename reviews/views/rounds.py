"""The country round of a meeting: the round, one screen for each member's turn, its end."""

from collections import Counter
from operator import attrgetter
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from reviews import policy
from reviews.actions.rounds import close_round, record_turn
from reviews.forms.base import ConfirmForm
from reviews.forms.rounds import OpenRoundForm, TurnForm
from reviews.lists.base import EmptyFilterSet
from reviews.lists.rounds import TurnTable
from reviews.models import (
    DataGap,
    EditConflict,
    Finding,
    NationalReport,
    NotAllowedNow,
    ReviewCycle,
    Round,
    StatusAtMeeting,
    Trace,
    Turn,
    TurnStatus,
)
from reviews.models.reports import UNLOCKS, WORKSTREAMS, ReportStatus
from reviews.request_context import SignedInRequest
from reviews.views.base import FormPage, ListPage, TransitionPage
from reviews.views.meetings import MeetingFormPage, meeting_or_404

HISTORY_ROWS = 30


def round_or_404(request: SignedInRequest, cycle: ReviewCycle, code: str) -> Round:
    """The round of a meeting that this person may read."""
    rounds = Round.objects.visible_to(request.user).select_related("meeting__cycle")
    country_round: Round = get_object_or_404(rounds, meeting__cycle=cycle, meeting__code=code)
    return country_round


class RoundPage(ListPage):
    """The members in the round's order: who has reported, who is next; after its end the frozen status."""

    template_name = "rounds/round.html"
    title, nav, permission = _("Country round"), "meetings", "meeting.read"
    table_class, filterset_class = TurnTable, EmptyFilterSet
    table_pagination = {"per_page": 50, "silent": False}  # noqa: RUF012 - read only
    empty_text = _("The round of this meeting has not been opened.")

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            self.meeting = meeting_or_404(self.request, self.cycle, kwargs["code"])
            rounds = Round.objects.filter(meeting__cycle=self.cycle).visible_to(self.request.user)
            self.rounds = {row.meeting_id: row for row in rounds.select_related("meeting")}
            self.round = self.rounds.get(self.meeting.pk)

    def get_queryset(self) -> Any:
        turns = Turn.objects.filter(round=self.round).select_related("member_state")
        return turns.order_by("position")

    def get_table_data(self) -> list[Turn]:
        return self.turns

    @cached_property
    def turns(self) -> list[Turn]:
        """Each turn with the member's figures: frozen ones after the end, today's before."""
        if self.round is None:
            return []
        rows: Any = StatusAtMeeting.objects.filter(round=self.round)
        if self.round.is_open:
            rows = NationalReport.objects.filter(cycle=self.cycle)
        figures = {row.member_state_id: row for row in rows}
        turns = [turn for turn in self.object_list if turn.member_state_id in figures]
        self.round.meeting = self.meeting
        for turn in turns:
            turn.round, turn.frozen_status = self.round, figures[turn.member_state_id]
            turn.is_read = policy.may(self.request.user, "report.read", turn)
            turn.may_open = self.may_run and self.round.is_open
        return turns

    @property
    def may_run(self) -> bool:
        return policy.may(self.request.user, "meeting.run") and not self.cycle.is_closed

    def get_table_kwargs(self) -> dict[str, Any]:
        """Who reads only what is shared gets the figures alone; gaps and findings are those frozen."""
        reads = policy.scope_of(self.request.user, "report.read") is not policy.Scope.NOTHING
        hidden = [] if reads else ["note", "open_gaps", "findings"]
        if self.round is None or self.round.is_open:
            hidden += ["open_gaps", "findings"]
        return {"exclude": hidden}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        waiting = [turn for turn in self.turns if turn.status == TurnStatus.WAITING]
        page = {
            "meeting": self.meeting, "round": self.round, "may_run": self.may_run, "waiting": waiting,
            "counted": Counter(turn.status for turn in self.turns), "comparable": self._comparable(),
            "breadcrumbs": [(self.meeting, self.meeting.get_absolute_url())],
            "history": self._history(self.round) if self.round else [],
        }  # fmt: skip
        return super().get_context_data(**kwargs) | page

    def _history(self, country_round: Round) -> Any:
        """Who reported and who was passed, newest first; not how the turns and statuses were made."""
        rows = Trace.objects.on_page(country_round).readable_on_page_by(self.request.user)
        return rows.filter(version__gt=1)[:HISTORY_ROWS]

    def _comparable(self) -> list[Round]:
        """The other rounds of the cycle with a frozen status, newest first."""
        if self.round is None or self.round.is_open:
            return []
        others = [row for row in self.rounds.values() if row.frozen_at and row != self.round]
        return sorted(others, key=attrgetter("frozen_at"), reverse=True)


class OpenRound(MeetingFormPage):
    """Open the round of a meeting, in the order that is chosen."""

    form_class, is_new = OpenRoundForm, True
    title, submit_label, success_message = (
        _("Open the country round"),
        _("Open the round"),
        _("The round is open."),
    )

    def check_open(self) -> None:
        super().check_open()
        Round.require_no_obstacle(self.object)

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"members": self.cycle.members()}

    def perform(self, form: Any, expected_version: int) -> Any:
        return Round.open_for(self.object, by=self.request.user, **form.values())

    def get_success_url(self) -> str:
        return self.result.get_absolute_url()


class CloseRound(TransitionPage):
    """Close the round and freeze the status at the meeting."""

    form_class, permission, nav = ConfirmForm, "meeting.run", "meetings"
    title, success_message = (
        _("Close the round"),
        _("The round is closed; the status at this meeting is frozen."),
    )

    def get_object(self) -> Round:
        return round_or_404(self.request, self.cycle, self.kwargs["code"])

    def perform(self, form: Any, expected_version: int) -> Any:
        country_round: Round = self.object
        return close_round(
            by=self.request.user, country_round=country_round, expected_version=expected_version
        )


class TurnPage(FormPage):
    """One member's turn, on one screen: also good on a projector and without a mouse."""

    form_class, permission, nav, template_name = TurnForm, "meeting.run", "meetings", "rounds/turn.html"
    submit_label, success_message = _("Save and go on"), _("It is recorded.")

    def get_object(self) -> Turn:
        code, user = self.kwargs["code"], self.request.user
        if not policy.may(user, self.permission):  # is refused before it shows whether there is such a turn
            meeting_or_404(self.request, self.cycle, code)
            policy.require(user, self.permission)
        rounds = Round.objects.visible_to(user).filter(meeting__cycle=self.cycle, meeting__code=code)
        turns = Turn.objects.filter(round__in=rounds).select_related("member_state", "round__meeting__cycle")
        return get_object_or_404(turns.with_next(), member_state__code=self.kwargs["state"])

    @cached_property
    def report(self) -> NationalReport:
        reports = NationalReport.objects.select_related("cycle", "member_state")
        return reports.get(cycle=self.cycle, member_state=self.object.member_state_id)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """After the end of the round, go to its page."""
        if not self.object.round.is_open:
            return redirect(self.object.round)
        return super().get(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        return {name: getattr(self.report, name) for name in WORKSTREAMS} | {"note": self.object.note}

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"report": self.report, "cycle": self.cycle}

    def perform(self, form: Any, expected_version: int) -> Any:
        try:
            return record_turn(
                by=self.request.user,
                turn=self.object,
                expected_version=expected_version,
                report=self.report,
                **form.values(),
            )
        except (NotAllowedNow, EditConflict, ValidationError):
            self.object = self.get_object()
            del self.report  # both are read again: what was written before the error was rolled back
            raise

    def render_conflict(self, form: Any, stale: EditConflict) -> HttpResponse:
        """The turn was saved, or the country posted, meanwhile: say what, and keep everything typed."""
        expected_version = {
            self.object: form.cleaned_data["version"],
            self.report: form.cleaned_data["report_seen"],
        }
        changes = [
            row for record, n in expected_version.items() for row in Trace.objects.since_version(record, n)
        ]
        form.accept_version(self.object.version)
        form.show_report_version(self.report.version)
        conflict = {"by": changes[-1].by if changes else None, "changes": changes}
        return self.render_to_response(self.get_context_data(form=form, stale=conflict), status=409)

    def get_cancel_url(self) -> str:
        return str(self.object.round.get_absolute_url())

    def get_success_url(self) -> str:
        """The next that waited when the saving began; the round itself when nobody did."""
        if self.result.next_code is None:
            return self.result.round.get_absolute_url()
        return reverse("round-turn", args=[self.cycle.slug, self.kwargs["code"], self.result.next_code])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        turn, report = self.object, self.report
        beside = {t.position: t for t in self._turns()}
        page = {
            "title": turn.member_state, "turn": turn, "report": report, "turns": len(beside),
            "before": beside.get(turn.position - 1), "after": beside.get(turn.position + 1),
            "locked": self._locked(), **self._entered(),
            "breadcrumbs": [
                (turn.round.meeting, turn.round.meeting.get_absolute_url()),
                (_("Country round"), turn.round.get_absolute_url()),
            ],
        }  # fmt: skip
        return super().get_context_data(**kwargs) | page

    def _turns(self) -> Any:
        turns = Turn.objects.filter(round=self.object.round_id).select_related("member_state")
        for turn in turns:
            turn.round = self.object.round
        return turns

    def _locked(self) -> Any:
        return None if self.report.is_editable else UNLOCKS[ReportStatus(self.report.status)]

    def _entered(self) -> dict[str, Any]:
        """What is on record already, and what of it is news since the round before."""
        since = self.object.round.since()
        country = {"cycle": self.cycle, "member_state": self.report.member_state_id}
        gaps = DataGap.objects.filter(**country).select_related("kind", "member_state", "cycle")
        return {
            "since": since, "gaps": [gap for gap in gaps if gap.is_open or gap.held_since > since],
            "updates": self.report.progress_updates.filter(at__gt=since).select_related("author", "meeting"),
            "findings": Finding.objects.filter(**country).not_withdrawn().select_related("member_state", "cycle"),
        }  # fmt: skip


class PassTurn(TransitionPage):
    """The member is absent, or asks to be passed."""

    permission, nav, verb = "meeting.run", "meetings", "pass_over"
    title, success_message = _("Pass"), _("The member is passed.")
    get_object = TurnPage.get_object
    get_success_url = TurnPage.get_success_url
