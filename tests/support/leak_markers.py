"""Canaries: a word of its own in every text that somebody can write, of two countries and of what they share.

`plant` makes the records. A word says where it stands: `word("DataGap.missing", "VNM")`.
"""

import re
from collections.abc import Callable
from datetime import date
from types import SimpleNamespace
from typing import Any

from django.apps import apps
from django.db.models import QuerySet

from reviews import clock
from reviews.actions import guidance
from reviews.actions.minutes import draft_minutes
from reviews.actions.reminders import remind
from reviews.actions.reports import submit_report
from reviews.actions.rounds import close_round
from reviews.models import (
    ActionPoint,
    AgendaItem,
    CoverageStatement,
    CycleMembership,
    DataGap,
    Decision,
    Delegation,
    Explanation,
    FollowUp,
    Framework,
    FrameworkNode,
    GapKind,
    Organisation,
    OutgoingMail,
    ReviewCycle,
    Round,
    ThreadEntry,
    TimelineEvent,
    Trace,
    UnsavedText,
    User,
    Watch,
)
from reviews.models.watches import WATCHED_KINDS
from tests.support import make

STATES = ("VNM", "LAO")
Words = Callable[[str], str]


def word(line: str, state: str = "") -> str:
    """Plain small letters: the same escaped, folded, in an address and in a sheet. No word is part of another."""
    return "zq" + re.sub("[^a-z]", "", f"{state}{line}".lower()) + "x"


def words_of(state: str) -> Words:
    return lambda line: word(line, state)


def plant(cast: Any) -> SimpleNamespace:
    """A cycle in which everything has happened that leaves words behind."""
    by = cast.secretariat
    with clock.at(date(2020, 8, 1)):
        cycle = make.cycle("mtr", by=by, shared=True)
    made = SimpleNamespace(cycle=cycle, cast=cast, coordinators={"VNM": cast.vnm, "LAO": cast.lao}, people={})
    made.area, made.kinds, made.host = _reference(cast)
    _shared(made)
    _meetings(made)
    for state in STATES:
        _country(made, state)
    _guidance_for_all(made)
    _round_and_minutes(made)
    _next_cycle(made)
    _corrected(made)
    _on_its_way(made)
    _watched(made)
    return made


def _watched(made: SimpleNamespace) -> None:
    """Everybody watches everything: also what he or she could see once, and may not see any more."""
    people = [getattr(made.cast, name) for name in vars(made.cast)]
    for label in WATCHED_KINDS.values():
        for record in apps.get_model(label).objects.all():
            for person in people:
                Watch.start(person, record)


def _reference(cast: Any) -> tuple[Any, dict[str, Any], Any]:
    w, by = words_of(""), cast.admin
    names = {name: w(f"Organisation.{name}") for name in ("code", "name_en", "name_vi")}
    host = Organisation.create_traced(by=by, kind="sectoral_body", **names | {"code": "HOST"})
    QuerySet.update(
        Organisation.objects.filter(pk=host.pk), code=names["code"]
    )  # a code of an earlier release
    host.refresh_from_db()
    area = FrameworkNode.create_traced(
        by=by, framework=make.framework(), level="key_result_area",
        code=w("FrameworkNode.code"), title=w("FrameworkNode.title"), title_vi=w("FrameworkNode.title_vi"),
    )  # fmt: skip
    texts: tuple[str, ...] = ("code", "label_en", "label_vi", "meaning", "source")
    kind = GapKind.create_traced(by=by, **{name: w(f"GapKind.{name}") for name in texts})
    texts = ("code", "kind", "title", "place", "mode", "source")
    TimelineEvent.create_traced(by=by, **{name: w(f"TimelineEvent.{name}") for name in texts})
    kinds = ("discontinuous", "beneficiaries_unquantified", "completion_unclear")
    return area, {"": kind} | {code: make.kind(code) for code in kinds}, host


