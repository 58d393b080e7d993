"""The demonstration's treatments, disruptions and coverage: every kind occurs, and what is invented says so."""

from io import StringIO

import pytest
from django.core.management import call_command

from reviews.models import (
    Beneficiaries,
    CountBasis,
    Coverage,
    CoverageStatement,
    DataGap,
    Disruption,
    DisruptionKind,
    Extension,
    Meeting,
    NationalReport,
    Trace,
)
from reviews.models.coverage import NOTE_REQUIRED
from reviews.models.treatments import TREATMENTS, treatment_for

pytestmark = pytest.mark.django_db


def test_the_demonstration_shows_every_kind(settings):
    settings.DEBUG = True
    call_command("load_demo", password="three small boats", stdout=StringIO())
    every_treatment_occurs()
    disruptions_are_cited_and_labelled()
    all_ten_state_their_coverage()


def every_treatment_occurs() -> None:
    assert all(model.objects.filter(in_force=True).exists() for model in TREATMENTS)
    assert Beneficiaries.objects.filter(basis=CountBasis.NOT_QUANTIFIABLE).exists()
    for gap in DataGap.objects.exclude(closing_way="").select_related("kind", "member_state"):
        expected = treatment_for(gap.closing_way, gap.kind.code)
        assert [type(t) for t in gap.treatments() if t.in_force] == ([expected] if expected else [])


def disruptions_are_cited_and_labelled() -> None:
    covid, *others = Disruption.objects.order_by("number")
    assert (covid.title, covid.starts_on.isoformat(), covid.ends_on) == ("COVID-19", "2020-03-11", None)
    assert {d.kind for d in others} == {DisruptionKind.ELECTION, DisruptionKind.DISASTER}
    assert all("(demonstration" in d.title for d in others)
    assert all("(demonstration)" in d.effect for d in Disruption.objects.all())
    assert all(model.objects.filter(disruption=covid).exists() for model in (DataGap, Extension, Meeting))
    assert DataGap.objects.filter(disruption__in=others, closing_way="limitation").exists()


def all_ten_state_their_coverage() -> None:
    assert NationalReport.objects.filter(coverage__isnull=False).distinct().count() == 10
    stated = set(CoverageStatement.objects.values_list("coverage", flat=True))
    assert stated == set(Coverage.values) - {Coverage.NOTHING}
    owing = CoverageStatement.objects.filter(coverage__in=NOTE_REQUIRED).values_list("note", flat=True)
    assert all("(demonstration)" in note for note in owing)
    moments = Trace.objects.filter(cycle__isnull=False).order_by("id").values_list("at", flat=True)
    assert list(moments) == sorted(moments)
