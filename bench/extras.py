"""Measurements beside the pages, each at one size."""

from collections.abc import Callable
from typing import Any

from bench import downloads, load, saves, slow_line, transfer
from bench.pages import all_pages
from bench.servers import FLOOR, OURS, Browser, serving
from bench.world import World

PORT, FLOOR_PORT, ALONE_PORT = 8473, 8474, 8475
EXPORTED = 100_000  # rows
# How often each kind of page is asked for among twenty.
MIX = {
    "list, first page": 4,
    "list, filtered": 2,
    "list, sorted": 2,
    "gap": 8,
    "report": 1,
    "meeting page": 1,
    "coverage map": 1,
    "board, 11 members": 1,
}

Say = Callable[[str], None]


def extras(made: World, sessions: dict[str, str], say: Say) -> dict[str, Any]:
    """Throughput, saves, and what is transferred."""
    pages = {page.name: page for page in all_pages(made)}
    form, first = pages["update form"], pages["list, first page"].url
    results: dict[str, Any] = {}
    with serving(OURS, PORT) as ours, serving(FLOOR, FLOOR_PORT) as floor:
        results["throughput"] = load.throughput(ours, floor, sessions["consultant"], first)
        say(f"throughput: {results['throughput']}")
        coordinator = Browser(PORT, sessions["coordinator"])
        results["saves"] = saves.measure(coordinator, Browser(PORT, sessions["admin"]), form.url, form.admin)
        say(f"saves: {results['saves']}")
        others = {"list": first, "report": pages["report"].url, "update form": form.url}
        results["transfer"] = transfer.measure(coordinator, "/", others)
        results["slow_line"] = slow_line.measure(PORT, sessions["coordinator"], form.url)
        say(f"slow line: {results['slow_line'] or 'not measured, no Chromium here'}")
    return results


def memory(made: World, session: str, say: Say) -> dict[str, Any]:
    """Memory of the only worker of a server."""
    pages = {page.name: page.url for page in all_pages(made)}
    mixed = [pages[name] for name, n in MIX.items() for _each in range(n)]
    with serving(OURS, ALONE_PORT, workers=1) as alone:
        results = load.memory(alone, session, mixed)
    say(f"memory: {results['most_mb']} MB at most")
    return results


def exports(made: World, sessions: dict[str, str], say: Say) -> dict[str, Any]:
    """Exports of the cycle that has about as many rows as the goal names, or else of the largest."""
    lists = {f"/cycles/{cycle.slug}/datagaps/": cycle.datagaps.count() for cycle in made.cycles}
    url = min(lists, key=lambda one: abs(lists[one] - EXPORTED))
    with serving(OURS, PORT) as ours:
        results = downloads.measure(
            ours, sessions["consultant"], url, f"/cycles/{made.cycles[0].slug}/meetings/"
        )
    say(f"exports: {results}")
    return {"rows": lists[url], **results}
