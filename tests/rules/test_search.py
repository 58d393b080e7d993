"""What a search finds is what its reader reads: no record more, none less, and no word of anybody else."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.db.models import Min

from reviews.models import DataGap, Meeting, MinutesSection, ReviewCycle, SearchEntry
from reviews.models.search import KINDS
from reviews.operations import search as entries
from reviews.queries.search import entries as found_entries
from reviews.queries.search import parse_query, search
from tests.rules.test_leaks import FROM_THE_OTHER, LINES, PEOPLE, ROWS, expected
from tests.support import leak_markers, make
from tests.support.leak_markers import word
from tests.support.shared_records import shared

# The texts that are searched, as far as they have a word of their own in tests/support/leak_markers.py.
SEARCHED = {
    "NationalReport.authors",
    "NationalReport.return_note",
    "DataGap.missing",
    "DataGap.effect",
    "DataGap.closing_note",
    "Finding.text",
    "Finding.text:withdrawn",
    "ThreadEntry.text:request",
    "ThreadEntry.text:question",
    "ThreadEntry.text:answer",
    "ThreadEntry.text:private_to_the_country",
    "ThreadEntry.text:private_to_the_consultants",
    "Advice.text",
    "Advice.text:draft",
    "Advice.text:dropped",
    "Advice.text:for_several",
    "Advice.text:draft_for_several",
    "Deadline.title:of_one_country",
    "ActionPoint.text",
    "ActionPoint.closing_note",
    "Meeting.code",
    "Meeting.title",
    "Meeting.place",
    "Meeting.title:unshared",
    "Meeting.title:being_prepared",
    "AgendaItem.title",
    "AgendaItem.title:carried_on",
    "AgendaItem.title:backlog",
    "AgendaItem.section",
    "AgendaItem.presenter",
    "AgendaItem.paper",
    "AgendaItem.outcome_text",
    "Decision.text",
    "Decision.text:unshared",
    "Decision.text:being_prepared",
    "MinutesSection.text",
    "MinutesSection.text:draft",
    "Deadline.title",
    "Deadline.output_name",
    "Deadline.confidence_note",
    "Deadline.title:unshared",
    "Deadline.title:being_prepared",
    "Disruption.title",
    "Disruption.effect",
    "MethodNote.code",
    "MethodNote.title",
    "MethodNote.text",
    "MethodNote.source",
    "Difficulty.title",
}
# Names of people are found by those who read about people; others meet them on pages.
NAMES = {"User.name": {"secretariat", "admin"}, "User.name:drafter": {"secretariat", "admin"}}


@shared
def planted(cast: Any) -> SimpleNamespace:
    return leak_markers.plant(cast)


def words_found(user: Any) -> set[str]:
    """The words of other tests' records that this person finds; each is asked for as it would be typed."""
    return {word(*name) for name in LINES if search(user, parse_query(word(*name)))[0]}


def words_read(column: str) -> set[str]:
    """The words in searched texts that the person of a column reads on some page."""
    searched = {word(*name) for name in LINES if name[0] in SEARCHED}
    names = {word(*name) for name in LINES if column in NAMES.get(name[0], ())}
    return expected(column, "x") & searched | names


@pytest.mark.parametrize("column", PEOPLE)
def test_each_word_is_found_by_those_who_read_it(column, planted, cast):
    found, read = words_found(getattr(cast, PEOPLE[column])), words_read(column)
    # Minutes also hold words of other records, which their readers read.
    assert (found - read - expected(column, "x"), read - found) == (set(), set())


@pytest.mark.parametrize("column", PEOPLE)
def test_the_records_found_are_those_that_may_be_read(column, planted, cast):
    user = getattr(cast, PEOPLE[column])
    cycles = {cycle.pk: cycle for cycle in ReviewCycle.objects.visible_to(user)}
    found = set(SearchEntry.objects.visible_to(user).in_cycles(cycles).values_list("kind", "object_id"))
    readable = set()
    for kind in KINDS.values():
        for record in kind.visible_to(user).distinct():
            cycle = cycle_of(record)
            if cycle is None or cycle in cycles:
                readable.add((kind.name, record.pk))
    # A part that was added to minutes since they were circulated is for nobody but staff yet.
    assert (found - readable, readable - found) == (set(), set())


