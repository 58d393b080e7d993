"""Metrics in the text format of Prometheus.

Counted in each process; with gunicorn (reviewtracker/gunicorn.py) those of all its processes are added up.
What the database knows (mail that waits, the last tick) is queried when the metrics are fetched.
"""

import os
from collections.abc import Iterator

from django.dispatch import receiver
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector

from reviews.models.base import edit_conflict_raised
from reviews.operations import health

REGISTRY = CollectorRegistry()
REQUESTS = Counter(
    "reviewtracker_requests", "Requests answered.", ["method", "route", "status"], registry=REGISTRY
)
SECONDS = Histogram(
    "reviewtracker_request_seconds",
    "How long an answer took.",
    ["route"],
    buckets=(0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
    registry=REGISTRY,
)
STALE = Counter(
    "reviewtracker_stale_writes", "Writes refused because somebody was faster.", registry=REGISTRY
)


@receiver(edit_conflict_raised)
def count_edit_conflict(**kwargs: object) -> None:
    STALE.inc()


class DatabaseCollector:
    """What is the same in every process; only `reviewtracker_database_up 0` while the database is down."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        for name, (help_text, value) in health.database_figures().items():
            yield GaugeMetricFamily(f"reviewtracker_{name}", help_text, value=value)


def render_metrics() -> bytes:
    """Return all metrics in the text format of Prometheus."""
    counted = REGISTRY
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        counted = CollectorRegistry()
        MultiProcessCollector(counted)
    queried = CollectorRegistry()
    queried.register(DatabaseCollector())
    return generate_latest(counted) + generate_latest(queried)
