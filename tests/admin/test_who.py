"""The administration: who may open what, and that nothing is deleted."""

from typing import Any

import pytest
from django.apps import apps
from django.urls import reverse

from reviews.models import Trace, Tracked
from tests.admin.pages import IMMUTABLE, INVITING, MODELS, REFERENCE, address, each_model

PEOPLE = ("admin", "secretariat", "vnm", "vnm_team", "consultant", "lead", "observer")


def test_every_kind_of_record_is_there():
    ours = set(apps.get_app_config("reviews").get_models())
    tracked = {model for model in ours if issubclass(model, Tracked)}
    assert tracked | {Trace} <= set(MODELS)


def expected(person: str, model: Any, page: str) -> int:
    allowed = person == "admin" or (person == "secretariat" and model in REFERENCE | INVITING)
    return 200 if allowed and not (page == "add" and model in IMMUTABLE) else 403


@each_model
def test_pages_by_person(model, cast, records, sign_in):
    pages = {"changelist": (), "add": (), "change": [records[model].pk], "history": [records[model].pk]}
    for person in PEOPLE:
        browser = sign_in(getattr(cast, person))
        for page, args in pages.items():
            answer = browser.get(address(model, page, *args)).status_code
            assert (person, page, answer) == (person, page, expected(person, model, page))


@each_model
def test_visitors_sign_in_on_the_sites_own_page(model, records, client):
    for page, args in {"changelist": (), "add": (), "change": [records[model].pk]}.items():
        url = address(model, page, *args)
        answer = client.get(url)
        assert (answer.status_code, answer["Location"]) == (
            302,
            f"{reverse('account_login')}?next={url}",
        )


@pytest.mark.parametrize("name", ["index", "jsi18n", "autocomplete", "password_change"])
def test_visitors_are_sent_to_sign_in_from_everywhere(name, db, client):
    answer = client.get(reverse(f"admin:{name}"))
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_login") + "?next=/admin/")


def test_the_admins_own_sign_in_leads_to_the_sites(db, client):
    answer = client.get(reverse("admin:login"), {"next": "/admin/reviews/user/"})
    assert answer["Location"] == reverse("account_login") + "?next=/admin/reviews/user/"


def test_somebody_signed_in_is_not_sent_in_circles(cast, sign_in):
    answer = sign_in(cast.vnm).get(reverse("admin:login"), follow=True)
    assert (answer.status_code, answer.redirect_chain) == (403, [(reverse("admin:index"), 302)])


@each_model
def test_nothing_is_deleted(model, cast, records, sign_in):
    browser, record = sign_in(cast.admin), records[model]
    url = address(model, "delete", record.pk)
    answers = [browser.get(url), browser.post(url, {"post": "yes"})]
    delete = {"action": "delete_selected", "_selected_action": record.pk, "post": "yes"}
    browser.post(address(model, "changelist"), delete)
    assert [answer.status_code for answer in answers] == [403, 403]
    assert model.objects.filter(pk=record.pk).exists()


@pytest.mark.parametrize("model", [m for m in MODELS if m in IMMUTABLE], ids=lambda m: m.__name__)
def test_what_is_immutable_cannot_be_sent(model, cast, records, sign_in):
    browser, before = sign_in(cast.admin), Trace.objects.count()
    answers = [browser.post(address(model, page, *args), {"why": "x", "version": "1", "note": "x"})
               for page, args in {"add": (), "change": [records[model].pk]}.items()]  # fmt: skip
    assert [answer.status_code for answer in answers] == [403, 403]
    assert Trace.objects.count() == before


def test_the_secretariat_cannot_send_what_it_cannot_open(cast, records, sign_in):
    browser, before = sign_in(cast.secretariat), Trace.objects.count()
    for model in [model for model in MODELS if model not in REFERENCE | INVITING]:
        for page, args in {"add": (), "change": [records[model].pk]}.items():
            assert browser.post(address(model, page, *args), {"why": "x", "version": "1"}).status_code == 403
    assert Trace.objects.count() == before


def test_first_page(cast, sign_in):
    shelves = {
        person: [shelf["name"] for shelf in sign_in(getattr(cast, person)).get("/admin/").context["app_list"]]
        for person in ("admin", "secretariat")
    }
    assert shelves["secretariat"] == ["People", "Reference data"]  # of people: the invitations
    assert shelves["admin"] == [
        "Review cycles", "National reports", "Meetings", "People", "Reference data", "History"
    ]  # fmt: skip


def test_signing_out(cast, sign_in, client):
    browser = sign_in(cast.admin)
    browser.post(reverse("admin:logout"))
    assert browser.get("/admin/").status_code == 302
    assert client.post(reverse("admin:logout")).status_code == 302
