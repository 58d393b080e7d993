"""One size: seeds a database, serves it, measures every page in turns, prints what it found as JSON."""

import json
import os
import statistics
import sys
from collections import defaultdict
from typing import Any, NamedTuple

import django
from django.core.management import call_command

from bench import servers

ROUNDS = 60
PORTS = {"ours": 8471, "floor": 8472}


class Page(NamedTuple):
    """What is measured: the same address of ours and of the floor, and the administration's page of the same."""

    name: str
    url: str
    admin: str


LIST, ADMIN = "/cycles/bench-1/datagaps/", "/admin/reviews/datagap/"
CHOSEN = "?kind={kind}&status=open&sort=-held_since"


def pages(rows: int, kind: str) -> list[Page]:
    """Those whose floor is written; `?page=` of the last but one page of the first cycle's rows."""
    deep = int(rows * 0.4) // 25 - 1
    return [
        Page("list, first page", LIST, ADMIN),
        Page(
            "list, filtered and sorted", LIST + CHOSEN.format(kind=kind), f"{ADMIN}?status__exact=open&o=-3"
        ),
        Page("list, deep page", f"{LIST}?page={max(deep, 2)}", f"{ADMIN}?p={min(deep, 900)}"),
        Page("gap", f"{LIST}VNM-1/", f"{ADMIN}1/change/"),
        Page("report", "/cycles/bench-1/reports/VNM/", "/admin/reviews/nationalreport/1/change/"),
    ]


def measure(shown: list[Page], sessions: dict[str, str]) -> dict[str, dict[str, Any]]:
    """Every page of ours, the floor's and the administration's, one after the other, round after round."""
    taken: dict[tuple[str, str], list[servers.Answer]] = defaultdict(list)
    browsers = {
        "ours": servers.Browser(PORTS["ours"], sessions["consultant"]),
        "admin": servers.Browser(PORTS["ours"], sessions["admin"]),
        "floor": servers.Browser(PORTS["floor"]),
    }
    for number in range(ROUNDS + 10):
        for page in shown:
            for whose, url in (("ours", page.url), ("floor", page.url), ("admin", page.admin)):
                answer = browsers[whose].get(url)
                if answer.status != 200:
                    raise RuntimeError(f"{whose} {url}: {answer.status}")
                if number >= 10:  # the first warm up
                    taken[page.name, whose].append(answer)
    return {page.name: {whose: _told(taken[page.name, whose]) for whose in browsers} for page in shown}


def _told(answers: list[servers.Answer]) -> dict[str, float]:
    return {"ms": 1000 * statistics.median(a.seconds for a in answers), "bytes": answers[-1].size}


def main(rows: int) -> None:
    django.setup()
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    from bench import people, seed

    made = seed.fill(rows)
    kind = people.busiest_kind(made.cycles[0])
    shown = pages(rows, kind)
    sessions = people.sessions(made)
    counted = {page.name: people.queries(page.url, made.consultant) for page in shown}
    with servers.serving("reviewtracker.settings", PORTS["ours"]), \
            servers.serving("bench.floor_settings", PORTS["floor"]):  # fmt: skip
        found = measure(shown, sessions)
    for name, queries in counted.items():
        found[name]["ours"]["queries"] = queries
    print(json.dumps({"rows": rows, "pages": found}))


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reviewtracker.settings")
    main(int(sys.argv[1]))
