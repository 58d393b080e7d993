"""Whose second factors somebody else has removed gets a mail."""

from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.core.management import call_command
from django.urls import reverse

from tests.support import make


@pytest.fixture
def lost(cast):
    Authenticator.objects.get_or_create(
        user=cast.secretariat, type=Authenticator.Type.TOTP, defaults={"data": {}}
    )
    person = cast.secretariat
    make.with_email(person, "secretariat@asean.example")
    return person


def in_the_admin(person, cast, sign_in):
    person.refresh_from_db()
    page = reverse("admin:reviews_user_factors", args=[person.pk])
    answer = sign_in(cast.admin).post(page, {"why": "Lost the telephone", "version": person.version})
    assert answer.status_code == 302


def by_command(person, cast, sign_in):
    call_command("remove_second_factors", person.username, stdout=StringIO())


@pytest.mark.parametrize("remove", [in_the_admin, by_command])
def test_the_person_is_told_by_mail(remove, lost, cast, sign_in):
    remove(lost, cast, sign_in)
    assert not Authenticator.objects.filter(user=lost).exists()
    (message,) = mail.outbox
    assert message.to == [lost.email]
    assert "removed the two-step sign-in" in " ".join(message.body.split())


@pytest.mark.parametrize("remove", [by_command])
def test_where_there_were_none_nobody_is_told(remove, cast, sign_in):
    Authenticator.objects.filter(user=cast.vnm).delete()
    remove(cast.vnm, cast, sign_in)
    assert mail.outbox == []
