"""Second factors: owed by those who open the administration, offered to all."""

import json
from io import StringIO
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import get_resolver, reverse

from reviews.accounts import second_factors
from reviews.models import Trace, User
from tests.accounts.sign_in import code, come_in, come_in_twice, is_in
from tests.support import grids, make

NUMBERS = {"report": ["mtr", "VNM"], "board": ["mtr"]}


@pytest.fixture(autouse=True)
def nothing_used_yet(db: Any) -> None:
    """A code of an app works once; the cache remembers which was used."""
    cache.clear()


@pytest.fixture
def bare(cast: Any) -> Any:
    """Nobody has a second factor yet."""
    Authenticator.objects.all().delete()
    return cast


@pytest.mark.parametrize("name", ["secretariat", "admin"])
@pytest.mark.parametrize(
    "page", ["desk", "board", "admin:index", "admin:reviews_user_changelist", "usersessions_list"]
)
def test_who_owes_one_is_shown_where_to_set_it_up(page, name, bare, cycle, sign_in):
    browser = sign_in(getattr(bare, name))
    answer = browser.get(reverse(page, args=NUMBERS.get(page, [])))
    assert (answer.status_code, answer["Location"]) == (302, reverse("mfa_index"))
    assert "Your role needs one" in browser.get(reverse("mfa_index")).content.decode()


def test_nothing_is_done_before(bare, cycle, sign_in):
    before = grids.fingerprint()
    answer = sign_in(bare.secretariat).post(reverse("deadline-add", args=["mtr"]), {"title": "x"})
    assert (answer.status_code, grids.changed(before)) == (403, set())


def test_nothing_else_is_open_meanwhile():
    """Of all pages. Those that let visitors in show nothing of the review."""
    known = {
        pattern.name for pattern in get_resolver().url_patterns[1].url_patterns if hasattr(pattern, "name")
    }
    assert known & second_factors.OPEN_VIEWS <= second_factors.OPEN_VIEWS
    assert {
        "mfa_index", "mfa_activate_totp", "mfa_list_webauthn", "mfa_add_webauthn", "account_reauthenticate",
        "account_set_password", "account_logout", "account_signed_out", "language",
    } == second_factors.OPEN_VIEWS  # fmt: skip


@pytest.mark.parametrize("name", ["vnm", "vnm_team", "consultant", "lead", "observer"])
def test_others_may_do_without(name, bare, sign_in):
    assert sign_in(getattr(bare, name)).get("/").status_code == 200


def test_recovery_codes_alone_are_none(bare, sign_in):
    Authenticator.objects.bulk_create([Authenticator(user=bare.admin, type="recovery_codes", data={})])
    assert sign_in(bare.admin).get("/").status_code == 302


def test_a_promotion_counts_on_the_next_page(bare, sign_in):
    browser = sign_in(bare.consultant)
    assert browser.get("/").status_code == 200
    bare.consultant.change_traced(by=bare.admin, expected_version=bare.consultant.version, role="secretariat")
    assert browser.get("/")["Location"] == reverse("mfa_index")


@pytest.mark.parametrize(("debug", "status"), [(True, 200), (False, 302)])
def test_the_demonstrations_accounts_may_do_without_while_trying_out(debug, status, bare, sign_in, settings):
    settings.DEBUG, settings.SECOND_FACTOR_EXEMPT = debug, ["admin", "secretariat"]
    assert sign_in(bare.secretariat).get("/").status_code == status
    other = User.objects.create_superuser("own.admin", make.PASSWORD, name="Own", email="own@asean.example")
    assert sign_in(other).get("/").status_code == 302


def test_the_first_administrator_sets_one_up_at_the_first_visit(db, client):
    User.objects.create_superuser("first", make.PASSWORD, name="First", email="first@asean.example")
    come_in("first", browser=client)
    page = client.get("/", follow=True)
    assert page.request["PATH_INFO"] == reverse("mfa_index")
    form = client.get(reverse("mfa_activate_totp"))
    assert form.status_code == 200  # without the password again: the person has just come in
    answer = client.post(
        reverse("mfa_activate_totp"), {"code": code(form.context["form"].secret)}, follow=True
    )
    assert len(answer.context["unused_codes"]) == 10
    assert client.get("/admin/").status_code == 200


def test_an_app_is_asked_for_a_code(cast, client):
    assert come_in("secretariat", browser=client)["Location"] == reverse("mfa_authenticate")
    assert not is_in(client)
    assert client.post(reverse("mfa_authenticate"), {"code": "000000"}).status_code == 200
    assert not is_in(client)
    assert client.post(reverse("mfa_authenticate"), {"code": code()})["Location"] == "/"
    assert client.get("/admin/").status_code == 200


