"""How many mails the site writes to strangers, whoever asks for them; and how long a link lies in the outbox."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from reviews.accounts import mail_throttle
from reviews.models import Invitation, SignInGuess
from tests.support import make


@pytest.fixture(autouse=True)
def empty_cache(db: Any) -> None:
    cache.clear()


def ask_for_link(address: str, n: int) -> Any:
    """From another machine each time."""
    url = reverse("account_reset_password")
    return Client().post(url, {"email": address}, REMOTE_ADDR=f"198.51.100.{n % 250}")


def test_a_hundred_strangers_get_few_mails():
    answers = [ask_for_link(f"stranger.{n}@elsewhere.example", n) for n in range(100)]
    assert len(mail.outbox) == mail_throttle.TO_STRANGERS
    assert {(a.status_code, a["Location"]) for a in answers} == {
        (302, reverse("account_reset_password_done"))
    }


def test_who_has_an_account_gets_a_link_meanwhile(cast):
    make.with_email(cast.vnm, "linh@vnm.example")
    for n in range(30):
        ask_for_link(f"stranger.{n}@elsewhere.example", n)
    ask_for_link("linh@vnm.example", 200)
    assert mail.outbox[-1].to == ["linh@vnm.example"]


def test_an_hour_later_strangers_are_answered_again():
    for n in range(30):
        ask_for_link(f"stranger.{n}@elsewhere.example", n)
    SignInGuess.objects.update(at=timezone.now() - timedelta(hours=1))
    ask_for_link("stranger@elsewhere.example", 1)
    assert len(mail.outbox) == mail_throttle.TO_STRANGERS + 1


def test_invitations_have_a_ceiling_too(cast, sign_in, monkeypatch):
    monkeypatch.setattr(mail_throttle, "INVITATIONS", 3)
    browser, url = sign_in(cast.admin), reverse("admin:reviews_invitation_add")
    typed = {"name": "New Person", "role": "team", "organisation": cast.vnm.organisation_id}
    pages = [browser.post(url, typed | {"email": f"new.{n}@vnm.example"}) for n in range(4)]
    assert [page.status_code for page in pages] == [302, 302, 302, 200]
    form = pages[-1].context["adminform"].form
    assert "too many invitations within an hour" in str(form.non_field_errors())
    assert form["email"].value() == "new.3@vnm.example"
    assert (Invitation.objects.count(), len(mail.outbox)) == (3, 3)
