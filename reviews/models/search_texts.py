"""What each kind of record is found by, and by whom: code, title and text of its search entries."""

from collections.abc import Iterator

from reviews.models import search
from reviews.models.actionpoints import ActionPoint
from reviews.models.agenda import AgendaItem
from reviews.models.cycles import CycleMembership
from reviews.models.datagaps import DataGap
from reviews.models.deadlines import Deadline
from reviews.models.decisions import Decision
from reviews.models.difficulties import Difficulty
from reviews.models.disruptions import Disruption
from reviews.models.findings import Finding
from reviews.models.guidance import Advice, AdviceStatus
from reviews.models.meetings import Meeting, MeetingPart
from reviews.models.methods import MethodNote
from reviews.models.minutes import Minutes, MinutesSection, MinutesStatus
from reviews.models.people import User
from reviews.models.reports import NationalReport
from reviews.models.search import EntryText
from reviews.models.threads import ThreadEntry
from reviews.models.trace import Trace, Verb
from reviews.policy import Channel


def lines(*texts: str) -> str:
    """The texts that are not empty, one under the other."""
    return "\n".join(filter(None, texts))


def shared_or_members(is_shared: bool) -> str:
    return search.EVERYBODY if is_shared else search.MEMBERS


def country_texts(seat: CycleMembership) -> Iterator[EntryText]:
    state = seat.member_state
    yield EntryText(
        search.EVERYBODY,
        title=state.name_en,
        other_title=state.name_vi,
        code=state.code,
        page=state.code,
        cycle_id=seat.cycle_id,
        member_state_id=state.pk,
    )


def report_texts(report: NationalReport) -> Iterator[EntryText]:
    state = report.member_state
    yield EntryText(
        search.of_country(state.pk),
        title=state.name_en,
        other_title=state.name_vi,
        text=lines(report.return_note, report.authors),
        code=state.code,
        page=state.code,
        cycle_id=report.cycle_id,
        member_state_id=state.pk,
    )


def gap_texts(gap: DataGap) -> Iterator[EntryText]:
    yield EntryText(
        search.of_country(gap.member_state_id),
        title=gap.missing,
        text=lines(gap.effect, gap.closing_note),
        code=gap.code,
        page=gap.code,
        cycle_id=gap.cycle_id,
        member_state_id=gap.member_state_id,
    )


def finding_texts(finding: Finding) -> Iterator[EntryText]:
    yield EntryText(
        search.of_country(finding.member_state_id),
        title=finding.text,
        code=finding.code,
        page=finding.code,
        cycle_id=finding.cycle_id,
        member_state_id=finding.member_state_id,
    )


def thread_texts(entry: ThreadEntry) -> Iterator[EntryText]:
    country = entry.gap.member_state_id
    readers = {
        Channel.SHARED: search.of_country(country),
        Channel.COUNTRY: search.only_country(country),
        Channel.CONSULTANTS: search.CONSULTANTS,
    }
    yield EntryText(
        readers[Channel(entry.channel)],
        text=entry.text,
        page=entry.gap.code,
        anchor="thread" if entry.channel == Channel.SHARED else "private",
        cycle_id=entry.gap.cycle_id,
        member_state_id=country,
    )


def advice_texts(advice: Advice) -> Iterator[EntryText]:
    """A draft is the consultants' own; approved, it is for staff and for each country that received it."""
    subject = advice.subject
    is_approved = advice.status == AdviceStatus.APPROVED
    yield EntryText(
        search.STAFF if is_approved else search.CONSULTANTS,
        text=advice.text,
        url_name="" if advice.gap_id else "difficulty",
        page=subject.code if advice.gap_id else str(subject.number),
        cycle_id=subject.cycle_id,
        member_state_id=advice.member_state_id,
    )
    received = advice.received.select_related("gap__member_state").order_by("-pk") if is_approved else ()
    for gap in {row.gap.member_state_id: row.gap for row in received}.values():
        yield EntryText(
            search.only_country(gap.member_state_id),
            text=advice.text,
            page=gap.code,
            anchor="thread",
            cycle_id=gap.cycle_id,
            member_state_id=gap.member_state_id,
        )


