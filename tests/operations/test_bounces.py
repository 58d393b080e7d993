"""Mails that come back: which mail it was, whose address is marked, and what the Secretariat sees of it."""

from io import BytesIO, TextIOWrapper
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command

from reviews.actions.mails import send_again
from reviews.models import NotAllowedNow, NotificationSettings, OutgoingMail, Topic
from reviews.operations import bounces, notifications, outbox
from reviewtracker import mail as settings_of_mail
from tests.support import make

BOUNCE = """\
From: MAILER-DAEMON@mx.example
To: {to}
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I am sorry.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; vnm@site.example
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 No such user here

--b--
"""


@pytest.fixture(autouse=True)
def through_the_outbox(settings: Any) -> None:
    settings.EMAIL_BACKEND = "reviews.operations.outbox.Outbox"
    settings.DELIVERY_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.BOUNCE_ADDRESS = "bounces@site.example"


@pytest.fixture
def row(cycle: Any, cast: Any) -> OutgoingMail:
    """A mail of notifications to Viet Nam's coordinator, which was sent."""
    make.with_email(cast.vnm, "vnm@site.example")
    OutgoingMail.objects.all().delete()
    write(cycle, cast, "3")
    return OutgoingMail.objects.get()


def write(cycle: Any, cast: Any, code: str) -> None:
    at_once = dict.fromkeys(Topic.values, "at_once")
    chosen = NotificationSettings.of(cast.vnm)
    chosen.save_choice(by=cast.vnm, expected_version=chosen.version, **at_once)
    make.meeting(cycle, by=cast.secretariat, code=code)
    notifications.distribute()
    notifications.write_mails()
    outbox.deliver()


def bounce(row: OutgoingMail, *, action: str = "failed", status: str = "5.1.1", to: str = "") -> bytes:
    return BOUNCE.format(to=to or bounces.return_address(row), action=action, status=status).encode()


def test_the_return_address_names_the_mail(row):
    (sent,) = mail.outbox
    assert sent.from_email == bounces.return_address(row)
    assert sent.message()["From"] == row.sender
    assert len(sent.from_email.partition("@")[0]) <= 64
    assert bounces.mail_of(sent.from_email.upper().replace("@SITE", "@site")) == row


def test_without_an_address_for_it_mails_come_back_to_their_sender(row, settings):
    settings.BOUNCE_ADDRESS = ""
    assert bounces.return_address(row) == row.sender


def test_an_address_that_does_not_work_is_marked(row, cycle, cast):
    assert bounces.read_bounce(bounce(row)) is True
    row.refresh_from_db()
    assert (row.state, row.error) == ("refused", "550 5.1.1 No such user here")
    assert NotificationSettings.of(cast.vnm).reaches_nobody
    write(cycle, cast, "4")
    assert OutgoingMail.objects.filter(person=cast.vnm).count() == 1


def test_another_address_of_the_person_is_tried(row, cycle, cast):
    bounces.read_bounce(bounce(row))
    make.with_email(cast.vnm, "new@site.example")
    cast.vnm.refresh_from_db()
    write(cycle, cast, "4")
    assert mail.outbox[-1].to == ["new@site.example"]


@pytest.mark.parametrize(
    "other",
    [
        {"action": "delayed"},
        {"status": "4.2.2"},
        {"to": "bounces+1-00000000000000000000@site.example"},
        {"to": "x@y.example"},
    ],
)
def test_what_is_no_bounce_of_ours_marks_nobody(other, row, cast):
    assert bounces.read_bounce(bounce(row, **other)) is False
    assert not NotificationSettings.of(cast.vnm).reaches_nobody


@pytest.mark.parametrize("content", [b"", b"\x00\xff", b"To: bounces+9@site.example\n\nHello"])
def test_anything_can_be_read(content, db):
    assert bounces.read_bounce(content) is False


def test_a_maildir_and_standard_input(row, tmp_path, monkeypatch, capsys):
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "1").write_bytes(bounce(row))
    (tmp_path / "new" / "2").write_bytes(b"Hello")
    call_command("read_bounces", maildir=tmp_path)
    assert "2 read, 1 addresses marked" in capsys.readouterr().out
    assert sorted(file.name for file in (tmp_path / "cur").iterdir()) == ["1:2,S", "2:2,S"]
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(bounce(row))))
    call_command("read_bounces")
    assert "address marked" in capsys.readouterr().out


def test_the_secretariat_sends_it_again(row, cast, sign_in):
    bounces.read_bounce(bounce(row))
    browser = sign_in(cast.secretariat)
    page = browser.get("/mails/?state=refused").content.decode()
    assert "No such user here" in page
    assert browser.post(f"/mails/{row.pk}/again/").status_code == 302
    row.refresh_from_db()
    assert row.state == "waiting"
    assert not NotificationSettings.of(cast.vnm).reaches_nobody
    mail.outbox.clear()
    outbox.deliver()
    assert [sent.to for sent in mail.outbox] == [["vnm@site.example"]]


def test_what_was_sent_is_not_sent_again(row, cast):
    with pytest.raises(NotAllowedNow):
        send_again(by=cast.secretariat, mail=row)


@pytest.mark.parametrize("address", ["bounces", "A <a@b.example>", "a+b@c.example"])
def test_an_address_for_them_that_cannot_be(address, monkeypatch):
    monkeypatch.setenv("BOUNCE_ADDRESS", address)
    with pytest.raises(ImproperlyConfigured, match="BOUNCE_ADDRESS"):
        settings_of_mail.bounce_address()
