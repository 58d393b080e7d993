"""How anything changes: over the version one saw, with a trace in the same transaction, or not at all."""

import unicodedata
from contextlib import suppress
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, models, transaction
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext

from reviews import actions, clock
from reviews.models import (
    ActionPoint,
    AgendaItem,
    DataGap,
    Deadline,
    Extension,
    Meeting,
    NationalReport,
    Organisation,
    ProgressUpdate,
    ReportVersion,
    ReviewCycle,
    Stale,
    Trace,
    User,
)
from reviews.models.workflow import all_or_nothing
from reviews.text import fold, nfc
from tests import grids, make
from tests.models.moves import fresh, last_trace, raises, refused, tells


@pytest.fixture
def gap(cast: Any, report: Any) -> DataGap:
    return make.gap(report, by=cast.vnm)


# A change


def test_a_change_writes_the_row_its_version_and_one_line_of_history(cast, gap):
    told = Trace.objects.count()
    gap.change(by=cast.vnm, seen=1, why="Found in the archive.", missing="Baseline of 2015")
    assert (fresh(gap).missing, fresh(gap).version, Trace.objects.count()) == (
        "Baseline of 2015",
        2,
        told + 1,
    )
    tells(gap, by=cast.vnm, verb="changed", why="Found in the archive.")
    changed = {name: last_trace(gap).before[name] for name in ("missing", "search", "version")}
    assert changed == {"missing": "Baseline of 2016", "search": "baseline of 2016  ", "version": 1}
    assert set(last_trace(gap).before) == {"missing", "search", "version"}


def test_the_history_tells_a_change_in_words(cast, gap):
    gap.change(by=cast.vnm, seen=1, missing="Baseline of 2015", kind=make.kind("discontinuous"))
    told = {(d.label, d.before, d.after) for d in last_trace(gap).differences}
    assert told == {
        ("what is missing", "Baseline of 2016", "Baseline of 2015"),
        ("kind", "Missing", "Discontinuous"),
    }


def test_a_change_over_an_older_version_writes_nothing(cast, gap):
    other = fresh(gap)
    gap.change(by=cast.vnm, seen=1, missing="Baseline of 2015")
    raises(Stale, other.change, by=cast.vnm_team, seen=1, missing="Baseline of 2014")
    # The object in hand stays as it was: its page can show it again.
    assert (other.missing, other.version) == ("Baseline of 2016", 1)


@pytest.mark.parametrize("seen", [0, 2, -1, 10**30])
def test_a_version_that_nobody_saw_writes_nothing(seen, cast, gap):
    error: Any = raises(Stale, gap.change, by=cast.vnm, seen=seen, missing="Baseline of 2015")
    assert (error.record, error.seen) == (gap, seen)


def test_a_change_that_is_refused_leaves_the_object_as_it_was(cast, report):
    error: Any = raises(ValidationError, report.change, by=cast.vnm, seen=report.version, writing=101)
    assert error.message_dict == {"writing": ["Enter a whole number from 0 to 100."]}
    assert report.writing is None


def test_who_saw_an_older_version_can_be_told_what_happened_meanwhile(cast, gap):
    gap.change(by=cast.vnm, seen=1, missing="Baseline of 2015")
    gap.change(by=cast.vnm_team, seen=2, effect="No trend")
    meanwhile = Trace.objects.since_version(gap, 1)
    assert [(row.version, row.by) for row in meanwhile] == [(2, cast.vnm), (3, cast.vnm_team)]


@pytest.mark.parametrize("why", ["", "  \n"])
def test_a_correction_owes_a_reason(why, cast, gap):
    error: Any = raises(ValidationError, gap.correct, by=cast.admin, seen=1, why=why, effect="None")
    assert error.message_dict == {"why": ["Say why this is corrected."]}


def test_many_to_many_fields_are_changed_and_traced_like_any_other(cast, cycle):
    deadline = make.deadline(cycle, by=cast.secretariat)
    vnm = cast.vnm.organisation
    deadline.change(by=cast.secretariat, seen=1, only_for=[vnm])
    assert list(fresh(deadline).only_for.all()) == [vnm]
    assert (last_trace(deadline).before["only_for"], last_trace(deadline).after["only_for"]) == ([], [vnm.pk])
    assert [tuple(d) for d in last_trace(deadline).differences] == [("only for", "nothing", "Viet Nam")]


# No other way


