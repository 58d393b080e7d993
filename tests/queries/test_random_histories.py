"""Whatever happens in a review: nobody is accused wrongly, silence is never green, and the past stays as it was."""

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reviews import clock
from reviews.actions.cycles import seat_member
from reviews.actions.reports import submit_report
from reviews.models import CycleMembership, Deadline, DeadlineState, EditConflict, Extension, NotAllowedNow
from reviews.queries import board, deadlines, progress
from reviews.queries.board import Board
from reviews.queries.outlook import OutlookWord
from reviews.templatetags.plans import country_slack
from tests.support import make

FIRST_DAY = date(2020, 8, 1)
REFUSALS = (NotAllowedNow, EditConflict, ValidationError)
FIGURES = ("data_collection", "analysis", "writing")


class History:
    """One review as it goes on, and what this test itself remembers of it."""

    def __init__(self, cast: Any) -> None:
        self.cast, self.day = cast, FIRST_DAY
        self.answered: set[tuple[str, date]] = set()  # days on which a country reported on its progress
        self.has_figure: set[str] = set()
        self.posted: dict[tuple[str, date], tuple[int | None, ...]] = {}  # the last figures of each day
        self.sent_back: dict[str, date] = {}  # by country: when its report, returned, has to be back
        self.last_sent_back: dict[str, date] = {}
        with clock.at(self.day):
            self.cycle = make.cycle("mtr", by=cast.secretariat)
            self.meeting = make.meeting(self.cycle, by=cast.secretariat, code="1")
            for code, kind, day in (
                ("reports", "national_reports", None),
                ("top", "ladder", date(2020, 11, 1)),
            ):
                make.step(self.cycle, by=cast.secretariat, code=code, kind=kind, days=30, planned_on=day)

    def happen(self, what: str, country: str, n: int) -> None:
        """Something is tried; what is refused has not happened."""
        by = {"VNM": self.cast.vnm, "LAO": self.cast.lao}[country]
        try:
            with transaction.atomic():
                getattr(self, what)(make.report(self.cycle, country), by, n)
            self.posted[country, self.day] = make.report(self.cycle, country).figures
        except REFUSALS:
            pass

    # --- what may happen

    def figures(self, report: Any, by: Any, n: int) -> None:
        values = {"data_collection": 10 * n, "analysis": None, "writing": 5}
        is_other = tuple(values.values()) != report.figures
        report.post_progress(by=by, expected_version=report.version, note="x", **values)
        self.has_figure.add(report.code)
        if is_other:
            self.answered.add((report.code, self.day))

    def finish(self, report: Any, by: Any, n: int) -> None:
        """All figures at 100, or all but one; the other posts fall below again."""
        values = {name: 90 if k == n else 100 for k, name in enumerate(FIGURES)}
        is_other = tuple(values.values()) != report.figures
        report.post_progress(by=by, expected_version=report.version, note="x", **values)
        self.has_figure.add(report.code)
        if is_other:
            self.answered.add((report.code, self.day))

    def bare_note(self, report: Any, by: Any, _n: int) -> None:
        same = dict(zip(FIGURES, report.figures, strict=True))
        report.post_progress(by=by, expected_version=report.version, note="We are well.", **same)

    def no_change(self, report: Any, by: Any, _n: int) -> None:
        same = dict(zip(FIGURES, report.figures, strict=True))
        report.post_progress(by=by, expected_version=report.version, no_change=True, **same)
        self.answered.add((report.code, self.day))

    def record_in_round(self, report: Any, _by: Any, n: int) -> None:
        values = {"data_collection": 9 * n, "analysis": None, "writing": 4}
        by, meeting = self.cast.secretariat, self.meeting
        report.post_progress(by=by, expected_version=report.version, note="x", meeting=meeting, **values)
        self.has_figure.add(report.code)

    def submit(self, report: Any, by: Any, _n: int) -> None:
        submit_report(by=by, report=report, expected_version=report.version, file=make.pdf(), reason="x")
        self.sent_back.pop(report.code, None)

    def recall(self, report: Any, by: Any, _n: int) -> None:
        report.recall(by=by, expected_version=report.version)
        if report.code in self.last_sent_back:
            self.sent_back[report.code] = self.last_sent_back[report.code]

    def give_back(self, report: Any, _by: Any, n: int) -> None:
        self.start_reading(report)
        revise_by = self.day + timedelta(n)
        report.return_for_revision(
            by=self.cast.consultant, expected_version=report.version, note="x", revise_by=revise_by
        )
        self.sent_back[report.code] = self.last_sent_back[report.code] = revise_by

    def accept(self, report: Any, _by: Any, _n: int) -> None:
        self.start_reading(report)
        report.accept(by=self.cast.consultant, expected_version=report.version)

    def start_reading(self, report: Any) -> None:
        report.start_reading(by=self.cast.consultant, expected_version=report.version)

    def set_progress_deadline(self, report: Any, _by: Any, n: int, output: str = "progress") -> None:
        days = {"opens_on": self.day - timedelta(n), "due_on": self.day + timedelta(n)}
        only = [report.member_state] if n % 3 == 0 else []
        make.deadline(self.cycle, by=self.cast.secretariat, output=output, only_for=only, **days)

    def set_report_deadline(self, report: Any, by: Any, n: int) -> None:
        self.set_progress_deadline(report, by, n, "national_report")

    def set_phase_deadline(self, report: Any, by: Any, n: int) -> None:
        self.set_progress_deadline(report, by, n, FIGURES[n % 3])

    def move_deadline(self, _report: Any, _by: Any, n: int) -> None:
        deadline = self.cycle.deadlines.order_by("pk")[n % 2 : n % 2 + 1].first()
        if deadline:
            due = deadline.due_on + timedelta(n - 4)
            deadline.reschedule(
                by=self.cast.secretariat, expected_version=deadline.version, why="x", due_on=due
            )

    def extend(self, report: Any, by: Any, n: int) -> None:
        deadline = self.cycle.deadlines.order_by("-pk").first()
        if deadline:
            until = max(deadline.due_on, self.sent_back.get(report.code, deadline.due_on)) + timedelta(n)
            asked = make.extension(report, deadline, by=by, asked_until=until, reason="Floods")
            asked.grant(by=self.cast.secretariat, expected_version=1, until=until)

    def seat_another(self, _report: Any, _by: Any, n: int) -> None:
        if not self.cycle.memberships.filter(member_state__code="TLS").exists():
            state, day = make.organisation("TLS", name="Timor-Leste"), self.day + timedelta(n - 3)
            seat_member(by=self.cast.secretariat, cycle=self.cycle, member_state=state, joined_on=day)

    def correct_a_seat(self, report: Any, _by: Any, n: int) -> None:
        seat = CycleMembership.objects.get(cycle=self.cycle, member_state=report.member_state)
        day = self.day - timedelta(n)
        seat.correct(by=self.cast.admin, expected_version=seat.version, why="x", joined_on=day)

    # --- what has to hold

    def board(self, day: date, *, as_of: bool = True) -> Board:
        return board.build(self.cycle, self.cast.secretariat, day, clock.end_of(day) if as_of else None)

    def check(self) -> None:
        """Nobody who has nothing to do is overdue, and nobody silent is green."""
        reports = list(self.cycle.member_reports(self.day))
        of_all = Deadline.objects.filter(cycle=self.cycle)
        statuses = deadlines.deadline_statuses(reports, of_all, Extension.objects.granted(), self.day)
        rows = {row.state.code: row for row in self.board(self.day, as_of=False).rows}
        assert sorted(rows) == sorted(report.code for report in reports)
        for report in reports:
            for status in statuses[report.pk]:
                if status.state == DeadlineState.OVERDUE:
                    self.assert_has_something_to_do(report, status)
                if status.deadline.is_phase:
                    assert status.met_on == self._finished_since(report.code, status.deadline.output)
                if report.code in self.sent_back and status.deadline.output == "national_report":
                    assert not status.is_met
                    assert status.tone != "good"
                    assert status.due_on >= self.sent_back[report.code]
            if report.code in self.sent_back and rows[report.code].plan.latest_on:
                self.assert_slack_counts_to_its_revision(rows[report.code].plan)
            if report.code not in self.has_figure and report.handed_in_at is None:
                assert "good" not in {status.tone for status in statuses[report.pk]}
                assert country_slack(rows[report.code].plan)["tone"] != "good"
                assert rows[report.code].outlook.word in (
                    OutlookWord.LATE,
                    OutlookWord.CANNOT_TELL,
                    OutlookWord.AT_RISK,
                )
            if rows[report.code].outlook.word == OutlookWord.LATE:
                sent_back_until = report.revision_due_on or self.day
                states = {status.state for status in statuses[report.pk]}
                assert DeadlineState.OVERDUE in states or sent_back_until < self.day
            if report.status == "accepted":
                assert rows[report.code].outlook.word == OutlookWord.ON_COURSE

    def _finished_since(self, code: str, workstream: str) -> date | None:
        """The day since which a figure has been 100 on every day on which something was posted."""
        since = None
        days = sorted(day for country, day in self.posted if country == code)
        for day in reversed(days):
            if self.posted[code, day][FIGURES.index(workstream)] != 100:
                return since
            since = day
        return since

    def assert_slack_counts_to_its_revision(self, country: Any) -> None:
        assert not country.is_handed_in
        assert country.due_on >= max(self.sent_back[country.state.code], self.day)

    def assert_has_something_to_do(self, report: Any, status: Any) -> None:
        deadline = status.deadline
        seat = CycleMembership.objects.get(cycle=self.cycle, member_state=report.member_state)
        assert report.is_editable
        assert seat.joined_on <= status.due_on < self.day
        assert deadline.concerns(report.member_state_id)
        if deadline.output == "national_report":
            assert report.handed_in_at is None or self.sent_back[report.code] < self.day
        elif deadline.is_phase:
            assert getattr(report, deadline.output) != 100
        else:
            answers = [day for code, day in self.answered if code == report.code]
            assert not any(deadline.opens_on <= day <= self.day for day in answers)