def _shared(made: SimpleNamespace) -> None:
    """What the members of the cycle share, and what of it the observers read too."""
    w, by, cycle = words_of(""), made.cast.secretariat, made.cycle
    made.disruption = make.disruption(
        cycle, by=by, title=w("Disruption.title"), effect=w("Disruption.effect")
    )
    made.meeting = make.meeting(
        cycle, by=by, code=w("Meeting.code"), number=3, title=w("Meeting.title"), place=w("Meeting.place"),
        source=w("Meeting.source"), host=made.host, disruption=made.disruption, shared=True,
        video_link=f"https://meet.example/{w('Meeting.video_link')}",
    )  # fmt: skip
    made.deadline = make.deadline(
        cycle, by=by, title=w("Deadline.title"), confidence_note=w("Deadline.confidence_note"), shared=True
    )
    made.comments = make.deadline(
        cycle, by=by, title="Annexes", output="other", output_name=w("Deadline.output_name"), shared=True
    )
    make.deadline(cycle, by=by, title=w("Deadline.title:unshared"))
    with clock.at(date(2020, 8, 10)):
        late = make.deadline(cycle, by=by, title=w("Deadline.title:before it was shared"))
        quiet = make.meeting(cycle, by=by, code="9", title=w("Meeting.title:before it was shared"))
    late.reschedule(by=by, expected_version=late.version, why="", title="Late", shared=True)
    quiet.reschedule(
        by=by, expected_version=quiet.version, why=w("Trace.why:of a meeting"), title="Quiet", shared=True
    )
    step = {name: w(f"PlanStep.{name}") for name in ("code", "title", "paper", "note")}
    make.step(cycle, by=by, **step)
    note = {name: w(f"MethodNote.{name}") for name in ("code", "title", "text", "source")}
    made.note = make.method(by=made.cast.lead, **note)


def _meetings(made: SimpleNamespace) -> None:
    """A meeting of the members alone, whose agenda goes on at the shared one."""
    w, by, meeting = words_of(""), made.cast.secretariat, made.meeting
    days = {"planned_from": date(2020, 6, 2), "planned_to": date(2020, 6, 2)}
    made.unshared = make.meeting(made.cycle, by=by, code="2", title=w("Meeting.title:unshared"), **days)
    for line in ("carried on", "backlog"):
        item: Any = AgendaItem.add_to(made.unshared, by=by, title=w(f"AgendaItem.title:{line}"))
        item.put_off(by=by, expected_version=item.version)
        if line == "carried on":
            item.carry(by=by, expected_version=item.version)
    Decision.add_to(made.unshared, by=by, text=w("Decision.text:unshared"))
    texts = {name: w(f"AgendaItem.{name}") for name in ("section", "title", "presenter", "paper")}
    paper = make.pdf(w("AgendaItem.original_name") + ".pdf", make.PDF + w("AgendaItem.file").encode())
    item = AgendaItem.add_to(meeting, by=by, file=paper, **texts)
    item.conclude(by=by, expected_version=1, outcome="decision", outcome_text=w("AgendaItem.outcome_text"))
    Delegation.add_to(
        meeting, by=by, organisation=made.host, head=w("Delegation.head"), note=w("Delegation.note")
    )
    Decision.add_to(meeting, by=by, text=w("Decision.text"))


def _country(made: SimpleNamespace, state: str) -> None:
    w, coordinator = words_of(state), made.coordinators[state]
    member = User.objects.create_user(
        w("User.username"), make.PASSWORD, name=w("User.name"), email=f"{w('User.email')}@example.org",
        role="team", organisation=coordinator.organisation,
    )  # fmt: skip
    member.change_traced(by=None, expected_version=member.version, password=w("User.password"))
    made.people[state] = member
    report = make.report(made.cycle, state)
    _report(made, report, coordinator, member, w)
    _findings(made, report, member, w)
    _gaps(made, report, member, w)
    _dates(made, report, coordinator, w)
    _action(made, coordinator, w)
    text = {"page": "/", "title": w("UnsavedText.title"), "fields": {"note": ["Typed"]}, "edits": True}
    UnsavedText.keep(coordinator, f"/of/{state}/", **text)
    make.saved_view(coordinator, made.cycle, name=w("SavedView.name"))
    body, name = coordinator.organisation, w("SavedView.name:shared_with_the_body")
    make.saved_view(coordinator, made.cycle, name=name, shared_body=body)


