"""Due reminders, a mail server that refuses, puts off and hangs, ticks that are killed, a clock that is set back."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("aiosmtpd")  # only in the environment of the tests

from tests.trust.crash_harness import OURS
from tests.trust.mail_server import BadMailServer, doubles

PEOPLE, KILLS, FEWER = 1_000, 50, 200
SEED = 20200820
LONGEST = 600  # seconds, after which something hangs
A_DAY = 86_400


class Ticks:
    """Two processes that tick at the same time, over one database."""

    def __init__(self, database: str, folder: Path, port: int, planted: str = "") -> None:
        self.clock, self.log = folder / "clock", folder / "ticks.log"
        self.clock.write_text("0")
        self.environment = os.environ | {
            "DATABASE_URL": database,
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "MAIL_PORT": str(port),
            "CLOCK": str(self.clock),
            "PLANTED": planted,
            "LOG_LEVEL": "ERROR",
        }
        self.running = [self._started(), self._started()]
        self.kills = 0

    def step(self, *arguments: str) -> Any:
        command = [sys.executable, "-m", "tests.trust.ticking", *arguments]
        done = subprocess.run(command, env=self.environment, cwd=OURS, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    def _started(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "tests.trust.ticking", "tick"]
        with self.log.open("a") as log:
            return subprocess.Popen(command, env=self.environment, cwd=OURS, stderr=log, stdout=log)

    def kill_one(self, which: int) -> None:
        """SIGKILL, and another one takes its place."""
        self.running[which].send_signal(signal.SIGKILL)
        self.running[which].wait()
        self.kills += 1
        self.running[which] = self._started()

    def stop(self) -> None:
        for process in self.running:
            process.kill()
            process.wait()


def prepared(folder: Path, people: int) -> str:
    database = f"sqlite:///{folder}/mail.sqlite3"
    environment = os.environ | {"DATABASE_URL": database, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    command = [sys.executable, "-m", "tests.trust.ticking", "prepare", str(people)]
    done = subprocess.run(command, env=environment, cwd=OURS, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return database


def run(
    folder: Path, people: int, kills: int, planted: str = ""
) -> tuple[BadMailServer, Ticks, dict[str, Any]]:
    """Until every mail has its end, or nothing more happens; the kills at random moments of the sending."""
    chance = random.Random(SEED)
    with BadMailServer() as server:
        ticks = Ticks(prepared(folder, people), folder, server.port, planted)
        try:
            for n in range(kills):
                wait_for(server, people * 8 // 10 * (n + 1) // (kills + 1))
                time.sleep(chance.uniform(0, 0.3))
                ticks.kill_one(chance.randrange(2))
                if n == kills // 2:
                    ticks.clock.write_text(str(-A_DAY))
            state = wait_until_done(ticks, people)
        finally:
            ticks.stop()
    return server, ticks, state


def wait_for(server: BadMailServer, number: int) -> None:
    """Until so many readers have a mail."""
    until = time.monotonic() + LONGEST
    while len(server.stored) < number and time.monotonic() < until:
        time.sleep(0.01)
    assert len(server.stored) >= number, f"{len(server.stored)} of {number} after {LONGEST} s"


def wait_until_done(ticks: Ticks, people: int) -> dict[str, Any]:
    until = time.monotonic() + LONGEST
    while True:
        state: dict[str, Any] = ticks.step("look")
        ended = sum(n for name, n in state["mails"].items() if name in ("sent", "refused"))
        if (ended >= people and not state["pending"]) or time.monotonic() > until:
            return state
        time.sleep(1)


def lost(server: BadMailServer, people: int) -> int:
    """Readers who were not refused and have no mail."""
    return people - len(server.refused) - len(server.stored)


def test_reminders_arrive_whatever_happens(tmp_path, figure):
    server, ticks, state = run(tmp_path, PEOPLE, KILLS)
    figure("reminders lost", lost(server, PEOPLE), 0)
    figure("reminders refused by the mail server, for good", state["mails"]["refused"], PEOPLE // 10)
    figure("mails put off, and hung up on after they were stored", len(server.put_off | server.hung), 70)
    figure("ticks killed", ticks.kills, KILLS)
    # Who hears nothing after the last byte cannot know that the mail was stored.
    figure(
        "doubles beyond a kill or a hang each", max(0, doubles(server.stored) - KILLS - len(server.hung)), 0
    )
    figure("doubles with another Message-ID", sum(len({*ids}) - 1 for ids in server.stored.values()), 0)
    figure("people with two mails written", sum(state["mails"].values()) - state["people"], 0)
    # One to the coordinator and one to the team: a role whose members share what it is owed.
    figure("reminders written, two a country", state["reminders"], PEOPLE // 10 * 2)


def test_a_mail_counted_too_early_is_noticed(tmp_path):
    """The planted fault: what the mail server puts off is never sent."""
    server, _ticks, _state = run(tmp_path, FEWER, 0, planted="sent before it is")
    assert lost(server, FEWER) > 0
