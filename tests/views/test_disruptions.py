"""The register of disruptions, what cites one, and who sees that."""

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from reviews.forms.deadlines import ExtensionForm
from reviews.models import DataGap, Disruption, Extension, Meeting, Trace
from tests.support import make


@pytest.fixture
def cited(cast, cycle, report) -> SimpleNamespace:
    """COVID-19, cited by Viet Nam's gap and request, and by a meeting."""
    covid = make.disruption(cycle, by=cast.secretariat)
    gap = make.gap(report, by=cast.vnm, missing="Gap-Kiwi", disruption=covid)
    deadline = make.deadline(cycle, by=cast.secretariat, title="Reports-Lime")
    extension = make.extension(
        report, deadline, by=cast.vnm, asked_until=date(2020, 9, 21), reason="Ask-Durian", disruption=covid
    )
    meeting = make.meeting(cycle, by=cast.secretariat, title="Meeting-Fig", disruption=covid)
    return SimpleNamespace(covid=covid, gap=gap, deadline=deadline, extension=extension, meeting=meeting)


def page_of(browser: Any, record: Any) -> str:
    return browser.get(record.get_absolute_url()).content.decode()


def test_its_page_lists_what_cites_it_as_far_as_one_may_read(cast, cited, sign_in):
    for name in ("vnm", "consultant", "secretariat"):
        page = page_of(sign_in(getattr(cast, name)), cited.covid)
        for words in ("Gap-Kiwi", "Reports-Lime", "Meeting-Fig", "since 11 Mar 2020, with no end yet"):
            assert words in page
    other = page_of(sign_in(cast.lao), cited.covid)
    assert "Meeting-Fig" in other
    assert "Gap-Kiwi" not in other
    assert "Reports-Lime" not in other
    assert "VNM" not in other
    assert sign_in(cast.observer).get(cited.covid.get_absolute_url()).status_code == 404


def test_the_pages_of_what_cites_it_name_it(cast, cited, sign_in):
    browser = sign_in(cast.vnm)
    for record in (cited.gap, cited.deadline, cited.meeting):
        assert "COVID-19" in page_of(browser, record)


def test_observers_are_not_told_of_it(cast, cycle, sign_in):
    covid = make.disruption(cycle, by=cast.secretariat)
    meeting = make.meeting(cycle, by=cast.secretariat, shared=True, disruption=covid)
    assert "COVID-19" not in page_of(sign_in(cast.observer), meeting)


def test_registering_and_changing(cast, cycle, sign_in):
    browser = sign_in(cast.secretariat)
    state = cast.vnm.organisation
    typed = {
        "title": "Storm", "kind": "disaster", "starts_on": "2020-08-01", "ends_on": "2020-08-03", "effect": "",
        "countries": [state.pk],
    }  # fmt: skip
    answer = browser.post(reverse("disruption-add", args=["mtr"]), typed)
    made = Disruption.objects.get()
    assert answer["Location"] == made.get_absolute_url()
    assert (made.number, list(made.countries.all())) == (1, [state])
    url = reverse("disruption-edit", args=["mtr", 1])
    assert browser.post(url, typed | {"title": "Cyclone", "version": "1"}).status_code == 302
    conflict = browser.post(url, typed | {"title": "Typhoon", "version": "1"})
    assert conflict.status_code == 409
    assert "Typhoon" in conflict.content.decode()
    made.refresh_from_db()
    assert (made.title, Trace.objects.on_page(made).count()) == ("Cyclone", 2)


def test_days_out_of_order(cast, cycle, sign_in):
    typed = {"title": "Storm", "kind": "disaster", "starts_on": "2020-08-03", "ends_on": "2020-08-01"}
    answer = sign_in(cast.secretariat).post(reverse("disruption-add", args=["mtr"]), typed)
    assert list(answer.context["form"].errors) == ["ends_on"]


def test_only_the_secretariat_registers(cast, cycle):
    for person in (cast.vnm, cast.lao, cast.consultant, cast.lead, cast.observer, cast.admin):
        with pytest.raises(PermissionDenied):
            make.disruption(cycle, by=person)
    assert not Disruption.objects.exists()


