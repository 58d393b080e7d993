"""What runs by itself: the jobs of `manage.py tick`, which a timer starts each minute."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module

from django.conf import settings

from reviews import clock
from reviews.models import JobRun
from reviews.operations import outbox, trace_chain
from reviews.operations.health import TICK

log = logging.getLogger(__name__)

EACH_MINUTE, DAILY = timedelta(0), timedelta(days=1)
# Renewed before each job; a tick that was killed keeps the next ones waiting for as long.
LOCK = timedelta(minutes=5)


@dataclass(frozen=True)
class Job:
    """Something to do now and then; `run` tells in a few words what it did."""

    name: str
    every: timedelta
    run: Callable[[], str]


def clear_sessions() -> str:
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    return "cleared"


def link_trace() -> str:
    linked = trace_chain.link_new_rows()
    return f"{linked.linked} linked, {linked.refused} refused"


# A job that is new comes here, and nowhere else.
JOBS = (
    Job("send mail", EACH_MINUTE, outbox.deliver),
    Job("link the trace", EACH_MINUTE, link_trace),
    Job("purge mail", DAILY, outbox.purge),
    Job("clear sessions", DAILY, clear_sessions),
)


def tick(jobs: tuple[Job, ...] = JOBS) -> bool | None:
    """Run the jobs that are due. True: all went well; None: another tick is at work."""
    held = JobRun.take(TICK, clock.real_now(), LOCK)
    if held is None:
        return None
    well = True
    for job in jobs:
        well = run(job) and well
        held = JobRun.hold_on(TICK, held, clock.real_now() + LOCK)
        if held is None:
            log.warning("This tick took too long, and another one has begun.")
            return False
    JobRun.let_go(TICK, held, clock.real_now())
    return well


def run(job: Job) -> bool:
    """Run one job if its time has come; its failure is noted, and ends only this job."""
    start = clock.real_now()
    if not _is_due(job):
        return True
    try:
        told, failed = job.run(), False
        log.info("Job %s: %s", job.name, told)
    except Exception as error:
        told, failed = type(error).__name__, True
        log.exception("Job %s failed", job.name)
    _note(job, started_at=start, ended_at=clock.real_now(), failed=failed, told=told)
    return not failed


def _is_due(job: Job) -> bool:
    last = JobRun.objects.filter(job=job.name).first()
    # A failed one is tried again at the next tick.
    return last is None or last.failed or clock.real_now() - last.started_at >= job.every


def _note(job: Job, **values: object) -> None:
    JobRun.objects.update_or_create(job=job.name, defaults=values)
