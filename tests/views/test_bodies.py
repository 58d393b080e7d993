"""Roles of bodies in a cycle: entered in the set-up, dated, copied, shown on its page, and offered by the ladder."""

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from reviews.actions.bodies import copy_body_roles
from reviews.actions.cycles import prepare_cycle
from reviews.models import BodyRole, EditConflict, NotAllowedNow, ReviewCycle
from tests.support import make


@pytest.fixture
def draft(cast: Any) -> ReviewCycle:
    return prepare_cycle(
        by=cast.secretariat, name_en="IAI", slug="iai", starts_on=date(2025, 1, 1), ends_on=date(2025, 12, 31)
    )


@pytest.fixture
def council(cast: Any) -> Any:
    return make.organisation("ACC", "oversight_body", name="ASEAN Coordinating Council")


@pytest.fixture
def summit(cast: Any) -> Any:
    return make.organisation("SUMMIT", "oversight_body", name="ASEAN Summit")


def sent(page: Any, **values: Any) -> dict[str, Any]:
    form = page.context["form"]
    typed = {name: form[name].value() for name in form.fields} | values
    return {name: value for name, value in typed.items() if value is not None}


def in_force(cycle: ReviewCycle) -> list[tuple[str, str, date, date | None]]:
    rows = cycle.body_roles.counted().in_order()
    return [(row.role, row.body.code, row.from_on, row.until_on) for row in rows]


def test_they_are_entered_in_the_set_up_and_changed_there(cast, draft, council, summit, sign_in):
    browser, url = sign_in(cast.secretariat), reverse("cycle-bodies", args=["iai"])
    chair = {"chair": cast.vnm.organisation.pk, "chair_until": "2025-06-30"}
    values = sent(browser.get(url), council=council.pk, oversight=summit.pk, **chair)
    assert browser.post(url, values)["Location"] == reverse("cycle-setup", args=["iai"])
    first = draft.starts_on
    assert in_force(draft) == [
        ("council", "ACC", first, None),
        ("oversight", "SUMMIT", first, None),
        ("chair", "VNM", first, date(2025, 6, 30)),
    ]
    assert "3 roles" in browser.get(reverse("cycle-setup", args=["iai"])).content.decode()
    browser.post(url, sent(browser.get(url), oversight="", council=summit.pk))
    assert [row[:2] for row in in_force(draft)] == [("council", "SUMMIT"), ("chair", "VNM")]
    assert BodyRole.objects.count() == 3  # nothing is deleted


def test_without_them_the_cycle_can_be_used(cast, draft, sign_in):
    page = sign_in(cast.secretariat).get(reverse("cycle-setup", args=["iai"]))
    step = next(step for step in page.context["steps"] if step.code == "bodies")
    assert (step.is_done, step.is_required) == (False, False)


def test_the_ladder_offers_them_first(cast, draft, council, summit, sign_in):
    other = make.organisation("AAA", "oversight_body", name="A body before all others")
    for role, body in (("oversight", summit), ("council", council)):
        make.body_role(draft, by=cast.secretariat, role=role, body=body)
    page = sign_in(cast.secretariat).get(reverse("cycle-ladder", args=["iai"]))
    form = page.context["form"]
    assert [body.code for body in form.fields["body_1"].queryset][:3] == ["ACC", "SUMMIT", other.code]
    assert (form["body_1"].value(), form["body_2"].value(), form["body_3"].value()) == (
        council.pk,
        summit.pk,
        None,
    )


def test_a_chair_changes_with_the_year(cast, cycle, sign_in):
    browser, url = sign_in(cast.secretariat), reverse("cycle-body-add", args=["mtr"])
    for code, days in (("VNM", ("2020-01-01", "2020-12-31")), ("LAO", ("2021-01-01", ""))):
        values = {
            "role": "chair",
            "body": make.organisation(code).pk,
            "from_on": days[0],
            "until_on": days[1],
        }
        answer = browser.post(url, sent(browser.get(url), **values))
        assert answer["Location"] == reverse("cycle", args=["mtr"])
    page = sign_in(cast.lao).get(reverse("cycle", args=["mtr"])).content.decode()
    assert page.index("1 Jan 2020 – 31 Dec 2020") < page.index("from 1 Jan 2021")
    assert "/bodies/" not in page  # the links are for those who run cycles


