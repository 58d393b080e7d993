"""A page asked for again and again while every line of `reviews` is timed."""

import io
import sys
import warnings
from typing import Any

from django.test import Client
from line_profiler import LineProfiler, show_text

TIMES = 10
FUNCTIONS = 12


def lines(client: Client, url: str) -> str:
    """The functions that take longest, the longest last: each line with how often, how long, and its share."""
    client.get(url)  # everything is imported, and what is kept is there
    profiler = _of_reviews()
    with profiler:
        for _n in range(TIMES):
            client.get(url)
    return f"Milliseconds, of {TIMES} requests of {url}\n\n{_text(profiler.get_stats())}"


def _of_reviews() -> LineProfiler:
    profiler = LineProfiler()
    with warnings.catch_warnings(action="ignore"):  # it tells of every decorated function
        for name, module in list(sys.modules.items()):
            if name.startswith("reviews."):
                profiler.add_module(module)
    return profiler


def _text(stats: Any) -> str:
    # What only calls the next around a page takes as long as all of it.
    inner = [key for key in stats.timings if not key[2].endswith("__call__")]
    longest = sorted(inner, key=lambda key: sum(time for _line, _hits, time in stats.timings[key]))
    said = io.StringIO()
    timings = {key: stats.timings[key] for key in longest[-FUNCTIONS:]}
    show_text(timings, stats.unit, output_unit=1e-3, stream=said, stripzeros=True, sort=True)
    return said.getvalue()