def cycle_of(record: Any) -> int | None:
    cycle = getattr(record, "cycle", None) or getattr(getattr(record, "minutes", None), "cycle", None)
    return cycle.pk if cycle else None


@pytest.mark.parametrize("column", PEOPLE)
def test_nobody_finds_a_record_twice(column, planted, cast):
    user = getattr(cast, PEOPLE[column])
    found = list(SearchEntry.objects.visible_to(user).values_list("kind", "object_id"))
    assert len(found) == len(set(found)) > 5


def test_the_entries_follow_from_the_records(planted):
    assert SearchEntry.objects.count() > 50
    assert list(entries.differences()) == []
    assert {kind for (kind,) in SearchEntry.objects.values_list("kind").distinct()} == set(KINDS)


def test_a_visitor_and_a_disabled_account_find_nothing(planted, cast):
    gone = make.user("gone", "coordinator", cast.vnm.organisation)
    gone.change_traced(by=cast.admin, expected_version=gone.version, is_active=False)
    assert not SearchEntry.objects.visible_to(gone).exists()


def test_an_entry_that_lags_behind_shows_nothing(planted, cast):
    """Entries that say too much: their records are asked once more."""
    first = SearchEntry.objects.values("kind", "object_id").annotate(first=Min("pk")).values("first")
    SearchEntry.objects.exclude(pk__in=list(first.values_list("first", flat=True))).delete()
    SearchEntry.objects.update(readers="everybody")
    for column, name in PEOPLE.items():
        user = getattr(cast, name)
        for line, state in LINES:
            seen_as = FROM_THE_OTHER.get(column, column) if state == "LAO" else column
            matches, _more = search(user, parse_query(word(line, state)))
            kinds = {match.kind.name for match in matches}
            # What is in it stays the entry's own; whole records are kept back.
            assert kinds <= {"minutes"} or ROWS[line][seen_as] == "x" or column in NAMES.get(line, ()), line


# --- what is seen changes with the record


def test_a_meeting_that_is_no_longer_shared_is_lost_to_observers(planted, cast):
    meeting, said = planted.meeting, word("AgendaItem.title")
    assert search(cast.observer, parse_query(said))[0]
    meeting.refresh_from_db()
    meeting.reschedule(by=cast.secretariat, expected_version=meeting.version, why="Private.", shared=False)
    assert search(cast.observer, parse_query(said))[0] == []
    assert search(cast.lao, parse_query(said))[0]
    assert list(entries.differences()) == []


def test_a_gap_that_an_administrator_gives_to_another_country_moves(planted, cast):
    gap = DataGap.objects.filter(missing=word("DataGap.missing", "VNM")).get()
    values = {"member_state": cast.lao.organisation, "number": 77}
    gap.correct(by=cast.admin, expected_version=gap.version, why="Of Lao PDR.", **values)
    said = parse_query(word("DataGap.missing", "VNM"))
    assert [search(person, said)[0] == [] for person in (cast.vnm, cast.lao)] == [True, False]
    assert list(entries.differences()) == []


def test_a_new_version_of_minutes_is_found_by_members_once_it_is_circulated(planted, cast):
    section = MinutesSection.objects.get(text=word("MinutesSection.text"))
    minutes = section.minutes
    minutes.refresh_from_db()
    if minutes.status != "draft":
        minutes.revise(by=cast.secretariat, expected_version=minutes.version, note="A word was wrong.")
    section.refresh_from_db()
    section.edit(by=cast.secretariat, expected_version=section.version, text="Another zebra wording")
    new, old = parse_query("zebra wording"), parse_query(word("MinutesSection.text"))

    def found(person: Any) -> tuple[bool, bool]:
        return bool(search(person, old)[0]), bool(search(person, new)[0])

    assert (found(cast.vnm), found(cast.secretariat)) == ((True, False), (False, True))
    minutes.refresh_from_db()
    minutes.circulate(by=cast.secretariat, expected_version=minutes.version)
    assert (found(cast.vnm), found(cast.secretariat)) == ((False, True), (False, True))
    assert list(entries.differences()) == []


def test_the_meeting_of_a_part_is_named(planted, cast):
    entry = found_entries(cast.lao, parse_query(word("Decision.text")), [planted.cycle.pk]).get(
        kind="decision"
    )
    assert (entry.kind, entry.page) == ("decision", Meeting.objects.get(pk=planted.meeting.pk).code)
