"""Mail is kept with what it is about, and sent by the tick, once."""

import smtplib
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMessage, EmailMultiAlternatives, send_mail
from django.core.management import call_command
from django.db import connections, transaction
from django.urls import reverse

from reviews import clock
from reviews.models import OutgoingMail
from reviews.operations import health, outbox
from reviews.operations import jobs as tick_jobs

LOCMEM = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture(autouse=True)
def through_the_outbox(settings: Any) -> None:
    settings.EMAIL_BACKEND, settings.DELIVERY_BACKEND = "reviews.operations.outbox.Outbox", LOCMEM


def write(subject: str = "Hello", to: str = "reader@moh.example") -> OutgoingMail:
    send_mail(subject, "Your link: /reset/abc/", None, [to])
    return OutgoingMail.objects.latest("id")


class Broken:
    """A mail server that is down."""

    attempts = 0

    def __init__(self, **_options: Any) -> None: ...

    def open(self) -> None:
        Broken.attempts += 1
        raise ConnectionRefusedError("nobody listens at mail.example")

    def close(self) -> None: ...


@pytest.fixture
def mail_is_down(settings: Any) -> None:
    Broken.attempts = 0
    settings.DELIVERY_BACKEND = f"{__name__}.Broken"


def later(**delta: int) -> None:
    """As if time had passed: everything written lies further back."""
    for row in OutgoingMail.objects.all():
        moments = {name: getattr(row, name) - timedelta(**delta) for name in ("created_at", "next_try_at")}
        OutgoingMail.objects.filter(pk=row.pk).update(**moments)


# --- writing


def test_mail_is_kept_and_leaves_with_the_tick(db):
    row = write()
    assert (row.state, row.to, row.sender) == ("waiting", ["reader@moh.example"], "reviewtracker@localhost")
    assert mail.outbox == []
    assert tick_jobs.tick() is True
    (sent,) = mail.outbox
    assert (sent.subject, sent.body, sent.to) == ("Hello", "Your link: /reset/abc/", ["reader@moh.example"])
    row.refresh_from_db()
    assert (row.state, row.error) == ("sent", "")
    assert row.sent_at is not None


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_is_not_told():
    with transaction.atomic():
        write()
        transaction.set_rollback(True)
    assert not OutgoingMail.objects.exists()


def test_both_forms_and_the_headers_arrive(db):
    message = EmailMultiAlternatives(
        "Hello", "Text", "a@b.example", ["c@d.example"], reply_to=["e@f.example"]
    )
    message.attach_alternative("<p>Text</p>", "text/html")
    message.send()
    outbox.deliver()
    message_sent = mail.outbox[0].message()
    assert (message_sent["Reply-To"], message_sent["Message-ID"]) == (
        "e@f.example",
        OutgoingMail.objects.get().headers["Message-ID"],
    )
    assert [part.get_content_type() for part in message_sent.get_payload()] == ["text/plain", "text/html"]


@pytest.mark.parametrize(
    "more",
    [{"cc": ["x@y.example"]}, {"bcc": ["x@y.example"]}, {"attachments": [("a.pdf", b"", "application/pdf")]}],
)
def test_papers_and_hidden_readers_are_refused(more, db):
    with pytest.raises(ValueError, match="text to named people"):
        EmailMessage("Hello", "Text", "a@b.example", ["c@d.example"], **more).send()
    assert not OutgoingMail.objects.exists()


# --- sending


TYPED = {"subject": "Hello", "to": ["reader@moh.example"], "from_email": "site@moh.example"}
BROKEN = "Hello\r\nBcc: thief@evil.example"


@pytest.mark.parametrize("where", ["to", "from_email"])
def test_a_new_line_makes_no_header(where, db):
    """What somebody typed could stand in a name; it names no further reader."""
    EmailMessage(body="Text", **TYPED | {where: [BROKEN] if where == "to" else BROKEN}).send()
    call_command("tick", verbosity=0)
    assert [reader for sent in mail.outbox for reader in sent.recipients() if "\n" not in reader] == []
    assert OutgoingMail.objects.get().state == "refused"


