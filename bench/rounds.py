"""Every page asked for in turns, round after round: ours, the floor's, the administration's."""

import random
import statistics
from collections import defaultdict
from typing import Any

from bench.pages import Page
from bench.servers import Answer, Browser

WARMING = 5  # rounds that do not count
SECONDS = 4.0  # that a page may take in all; a slow one has fewer rounds
FEWEST = 4


def measure(shown: list[Page], browsers: dict[str, Browser], rounds: int) -> dict[str, Any]:
    """Every page of ours, the floor's and the administration's, round after round."""
    taken: dict[tuple[str, str], list[Answer]] = defaultdict(list)
    spent: dict[str, float] = defaultdict(float)
    for number in range(rounds + WARMING):
        for page, whose in _turns(shown, number):
            if number < FEWEST or spent[page.name] < SECONDS:
                answer = _answer(browsers, *_asked(page)[whose])
                spent[page.name] += answer.seconds
                taken[page.name, whose].append(answer)
    return {page.name: {who: _told(taken[page.name, who]) for who in _asked(page)} for page in shown}


def _turns(shown: list[Page], number: int) -> list[tuple[Page, str]]:
    """In another order each round: a page that comes after a heavy one pays for what that has left behind."""
    turns = [(page, whose) for page in shown for whose in _asked(page)]
    random.Random(number).shuffle(turns)
    return turns


def _asked(page: Page) -> dict[str, tuple[str, str]]:
    """By whose page it is: who asks, for which address."""
    asked = {"ours": (page.who, page.url), "floor": ("floor", page.url)}
    return asked | ({"admin": ("admin", page.admin)} if page.admin else {})


def _answer(browsers: dict[str, Browser], who: str, url: str) -> Answer:
    answer = browsers[who].get(url)
    if answer.status != 200:
        raise RuntimeError(f"{who} {url}: {answer.status}")
    return answer


def _told(answers: list[Answer]) -> dict[str, Any]:
    answers = answers[WARMING if len(answers) > WARMING + FEWEST else 1 :]
    median = statistics.median(a.seconds for a in answers)
    return {"ms": round(1000 * median, 3), "bytes": answers[-1].size, "rounds": len(answers)}
