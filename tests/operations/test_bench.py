"""The bench cannot rot: its seed is the same each time, and ours, the floor and the administration answer on it."""

import re
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from bench import goals, pages, people, report, saves, seed, world
from bench.rounds import measure
from bench.servers import Answer
from reviews.models import DataGap, NationalReport, ProgressUpdate, Trace
from reviews.operations import daily_counts, search

ROWS = 200
GAP_LINK = re.compile(r'<a href="[^"?]*?([A-Z]{3}-\d+)/"')

postgres_only = pytest.mark.skipif(connection.vendor != "postgresql", reason="the bench measures PostgreSQL")


@pytest.fixture
def small_world(db: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the bench's own, with fewer states and provinces."""
    monkeypatch.setattr(world, "MANY", 4)
    monkeypatch.setattr(world, "PROVINCES", 3)
    world.make()


@pytest.fixture
def browsers(small_world: None, settings: Any) -> dict[str, Client]:
    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    return {who: people.browser(user) for who, user in people.everybody(seed.fill(ROWS)).items()}


@pytest.fixture
def on_the_floor(settings: Any) -> Any:
    """Switches to the floor's own addresses and templates."""

    def switch() -> Client:
        from bench import floor_settings

        for name in ("ROOT_URLCONF", "MIDDLEWARE", "TEMPLATES"):
            setattr(settings, name, getattr(floor_settings, name))
        return Client(headers={"host": "127.0.0.1"})

    return switch


def copied() -> list[Any]:
    """Everything of the seed that does not hang on a row's number in the database."""
    gaps = DataGap.objects.order_by("pk").values_list(
        "cycle",
        "member_state__code",
        "number",
        "kind",
        "status",
        "missing",
        "search",
        "raised_at",
        "held_since",
    )
    updates = ProgressUpdate.objects.order_by("pk").values_list(
        "report", "data_collection", "writing", "at", "note"
    )
    return [list(gaps), list(updates)]


@postgres_only
def test_the_seed_is_the_same_each_time(small_world):
    copies = []
    for _time in range(2):
        point = transaction.savepoint()
        seed.fill(ROWS)
        copies.append(copied())
        transaction.savepoint_rollback(point)
    assert copies[0] == copies[1]
    assert [len(rows) for rows in copies[0]][0] == ROWS


@postgres_only
def test_a_seeded_trace_row_tells_what_is(small_world):
    before = Trace.objects.count()
    made = seed.fill(ROWS)
    trace = Trace.objects.order_by("pk")[before : before + ROWS * 3 // 2]
    gaps = [row for row in trace if row.model == "reviews.datagap"]
    assert len(trace) == ROWS * 3 // 2
    assert len(gaps) == ROWS
    assert list(daily_counts.differences()) == []
    assert list(search.differences()) == []
    assert all(DataGap.objects.get(pk=row.object_id).snapshot() == row.after for row in gaps)
    report = NationalReport.objects.filter(cycle=made.cycles[0]).latest("version")
    assert report.version > 1
    assert Trace.objects.filter(model="reviews.nationalreport", object_id=report.pk).count() == report.version
    assert Trace.objects.get(
        model="reviews.nationalreport", object_id=report.pk, version=report.version
    ).after == (report.snapshot())


@postgres_only
def test_every_measured_page_answers(browsers, on_the_floor):
    measured = pages.all_pages(world.load())
    ours = {page.name: browsers[page.who].get(page.url) for page in measured}
    admin = {page.name: browsers["admin"].get(page.admin) for page in measured if page.admin}
    bare = on_the_floor()
    floor = {page.name: bare.get(page.url) for page in measured}
    answers = {"ours": ours, "floor": floor, "admin": admin}
    assert {
        f"{who} {name}: {a.status_code}" for who, all_ in answers.items() for name, a in all_.items()
    } == {f"{who} {name}: 200" for who, all_ in answers.items() for name in all_}
    for name in ("list, first page", "list, filtered", "list, deep page"):
        assert codes(ours[name]) == codes(floor[name]), f"the floor of {name!r} shows other gaps"
    assert len(codes(ours["list, first page"])) == 25


def codes(answer: Any) -> set[str]:
    return set(GAP_LINK.findall(answer.content.decode()))


@postgres_only
def test_both_forms_save(browsers):
    page = next(page for page in pages.all_pages(world.load()) if page.name == "update form")
    for who, url, values in (
        ("coordinator", page.url, {"note": "Done."}),
        ("admin", page.admin, {"why": "A slip."}),
    ):
        figure = 99 if who == "admin" else 98
        values = saves.form_values(browsers[who].get(url).content) | values | {"data_collection": figure}
        assert browsers[who].post(url, values).status_code == 302
        report = NationalReport.objects.get(cycle=world.load().cycles[0], member_state__code="VNM")
        assert report.data_collection == figure


class Same:
    """A browser to which every page takes as long."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def get(self, url: str) -> Answer:
        return Answer(self.seconds, 200, b"x" * 1000, {})


def results(ours: float, most_mb: float = 100) -> dict[str, Any]:
    """Results as if our pages took so many seconds, the floor's 0.010 and the administration's 0.080."""
    whose = {"consultant": ours, "coordinator": ours, "floor": 0.010, "admin": 0.080}
    names = (
        *goals.LISTS,
        goals.RARE,
        goals.SAVED,
        *goals.RECORDS,
        "list, deep page",
        "update form",
        *goals.OVERVIEWS,
        *goals.SEARCHES,
    )
    all_pages = [pages.Page(name, "/", "/admin/") for name in names]
    all_pages += [pages.Page(f"board, {which}", "/") for which in ("11 members", "a past day", "195 members")]
    measured = measure(all_pages, {who: Same(seconds) for who, seconds in whose.items()}, 5)
    for page in measured.values():
        page["ours"]["queries"] = 4
    export = {"grown_mb": 10.0, "idle_ms": 10, "meanwhile_ms": 15}
    line = {"first_visit": 90_000, "second": {"list": 9_000}, "not_immutable": []}
    extras = {"throughput": {"ours": 60, "floor": 100}, "saves": {"ours": 20, "admin": 40}, "transfer": line}
    size = {"rows": 1000, "pages": measured, "extras": extras | {"slow_line": None}}
    memory = {"requests": 10_000, "mb": [90.0, most_mb], "most_mb": most_mb}
    return {
        "sizes": [size | {"exports": {"rows": 400, "csv": export, "xlsx": export}}],
        "memory": memory,
        "seconds": 9,
    }


def test_a_goal_that_is_missed_is_told():
    fast, slow = ("\n".join(report.lines(results(seconds), "1000")) for seconds in (0.015, 0.030))
    assert "MISSED" not in fast
    assert "list, first page: times its floor, 1,000 rows" in slow
    assert re.search(r"list, first page: times its floor, 1,000 rows +\| 3.00 x +\| <= 2 x +\| MISSED", slow)
    assert re.search(r"MISSED", "\n".join(report.lines(results(0.015, most_mb=140), "1000")))
