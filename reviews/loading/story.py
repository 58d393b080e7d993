"""The demonstration's history: each row of `fixtures/demo` is one step that somebody took at some moment.

The steps go through the models' own verbs, with the rights of whoever takes them and the clock at their
moment, so that the trace reads as if people had done all this.
"""

from collections.abc import Callable
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from reviews import actions, clock, guidance, minutes
from reviews.loading import pdf
from reviews.loading.rows import FIXTURES, Row, read
from reviews.models import (
    ActionPoint,
    Advice,
    AgendaItem,
    Coverage,
    DataGap,
    Deadline,
    Decision,
    Delegation,
    Difficulty,
    Disruption,
    Extension,
    Finding,
    FindingKind,
    Framework,
    FrameworkNode,
    GapKind,
    Meeting,
    MethodNote,
    Minutes,
    NationalReport,
    Organisation,
    PlanStep,
    Priority,
    ReceivedAdvice,
    ReviewCycle,
    Round,
    RoundOrder,
    ThreadEntry,
    TimelineEvent,
    Turn,
    User,
)
from reviews.models.coverage import REASON_OWED
from reviews.models.recommendations import KINDS
from reviews.models.treatments import treatment_for

FOLDER = FIXTURES / "demo"
SLUG = "ascc-2025-mtr"

Step = Callable[[Row, User], Any]


def tell() -> None:
    """Take every step of every file, in the order of time. Raises RowError."""
    steps = [(row, step) for file, verbs in STEPS.items() for row, step in _steps(file, verbs)]
    for row, step in sorted(steps, key=lambda pair: pair[0].moment("at")):
        with row.blamed(), clock.at(row.moment("at")):
            step(row, User.objects.get(username=row.text("by")))


def _steps(file: str, verbs: dict[str, Step]) -> list[tuple[Row, Step]]:
    rows = read(FOLDER / file, ("at", "by", "step"))
    if unknown := [row for row in rows if row.text("step") not in verbs]:
        raise unknown[0].wrong(f"“{unknown[0].text('step')}” is no step.")
    return [(row, verbs[row.text("step")]) for row in rows]


# --- what a row names -----------------------------------------------------------------------------------


def _cycle() -> ReviewCycle:
    return ReviewCycle.objects.get(slug=SLUG)


def _body(code: str) -> Organisation:
    return Organisation.objects.get(code=code)


def _bodies(row: Row, column: str) -> list[Organisation]:
    return [_body(code) for code in row.words(column)]


def _person(username: str) -> User | None:
    return User.objects.get(username=username) if username else None


def _event(row: Row) -> TimelineEvent:
    return TimelineEvent.objects.get(code=row.text("event"))


def _meeting(row: Row) -> Meeting:
    return Meeting.objects.get(cycle__slug=SLUG, code=row.text("meeting"))


def _deadline(row: Row) -> Deadline:
    return Deadline.objects.get(cycle__slug=SLUG, number=row.text("deadline"))


def _report(row: Row) -> NationalReport:
    return _report_of(row.text("report"))


def _report_of(state: str) -> NationalReport:
    return NationalReport.objects.get(cycle__slug=SLUG, member_state__code=state)


def _gap(row: Row) -> DataGap:
    return _gap_of(row.text("gap"))


def _gap_of(code: str) -> DataGap:
    state, _, number = code.partition("-")
    return DataGap.objects.get(cycle__slug=SLUG, member_state__code=state, number=number)


def _action(row: Row) -> ActionPoint:
    return ActionPoint.objects.get(meeting=_meeting(row), number=row.text("number"))


def _extension(row: Row) -> Extension:
    """The country's request that waits for a decision."""
    return _deadline(row).extensions.to_decide().get(member_state__code=row.text("report"))


def _texts(row: Row, *columns: str) -> dict[str, str]:
    return {column: row.text(column) for column in columns}


def _noted(find: Callable[[Row], Any], move: Callable[..., Any]) -> Step:
    """The step of a move that asks for nothing but a note."""

    def step(row: Row, by: User) -> None:
        record = find(row)
        move(record, by=by, seen=record.version, note=row.text("note"))

    return step


# --- the cycle ------------------------------------------------------------------------------------------


