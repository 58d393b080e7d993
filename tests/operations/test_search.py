"""Search entries are derived again from the records, and compared with them."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import QuerySet

from reviews.models import SearchEntry
from reviews.operations import checks, search
from tests.support import make
from tests.support.shared_records import shared


@shared
def gap(report: Any, cast: Any) -> Any:
    return make.gap(report, by=cast.vnm, missing="Fishers of the coast")


def told(*arguments: str) -> str:
    out = StringIO()
    call_command("rebuild_search", *arguments, stdout=out)
    return out.getvalue()


def test_what_differs_is_named_and_written_anew(gap):
    assert told("--check") == "0 differences\n"
    entry = SearchEntry.objects.get(kind="datagap")
    QuerySet.update(SearchEntry.objects.filter(pk=entry.pk), search="something else")
    SearchEntry.objects.filter(kind="report").delete()
    SearchEntry.objects.create(kind="finding", object_id=999, readers="everybody", url_name="finding")
    assert "datagap VNM-1 for" in told("--check")
    assert told() == "4 entries written anew\n"
    assert told() == "0 entries written anew\n"
    assert list(search.differences()) == []
    assert SearchEntry.objects.get(kind="datagap").search == "vnm-1\nfishers of the coast"


def test_entries_for_too_many_are_named_and_go(gap):
    entry = SearchEntry.objects.get(kind="datagap")
    SearchEntry.objects.create(
        kind="datagap", object_id=entry.object_id, readers="everybody", url_name="datagap"
    )
    assert "for everybody: superfluous" in told("--check")
    search.rebuild()
    assert list(search.differences()) == []


@pytest.mark.django_db
def test_a_database_that_knows_no_lao_is_warned_of(monkeypatch):
    assert checks.check_letters(["default"]) == []
    if connection.vendor == "postgresql":
        monkeypatch.setattr(checks, "makes_trigrams_of_lao", lambda name: False)
        assert [warning.id for warning in checks.check_letters(["default"])] == ["reviews.W001"]
