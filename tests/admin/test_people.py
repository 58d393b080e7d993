"""Accounts in the administration: made, given a password, never locked out by themselves."""

import pytest

from reviews.models import Trace, User
from tests.admin.pages import address, correct, sent

NEW = {"username": "new.person", "name": "New Person", "role": "observer"}


def test_adding_a_person(cast, sign_in, client):
    browser, url = sign_in(cast.admin), address(User, "add")
    passwords = {"password1": "correct horse battery", "password2": "correct horse battery"}
    answer = browser.post(url, sent(browser.get(url), **NEW, **passwords))
    assert answer.status_code == 302
    assert client.login(username="new.person", password="correct horse battery")
    row = Trace.objects.since_version(User.objects.get(username="new.person"), 0).get()
    assert row.by == cast.admin
    assert "password" not in row.after


@pytest.mark.parametrize(
    ("passwords", "wrong"),
    [
        (("", ""), ["password1", "password2"]),
        (("correct horse battery", "other horse battery"), ["password2"]),
        (("short", "short"), ["password2"]),
        (("new.person1", "new.person1"), ["password2"]),
    ],
)
def test_bad_passwords(passwords, wrong, cast, sign_in):
    browser, url = sign_in(cast.admin), address(User, "add")
    typed = dict(zip(("password1", "password2"), passwords, strict=True))
    answer = browser.post(url, sent(browser.get(url), **NEW, **typed))
    assert list(answer.context["adminform"].form.errors) == wrong
    assert not User.objects.filter(username="new.person").exists()


def test_setting_a_password(cast, sign_in, client):
    url = address(User, "password", cast.vnm.pk)
    browser = sign_in(cast.admin)
    passwords = {"password1": "correct horse battery", "password2": "correct horse battery"}
    answer = browser.post(url, {"version": cast.vnm.version, **passwords})
    assert answer["Location"] == address(User, "change", cast.vnm.pk)
    assert client.login(username="vnm.coordinator", password="correct horse battery")
    row = Trace.objects.since_version(cast.vnm, cast.vnm.version).get()
    assert (row.by, row.why) == (cast.admin, "password set")
    assert "argon2" not in str((row.before, row.after))
    assert "md5$" not in str((row.before, row.after))


def test_setting_ones_own_password_signs_nobody_out(cast, sign_in):
    browser = sign_in(cast.admin)
    passwords = {"password1": "correct horse battery", "password2": "correct horse battery"}
    browser.post(address(User, "password", cast.admin.pk), {"version": cast.admin.version, **passwords})
    assert browser.get("/admin/").status_code == 200


def test_setting_a_bad_password(cast, sign_in):
    url, before = address(User, "password", cast.vnm.pk), User.objects.get(pk=cast.vnm.pk).password
    answer = sign_in(cast.admin).post(url, {"version": "1", "password1": "vnm.coordinator", "password2": "x"})
    assert answer.context["form"].errors
    assert User.objects.get(pk=cast.vnm.pk).password == before


def test_only_administrators_set_passwords(cast, sign_in):
    for person in (cast.secretariat, cast.vnm):
        assert sign_in(person).post(address(User, "password", cast.vnm.pk), {}).status_code == 403


def test_the_stored_password_is_never_shown(cast, sign_in):
    html = sign_in(cast.admin).get(address(User, "change", cast.vnm.pk)).content.decode()
    assert "md5" not in html
    assert "password_hash" not in html


def test_changing_a_persons_duty(cast, sign_in):
    answer = correct(sign_in(cast.admin), cast.vnm_team, role="coordinator", why="Promoted")
    assert answer.status_code == 302
    assert User.objects.get(pk=cast.vnm_team.pk).role == "coordinator"


@pytest.mark.parametrize("field", ["is_active", "is_superuser"])
def test_nobody_locks_himself_out(field, cast, sign_in):
    User.objects.get(pk=cast.admin.pk).correct(
        by=None, expected_version=1, why="So that only one thing is wrong", role="observer"
    )
    answer = correct(sign_in(cast.admin), cast.admin, **{field: False}, why="Oops")
    assert list(answer.context["adminform"].form.errors) == [field]
    assert getattr(User.objects.get(pk=cast.admin.pk), field) is True
    assert correct(sign_in(cast.admin), cast.vnm, is_active=False, why="Left").status_code == 302


def test_names_that_differ_in_capitals_only(cast, sign_in):
    answer = correct(sign_in(cast.admin), cast.lao, username="VNM.Coordinator", why="Same")
    assert list(answer.context["adminform"].form.errors) == ["username"]
