"""The web server as it runs for real: what it refuses, and that others are served while somebody is rude.

Slow clients are nginx's to keep away: tests/trust/test_slow_clients.py.
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.conf import settings

from tests.operations.test_settings import OURS, PRODUCTION
from tests.support import header_expectations

HOST = PRODUCTION["ALLOWED_HOSTS"]
PAGE = "/accounts/login/"
HEADS = {"Host": HOST, "X-Forwarded-Proto": "https"}


class Answer(NamedTuple):
    status: int
    headers: Any
    text: str
    seconds: float


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database and static files, as an installation has them."""
    made = tmp_path_factory.mktemp("server")
    for command in (["migrate", "--verbosity=0"], ["collectstatic", "--noinput", "--verbosity=0"]):
        started = [sys.executable, "manage.py", *command]
        subprocess.run(started, cwd=settings.BASE_DIR, env=environment_in(made), check=True)
    return made


@contextmanager
def running(folder: Path, *options: str) -> Iterator[int]:
    """The port of a gunicorn of one process, so that there is no other one to help out, with production settings."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        number = int(free.getsockname()[1])
    arguments = [
        "--config=python:reviewtracker.gunicorn",
        "--workers=1",
        f"--bind=127.0.0.1:{number}",
        *options,
    ]
    started = [sys.executable, "-m", "gunicorn", *arguments, "reviewtracker.wsgi"]
    log = (folder / "log").open("wb")
    with subprocess.Popen(started, cwd=settings.BASE_DIR, env=environment_in(folder), stderr=log) as server:
        wait_until(lambda: get(number).status == 200)
        yield number
        server.terminate()


@pytest.fixture(scope="module")
def port(folder: Path) -> Iterator[int]:
    with running(folder) as number:
        yield number


def environment_in(folder: Path) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if name not in OURS}
    ours = {"FILES_DIR": f"{folder}/files", "STATIC_DIR": f"{folder}/static", "BEHIND_PROXY": "1"}
    return inherited | PRODUCTION | ours | {"DATABASE_URL": f"sqlite:///{folder}/db.sqlite3"}


def wait_until(done: Callable[[], bool]) -> None:
    for _attempt in range(300):
        try:
            if done():
                return
        except OSError:
            time.sleep(0.2)
    pytest.fail("the server does not start")


def get(
    port: int, url: str = PAGE, method: str = "GET", body: Any = None, patience: int = 60, **heads: str
) -> Answer:
    begun = time.monotonic()
    link = HTTPConnection("127.0.0.1", port, timeout=patience)
    try:
        link.request(
            method, url, body, HEADS | {name.replace("_", "-"): told for name, told in heads.items()}
        )
        answer: HTTPResponse = link.getresponse()
        return Answer(answer.status, answer.headers, answer.read().decode(), time.monotonic() - begun)
    finally:
        link.close()


def raw(port: int, content: bytes) -> bytes:
    """What comes back for bytes that no browser sends."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as link:
        link.sendall(content)
        link.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: link.recv(65_536), b""))


# What it tells, and what it refuses


def test_the_header_table_holds_behind_the_real_server(port, figure):
    wrong = []
    for url, status in ((PAGE, 200), ("/nowhere/", 404), ("/", 302), ("/admin/", 302)):
        answer = get(port, url)
        assert answer.status == status
        wrong += header_expectations.faults(answer, hsts=header_expectations.HSTS)
    css = next(part for part in get(port).text.split('"') if part.endswith(".css"))
    wrong += header_expectations.faults(
        get(port, css), cache=header_expectations.IMMUTABLE, hsts=header_expectations.HSTS
    )
    figure("headers other than the table, real server", len(wrong), 0)


def test_cookies_of_the_real_server(port):
    cookie = get(port).headers["Set-Cookie"]
    assert cookie.startswith("__Host-csrftoken=")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    assert "Domain" not in cookie