def test_a_new_line_in_a_subject_ends_nothing(db):
    """A title that came with one still reaches its reader, and nobody else."""
    EmailMessage(body="Text", **TYPED | {"subject": BROKEN}).send()
    call_command("tick", verbosity=0)
    (sent,) = mail.outbox
    assert sent.recipients() == TYPED["to"]
    assert sent.message()["Subject"] == "Hello Bcc: thief@evil.example"
    assert sent.message()["Bcc"] is None


def test_saving_goes_on_while_mail_is_down(mail_is_down, cast, report, sign_in):
    write()
    assert tick_jobs.tick() is True
    answer = sign_in(cast.vnm).post(
        reverse("report-update", args=["mtr", "VNM"]), {"data_collection": 7, "version": report.version}
    )
    assert answer.status_code == 302
    row = OutgoingMail.objects.get()
    assert (row.state, row.tries, row.error) == (
        "waiting",
        1,
        "ConnectionRefusedError: nobody listens at mail.example",
    )


def test_it_leaves_when_mail_is_back(mail_is_down, settings, db):
    write()
    for n in range(1, 5):
        outbox.deliver()
        assert OutgoingMail.objects.get().tries == n
        outbox.deliver()
        assert OutgoingMail.objects.get().tries == n, "tried again before its time"
        later(minutes=2 ** (n - 1))
    settings.DELIVERY_BACKEND = LOCMEM
    outbox.deliver()
    assert len(mail.outbox) == 1


def test_how_long_it_waits():
    assert [int(outbox.wait_after(n).total_seconds() / 60) for n in (1, 2, 3, 9, 10, 400)] == [
        1,
        2,
        4,
        256,
        360,
        360,
    ]


def test_after_three_days_it_is_given_up(mail_is_down, db):
    write()
    later(days=3, minutes=1)
    outbox.deliver()
    row = OutgoingMail.objects.get()
    assert (row.state, bool(row.error)) == ("given_up", True)


def test_a_server_that_is_down_is_asked_three_times_a_tick(mail_is_down, db):
    for n in range(10):
        write(str(n))
    outbox.deliver()
    assert Broken.attempts == 3


def test_one_that_is_refused_does_not_stop_the_others(db, monkeypatch):
    write("bad")
    write("good")
    message = outbox._message

    def refuses(row: OutgoingMail) -> Any:
        if row.subject == "bad":
            raise ValueError("no such reader")
        return message(row)

    monkeypatch.setattr(outbox, "_message", refuses)
    assert outbox.deliver() == "1 sent"
    assert list(OutgoingMail.objects.order_by("id").values_list("state", flat=True)) == ["refused", "sent"]


def test_what_a_dead_process_was_sending_is_sent_later(db):
    row = write()
    assert outbox._claim(row.pk)
    outbox.deliver()
    assert mail.outbox == []
    later(minutes=16)
    outbox.deliver()
    assert [sent.extra_headers["Message-ID"] for sent in mail.outbox] == [row.headers["Message-ID"]]


MANY = 40


def at_once(step: Any, people: int = 2) -> list[Any]:
    """What `people` threads get that set out together, each with a connection of its own."""
    door = Barrier(people, timeout=30)

    def go(_n: int) -> Any:
        door.wait()
        try:
            return step()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(people) as threads:
        return list(threads.map(go, range(people)))


@pytest.mark.django_db(transaction=True)
def test_two_at_a_time_send_each_mail_once():
    for n in range(MANY):
        write(str(n))
    outcomes = at_once(outbox.deliver, 3)
    assert sorted(sent.subject for sent in mail.outbox) == sorted(map(str, range(MANY)))
    assert sum(int(words.split()[0]) for words in outcomes) == MANY


def test_the_text_of_a_mail_is_dropped_once_it_is_sent(db):
    """The link in it is then with its reader alone; no backup of the database keeps it."""
    row = write()
    assert row.body
    outbox.deliver()
    row.refresh_from_db()
    assert (row.state, row.body, row.html, mail.outbox[0].body) == ("sent", "", "", "Your link: /reset/abc/")


def test_old_texts_of_mails_that_were_given_up_are_emptied(settings, db):
    settings.OUTBOX_KEEP_DAYS = 7
    kept, old, _unsent = write("kept"), write("old"), write("unsent")
    OutgoingMail.objects.filter(pk__in=[kept.pk, old.pk]).update(state="given_up")
    long_ago = clock.real_now() - timedelta(days=8)
    OutgoingMail.objects.exclude(pk=kept.pk).update(created_at=long_ago)
    assert outbox.purge() == "1 emptied"
    assert {row.subject: bool(row.body) for row in OutgoingMail.objects.all()} == {
        "kept": True,
        "old": False,
        "unsent": True,
    }


