"""What people type stays text in every mail: no line of it becomes a header, another reader, or markup."""

from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import allauth
import pytest
from allauth.account.adapter import get_adapter
from allauth.core.context import request_context
from django.conf import settings as site_settings
from django.contrib.messages.storage.fallback import FallbackStorage
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from django.urls import reverse

from reviews.models import OutgoingMail
from reviews.operations import outbox
from tests.support import make, xss

READER = "reader@moh.example"
# Ends its line, adds a reader, then ends the headers: what a form has to be sent for somebody else's mail to leave.
LINES = "Linh\r\nBcc: everybody@evil.example\r\nContent-Type: text/html\r\n\r\n<b>"
HEADERS = {
    "content-type", "mime-version", "content-transfer-encoding", "subject", "from", "to", "date", "message-id",
}  # fmt: skip
FOLDERS = (site_settings.BASE_DIR / "templates", Path(allauth.__file__).parent / "templates")
KINDS = sorted(
    {
        str(path.relative_to(folder)).removesuffix("_subject.txt")
        for folder in FOLDERS
        for path in folder.glob("*/email/*_subject.txt")
    }
)
NAMED = (
    "invitation", "person", "user", "username", "url", "password_reset_url", "activate_url", "code", "key", "ip",
    "user_agent", "timestamp", "current_site", "signup_url", "provider", "from_email", "to_email",
)  # fmt: skip


class Typed(str):
    """A text, and a record each of whose fields holds this text."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return self


@pytest.fixture(autouse=True)
def through_the_outbox(settings: Any) -> None:
    settings.EMAIL_BACKEND = "reviews.operations.outbox.Outbox"
    settings.DELIVERY_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


def arrived() -> list[Any]:
    """The mails as a mail server gets them, byte for byte, and as the reader's program takes them apart."""
    mail.outbox.clear()
    outbox.deliver()
    return [message_from_bytes(one.message().as_bytes(), policy=policy.default) for one in mail.outbox]


def faults(message: Any, reader: str = READER) -> list[str]:
    """What a mail has that its sender did not mean; empty when all is well."""
    wrong = [f"header {name}" for name in message if name.lower() not in HEADERS]
    wrong += [f"reader {to}" for to in message.get_all("To", []) if to != reader]
    for part in message.walk():
        if part.get_content_type() == "text/html":
            wrong += xss.faults(part.get_content())
        elif not part.is_multipart() and part.get_content_type() != "text/plain":
            wrong.append(f"part {part.get_content_type()}")
    return wrong


def sent(kind: str, text: str, rf: Any) -> None:
    request = rf.get("/", headers={"User-Agent": "x"})
    request.session = {}
    request._messages = FallbackStorage(request)
    with request_context(request):
        get_adapter(request).send_mail(kind, READER, dict.fromkeys(NAMED, Typed(text)))


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_stands_in_the_records(kind, db, rf):
    """Every mail there is, those of libraries included, with the hundred payloads in all that it could name."""
    sent(kind, LINES + xss.ALL, rf)
    (message,) = arrived()
    assert (faults(message), message.is_multipart()) == ([], False)
    assert message["Subject"]


def test_most_of_them_name_something(db, rf):
    """Otherwise the above would prove nothing."""
    for kind in KINDS:
        sent(kind, LINES + xss.ALL, rf)
    messages = [message for message in arrived() if "<script>xss(1)</script>" in message.get_content()]
    assert len(messages) >= 10
    assert {"account/email/invitation", "account/email/password_reset_key"} <= {*KINDS}


def test_an_invitation_from_its_form(cast, sign_in):
    """What the form takes, and the names of the body and of whoever invites."""
    cast.vnm.organisation.change_traced(
        by=None, expected_version=cast.vnm.organisation.version, name_en=xss.ONE
    )
    values = {
        "email": READER,
        "name": "<script>xss(0)</script>",
        "role": "team",
        "organisation": cast.vnm.organisation_id,
    }
    sign_in(cast.admin).post(reverse("admin:reviews_invitation_add"), values)
    (message,) = arrived()
    assert faults(message) == []
    assert xss.ONE in message.get_content()


def test_a_name_of_several_lines_is_not_invited(cast, sign_in):
    values = {"email": READER, "name": LINES, "role": "team", "organisation": cast.vnm.organisation_id}
    answer = sign_in(cast.admin).post(reverse("admin:reviews_invitation_add"), values)
    assert "on one line" in str(answer.context["adminform"].form.errors["name"])
    assert arrived() == []


@pytest.mark.parametrize("field", ["admin", "reset"])
def test_an_address_of_two_lines_gets_no_mail(field, cast, sign_in):
    address = f"{READER}\r\nBcc: everybody@evil.example"
    if field == "reset":
        answer = Client().post(reverse("account_reset_password"), {"email": address})
        errors = answer.context["form"].errors
    else:
        values = {"email": address, "name": "Linh", "role": "team", "organisation": cast.vnm.organisation_id}
        answer = sign_in(cast.admin).post(reverse("admin:reviews_invitation_add"), values)
        errors = answer.context["adminform"].form.errors
    assert "email" in errors
    assert not OutgoingMail.objects.exists()


def write(subject: str) -> None:
    message = EmailMultiAlternatives(subject, "Text", "a@b.example", [READER])
    message.attach_alternative(f"<p>{make.PASSWORD}</p>", "text/html")
    message.send()


def test_a_subject_is_one_line(db):
    """As a title would come into it."""
    write(f"Deadline: {LINES}")
    (message,) = arrived()
    assert faults(message) == []
    assert message["Subject"] == "Deadline: " + " ".join(LINES.split())


# Shown to notice


def test_a_header_let_through_is_noticed():
    """Planted: a mail whose head is pasted together, which neither Django nor Python does."""
    pasted = f"Subject: Deadline: {LINES}\r\n\r\nText"
    problems = faults(message_from_bytes(pasted.encode(), policy=policy.default))
    assert "header Bcc" in problems


def test_django_would_refuse_it_as_well(db, monkeypatch):
    monkeypatch.setattr(outbox, "one_line", str)
    write(f"Deadline: {LINES}")
    assert arrived() == []
    assert "BadHeaderError" in OutgoingMail.objects.get().error


def test_markup_let_through_is_noticed(db):
    message = EmailMultiAlternatives("Hello", "Text", "a@b.example", [READER])
    message.attach_alternative(f"<p>{xss.ONE}</p>", "text/html")
    message.send()
    (message,) = arrived()
    assert faults(message)
