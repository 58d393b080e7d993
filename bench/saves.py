"""Measures posting progress, and correcting the same figures in the administration."""

import statistics
from typing import Any

from lxml import html

from bench.servers import Answer, Browser

ROUNDS = 20
WARMING = 3


def measure(ours: Browser, admin: Browser, form: str, admin_form: str) -> dict[str, float]:
    """Medians in ms, of turns one after the other."""
    seconds: dict[str, list[float]] = {"ours": [], "admin": []}
    for number in range(ROUNDS + WARMING):
        # Up and down, so that each save changes a figure.
        answer = save(ours, form, data_collection=40 + number % 2, note="The survey is done.")
        seconds["ours"].append(answer.seconds)
        answer = save(admin, admin_form, data_collection=60 + number % 2, why="A slip.")
        seconds["admin"].append(answer.seconds)
    return {whose: round(1000 * statistics.median(all_[WARMING:]), 3) for whose, all_ in seconds.items()}


def save(browser: Browser, url: str, **values: object) -> Answer:
    """Send the form of a page with these values changed; only the sending is timed."""
    answer = browser.post(url, form_values(browser.get(url).body) | values)
    if answer.status != 302:
        raise RuntimeError(f"{url} was not saved: {answer.status}")
    return answer


def form_values(page: bytes) -> dict[str, Any]:
    """Return what the form of a page that has a version would send unchanged."""
    form = next(form for form in html.fromstring(page).forms if "version" in form.fields)
    return dict(form.form_values())
