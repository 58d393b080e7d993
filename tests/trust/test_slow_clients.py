"""A hundred slow clients of each kind before the nginx of deploy/ and gunicorn: others are served meanwhile."""

import socket
import ssl
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from tests.trust import servers
from tests.trust.test_nginx import HOST, ask, site  # noqa: F401 - a fixture

PAGE = "/accounts/login/"
CLIENTS = 100
START = f"POST {PAGE} HTTP/1.1\r\nHost: {HOST}\r\nX-Forwarded-Proto: https\r\n".encode()
FORM = START + b"Content-Type: application/x-www-form-urlencoded\r\n"
READ = f"GET {PAGE} HTTP/1.1\r\nHost: {HOST}\r\nX-Forwarded-Proto: https\r\n\r\n".encode()
# What each begins with, and what it goes on with twice a second.
SLOW = {
    "nothing at all": (b"", b""),
    "half a head": (START, b"X-a: b\r\n"),
    "small bodies": (FORM + b"Content-Length: 9000\r\n\r\n", b"x"),
    "large bodies": (FORM + b"Content-Length: 2000000\r\n\r\n", b"x"),
    "chunks": (FORM + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
}


def plain(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=10)


def encrypted(port: int) -> socket.socket:
    return ssl._create_unverified_context().wrap_socket(plain(port), server_hostname=HOST)


def slow(connect: Callable[[], socket.socket], head: bytes, drip: bytes, stop: list[bool]) -> None:
    """A client that has all the time in the world, and comes again when it is thrown out."""
    while not stop:
        try:
            with connect() as link:
                link.sendall(head)
                while not stop:
                    link.sendall(drip)
                    time.sleep(0.5)
        except OSError:
            time.sleep(0.05)


@contextmanager
def crowd(connect: Callable[[], socket.socket], kind: str) -> Iterator[None]:
    stop: list[bool] = []
    with ThreadPoolExecutor(CLIENTS) as threads:
        for _n in range(CLIENTS):
            threads.submit(slow, connect, *SLOW[kind], stop)
        time.sleep(3)
        try:
            yield
        finally:
            stop.append(True)


@pytest.mark.parametrize("kind", SLOW)
def test_slow_clients_keep_nobody_out(kind, site, figure):  # noqa: F811
    """While somebody reads pages, from one process of four threads."""
    seconds, statuses = [], []
    with crowd(lambda: encrypted(site.https), kind):
        for _n in range(40):
            begun = time.monotonic()
            statuses.append(ask(site, PAGE).status)
            seconds.append(time.monotonic() - begun)
    figure(f"100 slow clients ({kind}): pages refused", sum(status != 200 for status in statuses), 0)
    figure(f"100 slow clients ({kind}): slowest page", max(seconds), "<= 5 s")


@pytest.mark.parametrize("kind", ["half a head", "large bodies"])
def test_without_nginx_they_would(kind, site):  # noqa: F811
    """Planted: the same crowd straight before gunicorn, as it must not stand in the open."""
    with (
        servers.gunicorn(site.web.product, "open", ALLOWED_HOSTS=f"{HOST},127.0.0.1") as web,
        crowd(lambda: plain(web.port), kind),
        plain(web.port) as link,
    ):
        link.settimeout(5)
        link.sendall(READ)
        with pytest.raises(TimeoutError):
            link.recv(1)


def test_a_request_in_pieces_is_answered(site):  # noqa: F811
    """A bad line is no attack: a head and a small body that come bit by bit, two requests on one connection."""
    with encrypted(site.https) as link:
        for _again in range(2):
            for piece in (START[:20], START[20:], b"Content-Length: 4\r\n\r\n", b"a=", b"bc"):
                link.sendall(piece)
                time.sleep(0.3)
            assert link.recv(65_536).startswith(b"HTTP/1.1 403")
            rest(link)
    body = b"x" * 2_000_000
    answer = ask(site, PAGE, "POST", body, **{"Content-Type": "application/x-www-form-urlencoded"})
    assert answer.status == 403


def rest(link: socket.socket) -> None:
    """Of an answer whose beginning was read."""
    link.settimeout(1)
    try:
        while link.recv(65_536):
            pass
    except TimeoutError:
        link.settimeout(10)


def test_who_never_finishes_is_shown_the_door(site):  # noqa: F811
    """In the middle of a head, and of a body."""
    with encrypted(site.https) as head, encrypted(site.https) as body:
        for link, begun in ((head, START), (body, FORM + b"Content-Length: 9000\r\n\r\nx")):
            link.settimeout(30)
            link.sendall(begun)
        assert {link.recv(65_536)[:12] for link in (head, body)} <= {b"", b"HTTP/1.1 408"}


def test_a_head_without_an_end_is_refused(site):  # noqa: F811
    with encrypted(site.https) as link:
        link.sendall(START + b"X: " + b"x" * 60_000)
        assert link.recv(65_536).startswith((b"HTTP/1.1 400", b"HTTP/1.1 431"))
