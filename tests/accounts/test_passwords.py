"""A new password: chosen, or by a link from a mail. Each leaves its line in the history."""

import re
from typing import Any

import pytest
from django.conf import settings as site_settings
from django.contrib.auth.password_validation import validate_password
from django.core import mail
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from reviews.accounts.password_words import WORDS
from reviews.models import Trace, User
from tests.accounts.sign_in import come_in, is_in
from tests.support import make

NEW = {"password1": "another long password", "password2": "another long password"}


@pytest.fixture
def linh(cast: Any) -> User:
    return make.with_email(cast.vnm, "Linh@vnm.example")


def link_in(text: str) -> str:
    """The way of the first address of ours in a mail."""
    match = re.search(r"http://testserver(/\S+)", text)
    return match.group(1) if match else ""


def ask_for_link(address: str, browser: Client | None = None) -> Any:
    return (browser or Client()).post(reverse("account_reset_password"), {"email": address})


def last_line(user: User) -> tuple[Any, str]:
    row = Trace.objects.since_version(user, 0).order_by("-id").first()
    return row.by, row.why


def test_by_a_link_from_a_mail(linh, client):
    ask_for_link("LINH@vnm.example", client)
    assert mail.outbox[0].to == ["linh@vnm.example"]
    form = client.get(link_in(mail.outbox[0].body), follow=True)
    done = client.post(form.request["PATH_INFO"], NEW)
    assert done["Location"] == reverse("account_reset_password_from_key_done")
    assert (is_in(client), come_in("vnm.coordinator").status_code) == (False, 200)
    assert come_in("vnm.coordinator", NEW["password1"]).status_code == 302
    assert last_line(linh) == (linh, "password set with a link from a mail")


def test_the_link_works_once_and_only_as_it_was_sent(linh, client):
    ask_for_link("linh@vnm.example")
    link = link_in(mail.outbox[0].body)
    client.post(client.get(link, follow=True).request["PATH_INFO"], NEW)
    for tried in (link, link.replace("-", "-x", 1), "/accounts/password/reset/zzzzzz-abc/"):
        answer = Client().get(tried, follow=True)
        assert "no longer works" in answer.content.decode()
    answer = Client().post(re.sub(r"-[^/]+/$", "-set-password/", link), NEW)
    assert "no longer works" in answer.content.decode()


def test_the_link_says_nothing_to_other_sites(linh, client):
    """The key is out of the address before the page is shown."""
    ask_for_link("linh@vnm.example")
    assert client.get(link_in(mail.outbox[0].body))["Location"].endswith("-set-password/")


def test_known_and_unknown_addresses_are_answered_alike(linh, cast):
    cast.lao.change_traced(
        by=None, expected_version=cast.lao.version, email="gone@lao.example", is_active=False
    )
    mail.outbox.clear()
    answers = [
        ask_for_link(address) for address in ("linh@vnm.example", "no@body.example", "gone@lao.example")
    ]
    assert {(a.status_code, a["Location"], a.content) for a in answers} == {
        (302, reverse("account_reset_password_done"), b"")
    }
    # A mail each, so that it takes as long; only one has a link.
    assert [bool(link_in(message.body)) for message in mail.outbox] == [True, False, False]


def test_a_disabled_account_stays_closed(linh, cast, client):
    ask_for_link("linh@vnm.example")
    linh.refresh_from_db()
    linh.change_traced(by=cast.admin, expected_version=linh.version, is_active=False)
    form = client.get(link_in(mail.outbox[0].body), follow=True)
    client.post(form.request["PATH_INFO"], NEW)
    assert come_in("vnm.coordinator", NEW["password1"]).status_code == 200


def test_not_many_mails_to_one_address(linh):
    statuses = [ask_for_link("linh@vnm.example").status_code for _n in range(7)]
    assert statuses == [302] * 5 + [429] * 2
    assert len(mail.outbox) == 5


def test_a_change_ends_all_other_sessions(linh, sign_in):
    here, there = sign_in(linh), sign_in(linh)
    answer = here.post(reverse("account_change_password"), NEW | {"oldpassword": make.PASSWORD})
    assert answer["Location"] == reverse("password_change_done")
    assert (is_in(here), is_in(there)) == (True, False)
    assert last_line(linh) == (linh, "password set")
    assert "vnm.coordinator" in mail.outbox[-1].body


def test_no_password_stands_in_the_history(linh, sign_in):
    sign_in(linh).post(reverse("account_change_password"), NEW | {"oldpassword": make.PASSWORD})
    row = Trace.objects.since_version(linh, 0).order_by("-id").first()
    assert "password" not in row.after


def test_old_passwords_are_guessed_ten_times_an_hour_at_most(linh, sign_in):
    browser = sign_in(linh)
    typed = NEW | {"oldpassword": "wrong"}
    statuses = [browser.post(reverse("account_change_password"), typed).status_code for _n in range(11)]
    assert statuses == [200] * 10 + [429]


def test_whoever_has_none_sets_one(cast, sign_in):
    user = make.user("single", "team", cast.vnm.organisation)
    user.set_password(None)
    user.change_traced(by=None, expected_version=user.version, password=user.password)
    browser = sign_in(user)
    assert browser.get(reverse("account_change_password"))["Location"] == reverse("account_set_password")
    browser.post(reverse("account_set_password"), NEW)
    assert come_in("single", NEW["password1"]).status_code == 302


# --- which ones


@pytest.mark.parametrize(
    "password",
    [
        "VietNamReport2020!", "asean-asean-asean", "ReviewTracker2025", "Secretariat_2020", "4S34N-R3p0rt-2020",
        "National Evaluation 9", "JakartaJakarta11",
    ],
)  # fmt: skip
def test_words_of_the_place_are_refused(password):
    with pytest.raises(ValidationError, match="little more than words"):
        validate_password(password)


@pytest.mark.parametrize("password", ["a long test password", "reporter among 3 herons", "9f3-Kd0-v2Lq-77"])
def test_other_words_are_not(password, cast, sign_in):
    typed = {"oldpassword": make.PASSWORD, "password1": password, "password2": password}
    sign_in(cast.vnm).post(reverse("account_change_password"), typed)
    assert come_in("vnm.coordinator", password).status_code == 302


def test_the_manual_lists_them():
    manual = (site_settings.BASE_DIR / "docs" / "accounts.md").read_text().lower()
    assert [word for word in WORDS if word not in manual] == []
