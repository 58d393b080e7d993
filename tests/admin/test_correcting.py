"""Correcting a record in the administration: with a reason, traced, and never against a rule."""

from datetime import date

import pytest
from django.db import models

from reviews import clock
from reviews.models import (
    ActionPoint,
    CycleMembership,
    DataGap,
    Deadline,
    Extension,
    FrameworkNode,
    Meeting,
    NationalReport,
    Organisation,
    ReviewCycle,
    Trace,
    User,
)
from reviews.rendering.history import field_changes
from tests.admin.pages import IMMUTABLE, INVITING, MODELS, correct
from tests.support import make


def test_a_correction_leaves_its_trace(cast, records, sign_in):
    area = records[FrameworkNode]
    answer = correct(sign_in(cast.secretariat), area, title="Better", why="Typing error")
    assert answer.status_code == 302
    row = Trace.objects.since_version(area, 1).get()
    assert (row.by, row.verb, row.why, row.version) == (cast.secretariat, "corrected", "Typing error", 2)
    assert (row.before, row.after["title"]) == ({"title": "Indicator", "version": 1}, "Better")
    assert FrameworkNode.objects.get(pk=area.pk).version == 2


# An invitation is withdrawn, and another one sent.
CORRECTED = [model for model in MODELS if model not in IMMUTABLE | INVITING]


@pytest.mark.parametrize("model", CORRECTED, ids=lambda model: model.__name__)
def test_every_kind_of_record_can_be_sent_back_as_it_is(model, cast, records, sign_in):
    """Without a change nothing is written, and the form has no trouble with what is stored."""
    changes = Trace.objects.exclude(verb="opened")  # what is private leaves a line already when it is opened
    before = changes.count()
    answer = correct(sign_in(cast.admin), records[model], why="Nothing")
    assert "Nothing differs" in str(answer.context["adminform"].form.errors)
    assert len(answer.context["adminform"].form.errors) == 1
    assert changes.count() == before


def test_corrected_figures_are_a_progress_update_too(cast, report, sign_in):
    report.post_progress(by=cast.vnm, expected_version=report.version, data_collection=80, analysis=60)
    answer = correct(sign_in(cast.admin), report, data_collection=70, why="Counted twice")
    assert answer.status_code == 302
    newest, first = report.progress_updates.order_by("-id")
    assert (newest.data_collection, newest.analysis, newest.writing) == (70, 60, None)
    assert (newest.note, newest.author) == ("Counted twice", cast.admin)
    assert first.data_collection == 80
    row = Trace.objects.since_version(report, 2).get()
    assert [tuple(change) for change in field_changes(row)] == [("data collection", "80", "70")]


def test_a_corrected_status_moves_the_clock_of_its_holder(cast, report, sign_in):
    ret = Organisation.objects.evaluators()
    with clock.at(date(2020, 9, 1)):
        answer = correct(sign_in(cast.admin), report, status="submitted", holder=ret.pk, why="Came by mail")
    assert answer.status_code == 302
    now = NationalReport.objects.get(pk=report.pk)
    assert (now.status, now.holder) == ("submitted", ret)
    assert clock.day_of(now.held_since) == date(2020, 9, 1)
    assert not now.progress_updates.exists()


def test_a_corrected_decision_names_who_decided(cast, cycle, report, sign_in):
    deadline = make.deadline(cycle, by=cast.secretariat)
    extension = make.extension(report, deadline, by=cast.vnm, asked_until=date(2020, 9, 20), reason="Floods")
    browser = sign_in(cast.admin)
    correct(browser, extension, status="granted", granted_until="2020-09-15", why="Decided by telephone")
    now = Extension.objects.get(pk=extension.pk)
    assert (now.status, now.granted_until, now.decided_by) == ("granted", date(2020, 9, 15), cast.admin)
    correct(browser, now, status="asked", granted_until="", why="It was not")
    now = Extension.objects.get(pk=extension.pk)
    assert (now.status, now.decided_by, now.decided_at) == ("asked", None, None)


def test_a_moved_deadline_keeps_its_first_date(cast, cycle, sign_in):
    deadline = make.deadline(cycle, by=cast.secretariat)
    states = [cast.vnm.organisation_id]
    correct(sign_in(cast.admin), deadline, due_on="2020-09-30", only_for=states, why="Agreed on 11 August")
    now = Deadline.objects.get(pk=deadline.pk)
    assert (now.due_on, now.first_due_on, now.only_ids) == (date(2020, 9, 30), date(2020, 9, 7), states)
    row = Trace.objects.since_version(deadline, 1).get()
    assert set(row.before) == {"due_on", "only_for", "version"}


def test_records_of_a_closed_cycle_can_be_corrected(cast, cycle, report, sign_in):
    cycle.close(by=cast.secretariat, expected_version=cycle.version, why="Over")
    assert correct(sign_in(cast.admin), report, authors="Team B", why="Names").status_code == 302


def test_no_reason_no_correction(cast, records, sign_in):
    before = Trace.objects.count()
    for why in ("", "   "):
        answer = correct(sign_in(cast.admin), records[Organisation], name_en="Typed name", why=why)
        assert list(answer.context["adminform"].form.errors) == ["why"]
        assert "Typed name" in answer.content.decode()
    assert Trace.objects.count() == before


@pytest.mark.parametrize(
    ("model", "typed", "wrong"),
    [
        (NationalReport, {"data_collection": "101"}, "data_collection"),
        (NationalReport, {"data_collection": "-1"}, "data_collection"),
        (NationalReport, {"data_collection": "many"}, "data_collection"),
        (NationalReport, {"status": "lost"}, "status"),
        (NationalReport, {"holder": "99999"}, "holder"),
        (NationalReport, {"holder": ""}, "__all__"),
        (NationalReport, {"version": ""}, "version"),
        (NationalReport, {"version": "x"}, "version"),
        (NationalReport, {"version": "-3"}, "version"),
        (Deadline, {"due_on": "2020-07-01"}, "due_on"),
        (Deadline, {"due_on": "2020-13-01"}, "due_on"),
        (DataGap, {"status": "closed"}, "__all__"),
        (Meeting, {"status": "held", "held_from": "2020-08-11"}, "held_to"),
        (ReviewCycle, {"ends_on": "2019-01-01"}, "ends_on"),
        (ActionPoint, {"owner": ""}, "owner_body"),
        (Organisation, {"joined_on": ""}, "joined_on"),
        (User, {"organisation": ""}, "organisation"),
        (User, {"role": ""}, "role"),
    ],
    ids=str,
)  # fmt: skip
def test_bad_input(model, typed, wrong, cast, records, sign_in):
    before = Trace.objects.count()
    answer = correct(sign_in(cast.admin), records[model], why="Try", **typed)
    assert answer.status_code == 200
    assert list(answer.context["adminform"].form.errors) == [wrong]
    assert Trace.objects.count() == before


def test_a_verbs_error_about_a_field_that_is_not_shown(cast, records, sign_in):
    """A seat of what is no member state any more: the field to blame is not on the form."""
    seat = records[CycleMembership]
    models.QuerySet.update(Organisation.objects.filter(pk=seat.member_state_id), kind="partner")
    answer = correct(sign_in(cast.admin), seat, joined_on="2020-05-01", why="Later")
    assert "Only member states" in str(answer.context["adminform"].form.non_field_errors())
