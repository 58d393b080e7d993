"""The nets that find nothing, shown to find what is planted: a right, a check, a guard taken away for once."""

from dataclasses import replace
from typing import Any

import pytest
from django.db import models

from reviews import policy
from reviews.accounts.adapters import AccountAdapter
from reviews.models import DataGap
from reviews.models.datagaps import DataGapQuerySet
from reviews.views.form_pages import FormPage
from tests.accounts.test_next import HOSTILE, stays
from tests.rules import test_access, test_foreign_or_missing, test_leaks, test_mass_assignment
from tests.rules.access_grid import POSTS
from tests.support import grids, leak_markers, steps
from tests.support.addresses import everywhere
from tests.support.browsers import everybody


def test_a_page_that_opens_to_too_many(cast, cycle, monkeypatch):
    """Every record of every country is there for everybody."""
    monkeypatch.setattr(policy, "filter_readable", lambda queryset, *_args, **_kwargs: queryset)
    with pytest.raises(AssertionError, match=r"lao reads datagap\b"):
        test_access.test_page("datagap", cast, cycle, everybody(cast))


def test_a_step_without_its_check(cast, cycle, monkeypatch):
    made, row = steps.world("report-update", cast, cycle), dict(grids.read(POSTS))["report-update"]
    monkeypatch.setattr(policy, "require", lambda *_args: None)
    with pytest.raises(AssertionError, match="posts to report-update"):
        test_access.post("report-update", made, row, everybody(cast))


def test_a_text_that_leaks(cast, monkeypatch):
    """One right too many, and another country's words are met."""
    duty = policy.ROLE_GRANTS["observer"]
    monkeypatch.setitem(policy.ROLE_GRANTS, "observer", replace(duty, everywhere=frozenset({"datagap.read"})))
    with pytest.raises(AssertionError, match="gapkind|datagaps"):
        test_leaks.test_everybody_reads_what_is_for_them_and_nothing_else(
            "observer", leak_markers.plant(cast), cast
        )


def test_a_record_that_answers_otherwise_than_none(cast, monkeypatch):
    """Gaps are refused (403) where they should not exist (404)."""
    found = everywhere(leak_markers.plant(cast).cycle)
    monkeypatch.setattr(DataGapQuerySet, "visible_to", lambda rows, _user: rows)
    with pytest.raises(AssertionError):
        test_foreign_or_missing.test_nobody_can_tell_them_apart("lao", found, cast)


def test_a_field_that_is_written_because_it_was_sent(cast, cycle, monkeypatch):
    valid = FormPage.form_valid

    def careless(page: Any, form: Any) -> Any:
        answer = valid(page, form)
        if sent := page.request.POST.get("holder"):
            models.QuerySet(DataGap).update(holder=sent)
        return answer

    monkeypatch.setattr(FormPage, "form_valid", careless)
    made = steps.world("datagap-edit", cast, cycle)
    with pytest.raises(AssertionError, match="datagap-edit"):
        test_mass_assignment.check("datagap-edit", made, cast, {"missing", "effect"})


def test_a_next_that_nobody_looks_at(cast, sign_in, monkeypatch):
    monkeypatch.setattr(AccountAdapter, "is_safe_url", lambda _adapter, _url: True)
    browser = sign_in(cast.vnm)
    answers = [browser.get("/accounts/login/", {"next": url}) for url in HOSTILE]
    assert sum(not stays(answer.get("Location", "")) for answer in answers) > 20
