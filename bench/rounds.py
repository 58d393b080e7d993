"""Measures every page in turns, round after round: ours, the floor's, the administration's."""

import random
import statistics
from collections import defaultdict
from typing import Any

from bench.pages import Page
from bench.servers import Answer, Browser

WARMING = 5  # rounds that do not count
SECONDS = 4.0  # that a page may take in all; a slow one has fewer rounds
FEWEST = 4


def measure(pages: list[Page], browsers: dict[str, Browser], rounds: int) -> dict[str, Any]:
    """Median, size and number of rounds, by page and by whose it is."""
    answers: dict[tuple[str, str], list[Answer]] = defaultdict(list)
    spent: dict[str, float] = defaultdict(float)
    for number in range(rounds + WARMING):
        turns = [(page, whose) for page in pages for whose in _requests(page)]
        # In another order each round: a page that comes after a heavy one pays for what that has left behind.
        random.Random(number).shuffle(turns)
        for page, whose in turns:
            if number < FEWEST or spent[page.name] < SECONDS:
                who, url = _requests(page)[whose]
                answer = browsers[who].get(url)
                if answer.status != 200:
                    raise RuntimeError(f"{who} {url}: {answer.status}")
                spent[page.name] += answer.seconds
                answers[page.name, whose].append(answer)
    return {
        page.name: {whose: _summary(answers[page.name, whose]) for whose in _requests(page)} for page in pages
    }


def _requests(page: Page) -> dict[str, tuple[str, str]]:
    """By whose page it is: who requests it, at which address."""
    requests = {"ours": (page.who, page.url), "floor": ("floor", page.url)}
    return requests | ({"admin": ("admin", page.admin)} if page.admin else {})


def _summary(answers: list[Answer]) -> dict[str, Any]:
    answers = answers[WARMING if len(answers) > WARMING + FEWEST else 1 :]
    median = statistics.median(answer.seconds for answer in answers)
    return {"ms": round(1000 * median, 3), "bytes": answers[-1].size, "rounds": len(answers)}