def _open_cycle(row: Row, by: User) -> None:
    """With the seats of those who are member states by its last day."""
    values: dict[str, Any] = {name: row.text(name) for name in ("slug", "name_en", "name_vi")}
    values |= {name: row.day(name) for name in ("starts_on", "ends_on")}
    values["framework"] = Framework.objects.get(code=row.text("framework"))
    cycle = ReviewCycle.record_new(by=by, is_demo=True, shared=True, **values)
    for state in Organisation.objects.member_states(cycle.ends_on):
        actions.seat_member(by=by, cycle=cycle, member_state=state, joined_on=cycle.starts_on)
    actions.open_cycle(by=by, cycle=cycle, seen=cycle.version)


# --- meetings -------------------------------------------------------------------------------------------


def _plan(row: Row, by: User) -> None:
    """The days come from the time line; what is planned there stays, whatever came of it."""
    told = ("planned_from", "planned_to", "source", "confidence")
    values = {name: getattr(_event(row), name) for name in told}
    values |= _texts(row, "series", "title", "mode", "place", "time_zone")
    values |= {
        "code": row.text("meeting"),
        "number": row.number("number"),
        "shared": bool(row.text("shared")),
    }
    Meeting.plan(_cycle(), by=by, host=next(iter(_bodies(row, "host")), None), **values)


def _move_meeting(row: Row, by: User) -> None:
    event, meeting = _event(row), _meeting(row)
    days = {"planned_from": event.held_from, "planned_to": event.held_to}
    meeting.move(by=by, seen=meeting.version, why=row.text("note"), **_texts(row, "mode", "place"), **days)


def _hold(row: Row, by: User) -> None:
    """Without days where the time line knows none."""
    event, meeting = _event(row), _meeting(row)
    days: dict[str, Any] = {"held_from": event.held_from, "held_to": event.held_to}
    meeting.hold(by=by, seen=meeting.version, why=row.text("note"), **days)


def _agenda(row: Row, by: User) -> None:
    values = _texts(row, "title", "presenter", "paper") | {"duration": row.number("duration")}
    _meeting(row).record(AgendaItem, by=by, **values)


def _item(row: Row) -> AgendaItem:
    return AgendaItem.objects.get(meeting=_meeting(row), number=row.text("number"))


def _conclude(row: Row, by: User) -> None:
    item = _item(row)
    item.conclude(by=by, seen=item.version, outcome=row.text("outcome"), outcome_text=row.text("text"))


def _finish(row: Row, by: User) -> None:
    """With a document where the priority asks for one."""
    point = _action(row)
    paper = _invented(f"Action {point.code}", f"action-{point.number}") if point.is_high else None
    point.finish(by=by, seen=point.version, note=row.text("note"), file=paper)


def _minutes(row: Row) -> Minutes:
    return Minutes.objects.get(meeting=_meeting(row))


def _draft(row: Row, by: User) -> None:
    minutes.draft(by=by, meeting=_meeting(row))


def _word(row: Row, by: User) -> None:
    """A part of the minutes in the Secretariat's own words."""
    part = _minutes(row).sections.get(kind=row.text("title"))
    part.edit(by=by, seen=part.version, text=row.text("text"))


def _delegations(row: Row, by: User) -> None:
    for organisation in _bodies(row, "organisations"):
        _meeting(row).record(Delegation, by=by, organisation=organisation)


def _decide(row: Row, by: User) -> None:
    _meeting(row).record(Decision, by=by, **_texts(row, "text"))


def _act(row: Row, by: User) -> None:
    owner, body = _person(row.text("owner")), next(iter(_bodies(row, "organisations")), None)
    values: dict[str, Any] = {"owner": owner, "owner_body": body, "due_on": row.day("due_on")}
    values["priority"] = row.text("priority") or Priority.NORMAL
    _meeting(row).record(ActionPoint, by=by, **_texts(row, "text"), **values)


# --- deadlines ------------------------------------------------------------------------------------------


