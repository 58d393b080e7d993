"""Updates sent by several people to a real server whose processes, or database, are killed meanwhile.

`python -m tests.trust.crash_harness prepare|check` are its steps that look into that database,
each a process of its own.
"""

import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Any
from urllib.parse import urlencode

import psutil

STATES = ("VNM", "LAO", "KHM", "MMR", "THA", "PHL")
TOKEN = "c" * 32  # against forged requests: the same in the cookie and in the form
LONGEST = 180  # seconds, after which something hangs
OURS = Path(__file__).resolve().parent.parent.parent


class Site:
    """A gunicorn with two workers on a port of its own, over a database of its own."""

    def __init__(self, database: str, folder: Path, planted: str = "") -> None:
        self.log = folder / "gunicorn.log"
        self.environment = os.environ | {
            "DATABASE_URL": database,
            "PLANTED": planted,
            "FILES_DIR": str(folder),
        }
        self.environment |= {"DJANGO_SETTINGS_MODULE": "tests.settings"}
        self.port = free_port()
        self.people: dict[str, Any] = {}

    def step(self, name: str, given: Any = None) -> Any:
        """`prepare` or `check`, in a process of its own."""
        command = [sys.executable, "-m", "tests.trust.crash_harness", name]
        done = subprocess.run(
            command, input=json.dumps(given), env=self.environment, cwd=OURS, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def start(self) -> None:
        command = [
            sys.executable, "-m", "gunicorn", "tests.trust.served:application", "--workers", "2", "--preload",
            "--worker-class", "gthread", "--threads", "4", "--bind", f"127.0.0.1:{self.port}", "--log-level", "error",
        ]  # fmt: skip
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                command, env=self.environment, cwd=OURS, stderr=log, start_new_session=True
            )

    def workers(self) -> list[int]:
        with suppress(psutil.NoSuchProcess):
            return [child.pid for child in psutil.Process(self.process.pid).children()]
        return []

    def kill_everything(self) -> None:
        """The first process and its workers, as one group, with no chance to end anything."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def served(database: str, folder: Path, people: dict[str, Any], planted: str = "") -> Iterator[Site]:
    """Over a prepared database, with those who have signed in there."""
    site = Site(database, folder, planted)
    site.people = people
    site.start()
    try:
        yield site
    finally:
        site.kill_everything()


class Load:
    """So many updates, by one person of each country, each sent once; what was acknowledged is remembered."""

    def __init__(self, site: Site, updates: int) -> None:
        self.site, self.left = site, updates
        self.sent = 0
        self.acknowledged: list[str] = []
        self.last_answer = 0.0
        self.lock, self.over = Lock(), Event()

    def run(self, *killers: Callable[["Load"], None]) -> None:
        people = [Thread(target=self._person, args=item) for item in self.site.people.items()]
        threads = [*people, *(Thread(target=killer, args=[self]) for killer in killers)]
        for thread in threads:
            thread.start()
        until = time.monotonic() + LONGEST
        for person in people:
            person.join(max(0.0, until - time.monotonic()))
        self.over.set()
        for thread in threads:
            thread.join(30)
        assert not any(thread.is_alive() for thread in threads), f"not over after {LONGEST} s"

    def _person(self, state: str, session: str) -> None:
        browser, version = Browser(self.site.port, session), 0
        while (number := self._next()) is not None and not self.over.is_set():
            version = version or self._version(browser, state)
            typed = {"data_collection": number % 101, "analysis": number % 97, "note": f"{state} {number}"}
            status, _page = browser.ask(update_page(state), typed | {"version": version})
            version = version + 1 if status == 302 else 0  # 0: nobody knows; look again
            if status == 302:
                self._acknowledge(f"{state} {number}")

    def _next(self) -> int | None:
        with self.lock:
            self.left, self.sent = self.left - 1, self.sent + 1
            return self.sent if self.left >= 0 else None

    def _acknowledge(self, note: str) -> None:
        with self.lock:
            self.acknowledged.append(note)
            self.last_answer = time.monotonic()

    def _version(self, browser: "Browser", state: str) -> int:
        """The version that the form holds, asked for until there is an answer."""
        while not self.over.is_set():
            status, page = browser.ask(update_page(state))
            if status == 200:
                return int(page.partition('name="version" value="')[2].partition('"')[0])
            time.sleep(0.05)
        return 0


def update_page(state: str) -> str:
    return f"/cycles/mtr/reports/{state}/update/"


class Browser:
    """One person's, with a connection that is kept as long as it lives."""

    def __init__(self, port: int, session: str) -> None:
        self.link = HTTPConnection("127.0.0.1", port, timeout=20)
        self.headers = {
            "Cookie": f"sessionid={session}; csrftoken={TOKEN}",
            "Content-Type": "application/x-www-form-urlencoded",
        }

    def ask(self, path: str, typed: dict[str, Any] | None = None) -> tuple[int, str]:
        """The status and the page; status 0 when there was no answer."""
        body = urlencode(typed | {"csrfmiddlewaretoken": TOKEN}) if typed else None
        try:
            self.link.request("POST" if body else "GET", path, body, self.headers)
            answer = self.link.getresponse()
            return answer.status, answer.read().decode()
        except (OSError, HTTPException):
            self.link.close()  # the next request opens a new one
            return 0, ""


