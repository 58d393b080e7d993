"""The steps of the measuring: each takes words from the command line and gives what it found."""

import sys
import time
from typing import Any

from django.core.management import call_command
from django.db import connection

from bench import extras, people, rounds, tracing
from bench import seed as rows_
from bench import world as world_
from bench.pages import every
from bench.servers import FLOOR, OURS, Browser, serving

PORT, FLOOR_PORT = 8471, 8472


def say(text: str) -> None:
    """On the other channel: what is printed is read by whoever started this."""
    print(text, file=sys.stderr, flush=True)


def world() -> dict[str, Any]:
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    world_.make()
    return {}


def seed(rows: str) -> dict[str, Any]:
    began = time.monotonic()
    rows_.fill(int(rows))
    with connection.cursor() as cursor:
        cursor.execute("vacuum analyze")
        cursor.execute("checkpoint")  # else a million rows go to disk while pages are measured
    seconds = round(time.monotonic() - began, 1)
    say(f"{int(rows):,} rows seeded in {seconds} s")
    return {"seed_seconds": seconds}


def pages(number: str, *more: str) -> dict[str, Any]:
    began, made = time.monotonic(), world_.found()
    everybody, shown = people.everybody(made), every(made)
    sessions = {who: people.session(user) for who, user in everybody.items()}
    with serving(OURS, PORT), serving(FLOOR, FLOOR_PORT):
        browsers = {who: Browser(PORT, key) for who, key in sessions.items()} | {"floor": Browser(FLOOR_PORT)}
        measured = rounds.measure(shown, browsers, int(number))
    for page in shown:
        measured[page.name]["ours"]["queries"] = people.queries(page.url, everybody[page.who])
    say(f"{len(shown)} pages measured in {time.monotonic() - began:.0f} s")
    others = {name: getattr(extras, name)(made, sessions, say) for name in more}
    return {"pages": measured, **others}


def memory() -> dict[str, Any]:
    made = world_.found()
    return extras.memory(made, people.session(made.consultant), say)


def lines(name: str) -> dict[str, Any]:
    """Of the page whose name begins so."""
    made = world_.found()
    page = next((page for page in every(made) if page.name.startswith(name)), None)
    if page is None:
        sys.exit(f"No page is called {name!r}; there are: {'; '.join(one.name for one in every(made))}.")
    return {"text": tracing.lines(people.browser(people.everybody(made)[page.who]), page.url)}
