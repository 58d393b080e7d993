"""What is told at the door after each step, on the page and by mail: in our words, which can be translated."""

from typing import Any

import pytest
from allauth.account.adapter import get_adapter
from allauth.core import context
from django.contrib import messages
from django.contrib.messages.storage.fallback import FallbackStorage
from django.core import mail
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.urls import reverse

from tests.accounts.sign_in import code
from tests.support import make

STEPS = {
    "account": ("password_reset", "password_changed", "password_set"),
    "mfa": (
        "totp_activated", "totp_deactivated", "webauthn_added", "webauthn_removed", "recovery_codes_generated",
    ),
    "socialaccount": ("account_connected", "account_disconnected"),
}  # fmt: skip
MAILS = [f"{app}/email/{step}" for app, steps in STEPS.items() for step in steps]
NOTICES = [
    f"{app}/messages/{step}" for app, steps in STEPS.items() for step in steps if step != "password_reset"
]
NOTICES += [f"socialaccount/messages/account_connected_{how}" for how in ("other", "updated")]
# Words of django-allauth that mean nothing here, and capitals as nobody writes them on this site.
THEIRS = ("third-party", "Third-Party", "Two-Factor", "activated", "Deactivated", "successfully", "generated")


@pytest.fixture
def request_of(cast: Any) -> Any:
    """A request of Viet Nam's coordinator, as django-allauth looks for one while it writes a mail."""
    made = RequestFactory().get("/", headers={"User-Agent": "Old browser"})
    made.user, made.session = cast.vnm, {}  # type: ignore[assignment]
    made._messages = FallbackStorage(made)
    with context.request_context(made):
        yield made


@pytest.mark.parametrize("prefix", MAILS)
def test_each_mail(prefix, request_of, cast):
    make.with_email(cast.vnm, "linh@vnm.example")
    get_adapter(request_of).send_notification_mail(prefix, cast.vnm, {"provider": "Ministry"})
    (sent,) = mail.outbox
    assert sent.to == ["linh@vnm.example"]
    assert "Something about how your account vnm.coordinator is opened has changed:" in sent.body
    assert not [word for word in THEIRS if word in sent.body + sent.subject]
    assert sent.subject == sent.subject.capitalize()


@pytest.mark.parametrize("name", NOTICES)
def test_each_notice(name, request_of):
    get_adapter(request_of).add_message(request_of, messages.SUCCESS, f"{name}.txt")
    (message,) = messages.get_messages(request_of)
    assert str(message).endswith((".", "."))
    assert not [word for word in THEIRS if word in str(message)]


def test_a_foreign_word_would_be_noticed(foreign_words):
    """Planted: a notice that we do not use."""
    render_to_string("account/messages/phone_verified.txt")
    assert foreign_words == {"account/messages/phone_verified.txt"}
    foreign_words.clear()


@pytest.mark.django_db(transaction=True)
def test_from_adding_to_removing(cast, sign_in):
    """The real steps, as one person takes them; the fixture of this folder looks at every word."""
    make.with_email(cast.vnm, "linh@vnm.example")
    browser = sign_in(cast.vnm)
    form = browser.get(reverse("mfa_activate_totp")).context["form"]
    key = make.security_key(cast.vnm)
    steps = {
        reverse("mfa_activate_totp"): {"code": code(form.secret)},
        reverse("mfa_generate_recovery_codes"): {}, reverse("mfa_remove_webauthn", args=[key.pk]): {},
        reverse("mfa_deactivate_totp"): {},
        reverse("account_change_password"): {
            "oldpassword": make.PASSWORD, "password1": "another long one 9", "password2": "another long one 9",
        },
    }  # fmt: skip
    for url, typed in steps.items():
        answer = browser.post(url, typed)
        assert answer.status_code == 302
        assert browser.get(answer["Location"]).status_code == 200
    assert [sent.subject for sent in mail.outbox] == [
        "Two-step sign-in: something was added", "New recovery codes are made",
        "Two-step sign-in: something was removed", "Two-step sign-in: something was removed",
        "Your password is changed",
    ]  # fmt: skip
