"""The role that docs/operations.md gives to the web servers can do what the site does, and not more."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from reviews.models import ProgressUpdate, Trace

MANUAL = (settings.BASE_DIR / "docs" / "operations.md").read_text()
LINES = re.search(r"```sql\n(.*?)```", MANUAL, re.DOTALL)[1]
# What would take a row of the history back, alter the tables, or tell the next release a lie.
MORE = [
    "update reviews_trace set why = 'x'", "delete from reviews_trace", "truncate reviews_trace cascade",
    "update reviews_tracelink set digest = 'x'", "delete from reviews_tracelink",
    "alter table reviews_trace disable trigger user", "drop table reviews_trace cascade",
    "set session_replication_role = replica", "create table planted (id int)", "create role planted",
    "insert into django_migrations (app, name, applied) values ('reviews', '9999_not_here', now())",
    "copy reviews_user to program 'cat'",
]  # fmt: skip


@pytest.fixture
def web_role(db: Any) -> Iterator[None]:
    """The tests' connection, with the rights of the web servers."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no roles: whoever opens the file may do everything.")
    with connection.cursor() as cursor:
        cursor.execute(LINES)
        yield
        cursor.execute("reset role")


def become_the_web() -> None:
    with connection.cursor() as cursor:
        cursor.execute("set role reviewtracker_web")


def test_least_rights_are_enough(cast, report, sign_in, web_role):
    """Read, post, sign out, the tick: with that role."""
    browser, page = sign_in(cast.vnm), reverse("report-update", args=["mtr", "VNM"])
    become_the_web()
    assert browser.get("/").status_code == 200
    typed = {"data_collection": "40", "note": "As the web's role.", "version": report.version}
    assert browser.post(page, typed).status_code == 302
    assert ProgressUpdate.objects.get().note == "As the web's role."
    assert Trace.objects.latest("id").by == cast.vnm
    assert browser.post(reverse("account_logout")).status_code == 302
    call_command("tick", verbosity=0)
    call_command("verify_trace", verbosity=0)


@pytest.mark.parametrize("statement", MORE)
def test_least_rights_are_all(statement, cast, report, web_role):
    become_the_web()
    with pytest.raises(DatabaseError, match="permission denied|must be owner"), transaction.atomic():
        connection.cursor().execute(statement)


@pytest.mark.parametrize("statement", MORE[:2])
def test_the_owner_is_stopped_by_triggers_alone(statement, cast, report, web_role):
    """Planted: without that role, rights stop nobody; the triggers of the history do."""
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        connection.cursor().execute(statement)
