"""Gunicorn over loopback, as in production, and a client that times one request."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from typing import NamedTuple

WORKERS = ("--workers", "2", "--worker-class", "gthread", "--threads", "8", "--keep-alive", "75")
PRODUCTION = {
    "DEBUG": "0", "HTTPS": "0", "ALLOWED_HOSTS": "127.0.0.1", "SECRET_KEY": "only for measuring, on loopback",
    "LOG_LEVEL": "WARNING",
}  # fmt: skip


class Answer(NamedTuple):
    seconds: float
    status: int
    size: int


class Browser:
    """One kept-alive connection, signed in with a cookie."""

    def __init__(self, port: int, session: str = "") -> None:
        self.connection = HTTPConnection("127.0.0.1", port)
        self.headers = {"Cookie": f"sessionid={session}"} if session else {}

    def get(self, url: str) -> Answer:
        began = time.perf_counter()
        self.connection.request("GET", url, headers=self.headers)
        answer = self.connection.getresponse()
        body = answer.read()
        return Answer(time.perf_counter() - began, answer.status, len(body))


@contextmanager
def serving(settings: str, port: int, **environment: str) -> Iterator[int]:
    """The port on which an application with these settings answers until the block ends."""
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        *WORKERS,
        "--bind",
        f"127.0.0.1:{port}",
        "reviewtracker.wsgi",
    ]
    environment = {**os.environ, **PRODUCTION, "DJANGO_SETTINGS_MODULE": settings, **environment}
    server = subprocess.Popen([*command, "--log-level", "warning"], env=environment)
    try:
        _wait_for(port, server)
        yield port
    finally:
        server.terminate()
        server.wait()


def _wait_for(port: int, server: "subprocess.Popen[bytes]") -> None:
    for _try in range(100):
        time.sleep(0.1)
        if server.poll() is not None:
            raise RuntimeError("The server ended before it answered.")
        try:
            Browser(port).get("/")
        except OSError:
            continue
        return
    raise RuntimeError("The server does not answer.")