def test_it_is_changed_and_taken_out_and_leaves_its_trace(cast, cycle, sign_in):
    row = make.body_role(cycle, by=cast.secretariat)
    browser = sign_in(cast.secretariat)
    edit, out = (reverse(f"cycle-body-{name}", args=["mtr", row.pk]) for name in ("edit", "take-out"))
    assert browser.post(edit, sent(browser.get(edit), until_on="2020-06-30")).status_code == 302
    assert in_force(cycle) == [("council", "ASCC-COUNCIL", cycle.starts_on, date(2020, 6, 30))]
    assert browser.post(out, sent(browser.get(out))).status_code == 302
    assert in_force(cycle) == []
    assert browser.get(edit).status_code == 404
    assert "ASCC-COUNCIL" in browser.get(reverse("cycle", args=["mtr"])).content.decode()  # in the history


def test_a_stale_page_changes_nothing(cast, cycle):
    row = make.body_role(cycle, by=cast.secretariat)
    with pytest.raises(EditConflict):
        row.edit(by=cast.secretariat, expected_version=7, until_on=date(2020, 6, 30))


def test_days_in_order_and_once(cast, cycle, sign_in):
    row = make.body_role(cycle, by=cast.secretariat)
    browser, url = sign_in(cast.secretariat), reverse("cycle-body-add", args=["mtr"])
    same = {"role": row.role, "body": row.body_id, "from_on": row.from_on.isoformat()}
    for typed, field, error in (
        (same, "body", "from that day already"),
        (same | {"until_on": "2019-12-31"}, "until_on", "before the first"),
    ):
        form = browser.post(url, sent(browser.get(url), **typed)).context["form"]
        assert error in str(form.errors[field])
    assert len(in_force(cycle)) == 1


def test_in_a_closed_cycle_they_stay(cast, cycle):
    cycle.close(by=cast.secretariat, expected_version=cycle.version, why="Adopted.")
    with pytest.raises(NotAllowedNow):
        make.body_role(cycle, by=cast.secretariat)


@pytest.mark.parametrize("who", ["vnm", "consultant", "observer"])
def test_only_who_runs_cycles_names_them(who, cast, cycle):
    with pytest.raises(PermissionDenied):
        make.body_role(cycle, by=getattr(cast, who))


def test_a_copy_has_the_bodies_but_not_the_chair(cast, cycle, draft):
    make.body_role(cycle, by=cast.secretariat)
    make.body_role(cycle, by=cast.secretariat, role="chair", body=cast.vnm.organisation)
    for _twice in range(2):
        copy_body_roles(by=cast.secretariat, cycle=draft, source=cycle)
    assert in_force(draft) == [("council", "ASCC-COUNCIL", draft.starts_on, None)]


def test_phases_and_outputs_are_on_the_page_of_the_cycle(cast, cycle, report, sign_in):
    days = {"opens_on": date(2020, 7, 1)}
    for output, due in (("writing", date(2020, 9, 1)), ("data_collection", date(2020, 8, 25))):
        make.deadline(cycle, by=cast.secretariat, title=f"Until {output}", output=output, due_on=due, **days)
    make.deadline(cycle, by=cast.secretariat, title="Only Lao", only_for=[make.organisation("LAO")])
    report.post_progress(by=cast.vnm, expected_version=report.version, data_collection=100)
    page = sign_in(cast.secretariat).get(reverse("cycle", args=["mtr"]))
    rows = [(str(deadline.output_text), met.text) for deadline, met in page.context["outputs"]]
    assert rows == [
        ("data collection finished", "1 of 2 met"),
        ("writing finished", "0 of 2 met"),
        ("national report", "0 of 1 met"),
    ]
    assert "Phases and outputs" in page.content.decode()
    assert "Only Lao" not in sign_in(cast.vnm).get(reverse("cycle", args=["mtr"])).content.decode()


def test_the_set_up_offers_the_three_phases(cast, draft, sign_in):
    browser, url = sign_in(cast.secretariat), reverse("cycle-phases", args=["iai"])
    wrong = browser.post(url, sent(browser.get(url), data_collection="2025-05-01", analysis="2025-04-01"))
    assert "before that of the phase before" in str(wrong.context["form"].errors["analysis"])
    assert "at least one day" in str(browser.post(url, sent(browser.get(url))).context["form"].errors)
    browser.post(url, sent(browser.get(url), data_collection="2025-03-01", writing="2025-06-01"))
    made = [(row.title, row.output, row.due_on, row.opens_on) for row in draft.deadlines.all()]
    assert made == [
        ("Data collection finished", "data_collection", date(2025, 3, 1), draft.starts_on),
        ("Writing finished", "writing", date(2025, 6, 1), draft.starts_on),
    ]
    assert [*browser.get(url).context["form"].fields] == ["analysis", "version"]
    browser.post(url, sent(browser.get(url), analysis="2025-05-01"))
    assert browser.get(url).status_code == 409