def _set_deadline(row: Row, by: User) -> None:
    hung: dict[str, Any] = {}
    if row.text("meeting"):
        hung = {"anchor": _meeting(row), "offset_days": int(row.text("offset_days"))}
    Deadline.set_for(
        _cycle(), by=by, **hung, only_for=_bodies(row, "only_for"), shared=bool(row.text("shared")),
        **_texts(row, "title", "output", "confidence_note"), **_days(row),
    )  # fmt: skip


def _move_deadline(row: Row, by: User) -> None:
    deadline = _deadline(row)
    deadline.move(by=by, seen=deadline.version, why=row.text("note"), **_days(row))


def _days(row: Row) -> dict[str, Any]:
    return {name: row.day(name) for name in ("opens_on", "due_on", "last_on")}


def _ask(row: Row, by: User) -> None:
    asked: dict[str, Any] = {"asked_until": row.day("until"), "reason": row.text("note")}
    Extension.ask_for(_report(row), _deadline(row), by=by, **asked)


def _grant(row: Row, by: User) -> None:
    extension = _extension(row)
    extension.grant(by=by, seen=extension.version, until=row.day("until"), note=row.text("note"))


# --- national reports -----------------------------------------------------------------------------------


def _post(row: Row, by: User) -> None:
    report, meeting = _report(row), _meeting(row) if row.text("meeting") else None
    figures = {name: row.number(name) for name in ("data_collection", "analysis", "writing")}
    report.post_progress(by=by, seen=report.version, note=row.text("note"), meeting=meeting, **figures)


def _appoint(row: Row, by: User) -> None:
    report, author = _report(row), _person(row.text("lead_author"))
    report.appoint(by=by, seen=report.version, lead_author=author, authors=row.text("authors"))


def _submit(row: Row, by: User) -> None:
    report = _report(row)
    said = {"reason": row.text("note"), "cleared_on": row.day("cleared_on")}
    said |= _texts(row, "on_behalf_of", "cleared_by")
    actions.submit_report(by=by, report=report, seen=report.version, file=_paper(report), **said)


def _paper(report: NationalReport) -> SimpleUploadedFile:
    number = report.versions.count() + 1
    return _invented(f"{report.code}, version {number}", f"{report.code}-demonstration-{number}")


def _invented(what: str, name: str) -> SimpleUploadedFile:
    content = pdf.page("Demonstration: invented content", what)
    return SimpleUploadedFile(f"{name}.pdf", content, "application/pdf")


def _start_reading(row: Row, by: User) -> None:
    report = _report(row)
    report.start_reading(by=by, seen=report.version)


# --- data gaps ------------------------------------------------------------------------------------------


def _raise(row: Row, by: User) -> None:
    report, kind = _report_of(row.text("gap").partition("-")[0]), GapKind.objects.get(code=row.text("kind"))
    texts = _texts(row, "missing", "effect")
    gap = DataGap.raise_for(report, by=by, kind=kind, key_result_area=_area(row, report), **texts)
    if gap.code != row.text("gap"):
        raise row.wrong(f"this gap got the number {gap.code}.")


def _area(row: Row, report: NationalReport) -> FrameworkNode | None:
    code = row.text("area")
    return FrameworkNode.objects.get(framework=report.cycle.framework_id, code=code) if code else None


def _close(row: Row, by: User) -> None:
    gap = _gap(row)
    gap.close(by=by, seen=gap.version, **_texts(row, "way", "note"))


# --- findings and recommendations -----------------------------------------------------------------------


def _finding(row: Row) -> Finding:
    state, _, number = row.text("finding").partition("-")
    kind = KINDS[number[0]]
    return Finding.objects.get(cycle__slug=SLUG, member_state__code=state, kind=kind, number=number[1:])


def _record(row: Row, by: User) -> None:
    state, _, number = row.text("finding").partition("-")
    report, meeting = _report_of(state), _meeting(row) if row.text("meeting") else None
    values = {"kind": KINDS[number[0]], "key_result_area": _area(row, report), "text": row.text("text")}
    finding = Finding.record_for(report, by=by, meeting=meeting, **values)
    if finding.code != row.text("finding"):
        raise row.wrong(f"this one got the number {finding.code}.")


# --- the backward plan -----------------------------------------------------------------------------------


