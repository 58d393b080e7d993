"""The scheduled jobs: what `manage.py tick` runs, which a timer starts each minute."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module

from django.conf import settings

from reviews import clock
from reviews.actions.reminders import send_due_reminders
from reviews.models import JobRun, SentForm, UnsavedText
from reviews.models.watches import end_unseen_watches
from reviews.operations import notifications, outbox, trace_chain
from reviews.operations.health import TICK
from reviews.uploads import kept

log = logging.getLogger(__name__)

EACH_MINUTE, HOURLY, DAILY = timedelta(0), timedelta(hours=1), timedelta(days=1)
# Renewed before each job; a tick that was killed keeps the next ones waiting for as long.
LOCK = timedelta(minutes=5)


@dataclass(frozen=True)
class Job:
    """A scheduled job; `run` returns in a few words what it did."""

    name: str
    every: timedelta
    run: Callable[[], str]


def clear_sessions() -> str:
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    return "cleared"


def link_trace() -> str:
    result = trace_chain.link_new_rows()
    return f"{result.linked} linked, {result.refused} refused"


def purge_form_keys() -> str:
    return f"{SentForm.purge()} deleted"


def purge_unsaved_texts() -> str:
    return f"{UnsavedText.purge()} deleted"


def end_watches() -> str:
    return f"{end_unseen_watches()} ended"


def remind() -> str:
    return f"{send_due_reminders()} reminders"


# A new job is added here, and nowhere else.
JOBS = (
    Job("remind of deadlines", HOURLY, remind),
    Job("distribute notifications", EACH_MINUTE, notifications.distribute),
    Job("write mails of notifications", EACH_MINUTE, notifications.write_mails),
    Job("send mail", EACH_MINUTE, outbox.deliver),
    Job("link the trace", EACH_MINUTE, link_trace),
    Job("purge mail", DAILY, outbox.purge),
    Job("clear sessions", DAILY, clear_sessions),
    Job("purge kept files", HOURLY, kept.purge),
    Job("purge form keys", DAILY, purge_form_keys),
    Job("purge unsaved texts", DAILY, purge_unsaved_texts),
    Job("end watches", HOURLY, end_watches),
)


def tick(jobs: tuple[Job, ...] = JOBS) -> bool | None:
    """Run the jobs that are due. Return whether all went well; None if another tick is running."""
    locked_until = JobRun.take(TICK, clock.real_now(), LOCK)
    if locked_until is None:
        return None
    all_well = True
    for job in jobs:
        all_well = run(job) and all_well
        locked_until = JobRun.hold_on(TICK, locked_until, clock.real_now() + LOCK)
        if locked_until is None:
            log.warning("This tick took too long, and another one has begun.")
            return False
    JobRun.let_go(TICK, locked_until, clock.real_now())
    return all_well


def run(job: Job) -> bool:
    """Run one job if it is due. Its failure is logged and recorded, and ends only this job."""
    start = clock.real_now()
    last = JobRun.objects.filter(job=job.name).first()
    # A failed one is tried again at the next tick; one of the future is from before the clock was set back.
    if last and not last.failed and timedelta(0) <= start - last.started_at < job.every:
        return True
    failed = False
    try:
        outcome = job.run()
        log.info("Job %s: %s", job.name, outcome)
    except Exception as error:
        outcome, failed = type(error).__name__, True
        log.exception("Job %s failed", job.name)
    values = {"started_at": start, "ended_at": clock.real_now(), "failed": failed, "told": outcome}
    JobRun.objects.update_or_create(job=job.name, defaults=values)
    return not failed
