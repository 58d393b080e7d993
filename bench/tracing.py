"""Requests a page again and again while every line of `reviews` is timed."""

import io
import sys
import warnings

from django.test import Client
from line_profiler import LineProfiler, show_text

TIMES = 10
FUNCTIONS = 12


def lines(client: Client, url: str) -> str:
    """The functions that take longest, the longest last: each line with how often, how long, and its share."""
    client.get(url)  # everything is imported, and the caches are filled
    profiler = LineProfiler()
    with warnings.catch_warnings(action="ignore"):  # there is one for every decorated function
        for name, module in list(sys.modules.items()):
            if name.startswith("reviews."):
                profiler.add_module(module)
    with profiler:
        for _n in range(TIMES):
            client.get(url)
    stats = profiler.get_stats()
    # What only calls the next around a page takes as long as all of it.
    inner = [key for key in stats.timings if not key[2].endswith("__call__")]
    longest = sorted(inner, key=lambda key: sum(time for _line, _hits, time in stats.timings[key]))
    timings = {key: stats.timings[key] for key in longest[-FUNCTIONS:]}
    text = io.StringIO()
    show_text(timings, stats.unit, output_unit=1e-3, stream=text, stripzeros=True, sort=True)
    return f"Milliseconds, of {TIMES} requests of {url}\n\n{text.getvalue()}"
