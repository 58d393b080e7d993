"""Work that reaches people, in both languages: a reminder, a receipt, and a calendar that follows a meeting."""

import re
from datetime import timedelta
from email.message import EmailMessage
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core import mail
from ics import Calendar, Event  # type: ignore[import-untyped]
from playwright.sync_api import Page, expect

from reviews.models import Deadline, Meeting, NationalReport, Notification, User
from reviews.operations import jobs
from tests.browser.conftest import Words
from tests.browser.hand import Hand
from tests.browser.test_main_story import CYCLE, REPORT
from tests.support import make

pytestmark = pytest.mark.browser

AT = f"/cycles/{CYCLE}/"
READER = "vnm@site.example"
ASKED = "Bộ trưởng muốn biết khi nào có thể đọc ý kiến của Việt Nam."


@pytest.fixture(autouse=True)
def through_the_outbox(demo: None, settings: Any) -> None:
    """Viet Nam's coordinator has an address; mail goes the way of the product."""
    make.with_email(User.objects.get(username="vnm.coordinator"), READER)
    settings.EMAIL_BACKEND = "reviews.operations.outbox.Outbox"
    settings.DELIVERY_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


def mail_about(text: str) -> EmailMessage:
    """The one mail of the coordinator's with this text: sent now, or with the mail of the next day."""
    mail.outbox.clear()
    assert jobs.tick() is True
    for row in Notification.objects.pending():
        row.due_at -= timedelta(days=2)
        row.save()
    assert jobs.tick() is True
    (found,) = [sent.message() for sent in mail.outbox if READER in sent.to and text in sent.body]
    return found


def text_of(message: EmailMessage) -> str:
    parts = [part for part in message.walk() if part.get_content_type() == "text/plain"]
    return parts[0].get_payload(decode=True).decode()


def link_in(text: str, part: str) -> str:
    """The path of the first link that has this in it."""
    (found, *_rest) = [url for url in re.findall(r"https?://\S+", text) if part in url]
    return urlsplit(found).path


def test_a_coordinator_is_reminded_posts_and_gets_the_receipt(words, person):
    deadline = Deadline.objects.get(cycle__slug=CYCLE, output="comments")
    remind(person("secretariat"), deadline)
    text = text_of(mail_about(ASKED))
    assert words("No more of these mails:") in text
    page = person("vnm.coordinator")
    page.goto(link_in(text, f"/deadlines/{deadline.number}/"))
    expect(page.get_by_role("main")).to_contain_text(deadline.title)
    post_progress(page, words)
    submit(page, words)
    assert NationalReport.objects.get(cycle__slug=CYCLE, member_state__code="VNM").status == "submitted"
    page.goto(link_in(text_of(mail_about("VNM-2020-01")), "/versions/"))
    expect(page.get_by_role("main")).to_contain_text("VNM-2020-01")


def remind(page: Page, deadline: Deadline) -> None:
    page.goto(f"{AT}deadlines/remind/?deadline={deadline.number}")
    for box in page.get_by_role("checkbox").all():
        box.set_checked("VNM" in (box.get_attribute("value") or ""))
    page.get_by_label("Text").first.fill(ASKED)
    page.get_by_role("main").get_by_role("button", name="Remind").click()
    expect(page.get_by_role("main")).to_contain_text("1 reminder is sent.")


def post_progress(page: Page, words: Words) -> None:
    page.goto(f"{REPORT}update/")
    page.get_by_label(words("Writing")).first.fill("25")
    page.get_by_role("button", name=words("Post progress")).click()
    expect(page.get_by_role("main")).to_contain_text(words("Your progress is posted."))


def submit(page: Page, words: Words) -> None:
    hand = Hand(page, start=f"{REPORT}submit/")
    hand.attach(page.get_by_label(words("The report")).first, "report.pdf", make.PDF, "application/pdf")
    reason = words("Reason for submitting while a workstream is below 100%")
    page.get_by_label(reason).first.fill("Bộ cuối cùng trả lời vào tháng chín.")
    hand.button(words("Check your answers"))
    hand.button(words("Submit the report"))
    hand.sees("VNM-2020-01")


def test_a_meeting_moves_and_the_calendar_follows(words, person):
    page, meeting = person("vnm.coordinator"), Meeting.objects.get(code="wrap-up", cycle__slug=CYCLE)
    program, address = page.context.request, subscribe(page)
    before = event_of(program.get(address).text(), meeting)
    move(person("secretariat"), meeting, to="24/09/2020")
    after = event_of(program.get(address).text(), meeting)
    assert (after.uid, after.begin.date().isoformat()) == (before.uid, "2020-09-24")
    assert sequence(after) > sequence(before)
    message = mail_about(meeting.title)
    (attached,) = [part for part in message.walk() if part.get_content_type() == "text/calendar"]
    invited = event_of(attached.get_payload(decode=True).decode(), meeting)
    assert (invited.uid, invited.begin) == (after.uid, after.begin)


def subscribe(page: Page) -> str:
    """Make a calendar address of one's own; where it is."""
    page.goto("/calendar/add/")
    page.get_by_role("main").locator("button[type=submit]").click()
    page.wait_for_url("**/calendar/")
    return re.findall(r"/calendar/[^/\s\"]+/calendar\.ics", page.content())[0]


def event_of(text: str, meeting: Meeting) -> Event:
    (found,) = [event for event in Calendar(text).events if meeting.title in event.name]
    return found


def sequence(event: Event) -> int:
    return int(next(line.value for line in event.extra if line.name == "SEQUENCE"))


def move(page: Page, meeting: Meeting, *, to: str) -> None:
    page.goto(f"{AT}meetings/{meeting.code}/edit/")
    for name in ("planned_from", "planned_to"):
        page.locator(f"[name={name}]").fill(to)
    page.locator("[name=why]").fill("The hall is taken.")
    page.get_by_role("main").get_by_role("button", name="Save").first.click()
    page.get_by_role("button", name="Move all of this").click()
    page.wait_for_url(f"**{AT}meetings/{meeting.code}/")
