"""The tick runs what is due, one at a time, and a job that fails does not stop the others."""

from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command

from reviews import clock
from reviews.models import JobRun
from reviews.operations import jobs as tick_jobs
from reviews.operations.jobs import Job
from tests.operations.test_outbox import at_once


def noted() -> dict[str, tuple[bool, str]]:
    return {run.job: (run.failed, run.told) for run in JobRun.objects.exclude(job="tick")}


def fails() -> str:
    raise RuntimeError("password=hunter2")


def counting(done: list[int]) -> Any:
    def job() -> str:
        done.append(1)
        return "done"

    return job


def test_a_job_that_fails_does_not_stop_the_others(db):
    done: list[int] = []
    jobs = (Job("first", tick_jobs.DAILY, fails), Job("second", tick_jobs.DAILY, counting(done)))
    assert tick_jobs.tick(jobs) is False
    assert noted() == {"first": (True, "RuntimeError"), "second": (False, "done")}
    assert tick_jobs.tick(jobs) is False  # the first one is tried again, the second one not before tomorrow
    assert done == [1]


def test_the_command_says_what_happened(db, monkeypatch, capsys):
    call_command("tick")
    assert capsys.readouterr().out == ""
    assert set(noted()) == {job.name for job in tick_jobs.JOBS}
    JobRun.take("tick", clock.real_now(), tick_jobs.LOCK)
    call_command("tick")
    assert capsys.readouterr().out == "Another tick is at work.\n"
    monkeypatch.setattr(tick_jobs, "tick", lambda: False)
    with pytest.raises(CommandError, match="A job failed"):
        call_command("tick")


def test_daily_jobs_run_again_the_next_day(db):
    done: list[int] = []
    jobs = (Job("daily", tick_jobs.DAILY, counting(done)),)
    for _n in range(2):
        tick_jobs.tick(jobs)
    JobRun.objects.filter(job="daily").update(started_at=clock.real_now() - tick_jobs.DAILY)
    tick_jobs.tick(jobs)
    assert done == [1, 1]


def test_expired_sessions_go(db, client):
    for name, days in (("old", -1), ("new", 1)):
        Session.objects.create(
            session_key=name, session_data="", expire_date=clock.real_now() + timedelta(days=days)
        )
    tick_jobs.tick()
    assert list(Session.objects.values_list("session_key", flat=True)) == ["new"]


@pytest.mark.django_db(transaction=True)
def test_of_ticks_that_set_out_together_one_runs():
    done: list[int] = []
    gate = Barrier(2, timeout=5)

    def job() -> str:
        done.append(1)
        return "done"

    for n in range(10):
        jobs = (Job(f"job {n}", tick_jobs.DAILY, lambda: (gate.wait(), job())[1]),)

        def step(jobs: Any = jobs) -> Any:
            result = tick_jobs.tick(jobs)
            if result is None:
                gate.wait()  # lets the one at work end
            return result

        assert sorted(at_once(step), key=str) == [None, True]
    assert len(done) == 10


def test_a_tick_that_was_killed_is_not_waited_for_forever(db):
    now = clock.real_now()
    assert JobRun.take("tick", now - tick_jobs.LOCK - timedelta(seconds=1), tick_jobs.LOCK)
    assert tick_jobs.tick(()) is True


def test_one_that_took_too_long_does_not_free_the_next_ones_lock(db):
    def slow() -> str:
        JobRun.objects.filter(job="tick").update(held_until=clock.real_now() + tick_jobs.LOCK)
        return "slow"

    assert tick_jobs.tick((Job("slow", tick_jobs.DAILY, slow), Job("never", tick_jobs.DAILY, fails))) is False
    assert "never" not in noted()
    assert tick_jobs.tick(()) is None


# --- what the mail server answers
