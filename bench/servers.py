"""Gunicorn over loopback, as in production, and a client that times one request."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryFile
from typing import NamedTuple
from urllib.parse import urlencode

import psutil

PRODUCTION = {
    "DEBUG": "0",
    "HTTPS": "0",
    "ALLOWED_HOSTS": "127.0.0.1",
    "SECRET_KEY": "only for measuring " * 3,
    "LOG_LEVEL": "WARNING",
    "MALLOC_ARENA_MAX": "2",
}
OURS, FLOOR = "bench.settings", "bench.floor_settings"
# Longer than the slowest page of the others takes; and no worker leaves while it is measured.
PATIENT = ("--keep-alive", "75", "--max-requests", "0", "--max-requests-jitter", "0")
TOKEN = "b" * 32


class Answer(NamedTuple):
    seconds: float
    status: int
    body: bytes
    headers: dict[str, str]

    @property
    def size(self) -> int:
        return len(self.body)


class Browser:
    """One kept-alive connection, signed in with a cookie."""

    def __init__(self, port: int, session: str = "") -> None:
        self.connection = HTTPConnection("127.0.0.1", port, timeout=120)
        self.headers = {"Cookie": f"sessionid={session}"} if session else {}

    def get(self, url: str, headers: dict[str, str] | None = None) -> Answer:
        return self._request("GET", url, None, self.headers | (headers or {}))

    def post(self, url: str, values: dict[str, object]) -> Answer:
        """Send a form; Django takes a token that a cookie repeats."""
        origin = f"http://127.0.0.1:{self.connection.port}"
        kind = {"Content-Type": "application/x-www-form-urlencoded", "Origin": origin}
        cookies = {"Cookie": f"{self.headers['Cookie']}; csrftoken={TOKEN}"}
        body = urlencode(values | {"csrfmiddlewaretoken": TOKEN})
        return self._request("POST", url, body, kind | cookies)

    def _request(self, method: str, url: str, body: str | None, headers: dict[str, str]) -> Answer:
        start = time.perf_counter()
        self.connection.request(method, url, body, headers)
        response = self.connection.getresponse()
        content = response.read()
        return Answer(time.perf_counter() - start, response.status, content, dict(response.headers))


class Server(NamedTuple):
    port: int
    process: psutil.Process

    def workers(self) -> list[psutil.Process]:
        return list(self.process.children())

    def memory(self) -> dict[int, float]:
        """MB that each worker has in memory now."""
        return {worker.pid: worker.memory_info().rss / 1e6 for worker in self.workers()}

    def forget_peak(self) -> None:
        for worker in self.workers():
            Path(f"/proc/{worker.pid}/clear_refs").write_text("5")

    def peak(self) -> dict[int, float]:
        """MB that each worker has had at one time since then."""
        peaks = {}
        for worker in self.workers():
            match = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{worker.pid}/status").read_text())
            assert match, "the kernel reports no VmHWM"
            peaks[worker.pid] = int(match[1]) * 1024 / 1e6
        return peaks


@contextmanager
def serving(settings: str, port: int, workers: int = 2) -> Iterator[Server]:
    """Run an application with these settings as docs/operations.md says, until the block ends."""
    bound = {"WEB_BIND": f"127.0.0.1:{port}", "WEB_WORKERS": str(workers), "DJANGO_SETTINGS_MODULE": settings}
    command = [sys.executable, "-m", "gunicorn", "--config", "reviewtracker/gunicorn.py", *PATIENT]
    environment = {**os.environ, **PRODUCTION, **bound, "LOG_LEVEL": "INFO"}  # each request is written down
    with TemporaryFile() as log:
        server = subprocess.Popen([*command, "reviewtracker.wsgi"], env=environment, stderr=log)
        try:
            _wait_for(port, server)
            yield Server(port, psutil.Process(server.pid))
        except Exception:
            log.seek(0)
            print(log.read()[-4000:].decode(), file=sys.stderr)
            raise
        finally:
            server.terminate()
            server.wait()


def _wait_for(port: int, server: "subprocess.Popen[bytes]") -> None:
    for _try in range(300):
        time.sleep(0.1)
        if server.poll() is not None:
            raise RuntimeError("The server ended before it answered.")
        try:
            Browser(port).get("/")
        except OSError:
            continue
        return
    raise RuntimeError("The server does not answer.")