FORBIDDEN = {
    "save": lambda gap: gap.save(),
    "delete": lambda gap: gap.delete(),
    "update": lambda gap: DataGap.objects.filter(pk=gap.pk).update(missing="x"),
    "delete of many": lambda gap: DataGap.objects.filter(pk=gap.pk).delete(),
    "create": lambda gap: DataGap.objects.create(missing="x"),
    "get or create": lambda gap: DataGap.objects.get_or_create(missing="x", defaults={"number": 9}),
    "update or create": lambda gap: DataGap.objects.update_or_create(pk=gap.pk, defaults={"missing": "x"}),
    "bulk create": lambda gap: DataGap.objects.bulk_create([DataGap()]),
    "bulk update": lambda gap: DataGap.objects.bulk_update([gap], ["missing"]),
    "update of related rows": lambda gap: gap.cycle.datagaps.update(missing="x"),
    "delete of related rows": lambda gap: gap.cycle.datagaps.all().delete(),
    "history, update": lambda gap: Trace.objects.update(why="x"),
    "history, delete": lambda gap: Trace.objects.all().delete(),
    "history, save": lambda gap: last_trace(gap).save(),
    "history, delete one": lambda gap: last_trace(gap).delete(),
}


@pytest.mark.parametrize("way", FORBIDDEN)
def test_nothing_changes_behind_the_historys_back(way, gap):
    raises(TypeError, FORBIDDEN[way], gap)


@pytest.mark.parametrize("model", [ProgressUpdate, ReportVersion])
def test_what_was_told_and_handed_in_is_never_changed(model, cast, report):
    make.submitted(report, by=cast.vnm)
    refused("never changed", model.objects.first().change, by=cast.admin, seen=1, number=7)
    refused("never changed", model.objects.first().correct, by=cast.admin, seen=1, why="Oops", number=7)


def test_a_visit_is_no_change_of_an_account_and_a_new_password_is(cast, client):
    before = cast.vnm.version
    client.force_login(cast.vnm)
    assert fresh(cast.vnm).version == before
    person = fresh(cast.vnm)
    person.set_password("another long password")
    person.save()
    tells(person, by=None, verb="changed", why="password set")
    assert "password" not in last_trace(person).after


# All or nothing


class Planted(Exception):
    """A failure of our own making."""


@pytest.fixture
def broken_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    """The row has been written when the trace fails."""

    def fail(*args: Any, **kwargs: Any) -> None:
        raise Planted

    monkeypatch.setattr("reviews.models.trace.TraceQuerySet.record", fail)


def test_no_trace_no_change(cast, gap, broken_trace):
    raises(Planted, gap.change, by=cast.vnm, seen=1, missing="Baseline of 2015")
    assert (gap.missing, gap.version) == ("Baseline of 2016", 1)


def test_no_trace_no_new_row(cast, report, broken_trace):
    raises(Planted, make.gap, report, by=cast.vnm)


def test_no_trace_no_move(cast, gap, broken_trace):
    raises(Planted, gap.ask_guidance, by=cast.vnm, seen=1)
    assert (gap.status, gap.holder.code, gap.version) == ("open", "VNM", 1)


@pytest.fixture
def broken_update(monkeypatch: pytest.MonkeyPatch) -> None:
    """The report has changed, with its trace, when its second record fails."""

    def fail(*args: Any, **kwargs: Any) -> None:
        raise Planted

    monkeypatch.setattr(ProgressUpdate, "record_new", fail)
    monkeypatch.setattr(ReportVersion, "record_new", fail)


def test_a_post_is_written_whole_or_not_at_all(cast, report, broken_update):
    raises(Planted, report.post_progress, by=cast.vnm, seen=report.version, writing=10)
    raises(Planted, fresh(report).correct, by=cast.admin, seen=1, why="Typing error", writing=10)


def test_a_submission_that_fails_leaves_no_file_either(cast, report, broken_update, files_folder):
    report = make.report(report.cycle, "VNM")
    models.QuerySet.update(NationalReport.objects.filter(pk=report.pk), status="in_progress")
    report = fresh(report)
    raises(Planted, report.submit, by=cast.vnm, seen=1, file=make.pdf(), reason="The rest follows.")
    assert [path for path in files_folder.rglob("*") if path.is_file()] == []