def test_a_country_is_offered_what_concerns_it(cast, cycle, report, sign_in):
    make.disruption(cycle, by=cast.secretariat, title="Everywhere")
    make.disruption(cycle, by=cast.secretariat, title="Here", countries=[cast.vnm.organisation])
    there = make.disruption(cycle, by=cast.secretariat, title="There", countries=[cast.lao.organisation])
    gap = make.gap(report, by=cast.vnm)
    deadline = make.deadline(cycle, by=cast.secretariat)
    for url in (reverse("datagap-edit", args=["mtr", gap.code]), reverse("extension-ask", args=["mtr", 1])):
        field = sign_in(cast.vnm).get(url).context["form"].fields["disruption"]
        assert [str(d) for d in field.queryset] == ["Everywhere", "Here"]
    form = ExtensionForm(
        {"asked_until": "2020-10-01", "reason": "x", "disruption": there.pk},
        instance=Extension(deadline=deadline, member_state=cast.vnm.organisation),
    )
    assert "disruption" in form.errors
    # One that was cited before it was limited to other countries stays.
    gap.edit(by=cast.vnm, expected_version=gap.version, disruption=there)
    field = sign_in(cast.vnm).get(reverse("datagap-edit", args=["mtr", gap.code])).context["form"].fields
    assert "There" in [str(d) for d in field["disruption"].queryset]


def test_gap_extension_and_meeting_take_it_from_their_forms(cast, cycle, report, sign_in):
    covid = make.disruption(cycle, by=cast.secretariat)
    make.deadline(cycle, by=cast.secretariat)
    meeting = make.meeting(cycle, by=cast.secretariat)
    gap = {"kind": make.kind().pk, "missing": "x", "disruption": covid.pk}
    assert sign_in(cast.vnm).post(reverse("datagap-add", args=["mtr"]), gap).status_code == 302
    values = {"asked_until": "2020-10-01", "reason": "x", "disruption": covid.pk}
    assert sign_in(cast.vnm).post(reverse("extension-ask", args=["mtr", 1]), values).status_code == 302
    moved = {
        "title": "Meeting 3", "series": "coordination", "number": "3", "code": "3", "mode": "online",
        "planned_from": "2020-10-01", "planned_to": "2020-10-01", "time_zone": "Asia/Jakarta", "why": "COVID-19",
        "disruption": covid.pk, "version": meeting.version,
    }  # fmt: skip
    assert (
        sign_in(cast.secretariat).post(reverse("meeting-edit", args=["mtr", "3"]), moved).status_code == 302
    )
    for record in (DataGap.objects.get(), Extension.objects.get(), Meeting.objects.get()):
        assert record.disruption == covid


def test_of_another_cycle_none_can_be_cited(cast, cycle, report):
    elsewhere = make.disruption(make.cycle("other", by=cast.secretariat), by=cast.secretariat)
    with pytest.raises(ValidationError) as error:
        make.gap(report, by=cast.vnm, disruption=elsewhere)
    assert list(error.value.message_dict) == ["disruption"]
    with pytest.raises(ValidationError):
        make.meeting(cycle, by=cast.secretariat, disruption=elsewhere)


def test_the_list_filters_and_leaves(cast, cycle, sign_in):
    url = reverse("disruption-list", args=["mtr"])
    make.disruption(cycle, by=cast.secretariat, title="Everywhere")
    make.disruption(
        cycle, by=cast.secretariat, title="There", kind="election", countries=[cast.lao.organisation]
    )
    browser = sign_in(cast.vnm)
    assert "There" not in browser.get(url, {"concerning": "VNM"}).content.decode()
    assert "Everywhere" not in browser.get(url, {"kind": "election"}).content.decode()
    text = b"".join(browser.get(url, {"_export": "csv"})).decode()
    assert "2020-03-11" in text
    assert "all members" in text
    assert "Lao PDR" in text


def test_lists_and_pages_ask_the_same_for_one_and_three(
    cast, cited, cycle, report, sign_in, django_assert_max_num_queries
):
    browser, counts = sign_in(cast.vnm), []
    for n in (1, 2, 3):
        make.gap(report, by=cast.vnm, disruption=cited.covid)
        make.meeting(cycle, by=cast.secretariat, code=f"m-{n}", disruption=cited.covid)
        make.disruption(cycle, by=cast.secretariat, title=f"Storm {n}", countries=[cast.lao.organisation])
        browser.get(cited.covid.get_absolute_url())
        browser.get(reverse("disruption-list", args=["mtr"]))  # the first visit is remembered
        with django_assert_max_num_queries(12) as page:
            assert browser.get(cited.covid.get_absolute_url()).status_code == 200
        with django_assert_max_num_queries(8) as rows:
            assert browser.get(reverse("disruption-list", args=["mtr"])).status_code == 200
        counts.append((len(page), len(rows)))
    assert counts[0] == counts[2]
