"""Lists of the administration: what an address may filter by, and what the search finds."""

import re
import unicodedata
from html import unescape

import pytest

from reviews.admin import site
from reviews.admin.filtering import lookups_of
from reviews.models import (
    ActionPoint,
    MethodNote,
    NationalReport,
    Organisation,
    OutgoingMail,
    Trace,
    User,
)
from tests.admin.pages import address, each_model
from tests.support import make

REFUSED = {
    User: [
        "password__regex=^argon2",
        "password__startswith=a",
        "email__iregex=.",
        "username=admin",
        "pk=1",
        "trace__why__contains=x",
        "authenticator__data__contains=x",
        "action_points__text__contains=x",
    ],
    MethodNote: [
        "advice__text__contains=x",
        "text__regex=(a+)+$",
        "code__contains=a",
        "kind__method_notes__text__regex=a",
    ],
    OutgoingMail: ["body__contains=http", "headers__contains=x", "html__regex=."],
    Organisation: ["people__password__startswith=a", "name_en__regex=.", "code__gt=A"],
    NationalReport: [
        "lead_author__password__regex=.",
        "authors__regex=.",
        "status__regex=.",
        "status__in=a,b",
    ],
    Trace: ["before__password__contains=a", "by__password__regex=.", "digest__startswith=0"],
}


@pytest.mark.parametrize(("model", "query"), [(m, q) for m, queries in REFUSED.items() for q in queries])
def test_a_list_is_filtered_by_what_its_page_links_to_only(model, query, cast, db, sign_in):
    answer = sign_in(cast.admin).get(f"{address(model, 'changelist')}?{query}")
    assert answer.status_code == 404
    assert "no such filter" in answer.content.decode()


def test_a_column_that_nothing_refers_to_is_no_answer_of_a_popup(cast, db, sign_in):
    answer = sign_in(cast.admin).get(f"{address(User, 'changelist')}?_to_field=password&_popup=1")
    assert answer.status_code == 404


@each_model
def test_every_link_of_a_list_works(model, cast, records, sign_in):
    browser, url = sign_in(cast.admin), address(model, "changelist")
    page = browser.get(url).content.decode()
    links = {unescape(link) for link in re.findall(r'href="(\?[^"]+)"', page)}
    for link in links:
        assert browser.get(url + link).status_code == 200, link


@each_model
def test_no_lookup_reaches_a_secret_or_takes_a_pattern(model, db):
    allowed = lookups_of(site.get_model_admin(model))
    refused = {
        "password",
        "email",
        "data",
        "body",
        "html",
        "headers",
        "digest",
        "key_digest",
        "regex",
        "iregex",
    }
    assert not [lookup for lookup in allowed if refused & {*lookup.split("__")}]


def test_a_report_leads_to_its_gaps(cast, report, sign_in):
    make.gap(report, by=cast.vnm)
    browser = sign_in(cast.admin)
    page = browser.get(address(NationalReport, "change", report.pk)).content.decode()
    link = unescape(re.search(r'href="(/[^"]*datagap/\?[^"]+)"', page)[1])
    assert browser.get(link).context["cl"].result_count == 1


def found(browser, model, words):
    return list(browser.get(address(model, "changelist"), {"q": words}).context["cl"].queryset)


SPELLINGS = [
    "nguyen",
    "NGUYỄN",
    "Nguyễn",
    unicodedata.normalize("NFD", "nguyễn"),
    "duc",
    "ĐỨC",
    "nguyen duc",
    '"van duc"',
]


@pytest.mark.parametrize("words", SPELLINGS)
def test_people_are_found_whatever_the_capitals_and_accents(words, cast, sign_in):
    person = make.user("an", "team", cast.vnm.organisation, name="Nguyễn Văn Đức")
    assert found(sign_in(cast.admin), User, words) == [person]


def test_every_list_finds_so(cast, cycle, sign_in):
    meeting = make.meeting(cycle, by=cast.secretariat, title="Họp ở Đà Nẵng")
    body = make.organisation("HN", "partner", "Sở Y tế – Hà Nội “A”")
    point = ActionPoint.add_to(
        meeting, by=cast.secretariat, text="Gửi báo cáo", owner_body=body, due_on="2020-09-01"
    )
    browser = sign_in(cast.admin)
    assert found(browser, Organisation, "so y te - ha noi") == [body]
    assert found(browser, ActionPoint, "GUI BAO CAO") == found(browser, ActionPoint, "da nang") == [point]
    assert found(browser, ActionPoint, "ha noi gui") == [point]
    assert found(browser, ActionPoint, "100%") == found(browser, ActionPoint, "g_i") == []
    row = Trace.objects.filter(label__startswith="Họp").first()
    assert row in found(browser, Trace, "hop o da nang")


def test_mail_is_found_by_its_reader(cast, db, sign_in):
    mail = OutgoingMail.objects.create(sender="a@b.example", to=["Le.An@moh.example"], subject="Chào")
    OutgoingMail.objects.create(sender="a@b.example", to=["x@y.example"], subject="Other")
    browser = sign_in(cast.admin)
    assert found(browser, OutgoingMail, "le.an@MOH") == found(browser, OutgoingMail, "chao") == [mail]