def test_a_cycle_that_cannot_be_opened_whole_is_not_opened(cast, monkeypatch):
    days = {"starts_on": date(2020, 2, 1), "ends_on": date(2020, 12, 31)}
    cycle = ReviewCycle.record_new(by=None, slug="next", name_en="Next", framework=make.framework(), **days)
    seat = {"member_state": cast.vnm.organisation, "joined_on": date(2020, 2, 1)}
    actions.seat_member(by=cast.secretariat, cycle=cycle, **seat)
    monkeypatch.setattr(NationalReport, "record_new", lambda **values: 1 / 0)
    raises(ZeroDivisionError, actions.open_cycle, by=cast.secretariat, cycle=cycle, seen=1)


def test_a_step_within_a_step_takes_no_savepoint(cast, report):
    with CaptureQueriesContext(connection) as asked, all_or_nothing():
        report.post_progress(by=cast.vnm, seen=report.version, writing=10)
    assert [row["sql"].partition(" ")[0] for row in asked] == [
        "SAVEPOINT", "UPDATE", "INSERT", "INSERT", "INSERT", "SELECT", "INSERT", "RELEASE"
    ]  # fmt: skip


@all_or_nothing()
def two_parts(gap: DataGap, report: NationalReport, by: Any, *hushed_up: type[Exception]) -> None:
    """A step of which the second part is refused."""
    gap.change(by=by, seen=1, effect="No trend")
    with suppress(*hushed_up):
        report.change(by=by, seen=report.version, writing=101)


def test_trouble_in_a_part_takes_back_the_whole(cast, gap, report):
    raises(ValidationError, two_parts, fresh(gap), report, cast.vnm)
    gap.change(by=cast.vnm, seen=1, effect="None")  # the next step is free of it
    assert fresh(gap).effect == "None"


def test_trouble_that_is_hushed_up_is_told_all_the_same(cast, gap, report):
    """Else the caller would be told of success, and nothing would have been written."""
    error = raises(TransactionManagementError, two_parts, gap, report, cast.vnm, ValidationError)
    assert "let its error pass" in str(error)


def test_a_savepoint_within_a_step_still_keeps_trouble_to_itself(cast, gap, report):
    """As the loading of a file wants it, which tells the row that was refused."""
    with all_or_nothing():
        gap.change(by=cast.vnm, seen=1, effect="No trend")
        with suppress(ValidationError), transaction.atomic():
            report.change(by=cast.vnm, seen=report.version, writing=101)
    assert (fresh(gap).effect, fresh(report).writing) == ("No trend", None)


def test_a_record_that_points_at_many_reads_them_once(cast, cycle, django_assert_num_queries):
    deadline = make.deadline(cycle, by=cast.secretariat, only_for=[cast.vnm.organisation])
    deadline = Deadline.objects.select_related("cycle").get(pk=deadline.pk)
    with django_assert_num_queries(2 + 3):  # begin and end; the countries, the row, its line of the history
        deadline.change(by=cast.secretariat, seen=1, title="Second drafts")
    vnm, lao = cast.vnm.organisation, cast.lao.organisation
    deadline.change(by=cast.secretariat, seen=2, only_for=[lao])
    assert (last_trace(deadline).before["only_for"], last_trace(deadline).after["only_for"]) == (
        [vnm.pk],
        [lao.pk],
    )
    assert list(deadline.only_for.all()) == [lao]


# Text


DECOMPOSED = unicodedata.normalize("NFD", "Thiếu số liệu ở Đà Nẵng")


def test_text_is_stored_composed_and_searched_without_diacritics(cast, report):
    gap = make.gap(report, by=cast.vnm, missing=DECOMPOSED)
    assert DECOMPOSED != fresh(gap).missing == "Thiếu số liệu ở Đà Nẵng"
    assert fresh(gap).search.strip() == "thieu so lieu o da nang"
    gap.change(by=cast.vnm, seen=1, effect=DECOMPOSED, why=DECOMPOSED)
    assert fresh(gap).effect == last_trace(gap).why == nfc(DECOMPOSED)
    assert fresh(gap).search.count("da nang") == 2


@pytest.mark.parametrize("asked", ["Đà Nẵng", "da nang", "ĐÀ NẴNG", "đa năng", DECOMPOSED])
def test_words_find_each_other_whatever_their_diacritics_and_case(asked):
    assert fold(asked) in fold("Thiếu số liệu ở Đà Nẵng")


# Snapshots, and how it stood on a day


