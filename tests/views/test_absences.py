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