def difficulty_texts(difficulty: Difficulty) -> Iterator[EntryText]:
    yield EntryText(
        search.STAFF,
        title=difficulty.title,
        code=difficulty.code,
        page=str(difficulty.number),
        cycle_id=difficulty.cycle_id,
    )


def method_texts(note: MethodNote) -> Iterator[EntryText]:
    yield EntryText(
        search.MEMBERS,
        title=note.title,
        text=lines(note.text, note.source),
        code=note.code,
        page=note.code,
    )


def disruption_texts(disruption: Disruption) -> Iterator[EntryText]:
    yield EntryText(
        search.MEMBERS,
        title=disruption.title,
        text=disruption.effect,
        page=str(disruption.number),
        cycle_id=disruption.cycle_id,
    )


def deadline_texts(deadline: Deadline) -> Iterator[EntryText]:
    countries = sorted(state.pk for state in deadline.only_for.all())
    readers = [shared_or_members(deadline.shared)]
    if countries:
        readers = [search.STAFF, *map(search.only_country, countries)]
        readers += [search.ONLY_OBSERVERS] * deadline.shared
    for reader in readers:
        yield EntryText(
            reader,
            title=deadline.title,
            text=lines(deadline.output_name, deadline.confidence_note),
            page=str(deadline.number),
            cycle_id=deadline.cycle_id,
        )


def meeting_texts(meeting: Meeting) -> Iterator[EntryText]:
    yield EntryText(
        shared_or_members(meeting.shared),
        title=meeting.title,
        text=meeting.place,
        code=meeting.code,
        page=meeting.code,
        cycle_id=meeting.cycle_id,
    )


def part_text(part: MeetingPart, title: str, text: str = "", code: str = "") -> EntryText:
    """A part of a meeting is found by whoever finds the meeting."""
    return EntryText(
        shared_or_members(part.meeting.shared),
        title=title,
        text=text,
        code=code,
        page=part.meeting.code,
        anchor=part.anchor,
        cycle_id=part.meeting.cycle_id,
    )


def agenda_texts(item: AgendaItem) -> Iterator[EntryText]:
    yield part_text(item, item.title, lines(item.section, item.presenter, item.paper, item.outcome_text))


def decision_texts(decision: Decision) -> Iterator[EntryText]:
    yield part_text(decision, decision.text)


def action_texts(point: ActionPoint) -> Iterator[EntryText]:
    yield part_text(point, point.text, point.closing_note, point.code)


def minutes_texts(section: MinutesSection) -> Iterator[EntryText]:
    """Circulated, it is for the members; while a new version is prepared they find the one circulated last."""
    minutes = section.minutes
    texts = {search.MEMBERS: section.text}
    if minutes.status == MinutesStatus.DRAFT:
        texts = {search.STAFF: section.text}
        if minutes.circulated_at and (circulated := circulated_text(section)):
            texts[search.ONLY_MEMBERS] = circulated
    for readers, text in texts.items():
        yield EntryText(
            readers,
            title=minutes.meeting.title,
            text=text,
            page=minutes.meeting.code,
            anchor=f"part-{section.kind}",
            cycle_id=minutes.meeting.cycle_id,
        )


def circulated_text(section: MinutesSection) -> str:
    """The text as it was when the minutes were last circulated; empty if there was none."""
    circulations = Trace.objects.filter(
        model=Minutes._meta.label_lower, object_id=section.minutes_id, verb=Verb.CIRCULATED
    )
    last = circulations.order_by("-id").values("id")[:1]
    rows = Trace.objects.filter(model=section._meta.label_lower, object_id=section.pk, pk__lte=last)
    row = rows.order_by("-id").first()
    return str(row.after["text"]) if row else ""


def person_texts(person: User) -> Iterator[EntryText]:
    yield EntryText(search.STAFF, title=person.name, page=str(person.pk))