@pytest.fixture
def records(cast: Any, report: Any) -> SimpleNamespace:
    """One of each kind that a past day is rebuilt from, with every column filled that can be."""
    make.submitted(report, by=cast.vnm)
    gap = make.gap(report, by=cast.vnm, key_result_area=make.area(), effect="No trend")
    deadline = make.deadline(report.cycle, by=cast.secretariat, last_on=date(2020, 9, 30))
    deadline.change(by=cast.secretariat, seen=1, only_for=[cast.vnm.organisation])
    extension = Extension.ask_for(
        report, deadline, by=cast.vnm, asked_until=date(2020, 9, 21), reason="Floods"
    )
    extension.grant(by=cast.secretariat, seen=1, until=date(2020, 9, 14), note="A week.")
    meeting = make.meeting(report.cycle, by=cast.secretariat, host=cast.vnm.organisation)
    return SimpleNamespace(report=report, gap=gap, deadline=deadline, extension=extension, meeting=meeting)


@pytest.mark.parametrize("noun", ["report", "gap", "deadline", "extension", "meeting"])
def test_a_record_comes_back_from_its_snapshot(noun, records):
    record = fresh(getattr(records, noun))
    rebuilt = type(record).from_snapshot(record.snapshot())
    for field in record._meta.concrete_fields:
        assert getattr(rebuilt, field.attname) == getattr(record, field.attname), field.name
    assert rebuilt.many_ids == {
        f.name: sorted(row.pk for row in getattr(record, f.name).all()) for f in record._meta.many_to_many
    }


def test_a_snapshot_is_the_same_from_memory_and_from_the_database(records):
    """Else the history would tell of changes that nobody made."""
    for record in vars(records).values():
        assert record.snapshot() == fresh(record).snapshot() == last_trace(record).after


def test_as_it_stood_at_an_instant(cast, report):
    days = [date(2020, 8, day) for day in (1, 8, 15)]
    for value, day in enumerate(days, 1):
        with clock.at(day):
            report.post_progress(by=cast.vnm, seen=report.version, writing=10 * value)
    stood = {day: writing_on(report, day) for day in (date(2020, 7, 31), *days, date(2020, 8, 14))}
    assert stood == {
        days[0]: 10,
        days[1]: 20,
        days[2]: 30,
        date(2020, 8, 14): 20,
        date(2020, 7, 31): "absent",
    }


def writing_on(report: Any, day: date) -> Any:
    found = Trace.objects.as_of(NationalReport.objects.filter(pk=report.pk), clock.end_of(day))
    return found[0].writing if found else "absent"


def test_the_end_of_a_day_is_in_jakarta(cast, report):
    """17:30 UTC on 10 August is the 11th in Jakarta already."""
    late = clock.end_of(date(2020, 8, 10)) + timedelta(minutes=30)
    with clock.at(date(2020, 8, 1)):
        report.post_progress(by=cast.vnm, seen=report.version, writing=10)
    with clock.at(late):
        report.post_progress(by=cast.vnm, seen=report.version, writing=20)
    assert (writing_on(report, date(2020, 8, 10)), writing_on(report, date(2020, 8, 11))) == (10, 20)


def test_of_two_changes_at_one_instant_the_later_counts(cast, report):
    for writing in (10, 20):
        report.post_progress(by=cast.vnm, seen=report.version, writing=writing)
    assert writing_on(report, date(2020, 8, 20)) == 20


# A closed cycle


@pytest.fixture
def closed(cast: Any, report: Any) -> SimpleNamespace:
    """Everything of a cycle that has been closed since."""
    make.in_status("in_progress", report, cast)
    cycle, by = report.cycle, cast.secretariat
    made = SimpleNamespace(cycle=cycle, report=report, gap=make.gap(report, by=cast.vnm))
    made.deadline, made.meeting = make.deadline(cycle, by=by), make.meeting(cycle, by=by)
    body, day = cast.vnm.organisation, date(2020, 9, 1)
    made.action = made.meeting.record(ActionPoint, by=by, text="Send", owner_body=body, due_on=day)
    made.extension = Extension.ask_for(
        report, made.deadline, by=cast.vnm, asked_until=date(2020, 9, 21), reason="Floods"
    )
    cycle.close(by=by, seen=cycle.version, why="Adopted by the Summit.")
    return SimpleNamespace(**{name: fresh(record) for name, record in vars(made).items()})