def test_a_recovery_code_stands_in_once(cast, client):
    come_in_twice("secretariat", client)
    client.post(reverse("mfa_generate_recovery_codes"))
    spare = client.get(reverse("mfa_view_recovery_codes")).context["unused_codes"][0]
    for opens in (True, False):
        other = Client()
        come_in("secretariat", browser=other)
        other.post(reverse("mfa_authenticate"), {"code": spare})
        assert is_in(other) is opens


def test_recovery_codes_are_read_without_writing(cast, client):
    come_in_twice("secretariat", client)
    client.post(reverse("mfa_generate_recovery_codes"))
    before = grids.fingerprint()
    file = client.get(reverse("mfa_download_recovery_codes"))
    assert client.get(reverse("mfa_view_recovery_codes")).status_code == 200
    assert (file["Content-Type"], len(file.content.split())) == ("text/plain", 10)
    assert not grids.changed(before)


PROTECTED = (
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_generate_recovery_codes",
    "socialaccount_connections",
)


@pytest.mark.parametrize("page", ["mfa_activate_totp", "mfa_add_webauthn", "mfa_generate_recovery_codes"])
def test_after_a_while_the_password_is_asked_for_again(page, cast, sign_in):
    browser = sign_in(cast.vnm)
    session = browser.session
    session["signed_in_at"] -= 301
    session.save()
    answer = browser.get(reverse(page))
    assert (
        answer["Location"] == f"{reverse('account_reauthenticate')}?next={reverse(page).replace('/', '%2F')}"
    )
    again = {"password": make.PASSWORD, "next": reverse(page)}
    assert browser.post(reverse("account_reauthenticate"), again)["Location"] == reverse(page)
    assert browser.get(reverse(page)).status_code == 200


# --- what the history says


def lines(user: User) -> list[tuple[Any, str]]:
    rows = Trace.objects.since_version(user, 0).order_by("id")
    return [(row.by, row.why) for row in rows][1:]


def test_every_step_leaves_its_line(cast, sign_in):
    browser, vnm = sign_in(cast.vnm), cast.vnm
    form = browser.get(reverse("mfa_activate_totp"))
    browser.post(reverse("mfa_activate_totp"), {"code": code(form.context["form"].secret)})
    browser.post(reverse("mfa_generate_recovery_codes"))
    browser.post(reverse("mfa_deactivate_totp"))
    assert lines(vnm) == [
        (vnm, "two-step sign-in, added: an authenticator app"),
        (vnm, "recovery codes made"),
        (vnm, "recovery codes made"),
        (vnm, "two-step sign-in, removed: an authenticator app"),
    ]


def test_the_line_and_the_step_are_written_together(cast, sign_in, monkeypatch):
    """If the one cannot be, neither is."""
    key = make.security_key(cast.vnm)
    monkeypatch.setattr(User, "note", lambda *a, **k: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        sign_in(cast.vnm).post(reverse("mfa_remove_webauthn", args=[key.pk]))
    assert Authenticator.objects.filter(pk=key.pk).exists()


@pytest.mark.django_db(transaction=True)  # it is sent once all is written, and within the request
def test_the_owner_gets_a_mail(cast, sign_in):
    make.with_email(cast.vnm, "linh@vnm.example")
    browser = sign_in(cast.vnm)
    form = browser.get(reverse("mfa_activate_totp"))
    answer = browser.post(reverse("mfa_activate_totp"), {"code": code(form.context["form"].secret)})
    assert answer["Location"] == reverse("mfa_view_recovery_codes")
    assert [message.to for message in mail.outbox] == [["linh@vnm.example"]]


def test_the_secret_is_in_no_history(cast, sign_in):
    browser = sign_in(cast.vnm)
    secret = browser.get(reverse("mfa_activate_totp")).context["form"].secret
    browser.post(reverse("mfa_activate_totp"), {"code": code(secret)})
    assert secret not in json.dumps(list(Trace.objects.values_list("after", "names", "why")), default=str)


# --- when everything is lost


def test_an_administrator_takes_somebodys_factors_away(cast, sign_in):
    url = reverse("admin:reviews_user_factors", args=[cast.secretariat.pk])
    typed = {"why": "Telephone lost, asked by voice", "version": cast.secretariat.version}
    assert sign_in(cast.vnm).post(url, typed).status_code == 403
    assert sign_in(cast.secretariat).post(url, typed).status_code == 403
    assert sign_in(cast.admin).post(url, typed).status_code == 302
    assert not Authenticator.objects.filter(user=cast.secretariat).exists()
    assert (cast.admin, "Telephone lost, asked by voice") in lines(cast.secretariat)
    assert sign_in(cast.secretariat).get("/")["Location"] == reverse("mfa_index")


def test_the_only_administrator_asks_the_machine(cast, sign_in):
    call_command("remove_second_factors", "ADMIN", stdout=StringIO())
    assert lines(cast.admin) == [(None, "two-step sign-in, removed: an authenticator app")]
    assert sign_in(cast.admin).get("/").status_code == 302
    with pytest.raises(CommandError, match="Nobody has"):
        call_command("remove_second_factors", "nobody")
