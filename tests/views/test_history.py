"""How the history words what was done: in a list of news, and on the record's own page."""

import re
from datetime import date
from typing import Any

from django.urls import reverse

from reviews.models import ActionPoint, AgendaItem
from tests.support import make


def text_of(answer: Any) -> str:
    """The words of a page, one space between each."""
    return " ".join(re.sub("<[^>]+>", " ", answer.content.decode()).split())


def test_a_list_of_news_reads_as_sentences(cast, report, sign_in):
    meeting, body = make.meeting(report.cycle, by=cast.secretariat), cast.vnm.organisation
    values = {"text": "Send", "owner_body": body, "due_on": date(2020, 9, 1)}
    point = ActionPoint.add_to(meeting, by=cast.secretariat, **values)
    point.finish(by=cast.vnm, expected_version=point.version, note="Sent.")
    deadline, reason = make.deadline(report.cycle, by=cast.secretariat), "Floods"
    make.extension(report, deadline, by=cast.vnm, asked_until=date(2020, 9, 21), reason=reason)
    report.post_progress(by=cast.vnm, expected_version=report.version, data_collection=10)
    gap = make.gap(report, by=cast.vnm)
    gap.ask_guidance(by=cast.vnm, expected_version=gap.version)
    gap.question(by=cast.consultant, expected_version=gap.version, text="Which years?")
    gap.answer(by=cast.vnm, expected_version=gap.version, text="From 2018.")
    days = {"held_from": meeting.planned_from, "held_to": meeting.planned_to}
    meeting.hold(by=cast.secretariat, expected_version=meeting.version, **days)
    page = text_of(sign_in(cast.lead).get(reverse("activity")))
    for sentence in (
        "vnm.coordinator finished action point 3/1",
        "vnm.coordinator posted progress on national report Viet Nam",
        "vnm.coordinator asked for guidance on data gap VNM-1",
        "vnm.coordinator asked for an extension",
        "consultant asked a question on data gap VNM-1",
        "vnm.coordinator answered the consultants on data gap VNM-1",
        "secretariat recorded as held: meeting Meeting 3",
    ):
        assert sentence in page


def test_on_its_own_page_the_record_is_not_named_again(cast, report, sign_in):
    gap = make.gap(report, by=cast.vnm)
    gap.ask_guidance(by=cast.vnm, expected_version=gap.version)
    gap.question(by=cast.consultant, expected_version=gap.version, text="Which years?")
    page = text_of(sign_in(cast.vnm).get(gap.get_absolute_url()))
    assert "consultant asked a question ·" in page
    assert "vnm.coordinator asked for guidance ·" in page


def test_a_meetings_page_tells_of_its_parts(cast, cycle, sign_in):
    meeting = make.meeting(cycle, by=cast.secretariat)
    item, other = (AgendaItem.add_to(meeting, by=cast.secretariat, title=t) for t in ("Opening", "Round"))
    item.conclude(
        by=cast.secretariat, expected_version=item.version, outcome="decision", outcome_text="Agreed."
    )
    other.put_off(by=cast.secretariat, expected_version=other.version)
    page = text_of(sign_in(cast.vnm).get(meeting.get_absolute_url()))
    assert "secretariat concluded agenda item" in page
    assert "secretariat put off agenda item" in page