REFUSED: dict[str, tuple[dict[str, Any], int]] = {
    "another host": ({"Host": "evil.example"}, 400),
    "no host's name": ({"Host": "review.example@evil.example"}, 400),
    "a host with a path": ({"Host": "review.example/../x"}, 400),
    "a forwarded host": ({"Host": "evil.example", "X_Forwarded_Host": HOST}, 400),
    "a long query": ({"url": PAGE + "?q=" + "x" * 5_000}, 414),
    "a long path": ({"url": "/" + "x" * 8_000}, 414),
    "a long header": ({"X_Long": "x" * 5_000}, 431),
    "many headers": ({f"X_{n}": "x" for n in range(80)}, 431),
    "TRACE": ({"method": "TRACE"}, 405),
    "an unknown method": ({"method": "BREW"}, 405),
    "a body far too large": ({"method": "POST", "body": b"x", "Content_Length": str(10**9)}, 413),
    "a length that is none": ({"method": "POST", "body": b"x", "Content_Length": "-1"}, 400),
    "huge JSON without a token": (
        {"method": "POST", "body": b"[" * 3_000_000, "Content_Type": "application/json"},
        403,
    ),
    "bytes that are no text": ({"url": "/cycles/%FF%FE/"}, 404),
    "a NUL in the address": ({"url": "/cycles/%00/"}, 404),
    "a wrong range": ({"Range": "bytes=9-1"}, 200),
    "a range of many": ({"Range": "bytes=" + ",".join("0-1" for _n in range(500))}, 200),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused(name, port):
    asked, status = REFUSED[name]
    answer = get(port, **asked)
    assert answer.status == status
    assert "Traceback" not in answer.text
    assert get(port).status == 200


SMUGGLED = [
    b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nG",
    b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
    b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
    b"X: a\r\n folded\r\n\r\n",
    b"X\x00: a\r\n\r\n",
]


@pytest.mark.parametrize("rest", SMUGGLED)
def test_two_readings_of_one_request_are_refused(rest, port):
    """What a proxy before us and we could take for requests of different lengths."""
    response = raw(port, f"POST {PAGE} HTTP/1.1\r\nHost: {HOST}\r\n".encode() + rest)
    assert response.startswith((b"HTTP/1.1 400", b"HTTP/1.1 501"))
    assert response.count(b"HTTP/1.1 ") == 1


# Others are served meanwhile


START = f"POST {PAGE} HTTP/1.1\r\nHost: {HOST}\r\nX-Forwarded-Proto: https\r\n".encode()


def test_a_head_without_an_end_is_refused(port):
    """At the latest when there is more of it than 60 headers may have; nginx is less patient."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as link:
        link.sendall(START + b"X: " + b"x" * 300_000)
        assert link.recv(65_536).startswith(b"HTTP/1.1 431")


def test_rude_clients_keep_nobody_out(port, figure):
    """5,000 fields, 10,000 files, and bodies that are far too large, from eight at once."""
    many = b"&".join(b"f%d=x" % n for n in range(5_000))
    part = b'--b\r\nContent-Disposition: form-data; name="f"; filename="x"\r\n\r\nx\r\n'
    sent = [
        (many, "application/x-www-form-urlencoded"),
        (part * 10_000 + b"--b--\r\n", "multipart/form-data; boundary=b"),
        (b"x" * 3_000_000, "application/x-www-form-urlencoded"),
    ]
    with ThreadPoolExecutor(8) as crowd:
        rude = [crowd.submit(get, port, PAGE, "POST", body, Content_Type=kind) for body, kind in sent * 8]
        answers = [get(port) for _n in range(20)]
        rude_answers = [answer.result() for answer in rude]
    assert {answer.status for answer in rude_answers} <= {400, 403, 413}
    assert all("Review tracker" in answer.text for answer in rude_answers)
    figure("rude clients: pages refused", sum(answer.status != 200 for answer in answers), 0)
    figure("rude clients: slowest page", max(answer.seconds for answer in answers), "<= 10 s")
