"""One size: seeds a database, serves it, measures every page in turns, tells what it found as JSON.

`python -m bench.one 1000 60` with as many rounds; and `extras` or `exports` for what is measured at one size alone.
`python -m bench.one world` makes what the databases of all sizes start from.
"""

import json
import os
import statistics
import sys
import time
from collections import defaultdict
from typing import Any

import django
from django.core.management import call_command

from bench import servers
from bench.pages import Page, every

WARMING = 5  # rounds that do not count
SECONDS = 5.0  # that a page may take in all; a slow one has fewer rounds
FEWEST = 4
PORTS = {"ours": 8471, "floor": 8472}


def say(text: str) -> None:
    """On the other channel: what is printed here is read by the one who started this."""
    print(text, file=sys.stderr, flush=True)


def measure(shown: list[Page], browsers: dict[str, servers.Browser], rounds: int) -> dict[str, Any]:
    """Every page of ours, the floor's and the administration's, one after the other, round after round."""
    taken: dict[tuple[str, str], list[servers.Answer]] = defaultdict(list)
    spent: dict[str, float] = defaultdict(float)
    for number in range(rounds + WARMING):
        for page in [page for page in shown if number < FEWEST or spent[page.name] < SECONDS]:
            for whose, answer in _turn(page, browsers):
                spent[page.name] += answer.seconds
                taken[page.name, whose].append(answer)
    return {page.name: {who: _told(taken[page.name, who]) for who in _whose(page)} for page in shown}


def _whose(page: Page) -> list[str]:
    return ["ours", "floor", *(["admin"] if page.admin else [])]


def _turn(page: Page, browsers: dict[str, servers.Browser]) -> list[tuple[str, servers.Answer]]:
    asked = {"ours": (page.who, page.url), "floor": ("floor", page.url), "admin": ("admin", page.admin)}
    return [(whose, _answer(browsers, *asked[whose])) for whose in _whose(page)]


def _answer(browsers: dict[str, servers.Browser], who: str, url: str) -> servers.Answer:
    answer = browsers[who].get(url)
    if answer.status != 200:
        raise RuntimeError(f"{who} {url}: {answer.status}")
    return answer


def _told(answers: list[servers.Answer]) -> dict[str, Any]:
    answers = answers[WARMING if len(answers) > WARMING + FEWEST else 1 :]
    median = statistics.median(a.seconds for a in answers)
    return {"ms": round(1000 * median, 3), "bytes": answers[-1].size, "rounds": len(answers)}


def main(rows: int, rounds: int, *more: str) -> dict[str, Any]:
    from bench import extras, people, seed

    began = time.monotonic()
    made = seed.fill(rows)
    found: dict[str, Any] = {"rows": rows, "seed_seconds": round(time.monotonic() - began, 1)}
    say(f"{rows:,} rows seeded in {found['seed_seconds']} s")
    everybody, shown = people.everybody(made), every(made)
    sessions = {who: people.session(user) for who, user in everybody.items()}
    queries = {page.name: people.queries(page.url, everybody[page.who]) for page in shown}
    with servers.serving(servers.OURS, PORTS["ours"]), servers.serving(servers.FLOOR, PORTS["floor"]):
        browsers = {who: servers.Browser(PORTS["ours"], key) for who, key in sessions.items()}
        browsers["floor"] = servers.Browser(PORTS["floor"])
        found["pages"] = measure(shown, browsers, rounds)
    for name, n in queries.items():
        found["pages"][name]["ours"]["queries"] = n
    say(f"{rows:,} rows: {len(shown)} pages measured in {time.monotonic() - began:.0f} s in all")
    measures = {"extras": extras.at_the_usual_size, "exports": extras.exports}
    return found | {name: measures[name](made, sessions, say) for name in more}


def begin() -> dict[str, Any]:
    from bench import world

    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    world.make()
    return {}


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", servers.OURS)
    django.setup()
    size, *options = sys.argv[1:]
    told = begin() if size == "world" else main(int(size), int(options[0]), *options[1:])
    print(json.dumps(told))
