"""Codes: what they consist of, that they are unique and stay, and the one evaluation team."""

from datetime import date
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError
from django.db import IntegrityError, models, transaction
from django.urls import URLPattern, get_resolver

from reviews.models import (
    Framework,
    NotAllowedNow,
    Organisation,
    ReviewCycle,
    TimelineEvent,
)
from reviews.models.codes import RESERVED_WORDS
from tests.support import make


@pytest.mark.parametrize(
    "code", ["Hà Nội", "X", "khm", "Viet Nam", "VNM/1", "-VNM", "VNM_1", "V" * 21, "ＶＮＭ"]
)
def test_a_body_has_a_code_that_addresses_can_hold(code, db):
    with pytest.raises(ValidationError) as error:
        make.organisation(code, "partner")
    assert list(error.value.message_dict) == ["code"]


@pytest.mark.parametrize("letters", ["v", "vn", "V1", "VNM", "Đ "])
def test_a_country_has_two_letters(letters, db):
    with pytest.raises(ValidationError) as error:
        make.organisation("VNM", iso2=letters)
    assert "iso2" in error.value.message_dict


WORDS = ["add", "Hà Nội", "SOCA-29", "-3", "3-", "a b", "a/b", "a--b"]


@pytest.mark.parametrize("word", WORDS)
def test_words_of_addresses(word, cast, cycle):
    days = {"starts_on": date(2020, 1, 1), "ends_on": date(2020, 2, 1), "name_en": "X"}
    makers = {
        "meeting": lambda: make.meeting(cycle, by=cast.secretariat, code=word),
        "step": lambda: make.step(cycle, by=cast.secretariat, code=word),
        "method": lambda: make.method(word, by=cast.lead),
        "kind": lambda: make.kind(word),
        "framework": lambda: Framework.create_traced(by=None, code=word, title="X"),
        "event": lambda: TimelineEvent.create_traced(by=None, code=word, kind="x", title="X", source="X"),
        "cycle": lambda: ReviewCycle.create_traced(by=None, slug=word, framework=make.framework(), **days),
    }
    for name, create in makers.items():
        with pytest.raises(ValidationError) as error:
            create()
        errors = error.value.message_dict
        assert list(errors) == ["slug" if name == "cycle" else "code"], name
        assert len(next(iter(errors.values()))) == 1, name  # said once


@pytest.mark.parametrize("code", ["A 1", ".1", "A..1", "A/1", "Đ.1", "<A>"])
def test_areas_have_codes_of_letters_digits_and_points(code, db):
    with pytest.raises(ValidationError) as error:
        make.area(code)
    assert list(error.value.message_dict) == ["code"]


def test_every_word_that_follows_where_a_code_does_is_reserved():
    """So that no record hides behind a page of ours."""
    words, routes = set(), list(all_routes(get_resolver()))
    for route in routes:
        before, code, _after = route.partition("<slug:code>")
        if code:
            beside = {other.removeprefix(before) for other in routes if other.startswith(before)}
            words |= {rest.partition("/")[0] for rest in beside if rest and not rest.startswith("<")}
    assert words == RESERVED_WORDS


def all_routes(resolver, before=""):
    for entry in resolver.url_patterns:
        route = f"{before}{entry.pattern}"
        if isinstance(entry, URLPattern):
            yield route
        elif entry.namespace != "admin":
            yield from all_routes(entry, route)


def test_a_code_that_addresses_use_stays(cast, cycle):
    meeting = make.meeting(cycle, by=cast.secretariat)
    rows = {
        meeting: "code",
        make.step(cycle, by=cast.secretariat): "code",
        make.method(by=cast.lead): "code",
        cycle: "slug",
        cycle.framework: "code",
        make.kind(): "code",
        cast.vnm.organisation: "code",
    }
    for row, column in rows.items():
        stored = type(row).objects.get(pk=row.pk)
        with pytest.raises(ValidationError) as error:
            stored.correct(by=cast.admin, expected_version=stored.version, why="x", **{column: "NEW"})
        assert column in error.value.message_dict, row
        same = {column: getattr(stored, column)}
        stored.correct(by=cast.admin, expected_version=stored.version, why="x", **same)


def test_a_code_from_before_codes_were_checked_can_be_corrected(cast, db):
    body = make.organisation("KHM")
    models.QuerySet.update(Organisation.objects.filter(pk=body.pk), code="khm")
    body = Organisation.objects.get(pk=body.pk)
    body.correct(by=cast.admin, expected_version=body.version, why="x", name_en="Kampuchea")
    body.correct(by=cast.admin, expected_version=body.version, why="x", code="KHM")
    with pytest.raises(ValidationError):
        body.correct(by=cast.admin, expected_version=body.version, why="x", code="CAM")


def test_there_is_one_evaluation_team(cast, db):
    with pytest.raises(ValidationError) as error:
        make.organisation("RET-2", "evaluation_team")
    assert list(error.value.message_dict) == ["kind"]
    partner = cast.observer.organisation
    with pytest.raises(ValidationError):
        partner.correct(by=cast.admin, expected_version=1, why="x", kind="evaluation_team")
    with pytest.raises(IntegrityError), transaction.atomic():
        models.QuerySet.update(Organisation.objects.filter(pk=partner.pk), kind="evaluation_team")


def test_without_an_evaluation_team_the_page_says_what_is_missing(cast, report, sign_in):
    team, gap = Organisation.objects.evaluators(), make.gap(report, by=cast.vnm)
    team.correct(by=cast.admin, expected_version=1, why="x", kind="partner")
    with pytest.raises(NotAllowedNow, match="Regional Evaluation Team"):
        gap.ask_guidance(by=cast.vnm, expected_version=gap.version, note="How?")
    with pytest.raises(NotAllowedNow, match="Regional Evaluation Team"):
        make.submitted(report, by=cast.vnm)


def test_a_member_state_with_a_seat_stays_one(cast, cycle):
    state = Organisation.objects.get(code="VNM")
    with pytest.raises(ValidationError) as error:
        state.correct(by=cast.admin, expected_version=state.version, why="x", kind="partner")
    assert list(error.value.message_dict) == ["kind"]


def test_two_teams_are_named_before_anything_is_migrated():
    migration = import_module("reviews.migrations.0024_codes_checked")
    teams = [Organisation(code="RET", name_en="Team"), Organisation(code="TWO", name_en="Other")]
    rows = SimpleNamespace(filter=lambda **kwargs: SimpleNamespace(order_by=lambda *names: teams))
    state = SimpleNamespace(get_model=lambda *names: SimpleNamespace(objects=rows))
    with pytest.raises(CommandError, match=r"2 .* Team \(RET\), Other \(TWO\)"):
        migration.require_one_team(state, None)
    teams.pop()
    migration.require_one_team(state, None)