class Killer:
    """Kills one worker after the other at random moments, and in the middle the whole server.

    A moment is so many updates after the last one, so that a slow machine gets further, too.
    """

    def __init__(self, seed: int, updates: tuple[int, int], whole: bool = True) -> None:
        self.random, self.updates, self.whole = random.Random(seed), updates, whole
        self.workers = self.servers = 0

    def __call__(self, load: Load) -> None:
        half = load.left // 2
        while self._waits(load, load.sent + self.random.randint(*self.updates)):
            time.sleep(self.random.uniform(0, 0.05))
            if self.whole and not self.servers and load.sent > half:
                load.site.kill_everything()
                self.servers += 1
                load.site.start()
            elif workers := load.site.workers():
                with suppress(ProcessLookupError):
                    os.kill(self.random.choice(workers), signal.SIGKILL)
                    self.workers += 1

    def _waits(self, load: Load, sent: int) -> bool:
        while load.sent < sent and not load.over.is_set():
            time.sleep(0.002)
        return not load.over.is_set()


# --- in a process of its own, with that database


def prepare(given: Any) -> dict[str, str]:
    """The tables, a cycle, and somebody signed in for each country: the session by country."""
    from django.core.management import call_command
    from django.test import Client

    from tests.support import make

    call_command("migrate", verbosity=0)
    cast = make.cast()
    make.cycle("mtr", by=cast["secretariat"], members=STATES)
    sessions = {}
    for state in STATES:
        browser = Client()
        browser.force_login(make.user(f"{state}.killed", "coordinator", make.organisation(state)))
        sessions[state] = browser.cookies["sessionid"].value
    return sessions


def check(acknowledged: list[str]) -> dict[str, Any]:
    """What is wrong in the database, given the updates that were acknowledged."""
    from reviews.models import NationalReport, ProgressUpdate, Trace
    from reviews.operations import trace_chain
    from reviews.operations.trace_verification import Verification

    updates = Counter(ProgressUpdate.objects.values_list("note", flat=True))
    traced_notes = Counter(Trace.objects.filter(verb="progress").values_list("why", flat=True))
    traced = Trace.objects.filter(model="reviews.progressupdate").count()
    trace_chain.link_new_rows()
    return {
        "lost": sum(updates[note] != 1 for note in acknowledged),
        "without trace": sum(traced_notes[note] != 1 for note in acknowledged) + abs(sum(updates.values()) - traced),
        "half-written": sum((updates - traced_notes).values()) + sum((traced_notes - updates).values())
        + sum(not whole(report) for report in NationalReport.objects.all()),
        "problems": list(Verification().problems()),
        "unacknowledged": len(updates) - len(set(acknowledged)),
    }  # fmt: skip


def whole(report: Any) -> bool:
    """The report shows what its last update reported, and has as many versions as it has trace rows."""
    from reviews.models import Trace

    last = report.progress_updates.order_by("-pk").first()
    rows = Trace.objects.filter(model="reviews.nationalreport", object_id=report.pk).count()
    return report.version == rows and (
        last is None or report.figures == (last.data_collection, last.analysis, last.writing)
    )


if __name__ == "__main__":
    import django

    django.setup()
    print(json.dumps({"prepare": prepare, "check": check}[sys.argv[1]](json.load(sys.stdin))))
