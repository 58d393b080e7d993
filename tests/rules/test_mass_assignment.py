"""Whatever is sent along with a form, only the fields of the form are written."""

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.db import models

from reviews.models import FrameworkNode, ReviewCycle, Trace, User
from reviews.urls import account_urls
from reviews.views.form_pages import FormPage
from tests.rules.test_access import POSTS
from tests.support import grids, make, steps
from tests.support.browsers import signed_in, told, undone
from tests.support.shared_records import shared

# Who may take each step.
# Of signing in and passwords: forms of their own, over no record of a review.
ACCOUNTS = {url.name for url in account_urls}
STEPS = {
    page: next(name for name, status in row.items() if status == "302")
    for page, row in grids.read(POSTS)
    if "302" in row.values() and page not in ACCOUNTS
}
# Those that start from a world of their own; all others share one.
APART = {page for page in STEPS if page in steps.REPORT_BEFORE or page in steps.GAP_BEFORE}
APART |= {page for page in STEPS if page.partition("-")[0] in ("advice", "agenda", "minutes", "action")}
APART |= {
    "finding-reopen",
    "extension-ask",
    "extension-set",
    "round-open",
    "round-close",
    "cycle-open",
    "cycle-reopen",
    "meeting-cancel",
    "delivery-add",
    "delivery-record",
    "delivery-take-back",
    "remind",
    "explanation-give",
    "follow-up-remove",
    "cycle-copy",
    "cycle-empty",
    "saved-view-remove",
    "saved-view-take-over",
    "away",
    "mail-again",
    "away-act",
    "watches",
    "watch-stop",
    "mark-seen",
    "calendar-add",
    "calendar-renew",
    "calendar-revoke",
    *steps.OF_PEOPLE,
    *steps.SETTING_UP,
} & {*STEPS}
PLAIN = sorted({*STEPS} - APART)
# Not compared: what is new each time, and the rows in which a record is told once more.
ALWAYS_NEW = {"receipt", "file", "at", "search", "digest", "key_digest", "key", "request_id"}
TOLD_AGAIN = {"before", "after", "object_id", "page_id", "label"}


@pytest.fixture
def fields_of(monkeypatch: Any) -> set[str]:
    """The names of the fields of the form that was sent last."""
    names: set[str] = set()
    valid = FormPage.form_valid

    def noted(page: Any, form: Any) -> Any:
        names.clear()
        names.update(form.fields)
        return valid(page, form)

    monkeypatch.setattr(FormPage, "form_valid", noted)
    return names


def everything(cast: Any) -> dict[str, Any]:
    """A value for every field of every model, other than any test would leave there."""
    values: dict[str, Any] = {"by": cast.lao.pk, "seen": "9", "user": cast.lao.pk}
    for model in apps.get_app_config("reviews").get_models():
        for field in (*model._meta.concrete_fields, *model._meta.many_to_many):
            values.setdefault(field.name, other(field, cast))
            values.setdefault(field.attname if hasattr(field, "attname") else field.name, other(field, cast))
    return values


def other(field: Any, cast: Any) -> Any:
    if field.is_relation:
        there = {"organisation": cast.lao.organisation_id, "user": cast.lao.pk}
        return there.get(field.related_model._meta.model_name, 1)
    if field.choices:
        return [value for value, _label in field.flatchoices][-1]
    if isinstance(field, models.DateField):
        return "2031-01-01"
    if isinstance(field, models.BooleanField):
        return "on"
    return "77" if isinstance(field, models.IntegerField | models.AutoField) else "sent-along"