def test_the_administration_shows_no_text(cast, sign_in):
    row = write()
    for page, args in (("changelist", []), ("change", [row.pk])):
        answer = sign_in(cast.admin).get(reverse(f"admin:reviews_outgoingmail_{page}", args=args))
        assert "reader@moh.example" in answer.content.decode()
        assert "/reset/abc/" not in answer.content.decode()


class Answering:
    """A mail server that answers each mail as `answers` says, by its first reader."""

    answers: dict[str, Exception] = {}

    def __init__(self, **_options: Any) -> None: ...

    def open(self) -> None: ...

    def close(self) -> None: ...

    def send_messages(self, messages: list[EmailMessage]) -> None:
        if error := self.answers.get(messages[0].to[0]):
            raise error


def refuses(code: int, text: bytes) -> smtplib.SMTPRecipientsRefused:
    return smtplib.SMTPRecipientsRefused({"gone@moh.example": (code, text)})


def outcome(settings: Any, monkeypatch: Any, error: Exception) -> OutgoingMail:
    """A mail that waited for an hour and then got this answer."""
    settings.DELIVERY_BACKEND = f"{__name__}.Answering"
    monkeypatch.setattr(Answering, "answers", {"gone@moh.example": error})
    write(to="gone@moh.example")
    later(hours=1)
    outbox.deliver()
    return OutgoingMail.objects.get()


FOR_GOOD = [refuses(550, b"5.1.1 No such user"), smtplib.SMTPDataError(554, b"5.6.0 Not accepted")]
FOR_NOW = [refuses(452, b"4.2.2 Mailbox full"), smtplib.SMTPDataError(451, b"4.7.1 Greylisted")]
US = [
    ConnectionRefusedError("nobody listens"), smtplib.SMTPServerDisconnected("gone"),
    smtplib.SMTPAuthenticationError(535, b"5.7.8 Wrong password"), refuses(530, b"Authentication required"),
    smtplib.SMTPSenderRefused(550, b"Not you", "site@moh.example"), refuses(554, b"5.7.1 Relaying denied"),
]  # fmt: skip


@pytest.mark.parametrize("error", FOR_GOOD, ids=str)
def test_a_mail_refused_for_good_is_not_sent_again(error, settings, monkeypatch, cast, sign_in):
    row = outcome(settings, monkeypatch, error)
    assert (row.state, row.body) == ("refused", "")
    monkeypatch.setattr(Answering, "answers", {})
    later(days=1)
    assert outbox.deliver() == "0 sent"
    assert health.check_mail() == ""
    page = sign_in(cast.admin).get(reverse("admin:reviews_outgoingmail_change", args=[row.pk]))
    assert row.error[:3] in {"550", "554"}
    assert row.error in page.content.decode()


@pytest.mark.parametrize("error", FOR_NOW, ids=str)
def test_a_mail_put_off_is_sent_later_and_alarms_nobody(error, settings, monkeypatch, db):
    assert outcome(settings, monkeypatch, error).state == "waiting"
    assert health.check_mail() == ""
    monkeypatch.setattr(Answering, "answers", {})
    later(minutes=5)
    assert outbox.deliver() == "1 sent"


@pytest.mark.parametrize("error", US, ids=str)
def test_a_server_that_takes_no_mail_from_us_is_an_alarm(error, settings, monkeypatch, db):
    """And loses no mail: what is wrong is our password, our address, or the server."""
    assert outcome(settings, monkeypatch, error).state == "waiting"
    assert health.check_mail().startswith("Mail has waited for 36")


def test_many_refused_addresses_do_not_stop_the_others(settings, monkeypatch, db):
    gone = [f"gone{n}@moh.example" for n in range(5)]
    for address in [*gone, "there@moh.example"]:
        write(to=address)
    settings.DELIVERY_BACKEND = f"{__name__}.Answering"
    monkeypatch.setattr(Answering, "answers", dict.fromkeys(gone, FOR_GOOD[0]))
    assert outbox.deliver() == "1 sent"