def content_of(shown: Board) -> list[Any]:
    """What a board says of each country."""
    rows = []
    for row in shown.rows:
        due = row.next_due and (row.next_due.text, row.next_due.due_on, row.next_due.slip)
        slack = country_slack(row.plan)["label"]
        known = (row.state.code, row.report.status, row.report.figures, due, slack, row.age, row.holder)
        rows.append((*known, row.outlook, row.open_gaps, row.note))
    reports = [row.report for row in shown.rows]
    trends = progress.trends(reports, shown.on - timedelta(30), shown.on)
    return [*rows, progress.averages(reports, shown.on), trends]


EVENTS = [name for name in vars(History) if name not in ("happen", "start_reading", "board", "check")]
EVENTS = [name for name in EVENTS if not name.startswith(("_", "assert_"))]
OFTEN = ["figures", "finish", "set_progress_deadline", "set_phase_deadline", "submit", "accept"]
happening = st.tuples(
    st.integers(0, 9), st.sampled_from([*EVENTS, *OFTEN]), st.sampled_from(["VNM", "LAO"]), st.integers(0, 9)
)


def test_random_histories(cast):
    boards = follow_random_histories(cast, 100)
    assert boards.compared > 200
    assert boards.overdue > 20


def follow_random_histories(cast: Any, number: int) -> SimpleNamespace:
    """Follow so many histories, the same ones each time. Return how many boards were compared, and had an overdue."""
    boards = SimpleNamespace(compared=0, overdue=0)

    @settings(max_examples=number, deadline=None, derandomize=True, database=None,
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(st.lists(happening, min_size=3, max_size=9))
    def run(events: list[tuple[int, str, str, int]]) -> None:
        with transaction.atomic():
            follow(History(cast), events, boards)
            transaction.set_rollback(True)

    run()
    return boards


def follow(history: History, events: list[tuple[int, str, str, int]], boards: SimpleNamespace) -> None:
    """Let it all happen, look at the board each evening, and at the end once more at each of these evenings."""
    evenings: dict[date, list[Any]] = {}
    for days, what, country, n in events:
        history.day += timedelta(days)
        with clock.at(history.day):
            history.happen(what, country, n)
            history.check()
            evenings[history.day] = content_of(history.board(history.day, as_of=False))
    with clock.at(history.day + timedelta(60)):
        for evening, content in evenings.items():
            assert content_of(history.board(evening)) == content, evening
            boards.compared += 1
            boards.overdue += "overdue" in str(content)