def written(before: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """Every row as it is now, with new ids told in order, so that two attempts can be compared."""
    new = {label: {row[0] for row in rows} - {row[0] for row in before[label]}
           for label, rows in grids.fingerprint().items()}  # fmt: skip
    return {label: [_told(apps.get_model(label), row, new) for row in rows]
            for label, rows in grids.fingerprint().items()}  # fmt: skip


def _told(model: Any, row: Any, new: dict[str, set[int]]) -> list[Any]:
    fields = [
        f for f in model._meta.concrete_fields if f.attname not in ("last_login", "last_cycle_id", "language")
    ]
    return [_value(model, f, value, new) for f, value in zip(fields, row, strict=True)]


def _value(model: Any, field: Any, value: Any, new: dict[str, set[int]]) -> Any:
    if field.name in ALWAYS_NEW or field.name.endswith(("_at", "_since")):
        return ""
    if model is Trace and field.name in TOLD_AGAIN:
        return ""
    target = model if field.primary_key else field.related_model
    fresh = sorted(new.get(target._meta.label, ())) if target else []
    return f"new {fresh.index(value)}" if value in fresh else value


def check(page: str, made: Any, cast: Any, fields: set[str]) -> None:
    browser = browser_of(STEPS[page], cast)
    before, url = grids.fingerprint(), steps.address(page, made)
    with undone():
        assert told(browser.post(url, steps.typed(page, made))) == "302", page
        expected = written(before)
    own = steps.typed(page, made)
    along = {name: value for name, value in everything(cast).items() if name not in {*own, *fields}}
    assert {"status", "holder", "organisation", "role", "member_state"} - {*own, *fields} <= {*along}
    with undone():
        answer = browser.post(url, along | own)
        assert told(answer) == "302", (page, answer.context and answer.context["form"].errors)
        found = written(before)
    # The entries of the search say what other records say, and their ids follow the order of writing.
    differing = {label for label in found if found[label] != expected[label]} - {"reviews.SearchEntry"}
    assert differing == set(), page


def browser_of(column: str, cast: Any) -> Any:
    return signed_in(cast.vnm_team if column == "team" else getattr(cast, column))


def test_steps_from_the_common_world(cast, cycle, fields_of):
    made = steps.world("desk", cast, cycle)
    for page in PLAIN:
        check(page, made, cast, fields_of)


@pytest.mark.parametrize("page", sorted(APART))
def test_other_steps(page, cast, cycle, fields_of):
    check(page, steps.world(page, cast, cycle), cast, fields_of)


# --- an own record, led to another country or out of its cycle by what is sent or by its address


@shared
def elsewhere(cast: Any, cycle: Any) -> SimpleNamespace:
    """What a person of Viet Nam must not point at."""
    made = steps.world("desk", cast, cycle)
    by, report = cast.lao, make.report(cycle, "LAO")
    made.lao_gap = make.gap(report, by=by)
    make.approved(by=cast.lead, gap=made.lao_gap)
    made.lao_received = made.lao_gap.received.get()
    made.other_cycle = make.cycle("other", by=cast.secretariat)
    made.other_disruption = make.disruption(made.other_cycle, by=cast.secretariat)
    made.lao_disruption = make.disruption(cycle, by=cast.secretariat, countries=[by.organisation])
    made.other_meeting = make.meeting(made.other_cycle, by=cast.secretariat, code="5")
    made.other_gap = make.gap(make.report(made.other_cycle, "VNM"), by=cast.vnm)
    made.characteristic = FrameworkNode.create_traced(
        by=None, framework=make.framework(), level="characteristic", code="A", title="Not an area"
    )
    return made


POINTED = [
    ("report-authors", "vnm", "lead_author", lambda made: User.objects.get(username="lao.coordinator").pk),
    ("datagap-edit", "vnm", "disruption", lambda made: made.other_disruption.pk),
    ("datagap-edit", "vnm", "disruption", lambda made: made.lao_disruption.pk),
    ("datagap-add", "vnm", "disruption", lambda made: made.lao_disruption.pk),
    ("datagap-edit", "vnm", "key_result_area", lambda made: made.characteristic.pk),
    ("finding-edit", "vnm", "key_result_area", lambda made: made.characteristic.pk),
    ("datagap-close", "vnm", "advice", lambda made: made.lao_received.pk),
    ("difficulty-edit", "consultant", "gaps", lambda made: made.other_gap.pk),
    ("deadline-edit", "secretariat", "anchor", lambda made: made.other_meeting.pk),
    ("meeting-edit", "secretariat", "disruption", lambda made: made.other_disruption.pk),
    ("plan-edit", "secretariat", "meeting", lambda made: made.other_meeting.pk),
]


@pytest.mark.parametrize(("page", "name", "field", "pointed"), POINTED, ids=lambda value: str(value)[:20])
def test_a_form_points_at_nothing_elsewhere(page, name, field, pointed, elsewhere, cast, sign_in):
    before, url = grids.fingerprint(), steps.address(page, elsewhere)
    answer = sign_in(getattr(cast, name)).post(
        url, steps.typed(page, elsewhere) | {field: pointed(elsewhere)}
    )
    assert (answer.status_code, field in answer.context["form"].errors) == (200, True)
    assert grids.changed(before) == set()


LED = {
    "a gap of another country": "/cycles/mtr/datagaps/LAO-1/edit/",
    "another country's report": "/cycles/mtr/reports/LAO/update/",
    "the same report in a cycle that is not there": "/cycles/nowhere/reports/VNM/update/",
    "advice that another gap received": "/cycles/mtr/datagaps/VNM-1/advice/{received}/adopt/",
    "a gap of one cycle in another": "/cycles/other/datagaps/VNM-2/edit/",
    "advice to a gap of another country": "/cycles/mtr/datagaps/LAO-1/advice/{received}/adopt/",
}


@pytest.mark.parametrize("where", LED)
def test_an_address_leads_to_nothing_elsewhere(where, elsewhere, cast, sign_in):
    before = grids.fingerprint()
    url = LED[where].format(received=elsewhere.lao_received.pk)
    sent = steps.typed("datagap-edit", elsewhere) | {
        "data_collection": "1",
        "member_state": "VNM",
        "version": "1",
    }
    assert sign_in(cast.vnm).post(url, sent).status_code == 404
    assert grids.changed(before) == set()


def test_a_new_gap_is_of_the_own_country_whatever_is_sent(elsewhere, cast, sign_in):
    lao = cast.lao.organisation
    sent = steps.typed("datagap-add", elsewhere) | {"member_state": lao.pk, "holder": lao.pk, "number": "99"}
    sent |= {
        "cycle": ReviewCycle.objects.get(slug="other").pk,
        "raised_by": cast.lao.pk,
        "raised_at": "2020-01-01",
    }
    sign_in(cast.vnm).post(steps.address("datagap-add", elsewhere), sent)
    gap = make.report(elsewhere.report.cycle, "VNM").cycle.datagaps.order_by("pk").last()
    assert (gap.code, gap.holder, gap.raised_by, gap.cycle.slug) == (
        "VNM-3",
        cast.vnm.organisation,
        cast.vnm,
        "mtr",
    )
    assert gap.raised_at.date() == date(2020, 8, 20)