def _plan_step(row: Row, by: User) -> None:
    body = next(iter(_bodies(row, "body")), None)
    values: dict[str, Any] = {name: row.number(name) for name in ("position", "days")}
    values |= {"meeting": _meeting(row) if row.text("meeting") else None, "planned_on": row.day("planned_on")}
    PlanStep.enter(
        _cycle(), by=by, body=body, **_texts(row, "code", "kind", "title", "paper", "note"), **values
    )


# --- country rounds -------------------------------------------------------------------------------------


def _round(row: Row) -> Round:
    return Round.objects.get(meeting=_meeting(row))


def _open_round(row: Row, by: User) -> None:
    first = _bodies(row, "order")
    order = RoundOrder.OWN if first else RoundOrder.ALPHABETICAL
    Round.open_for(_meeting(row), by=by, order=order, first=first)


def _turn(row: Row) -> Turn:
    return Turn.objects.get(round=_round(row), member_state__code=row.text("report"))


def _tell(row: Row, by: User) -> None:
    turn, report = _turn(row), _report(row)
    figures = {name: row.number(name) for name in ("data_collection", "analysis", "writing")}
    area = _area(row, report)
    kinds = GapKind.objects.filter(code=row.text("kind"))
    gaps = [{"kind": kind, "key_result_area": area, **_texts(row, "missing", "effect")} for kind in kinds]
    found = [{"kind": kind, "text": text} for kind in FindingKind.values if (text := row.text(kind))]
    actions.tell_turn(
        by=by, turn=turn, seen=turn.version, report=report, report_seen=report.version, note=row.text("note"),
        difficulties=gaps,
        findings=[finding | {"key_result_area": area} for finding in found], **figures,
    )  # fmt: skip


def _close_round(row: Row, by: User) -> None:
    found = _round(row)
    actions.close_round(by=by, country_round=found, seen=found.version)


# --- treatments, disruptions, coverage --------------------------------------------------------------------


def _close_treated(row: Row, by: User) -> None:
    """With the fields of what this closing has to record."""
    gap, way = _gap(row), row.text("way")
    kind = treatment_for(way, gap.kind.code)
    names = {f.name for f in kind._meta.fields} - {"gap", "way"} if kind else set()
    typed: dict[str, Any] = {name: text for name in names if (text := row.cells.get(name))}
    advice = gap.received.order_by("received_at").last()
    gap.close(by=by, seen=gap.version, way=way, note=row.text("note"), advice=advice, **typed)


def _disruption(row: Row) -> Disruption:
    return Disruption.objects.get(cycle__slug=SLUG, number=row.text("number"))


def _register(row: Row, by: User) -> None:
    days = {name: row.day(name) for name in ("starts_on", "ends_on")}
    made = Disruption.register(
        _cycle(), by=by, countries=_bodies(row, "countries"), **days, **_texts(row, "title", "kind", "effect")
    )
    if str(made.number) != row.text("number"):
        raise row.wrong(f"this disruption got the number {made.number}.")


def _cite_in_gap(row: Row, by: User) -> None:
    gap = _gap(row)
    gap.edit(by=by, seen=gap.version, disruption=_disruption(row))


def _cite_in_meeting(row: Row, by: User) -> None:
    meeting = _meeting(row)
    meeting.move(by=by, seen=meeting.version, why="", disruption=_disruption(row))


def _ask_citing(row: Row, by: User) -> None:
    asked: dict[str, Any] = {"asked_until": row.day("until"), "reason": row.text("note")}
    Extension.ask_for(_report(row), _deadline(row), by=by, disruption=_disruption(row), **asked)


def _state_coverage(row: Row, by: User) -> None:
    """What a country says of its areas, for the first time."""
    report = _report(row)
    kinds = [kind for kind in Coverage.values if kind != Coverage.NOTHING]
    said = [(code, kind) for kind in kinds for code in row.words(kind)]
    areas = {a.code: a for a in FrameworkNode.objects.filter(framework=report.cycle.framework_id)}
    notes = {kind: row.text(f"why_{kind}") for kind in REASON_OWED}
    rows = [(areas[c], {"coverage": kind, "note": notes.get(kind, ""), "seen": 0}) for c, kind in said]
    actions.state_coverage(by=by, report=report, rows=rows)


# --- guidance -------------------------------------------------------------------------------------------