DAY = date(2020, 9, 1)
VERBS = {
    "post progress": lambda c, x: c.report.post_progress(by=x.vnm, seen=c.report.version, writing=20),
    "submit": lambda c, x: c.report.submit(by=x.vnm, seen=c.report.version, file=make.pdf(), reason="Late"),
    "appoint": lambda c, x: c.report.appoint(by=x.vnm, seen=c.report.version, lead_author=None, authors="A"),
    "raise a gap": lambda c, x: make.gap(c.report, by=x.vnm),
    "edit a gap": lambda c, x: c.gap.edit(by=x.vnm, seen=1, missing="x"),
    "ask for guidance": lambda c, x: c.gap.ask_guidance(by=x.vnm, seen=1),
    "take up": lambda c, x: c.gap.take_up(by=x.vnm, seen=1),
    "close a gap": lambda c, x: c.gap.close(by=x.vnm, seen=1, way="limitation", note="x"),
    "set a deadline": lambda c, x: make.deadline(c.cycle, by=x.secretariat),
    "move a deadline": lambda c, x: c.deadline.move(by=x.secretariat, seen=1, why="x", due_on=DAY),
    "ask for an extension": lambda c, x: Extension.ask_for(
        make.report(c.cycle, "LAO"), c.deadline, by=x.lao, asked_until=date(2020, 9, 21), reason="x"
    ),
    "grant": lambda c, x: c.extension.grant(by=x.secretariat, seen=1, until=date(2020, 9, 21)),
    "refuse": lambda c, x: c.extension.refuse(by=x.secretariat, seen=1, note="x"),
    "plan a meeting": lambda c, x: make.meeting(c.cycle, by=x.secretariat, code="4"),
    "move a meeting": lambda c, x: c.meeting.move(by=x.secretariat, seen=1, why="x", planned_to=DAY),
    "hold": lambda c, x: c.meeting.hold(by=x.secretariat, seen=1, held_from=DAY, held_to=DAY, why="x"),
    "cancel": lambda c, x: c.meeting.cancel(by=x.secretariat, seen=1, why="x"),
    "record an agenda item": lambda c, x: c.meeting.record(AgendaItem, by=x.secretariat, title="x"),
    "edit an action point": lambda c, x: c.action.edit(by=x.secretariat, seen=1, text="x"),
    "finish": lambda c, x: c.action.finish(by=x.vnm, seen=1, note="x"),
    "drop": lambda c, x: c.action.drop(by=x.secretariat, seen=1, note="x"),
}  # fmt: skip


@pytest.mark.parametrize("verb", VERBS)
def test_a_closed_cycle_is_only_read(verb, cast, closed):
    refused(
        "MTR is closed and can only be read; the Secretariat can open it again", VERBS[verb], closed, cast
    )


def test_an_administrator_still_corrects_what_is_closed(cast, closed):
    closed.gap.correct(by=cast.admin, seen=1, why="Wrong year", missing="Baseline of 2015")
    tells(closed.gap, by=cast.admin, verb="corrected", why="Wrong year")


def test_no_buttons_are_offered_in_a_closed_cycle(cast, closed):
    assert closed.report.moves_for(cast.vnm) == closed.gap.moves_for(cast.vnm) == set()


def test_a_cycle_opened_again_can_be_written_to(cast, closed):
    closed.cycle.reopen(by=cast.secretariat, seen=closed.cycle.version, why="One report was late.")
    report = make.report(closed.cycle, "VNM")
    report.post_progress(by=cast.vnm, seen=report.version, writing=20)
    assert fresh(report).writing == 20


# Who did it


def test_what_the_system_does_has_no_person(cast):
    assert last_trace(Organisation.objects.get(code="VNM")).by is None


@pytest.mark.parametrize("model", [Deadline, Meeting, User])
def test_a_new_record_of_any_kind_leaves_a_line(model, cast, cycle):
    make.deadline(cycle, by=cast.secretariat), make.meeting(cycle, by=cast.secretariat)
    for record in model.objects.all():
        told = Trace.objects.filter(model=model._meta.label_lower, object_id=record.pk, version=1).get()
        assert (told.verb, told.before) == ("created", None)


def test_fingerprints_see_a_change(cast, gap):
    """What the tests of refusals rest on."""
    before = grids.fingerprint()
    gap.change(by=cast.vnm, seen=1, effect="No trend")
    assert grids.changed(before) == {"reviews.DataGap", "reviews.Trace"}
