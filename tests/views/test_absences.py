"""Days away, and acting for somebody who is away."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse

from reviews import clock
from reviews.models import NationalReport, Trace, User
from tests.support import make

TODAY = date(2020, 8, 20)


def away(person: Any, alternate: Any) -> Any:
    return person.change_traced(
        by=None, expected_version=person.version, alternate=alternate, away_from=TODAY, away_until=TODAY
    )


@pytest.fixture
def acting(cast: Any, cycle: Any, sign_in: Any) -> Any:
    """The browser of Viet Nam's team, acting for its coordinator."""
    away(cast.vnm, cast.vnm_team)
    browser = sign_in(cast.vnm_team)
    assert browser.post(reverse("away-act", args=[cast.vnm.pk])).status_code == 302
    return browser


def test_the_days_are_entered_on_a_page_of_ones_own(cast, sign_in):
    browser, url = sign_in(cast.vnm), reverse("away")
    typed = {"away_from": "2020-08-24", "away_until": "2020-08-28", "version": cast.vnm.version}
    assert browser.post(url, typed).status_code == 302
    person = User.objects.get(pk=cast.vnm.pk)
    assert (person.away_from, person.away_until) == (date(2020, 8, 24), date(2020, 8, 28))
    wrong = typed | {"away_until": "2020-08-01", "version": person.version}
    assert "The last day comes before the first." in browser.post(url, wrong).content.decode()


def test_an_alternate_has_the_rights_of_whom_he_acts_for(cast, acting):
    """A team does not ask for extensions; its coordinator does."""
    url = reverse(
        "extension-ask",
        args=["mtr", make.deadline(NationalReport.objects.first().cycle, by=cast.secretariat).number],
    )
    assert acting.get(url).status_code == 200
    acting.post(reverse("away-end"))
    assert acting.get(url).status_code == 403


def test_the_trace_names_both(cast, report, acting):
    url = reverse("report-authors", args=["mtr", "VNM"])
    acting.post(url, {"lead_author": "", "authors": "Ministry of Labour", "version": report.version})
    row = Trace.objects.on_page(report)[0]
    assert (row.by, row.by_text) == (cast.vnm_team, "vnm.team for vnm.coordinator")
    page = acting.get(reverse("report-history", args=["mtr", "VNM"])).content.decode()
    assert "vnm.team for vnm.coordinator" in page
    assert "You act for" in page


def test_it_ends_with_the_days_away(cast, cycle, acting):
    with clock.at(TODAY + timedelta(days=1)):
        page = acting.get(reverse("desk")).content.decode()
    assert "You act in your own name again" in page
    assert "You act for vnm.coordinator" not in page


def test_before_that_or_for_others_nobody_acts(cast, cycle, sign_in):
    cast.vnm.change_traced(by=None, expected_version=cast.vnm.version, alternate=cast.vnm_team)
    url = reverse("away-act", args=[cast.vnm.pk])
    assert sign_in(cast.vnm_team).post(url).status_code == 404  # nobody is away
    away(cast.vnm, cast.vnm_team)
    assert sign_in(cast.lao).post(url).status_code == 404
    assert sign_in(cast.vnm_team).post(url).status_code == 302


def test_nobody_comes_into_another_side_as_an_alternate(cast, cycle):
    """An observer of the consultants' body is no consultant, whoever names them."""
    guest = make.user("guest", "observer", cast.lead.organisation)
    away(cast.lead, guest)
    assert not guest.stands_in_today(cast.lead)
    away(cast.lead, cast.consultant)
    assert cast.consultant.stands_in_today(cast.lead)
    away(cast.admin, cast.secretariat)
    assert not cast.secretariat.stands_in_today(cast.admin)


def test_the_secretariat_enters_the_days_of_somebody_who_is_ill(cast, sign_in):
    url = reverse("person-away", args=[cast.vnm.pk])
    typed = {"away_from": "2020-08-20", "away_until": "2020-08-28", "version": cast.vnm.version}
    assert sign_in(cast.secretariat).post(url, typed).status_code == 302
    assert User.objects.get(pk=cast.vnm.pk).is_away


def changed(person: Any, **values: Any) -> Any:
    """The account as it is after a change."""
    stored = User.objects.get(pk=person.pk)
    return stored.change_traced(by=None, expected_version=stored.version, **values)


LAPSES = [
    ("vnm_team", {"organisation": "lao"}, "no longer belong to the same body"),
    ("vnm", {"organisation": "lao"}, "no longer belong to the same body"),
    ("vnm_team", {"active_until": TODAY - timedelta(days=1)}, "The account of vnm.team has ended."),
    ("vnm", {"active_until": TODAY - timedelta(days=1)}, "The account of vnm.coordinator has ended."),
    ("vnm_team", {"is_active": False}, "The account of vnm.team has ended."),
    ("vnm_team", {"active_from": TODAY + timedelta(days=1)}, "The account of vnm.team is not open yet."),
    ("vnm_team", {"role": "observer"}, "does not have a role like that of vnm.coordinator"),
]


@pytest.mark.parametrize(("who", "values", "reason"), LAPSES)
def test_an_alternate_lapses(who, values, reason, cast, cycle, sign_in):
    """Whoever of the two moves, or whose account ends: it is asked at each use, and said on the pages."""
    away(cast.vnm, cast.vnm_team)
    if "organisation" in values:
        values = {"organisation": cast.lao.organisation}
    changed(getattr(cast, who), **values)
    person, alternate = User.objects.get(pk=cast.vnm.pk), User.objects.get(pk=cast.vnm_team.pk)
    assert not alternate.stands_in_today(person)
    assert reason in person.why_alternate_lapsed
    browser = sign_in(cast.secretariat)
    for page in (
        reverse("person", args=[person.pk]),
        reverse("person", args=[alternate.pk]),
        reverse("person-hand-over", args=[person.pk]),
        reverse("person-hand-over", args=[alternate.pk]),
    ):
        assert reason in " ".join(browser.get(page).content.decode().split())
    assert "vnm.team (cannot act)" in browser.get(reverse("people")).content.decode()


def test_it_lapses_in_the_middle_of_acting(cast, acting):
    changed(cast.vnm, organisation=cast.lao.organisation)
    assert "You act in your own name again" in acting.get(reverse("desk")).content.decode()


def test_people_read_themselves_that_their_alternate_lapsed(cast, cycle, sign_in):
    away(cast.vnm, cast.vnm_team)
    changed(cast.vnm_team, is_active=False)
    for name in ("away", "notification-settings"):
        page = " ".join(sign_in(cast.vnm).get(reverse(name)).content.decode().split())
        assert "Cannot act as alternate: The account of vnm.team has ended." in page


def test_only_who_could_act_is_named(cast, sign_in):
    """An observer of the same body would come into another side."""
    guest = make.user("guest", "observer", cast.lead.organisation)
    browser, url = sign_in(cast.secretariat), reverse("person-alternate", args=[cast.lead.pk])
    assert guest not in browser.get(url).context["form"].fields["alternate"].queryset
    refused = browser.post(url, {"alternate": guest.pk, "version": cast.lead.version})
    assert "alternate" in refused.context["form"].errors