def _said(verb: Callable[..., Any]) -> Step:
    """A step of the gap's thread that may put the gap into other hands."""

    def step(row: Row, by: User) -> None:
        gap = _gap(row)
        verb(gap, by=by, seen=gap.version, text=row.text("text"))

    return step


def _told(verb: Callable[..., Any]) -> Step:
    return lambda row, by: verb(_gap(row), by=by, text=row.text("text"))


def _group(row: Row, by: User) -> None:
    gaps, kind = [_gap_of(code) for code in row.words("gap")], GapKind.objects.get(code=row.text("kind"))
    Difficulty.group(_cycle(), by=by, gaps=gaps, kind=kind, title=row.text("text"))


def _subject(row: Row) -> dict[str, Any]:
    """The gap, or the difficulty, that the advice of a row is on."""
    number = row.text("difficulty")
    return {"difficulty": _cycle().difficulties.get(number=number)} if number else {"gap": _gap(row)}


def _draft_advice(row: Row, by: User) -> None:
    notes = [MethodNote.objects.get(code=code) for code in row.words("notes")]
    Advice.draft(by=by, text=row.text("text"), notes=notes, **_subject(row))


def _approve(row: Row, by: User) -> None:
    advice = Advice.objects.drafts().get(**_subject(row))
    guidance.approve_advice(by=by, advice=advice, seen=advice.version)


def _received(row: Row) -> ReceivedAdvice:
    return _gap(row).received.latest("received_at")


STEPS: dict[str, dict[str, Step]] = {
    "cycle.csv": {"open": _open_cycle},
    "meetings.csv": {"plan": _plan, "move": _move_meeting, "hold": _hold},
    "deadlines.csv": {"set": _set_deadline, "move": _move_deadline},
    "progress.csv": {"post": _post},
    "reports.csv": {
        "appoint": _appoint,
        "submit": _submit,
        "recall": _noted(_report, NationalReport.recall),
        "start_reading": _start_reading,
        "return": _noted(_report, NationalReport.return_for_revision),
        "accept": _noted(_report, NationalReport.accept),
    },
    "datagaps.csv": {
        "raise": _raise,
        "ask_guidance": _noted(_gap, DataGap.ask_guidance),
        "take_up": _noted(_gap, DataGap.take_up),
        "close": _close,
        "reopen": _noted(_gap, DataGap.reopen),
    },
    "findings.csv": {
        "record": _record,
        "finalise": _noted(_finding, Finding.finalise),
        "withdraw": _noted(_finding, Finding.withdraw),
        "reopen": _noted(_finding, Finding.reopen),
    },
    "guidance.csv": {
        "question": _said(DataGap.question),
        "answer": _said(DataGap.answer),
        "note": _told(ThreadEntry.note),
        "conclude": _told(ThreadEntry.conclude),
        "group": _group,
        "draft": _draft_advice,
        "approve": _approve,
        "adopt": _noted(_received, ReceivedAdvice.adopt),
        "set_aside": _noted(_received, ReceivedAdvice.set_aside),
    },
    "extensions.csv": {"ask": _ask, "grant": _grant, "refuse": _noted(_extension, Extension.refuse)},
    "minutes.csv": {
        "agenda": _agenda,
        "delegations": _delegations,
        "decision": _decide,
        "action": _act,
        "finish": _finish,
        "drop": _noted(_action, ActionPoint.drop),
        "verify": _noted(_action, ActionPoint.verify),
        "conclude": _conclude,
        "put_off": _noted(_item, AgendaItem.put_off),
        "draft": _draft,
        "word": _word,
        "circulate": _noted(_minutes, Minutes.circulate),
    },
    "plan.csv": {"step": _plan_step},
    "rounds.csv": {
        "open": _open_round,
        "tell": _tell,
        "pass": _noted(_turn, Turn.pass_over),
        "close": _close_round,
    },
    "treatments.csv": {"raise": _raise, "close": _close_treated},
    "disruptions.csv": {
        "register": _register,
        "cite_gap": _cite_in_gap,
        "cite_meeting": _cite_in_meeting,
        "ask": _ask_citing,
    },
    "coverage.csv": {"state": _state_coverage},
}
