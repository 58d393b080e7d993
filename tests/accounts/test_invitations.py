"""An invitation makes one account, once, within 72 hours, for whom and in the role that it was sent for."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse

from reviews import clock
from reviews.models import EditConflict, Invitation, InvitationStatus, NotAllowedNow, Trace, User
from tests.accounts.sign_in import come_in, is_in
from tests.accounts.test_passwords import link_in
from tests.support import crawl, grids, make

CHOSEN = {
    "username": "new.person",
    "password1": "another long password",
    "password2": "another long password",
}


@pytest.fixture
def invited(cast: Any) -> tuple[Invitation, str]:
    return make.invitation(by=cast.admin)


def page_of(key: str) -> str:
    return reverse("invitation", args=[key])


@pytest.mark.parametrize(("name", "role"), [("secretariat", "observer"), ("admin", "team")])
def test_from_the_administration_to_the_account(name, role, cast, sign_in, client):
    typed = {"email": "New@vnm.example", "name": "New Person", "role": role,
             "organisation": cast.vnm.organisation_id}  # fmt: skip
    sign_in(getattr(cast, name)).post(reverse("admin:reviews_invitation_add"), typed)
    assert mail.outbox[0].to == ["New@vnm.example"]
    link = link_in(mail.outbox[0].body)
    page = client.get(link).content.decode()
    assert "Welcome, New Person" in page
    answer = client.post(link, CHOSEN)
    assert (answer["Location"], is_in(client)) == ("/", True)
    user = User.objects.get(username="new.person")
    assert (user.role, user.organisation, user.email, user.is_superuser, user.name) == (
        role, cast.vnm.organisation, "New@vnm.example", False, "New Person",
    )  # fmt: skip
    assert come_in("new@vnm.example", CHOSEN["password1"]).status_code == 302


def test_every_step_leaves_its_line(invited, cast, client):
    invitation, key = invited
    client.post(page_of(key), CHOSEN)
    user = User.objects.get(username="new.person")
    lines = Trace.objects.since_version(invitation, 0).order_by("id").values_list("by", "verb")
    assert list(lines) == [(cast.admin.pk, "created"), (user.pk, "accepted")]
    made = Trace.objects.since_version(user, 0).order_by("id").first()
    assert made.why == "accepted the invitation of admin"


def test_nothing_but_the_mail_holds_the_key(invited):
    invitation, key = invited
    everything = str(grids.fingerprint())
    assert key not in everything
    assert "key_digest" not in Trace.objects.since_version(invitation, 0).get().after


def test_the_form_decides_on_nothing_else(invited, cast, client):
    more = {"role": "secretariat", "is_superuser": "on", "email": "evil@x.example", "is_active": "on",
            "organisation": cast.lao.organisation_id, "name": "Evil"}  # fmt: skip
    client.post(page_of(invited[1]), CHOSEN | more)
    user = User.objects.get(username="new.person")
    assert (user.role, user.is_superuser, user.email, user.organisation) == (
        "team", False, "new@vnm.example", cast.vnm.organisation,
    )  # fmt: skip


def test_it_works_once(invited):
    invitation, key = invited
    Client().post(page_of(key), CHOSEN)
    answer = Client().post(page_of(key), CHOSEN | {"username": "second.person"})
    assert (answer.status_code, User.objects.filter(username="second.person").exists()) == (404, False)
    with pytest.raises((EditConflict, IntegrityError)):  # nor for two at the same moment
        invitation.accept(username="third.person", password="another long password")
    assert not User.objects.filter(username="third.person").exists()


@pytest.mark.parametrize(("hours", "status"), [(71, 200), (73, 404)])
def test_it_works_for_72_hours(hours, status, invited, client):
    with clock.at(clock.now() + timedelta(hours=hours)):
        assert client.get(page_of(invited[1])).status_code == status
        assert User.objects.filter(username="new.person").exists() is False
        client.post(page_of(invited[1]), CHOSEN)
    assert User.objects.filter(username="new.person").exists() is (status == 200)


def test_what_no_longer_works_and_what_never_did_look_the_same(invited, cast, client):
    invitation, key = invited
    invitation.withdraw(by=cast.secretariat, expected_version=1, why="Wrong address")
    answers = [client.get(page_of(k)) for k in (key, "nobody-ever-had-this-one", key.swapcase())]
    shown = {
        (a.status_code, crawl.without_token(crawl.text(a)).replace(a.wsgi_request.path, "…")) for a in answers
    }
    assert len(shown) == 1  # but for their own address
    with pytest.raises(NotAllowedNow):
        invitation.withdraw(by=cast.secretariat, expected_version=2, why="Again")


def test_withdrawn_in_the_administration(invited, cast, sign_in):
    invitation, key = invited
    url = reverse("admin:reviews_invitation_withdraw", args=[invitation.pk])
    assert sign_in(cast.vnm).post(url, {"why": "x", "version": 1}).status_code == 403
    assert sign_in(cast.secretariat).post(url, {"why": "Wrong address", "version": 1}).status_code == 302
    assert Invitation.objects.get().status == InvitationStatus.WITHDRAWN


@pytest.mark.parametrize("name", ["vnm", "vnm_team", "consultant", "lead", "observer"])
def test_others_invite_nobody(name, cast):
    with pytest.raises(PermissionDenied):
        make.invitation(by=getattr(cast, name))
    assert not Invitation.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"username": "VNM.coordinator"}, "username"),
        ({"username": "a b"}, "username"),
        ({"username": "linh@vnm.example"}, "username"),
        ({"username": ""}, "username"),
        ({"password1": "short", "password2": "short"}, "password2"),
        ({"password1": "new.person", "password2": "new.person"}, "password2"),
        ({"password2": "another"}, "password2"),
    ],
)
def test_what_is_wrong_is_told_beside_its_field(wrong, field, invited, client):
    answer = client.post(page_of(invited[1]), CHOSEN | wrong)
    assert (answer.status_code, field in answer.context["form"].errors) == (200, True)
    assert Invitation.objects.get().works()


def test_nobody_is_invited_who_is_here(cast):
    make.with_email(cast.vnm, "linh@vnm.example")
    with pytest.raises(ValidationError, match="already"):
        make.invitation(by=cast.admin, email="LINH@vnm.example")


def test_a_national_team_belongs_to_a_member_state(cast):
    with pytest.raises(ValidationError, match="member state"):
        make.invitation(by=cast.admin, organisation=cast.observer.organisation)


def test_whoever_is_signed_in_makes_no_second_account(invited, cast, sign_in):
    assert sign_in(cast.vnm).post(page_of(invited[1]), CHOSEN)["Location"] == "/"
    assert Invitation.objects.get().works()


def test_the_invited_secretariat_sets_up_a_second_factor_first(cast, client):
    _made, key = make.invitation(
        by=cast.admin, role="secretariat", organisation=cast.secretariat.organisation
    )
    client.post(page_of(key), CHOSEN)
    assert client.get("/")["Location"] == reverse("mfa_index")


def test_no_mail_when_nothing_was_saved(cast, sign_in):
    answer = sign_in(cast.secretariat).post(reverse("admin:reviews_invitation_add"), {"email": "x"})
    assert (answer.status_code, mail.outbox) == (200, [])
