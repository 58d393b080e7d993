"""The steps of the measuring: each takes words from the command line and returns its results."""

import sys
import time
from typing import Any

from django.core.management import call_command
from django.db import connection

from bench import extras, people, rounds, tracing
from bench import seed as rows_
from bench import world as world_
from bench.pages import all_pages
from bench.servers import FLOOR, OURS, Browser, serving

PORT, FLOOR_PORT = 8471, 8472


def say(text: str) -> None:
    """Print to stderr: stdout is read by the process that started this."""
    print(text, file=sys.stderr, flush=True)


def world() -> dict[str, Any]:
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    world_.make()
    return {}


def seed(rows: str) -> dict[str, Any]:
    start = time.monotonic()
    rows_.fill(int(rows))
    with connection.cursor() as cursor:
        cursor.execute("vacuum analyze")
        cursor.execute("checkpoint")  # else a million rows go to disk while pages are measured
    seconds = round(time.monotonic() - start, 1)
    say(f"{int(rows):,} rows seeded in {seconds} s")
    return {"seed_seconds": seconds}


def pages(number: str, *more: str) -> dict[str, Any]:
    start, made = time.monotonic(), world_.load()
    everybody, measured_pages = people.everybody(made), all_pages(made)
    sessions = {who: people.session(user) for who, user in everybody.items()}
    with serving(OURS, PORT), serving(FLOOR, FLOOR_PORT):
        browsers = {who: Browser(PORT, key) for who, key in sessions.items()} | {"floor": Browser(FLOOR_PORT)}
        measured = rounds.measure(measured_pages, browsers, int(number))
    for page in measured_pages:
        measured[page.name]["ours"]["queries"] = people.queries(page.url, everybody[page.who])
    say(f"{len(measured_pages)} pages measured in {time.monotonic() - start:.0f} s")
    others = {name: getattr(extras, name)(made, sessions, say) for name in more}
    return {"pages": measured, **others}


def memory() -> dict[str, Any]:
    made = world_.load()
    return extras.memory(made, people.session(made.consultant), say)


def lines(name: str) -> dict[str, Any]:
    """A line profile of the page whose name begins so."""
    made = world_.load()
    page = next((page for page in all_pages(made) if page.name.startswith(name)), None)
    if page is None:
        sys.exit(f"No page is called {name!r}; there are: {'; '.join(one.name for one in all_pages(made))}.")
    return {"text": tracing.lines(people.browser(people.everybody(made)[page.who]), page.url)}