def _report(made: Any, report: Any, coordinator: Any, member: Any, w: Words) -> None:
    report.appoint(
        by=coordinator,
        expected_version=report.version,
        lead_author=member,
        authors=w("NationalReport.authors"),
    )
    report.post_progress(
        by=member,
        expected_version=report.version,
        note=w("ProgressUpdate.note"),
        data_collection=50,
        analysis=20,
    )
    _submit(report, coordinator, w)
    report.recall(by=coordinator, expected_version=report.version, note=w("Trace.why:recalled"))
    _submit(report, coordinator, w)
    report.start_reading(by=made.cast.consultant, expected_version=report.version)
    note = w("NationalReport.return_note")
    report.return_for_revision(
        by=made.cast.consultant, expected_version=report.version, note=note, revise_by=date(2020, 8, 31)
    )
    said = {"coverage": "estimated", "note": w("CoverageStatement.note")}
    CoverageStatement.state(report, made.area, by=member, expected_version=0, **said)


def _submit(report: Any, coordinator: Any, w: Words) -> None:
    content = make.PDF + w("ReportVersion.file").encode()
    texts = ("on_behalf_of", "reason", "cleared_by", "clearance_letter")
    submit_report(
        by=coordinator, report=report, expected_version=report.version, cleared_on=date(2020, 8, 19),
        file=make.pdf(w("ReportVersion.original_name") + ".pdf", content),
        **{name: w(f"ReportVersion.{name}") for name in texts},
    )  # fmt: skip


def _findings(made: Any, report: Any, member: Any, w: Words) -> None:
    make.finding(report, by=member, text=w("Finding.text"), key_result_area=made.area)
    withdrawn = make.finding(report, by=member, text=w("Finding.text:withdrawn"))
    withdrawn.withdraw(by=member, expected_version=1, note=w("Trace.why:finding withdrawn"))


def _gaps(made: Any, report: Any, member: Any, w: Words) -> None:
    _discussed(made, report, member, w)
    proxy = {"way": "proxy_agreed", "reliance": "low"}
    _closed(made, report, member, "", w("DataGap.closing_note"), **proxy,
            method=w("StandIn.method"), value=w("StandIn.value"))  # fmt: skip
    retired = _closed(made, report, member, "", w("DataGap.closing_note:reopened"), **proxy,
                      method=w("StandIn.method:retired"))  # fmt: skip
    retired.reopen(by=member, expected_version=retired.version, note=w("Trace.why:gap reopened"))
    limit = {"way": "limitation", "note": "A limitation."}
    _closed(made, report, member, "discontinuous", broke_on=date(2018, 1, 1), **limit,
            reason=w("SeriesBreak.reason"))  # fmt: skip
    _closed(made, report, member, "beneficiaries_unquantified", basis="survey", low=1, high=2, **limit,
            overlap=w("Beneficiaries.overlap"))  # fmt: skip
    counts = {"done": 1, "ongoing": 1, "not_started": 1, "cannot_tell": 1, "rule": "not_done"}
    _closed(made, report, member, "completion_unclear", **counts, **limit,
            agreed_by=w("CompletionLevel.agreed_by"))  # fmt: skip


def _closed(made: Any, report: Any, member: Any, kind: str, note: str = "", **closing: Any) -> DataGap:
    gap = make.gap(report, by=member, kind=made.kinds[kind], key_result_area=made.area)
    return gap.close(by=member, expected_version=gap.version, **({"note": note} | closing))


