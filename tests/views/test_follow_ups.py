"""Marks for follow-up: on any record, for consultants and the Secretariat alone."""

from datetime import date

import pytest
from django.urls import reverse

from reviews.models import ActionPoint, FollowUp, NotAllowedNow
from reviews.models.sent_forms import FIELD, new_key
from reviews.queries.follow_ups import mark_url
from tests.support import make


@pytest.fixture
def records(report, cast):
    """One of each kind that can be marked."""
    cycle, by = report.cycle, cast.secretariat
    gap, deadline = make.gap(report, by=cast.vnm), make.deadline(cycle, by=by)
    meeting = make.meeting(cycle, by=by)
    point = ActionPoint.add_to(meeting, by=by, text="Send", owner=cast.vnm, due_on=date(2020, 9, 1))
    return [
        report,
        gap,
        make.finding(report, by=cast.vnm),
        deadline,
        meeting,
        point,
        make.extension(report, deadline, by=cast.vnm),
        make.disruption(cycle, by=by),
        make.step(cycle, by=by),
        make.difficulty(cycle, [gap], by=cast.lead),
    ]


def test_one_form_marks_each_kind_of_record(records, cast, sign_in):
    browser = sign_in(cast.consultant)
    for record in records:
        typed = {"note": "CANARY-MARK", "due_on": "2020-09-01", FIELD: new_key(cast.consultant)}
        assert browser.post(mark_url(record), typed).status_code == 302, record
    marks = FollowUp.objects.all()
    assert len(marks) == len(records) == len({mark.kind for mark in marks})
    for mark in marks:
        answer = browser.get(reverse("follow-up", args=["mtr", mark.pk]))
        assert answer.status_code == 302, mark.kind
    for url in (reverse("desk"), reverse("follow-up-list", args=["mtr"]), records[1].get_absolute_url()):
        assert "for follow-up" in sign_in(cast.secretariat).get(url).content.decode()


@pytest.mark.parametrize("who", ["vnm", "vnm_team", "lao", "observer"])
def test_no_country_and_no_observer_learns_of_a_mark(who, records, cast, sign_in):
    for record in records:
        FollowUp.mark(record, by=cast.secretariat, note="CANARY-MARK")
    browser = sign_in(getattr(cast, who))
    pages = [reverse("desk"), reverse("activity"), reverse("cycle", args=["mtr"])]
    for url in [*pages, *(record.get_absolute_url() for record in records)]:
        text = browser.get(url).content.decode()
        assert "CANARY-MARK" not in text
        assert "for follow-up" not in text
    assert browser.get(reverse("follow-up-list", args=["mtr"])).status_code == 404


def test_a_record_is_marked_once_until_the_mark_is_removed(records, cast):
    mark = FollowUp.mark(records[0], by=cast.secretariat)
    with pytest.raises(NotAllowedNow, match="marked for follow-up already"):
        FollowUp.mark(records[0], by=cast.consultant)
    mark.remove(by=cast.consultant, expected_version=mark.version)
    assert (mark.done_by, mark.is_done) == (cast.consultant, True)
    with pytest.raises(NotAllowedNow, match="removed already"):
        mark.remove(by=cast.consultant, expected_version=mark.version)
    FollowUp.mark(records[0], by=cast.consultant)
