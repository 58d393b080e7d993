"""How anything changes: over the version one saw, with a trace in the same transaction."""

import unicodedata
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from reviews.models import (
    DataGap,
    Deadline,
    EditConflict,
    Meeting,
    Organisation,
    ProgressUpdate,
    ReportVersion,
    Trace,
    User,
)
from reviews.rendering.history import field_changes
from reviews.text import fold, nfc
from tests.models.transitions import fresh, last_trace, raises, refused, tells
from tests.support import grids, make


def test_a_change_writes_the_row_its_version_and_one_line_of_history(cast, gap):
    told = Trace.objects.count()
    gap.change_traced(
        by=cast.vnm, expected_version=1, why="Found in the archive.", missing="Baseline of 2015"
    )
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
    gap.change_traced(
        by=cast.vnm, expected_version=1, missing="Baseline of 2015", kind=make.kind("discontinuous")
    )
    told = {(d.label, d.before, d.after) for d in field_changes(last_trace(gap))}
    assert told == {
        ("what is missing", "Baseline of 2016", "Baseline of 2015"),
        ("kind", "Missing", "Discontinuous"),
    }


def test_a_change_over_an_older_version_writes_nothing(cast, gap):
    other = fresh(gap)
    gap.change_traced(by=cast.vnm, expected_version=1, missing="Baseline of 2015")
    raises(
        EditConflict, other.change_traced, by=cast.vnm_team, expected_version=1, missing="Baseline of 2014"
    )
    # The object in hand stays as it was: its page can show it again.
    assert (other.missing, other.version) == ("Baseline of 2016", 1)


@pytest.mark.parametrize("expected_version", [0, 2, -1, 10**30])
def test_a_version_that_nobody_saw_writes_nothing(expected_version, cast, gap):
    error: Any = raises(
        EditConflict,
        gap.change_traced,
        by=cast.vnm,
        expected_version=expected_version,
        missing="Baseline of 2015",
    )
    assert (error.record, error.expected_version) == (gap, expected_version)


def test_a_change_that_is_refused_leaves_the_object_as_it_was(cast, report):
    error: Any = raises(
        ValidationError, report.change_traced, by=cast.vnm, expected_version=report.version, writing=101
    )
    assert error.message_dict == {"writing": ["Enter a whole number from 0 to 100."]}
    assert report.writing is None


def test_who_saw_an_older_version_can_be_told_what_happened_meanwhile(cast, gap):
    gap.change_traced(by=cast.vnm, expected_version=1, missing="Baseline of 2015")
    gap.change_traced(by=cast.vnm_team, expected_version=2, effect="No trend")
    meanwhile = Trace.objects.since_version(gap, 1)
    assert [(row.version, row.by) for row in meanwhile] == [(2, cast.vnm), (3, cast.vnm_team)]


@pytest.mark.parametrize("why", ["", "  \n"])
def test_a_correction_owes_a_reason(why, cast, gap):
    error: Any = raises(
        ValidationError, gap.correct, by=cast.admin, expected_version=1, why=why, effect="None"
    )
    assert error.message_dict == {"why": ["Say why this is corrected."]}


def test_many_to_many_fields_are_changed_and_traced_like_any_other(cast, cycle):
    deadline = make.deadline(cycle, by=cast.secretariat)
    vnm = cast.vnm.organisation
    deadline.change_traced(by=cast.secretariat, expected_version=1, only_for=[vnm])
    assert list(fresh(deadline).only_for.all()) == [vnm]
    assert (last_trace(deadline).before["only_for"], last_trace(deadline).after["only_for"]) == ([], [vnm.pk])
    assert [tuple(d) for d in field_changes(last_trace(deadline))] == [("only for", "nothing", "Viet Nam")]


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
    refused("never changed", model.objects.first().change_traced, by=cast.admin, expected_version=1, number=7)
    refused(
        "never changed",
        model.objects.first().correct,
        by=cast.admin,
        expected_version=1,
        why="Oops",
        number=7,
    )


def test_a_visit_is_no_change_of_an_account_and_a_new_password_is(cast, client):
    before = cast.vnm.version
    client.force_login(cast.vnm)
    assert fresh(cast.vnm).version == before
    person = fresh(cast.vnm)
    person.set_password("another long password")
    person.save()
    tells(person, by=None, verb="changed", why="password set")
    assert "password" not in last_trace(person).after


DECOMPOSED = unicodedata.normalize("NFD", "Thiếu số liệu ở Đà Nẵng")


def test_text_is_stored_composed_and_searched_without_diacritics(cast, report):
    gap = make.gap(report, by=cast.vnm, missing=DECOMPOSED)
    assert DECOMPOSED != fresh(gap).missing == "Thiếu số liệu ở Đà Nẵng"
    assert fresh(gap).search.strip() == "thieu so lieu o da nang"
    gap.change_traced(by=cast.vnm, expected_version=1, effect=DECOMPOSED, why=DECOMPOSED)
    assert fresh(gap).effect == last_trace(gap).why == nfc(DECOMPOSED)
    assert fresh(gap).search.count("da nang") == 2


@pytest.mark.parametrize("asked", ["Đà Nẵng", "da nang", "ĐÀ NẴNG", "đa năng", DECOMPOSED])
def test_words_find_each_other_whatever_their_diacritics_and_case(asked):
    assert fold(asked) in fold("Thiếu số liệu ở Đà Nẵng")


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
    gap.change_traced(by=cast.vnm, expected_version=1, effect="No trend")
    assert grids.changed(before) == {"reviews.DataGap", "reviews.SearchEntry", "reviews.Trace"}


def test_a_block_that_writes_is_noticed_and_one_that_reads_is_not(cast, gap, sign_in):
    browser = sign_in(cast.vnm)
    browser.get("/")  # the first visit leaves its mark
    with grids.writes() as reading:
        browser.get("/")
        assert (reading.before, reading.changed()) == (None, set())
    with grids.writes() as writing:
        gap.edit(by=cast.vnm, expected_version=gap.version, missing="Other")
        assert writing.changed() == {"reviews.DataGap", "reviews.SearchEntry", "reviews.Trace"}
    with grids.writes() as bypassing, connection.cursor() as cursor:
        cursor.execute("UPDATE reviews_datagap SET missing = 'Past the models'")
        assert bypassing.changed() == {"reviews.DataGap"}