def _discussed(made: Any, report: Any, member: Any, w: Words) -> None:
    """An open gap with all that was said about it, in all channels."""
    consultant, lead = made.cast.consultant, made.cast.lead
    gap = made.gap = make.gap(
        report, by=member, kind=made.kinds[""], missing=w("DataGap.missing:before"), effect=w("DataGap.effect"),
        disruption=made.disruption,
    )  # fmt: skip
    gap.edit(by=member, expected_version=gap.version, missing=w("DataGap.missing"))
    gap.ask_guidance(by=member, expected_version=gap.version, note=w("ThreadEntry.text:request"))
    gap.question(by=consultant, expected_version=gap.version, text=w("ThreadEntry.text:question"))
    gap.answer(by=member, expected_version=gap.version, text=w("ThreadEntry.text:answer"))
    ThreadEntry.note(gap, by=member, text=w("ThreadEntry.text:private to the country"))
    ThreadEntry.note(gap, by=consultant, text=w("ThreadEntry.text:private to the consultants"))
    dropped = make.advice(by=consultant, gap=gap, text=w("Advice.text:dropped"))
    dropped.drop(by=consultant, expected_version=1, note=w("Trace.why:advice dropped"))
    advice = make.advice(by=consultant, gap=gap, text=w("Advice.text:before it was approved"))
    advice.edit(by=lead, expected_version=1, text=w("Advice.text"))
    guidance.approve_advice(by=lead, advice=advice, expected_version=advice.version)
    gap.received.get().set_aside(by=member, expected_version=1, note=w("ReceivedAdvice.note"))
    make.advice(by=_drafter(made.cast), gap=gap, text=w("Advice.text:draft"))
    gap.refresh_from_db()
    gap.take_up(by=member, expected_version=gap.version, note=w("Trace.why:taken up"))


def _drafter(cast: Any) -> Any:
    """A consultant who does nothing but draft: also the name is internal."""
    name = word("User.name:drafter")
    body = cast.consultant.organisation
    return User.objects.filter(name=name).first() or make.user("drafter", "consultant", body, name=name)


def _dates(made: Any, report: Any, coordinator: Any, w: Words) -> None:
    """Its deadlines: one of its own, one that was its own once, and what it asked for."""
    by, own = made.cast.secretariat, [coordinator.organisation]
    make.deadline(made.cycle, by=by, title=w("Deadline.title:of one country"), only_for=own)
    with clock.at(date(2020, 8, 10)):
        before = w("Deadline.title:once of one country")
        once = make.deadline(made.cycle, by=by, title=before, only_for=own)
    once.reschedule(by=by, expected_version=once.version, why="", title="Of all", only_for=[])
    asked = {"by": coordinator, "asked_until": date(2020, 9, 21)}
    refused = make.extension(report, made.deadline, reason=w("Extension.reason"), **asked)
    refused.refuse(by=by, expected_version=1, note=w("Extension.decision_note"))
    make.extension(report, made.deadline, reason=w("Extension.reason:waiting"), **asked)
    make.delivery(made.comments, by=coordinator, note=w("Delivery.note"))
    remind(by=by, items=[(made.deadline, coordinator.organisation)], text=w("Reminder.text"))
    FollowUp.mark(report, by=by, note=w("FollowUp.note"))
    explanation = Explanation.request(
        made.deadline, coordinator.organisation, by=by, question=w("Explanation.question")
    )
    explanation.explain(by=coordinator, expected_version=1, answer=w("Explanation.answer"))


def _action(made: Any, coordinator: Any, w: Words) -> None:
    """What a meeting gave it to do is common; the document that shows it done is not."""
    point: Any = ActionPoint.add_to(
        made.meeting, by=made.cast.secretariat, text=w("ActionPoint.text"), priority="high",
        owner_body=coordinator.organisation, due_on=date(2020, 9, 1),
    )  # fmt: skip
    file = make.pdf(w("ActionPoint.original_name") + ".pdf", make.PDF + w("ActionPoint.file").encode())
    point.finish(
        by=coordinator, expected_version=point.version, note=w("ActionPoint.closing_note"), file=file
    )


def _guidance_for_all(made: SimpleNamespace) -> None:
    w, cast = words_of(""), made.cast
    gaps = list(DataGap.objects.filter(missing__startswith="zq"))
    difficulty = made.difficulty = make.difficulty(
        made.cycle, gaps, by=cast.consultant, kind=made.kinds[""], title=w("Difficulty.title")
    )
    text = w("Advice.text:for several")
    make.approved(by=cast.lead, difficulty=difficulty, text=text, notes=[made.note])
    make.advice(by=cast.consultant, difficulty=difficulty, text=w("Advice.text:draft for several"))


