"""People on their pages: roles, what they hold, alternates, and invitations one by one and from a sheet."""

from datetime import date
from html import unescape
from typing import Any

import pytest
from django.urls import reverse

from reviews.accounts import mail_throttle
from reviews.actions.setup import empty_test_cycle
from reviews.models import ActionPoint, Invitation, OutgoingMail, ReviewCycle
from tests.support import make
from tests.support.sheets import choose, confirm, errors_of


def words(answer: Any) -> str:
    return " ".join(unescape(answer.content.decode()).split())


@pytest.fixture
def browser(cast: Any, cycle: Any, sign_in: Any) -> Any:
    return sign_in(cast.secretariat)


OUTBOX = "reviews.operations.outbox.Outbox"
PEOPLE = (
    b"name;e-mail;country;role\nAn Observer;a@un.example;UN;Observer\n"
    b"A Colleague;b@asec.example;ASEAN Secretariat;secretariat\n"
)


def test_people_are_invited_from_a_sheet_in_one_press(browser, settings):
    settings.EMAIL_BACKEND = OUTBOX
    url = reverse("invite-sheet")
    shown = choose(browser, url, PEOPLE)
    assert not Invitation.objects.exists()
    assert confirm(browser, url, shown).status_code == 302
    made = Invitation.objects.order_by("id")
    assert [(i.email, i.organisation.code, i.role) for i in made] == [
        ("a@un.example", "UN", "observer"),
        ("b@asec.example", "ASEC", "secretariat"),
    ]
    assert {"a@un.example", "b@asec.example"} <= {mail.to[0] for mail in OutgoingMail.objects.all()}
    assert "A Colleague" in words(browser.get(reverse("invitation-list")))
    again = choose(browser, url, PEOPLE)
    assert set(errors_of(again)) == {2, 3}  # their invitations still work
    assert errors_of(again)[2]["email"][0].startswith("Invited already; the invitation works until")


def test_what_is_wrong_with_people_is_beside_their_row(browser, cast):
    make.with_email(cast.vnm, "known@vnm.example")
    rows = (
        b"email,name,body,role\nknown@vnm.example,A,UN,Observer\nnot an address,B,UN,Observer\n"
        b"c@x.example,C,Nowhere,Observer\nd@x.example,D,UN,Chief\n"
        b"e@x.example,E,VNM,Team\nf@x.example,F,VNM,National team\n"
    )
    told = errors_of(choose(browser, reverse("invite-sheet"), rows))
    assert told[2] == {"email": ["Somebody has an account with this e-mail address already."]}
    assert told[3] == {"email": ["Enter a valid email address."]}
    assert told[4] == {"body": ["There is no body “Nowhere”: write its code, such as VNM, or its name."]}
    assert "“Chief” is no role." in told[5]["role"][0]
    assert told[6] == told[7] == {"role": ["Only an administrator gives this role."]}


def test_an_administrator_invites_a_country_s_people_to_their_country_only(cast, cycle, sign_in):
    browser, url = sign_in(cast.admin), reverse("invite-sheet")
    told = errors_of(choose(browser, url, b"email,name,body,role\na@x.example,A,UN,team\n"))
    assert told == {2: {"body": ["People of a national team belong to a member state."]}}
    shown = choose(browser, url, b"email,name,body,role\na@x.example,A,Viet Nam,team\n")
    assert confirm(browser, url, shown).status_code == 302


def test_too_many_rows_and_too_many_invitations(browser, settings, monkeypatch):
    settings.EMAIL_BACKEND = OUTBOX
    many = b"email,name,body,role\n" + b"".join(b"p%d@x.example,P,UN,Observer\n" % n for n in range(101))
    answer = choose(browser, reverse("invite-sheet"), many)
    assert answer.context["form"].errors["file"] == [
        "The sheet has 101 rows; at most 100 can be imported at once."
    ]
    monkeypatch.setattr(mail_throttle, "INVITATIONS", 1)
    shown = choose(browser, reverse("invite-sheet"), PEOPLE)
    refused = confirm(browser, reverse("invite-sheet"), shown)
    assert "There were too many invitations within an hour." in words(refused)
    assert not Invitation.objects.exists()  # all or none
    assert not OutgoingMail.objects.exists()


def test_one_invitation_and_its_end(browser, cast):
    un = cast.observer.organisation
    typed = {"name": "New", "email": "n@un.example", "organisation": un.pk, "role": "observer"}
    assert browser.post(reverse("invite"), typed).status_code == 302
    made = Invitation.objects.get()
    url = reverse("invitation-withdraw", args=[made.pk])
    assert browser.post(url, {"why": "Left.", "version": 1}).status_code == 302
    made.refresh_from_db()
    assert made.status == "withdrawn"
    assert browser.get(url).status_code == 409
    offered = browser.get(reverse("invite")).context["form"].fields["role"].choices
    assert [value for value, _label in offered] == ["", "secretariat", "observer"]


def test_people_are_listed_found_and_exported(browser, cast):
    url = reverse("people")
    assert "lao.coordinator" in words(browser.get(url))
    found = words(browser.get(url, {"q": "viet NAM", "role": "coordinator"}))
    assert "vnm.coordinator" in found
    assert "lao.coordinator" not in found
    cast.lao.correct(by=cast.admin, expected_version=cast.lao.version, why="Left.", is_active=False)
    assert "lao.coordinator" in words(browser.get(url, {"account": "left"}))
    exported = b"".join(browser.get(url, {"_export": "csv"}).streaming_content).decode()
    assert "may no longer sign in" in exported