def _round_and_minutes(made: SimpleNamespace) -> None:
    by, meeting = made.cast.secretariat, made.meeting
    told = Round.open_for(meeting, by=by)
    for state in STATES:
        turn = told.turns.select_related("member_state").get(member_state__code=state)
        make.told(
            turn,
            by=by,
            note=word("Turn.note", state),
            internal_note=word("Turn.internal_note", state),
            data_collection=60,
        )
    close_round(by=by, country_round=told, expected_version=told.version)
    make.frozen(made.unshared, by=by)
    meeting.hold(
        by=by, expected_version=meeting.version, held_from=meeting.planned_from, held_to=meeting.planned_to
    )
    minutes = draft_minutes(by=by, meeting=meeting)
    other = minutes.sections.get(kind="other")
    other.edit(by=by, expected_version=1, text=word("MinutesSection.text:before they were circulated"))
    other.edit(by=by, expected_version=2, text=word("MinutesSection.text"))
    minutes.circulate(by=by, expected_version=minutes.version)
    unshared = made.unshared
    unshared.hold(by=by, expected_version=1, held_from=unshared.planned_from, held_to=unshared.planned_to)
    draft = draft_minutes(by=by, meeting=unshared)
    draft.sections.get(kind="other").edit(by=by, expected_version=1, text=word("MinutesSection.text:draft"))


def _next_cycle(made: SimpleNamespace) -> None:
    """A cycle that is being prepared: its members do not know of it yet."""
    by, w = made.cast.secretariat, words_of("")
    following = ReviewCycle.create_traced(
        by=by, slug=w("ReviewCycle.slug"), name_en=w("ReviewCycle.name_en:being prepared"),
        name_vi=w("ReviewCycle.name_vi"), framework=make.framework(), shared=True,
        starts_on=date(2021, 1, 1), ends_on=date(2021, 12, 31),
    )  # fmt: skip
    for person in made.coordinators.values():
        seat = {"member_state": person.organisation, "joined_on": date(2020, 2, 1)}
        CycleMembership.create_traced(by=by, cycle=following, **seat)
    planned = make.meeting(following, by=by, title=w("Meeting.title:being prepared"), shared=True)
    Decision.add_to(planned, by=by, text=w("Decision.text:being prepared"))
    days = {"opens_on": date(2021, 2, 1), "due_on": date(2021, 3, 1)}
    make.deadline(following, by=by, title=w("Deadline.title:being prepared"), shared=True, **days)
    made.following = following


def _corrected(made: SimpleNamespace) -> None:
    """What only an administrator writes. (The framework last: tests find it by its code.)"""
    w, by, framework = words_of(""), made.cast.admin, make.framework()
    made.cycle.correct(
        by=by,
        expected_version=made.cycle.version,
        why=w("Trace.why:corrected"),
        name_en=w("ReviewCycle.name_en"),
    )
    titles = {name: w(f"Framework.{name}") for name in ("title", "title_vi")}
    framework.correct(by=by, expected_version=1, why="Named.", **titles)
    QuerySet.update(Framework.objects.all(), code=w("Framework.code"))  # no code changes otherwise


def _on_its_way(made: SimpleNamespace) -> None:
    """Who is asked in and has not come, and a mail that has not left."""
    w = words_of("")
    make.invitation(
        by=made.cast.admin, name=w("Invitation.name"), email=f"{w('Invitation.email')}@example.org"
    )
    texts = ("sender", "subject", "body", "html", "error")
    OutgoingMail.objects.create(
        to=["reader@example.org"], **{name: w(f"OutgoingMail.{name}") for name in texts}
    )


def row_of(line: str, state: str = "") -> Any:
    """The record in which the word stands, or stood once; None: in none."""
    name, _dot, field = line.partition(":")[0].partition(".")
    model, said = apps.get_model("reviews", name), word(line, state)
    if field == "file":
        return next(
            (r for r in model.objects.exclude(file="") if said.encode() in r.file.open().read()), None
        )
    was = Trace.objects.filter(model=model._meta.label_lower, **{f"after__{field}": said})
    return (
        model._base_manager.filter(**{f"{field}__contains": said}).first()
        or model._base_manager.filter(pk__in=was.values("object_id")).first()
    )