def test_what_somebody_holds_stays_with_the_body(browser, cast, cycle):
    meeting = make.meeting(cycle, by=cast.secretariat)
    ActionPoint.add_to(
        meeting, by=cast.secretariat, text="Send the annex", owner=cast.vnm, due_on=date(2020, 9, 1)
    )
    report = make.report(cycle, "VNM")
    report.appoint(by=cast.vnm, expected_version=report.version, lead_author=cast.vnm, authors="")
    cast.vnm.correct(
        by=cast.admin, expected_version=cast.vnm.version, why="Moved.", organisation=cast.lao.organisation
    )
    page = browser.get(reverse("person", args=[cast.vnm.pk]))
    assert [(held.what, held.stays_with) for held in page.context["held"]] == [
        ("action point", "Viet Nam"),
        ("lead author", "Viet Nam"),
    ]
    assert len(page.context["moves"]) == 2
    assert ">2<" in browser.get(reverse("people"), {"q": "vnm.coordinator"}).content.decode().replace(
        " ", ""
    ).replace("\n", "")


def test_an_alternate_is_somebody_of_the_same_body(browser, cast):
    url = reverse("person-alternate", args=[cast.vnm.pk])
    offered = browser.get(url).context["form"].fields["alternate"].queryset
    assert list(offered) == [cast.vnm_team]
    assert browser.post(url, {"alternate": cast.vnm_team.pk, "version": cast.vnm.version}).status_code == 302
    assert "vnm.team" in words(browser.get(reverse("person", args=[cast.vnm.pk])))
    refused = browser.post(url, {"alternate": cast.lao.pk, "version": cast.vnm.version + 1})
    assert "alternate" in refused.context["form"].errors


# Sheets on which something would be lost or misread


def sheet_errors(browser: Any, content: bytes) -> Any:
    form = choose(browser, reverse("invite-sheet"), content).context["form"]
    return form.errors.get("file", []), {row.number: row.errors for row in form.rows if row.errors}


def test_a_cell_beside_the_named_columns_is_asked_back(browser):
    """A comma that was not quoted moves all cells behind it."""
    content = b"email,name,body,role\na@x.example,Nguyen, An,UN,Observer\n"
    told = sheet_errors(browser, content)[1][2]
    assert told[""] == ["“Observer” stands in a column without a name: name the column, or empty the cell."]


def test_of_two_columns_with_one_name_none_is_chosen_silently(browser):
    content = b"email,name,Name,body,role\na@x.example,An,Binh,UN,Observer\n"
    assert sheet_errors(browser, content)[0] == ["The sheet has two columns “Name”: remove or rename one."]
    content = b"email,name,full name,body,role,note,note\na@x.example,An,Binh,UN,Observer,1,2\n"
    assert sheet_errors(browser, content) == ([], {})  # those are shown as not read


def test_a_name_is_one_line_and_can_be_seen(browser):
    content = 'email,name,body,role\na@x.example,"An\nBcc: b@x.example",UN,Observer\nc@x.example,\u200b,UN,Observer\n'
    told = sheet_errors(browser, content.encode())[1]
    assert told[2] == {"name": ["Write this on one line, without a line break."]}
    assert told[3]["name"] == ["This is empty."]


# Open items in somebody's name


def test_a_private_draft_is_not_shown_with_whoever_wrote_it(browser, cast, cycle, report, sign_in):
    gap = make.gap(report, by=cast.vnm)
    make.advice(by=cast.consultant, gap=gap, text="Our draft of advice")
    for person in (cast.secretariat, cast.admin):
        page = words(sign_in(person).get(reverse("person", args=[cast.consultant.pk])))
        assert "Our draft of advice" not in page
        assert gap.code not in page


def test_nothing_of_an_emptied_test_cycle_is_in_a_name(browser, cast, cycle):
    rehearsal = make.cycle("rehearsal", by=cast.secretariat, is_test=True)
    make.report(rehearsal, "VNM").appoint(by=cast.vnm, expected_version=1, lead_author=cast.vnm, authors="")
    page = reverse("person", args=[cast.vnm.pk])
    assert "REHEARSAL" in words(browser.get(page))
    empty_test_cycle(by=cast.secretariat, cycle=rehearsal, expected_version=rehearsal.version, why="Done")
    copied = ReviewCycle.objects.exclude(pk__in=(rehearsal.pk, cycle.pk)).get()
    answer = browser.get(page)
    assert not [item for item in answer.context["held"] if copied.slug not in item.url]
    people = browser.get(reverse("people")).context["table"].data
    assert {row.pk: row.held for row in people}[cast.vnm.pk] == len(answer.context["held"])


def test_of_two_bodies_with_one_name_none_is_chosen_silently(browser):
    for code in ("MOH-VNM", "MOH-LAO"):
        make.organisation(code, "ministry", "Ministry of Health")
    content = (
        b"email,name,body,role\na@x.example,A,ministry of health,Observer\nb@x.example,B,MOH-LAO,Observer\n"
    )
    form = choose(browser, reverse("invite-sheet"), content).context["form"]
    assert [row.errors for row in form.rows] == [
        {
            "body": [
                "Several bodies are called “ministry of health”:"
                " write the code of the right one (MOH-LAO, MOH-VNM)."
            ]
        },
        {},
    ]
    assert form.rows[1].value["organisation"].code == "MOH-LAO"
