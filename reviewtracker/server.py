"""The web server's worker: a thread is given to a request only when the request is there.

Gunicorn's own worker reads it in the thread, so as many slow clients as there are threads keep everybody else out.
"""

import re
import socket
import time
from functools import partial
from selectors import EVENT_READ
from typing import Any

from gunicorn import util
from gunicorn.http import wsgi
from gunicorn.workers.gthread import ThreadWorker

SMALL = 32 * 1024  # bytes of a request that the system keeps for us until all of it is there
READ_SECONDS = 10  # for a small request
SLOWEST = 10_000  # bytes a second, from then on, of an upload
ENDLESS = -1
HEAD_ENDS = b"\r\n\r\n"
LENGTH = re.compile(rb"^content-length:[ \t]*(\d{1,18})[ \t]*\r$", re.IGNORECASE | re.MULTILINE)
CHUNKED = re.compile(rb"^transfer-encoding:", re.IGNORECASE | re.MULTILINE)


class Worker(ThreadWorker):
    """Gunicorn's threads, with a waiting room before them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.waiting: dict[
            Any, float
        ] = {}  # connections with half a request, and until when they may finish it
        self.uploading: dict[Any, float] = {}  # those in a thread with a large body still to come

    def enqueue_req(self, conn: Any) -> None:
        """A connection has something to say: now, or when it has said all of it."""
        told = peek(conn)
        if told is None and not _read_ahead(conn):
            self._listen(conn)
        elif (owed := missing(told or b"")) == 0 or _read_ahead(conn):
            super().enqueue_req(conn)
        elif owed == ENDLESS:
            self._dismiss(conn, 431, "Request Header Fields Too Large")
        elif owed > SMALL and len(self.uploading) < self.cfg.threads // 2:
            self.uploading[conn] = time.monotonic() + READ_SECONDS + owed / SLOWEST
            super().enqueue_req(conn)
        else:
            self.waiting.setdefault(conn, time.monotonic() + READ_SECONDS)

    def finish_request(self, conn: Any, future: Any) -> None:
        self.uploading.pop(conn, None)
        super().finish_request(conn, future)

    def murder_pending(self) -> None:
        """Once a second at least: let in who is complete, and show the door to who takes too long."""
        super().murder_pending()
        now = time.monotonic()
        for conn, until in list(self.waiting.items()):
            if now > until:
                del self.waiting[conn]
                self._dismiss(conn, 408, "Request Timeout")
            elif peek(conn) is not None:
                self._again(conn, until)
        for conn in [conn for conn, until in self.uploading.items() if now > until]:
            _cut(conn)

    def _again(self, conn: Any, until: float) -> None:
        del self.waiting[conn]
        self.enqueue_req(conn)
        if conn in self.waiting:
            self.waiting[conn] = until  # the clock goes on

    def _listen(self, conn: Any) -> None:
        """Nothing has come yet: the system wakes us when something does."""
        conn.sock.setblocking(False)
        conn.timeout = time.monotonic() + self.cfg.keepalive
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, EVENT_READ, partial(self.on_pending_socket_readable, conn))

    def _dismiss(self, conn: Any, status: int, reason: str) -> None:
        self.nr_conns -= 1
        util.write_error(conn.sock, status, reason, "")
        conn.close()


def peek(conn: Any) -> bytes | None:
    """What has arrived, left where it is; None for nothing yet, b"" for a closed connection."""
    try:
        return bytes(conn.sock.recv(SMALL, socket.MSG_PEEK | socket.MSG_DONTWAIT))
    except BlockingIOError:
        return None
    except OSError:
        return b""


def missing(told: bytes) -> int:
    """Bytes still owed: 0 for a whole request, or for a connection that was closed; 1 for half a head."""
    head, end, body = told.partition(HEAD_ENDS)
    if told and not end:
        return ENDLESS if len(told) >= SMALL else 1
    if CHUNKED.search(head):
        return SMALL + 1
    length = LENGTH.search(head + b"\r\n")
    whole = int(length[1]) if length else 0
    return max(whole - len(body), 0) if len(head) + whole < SMALL else whole + SMALL


def _read_ahead(conn: Any) -> bool:
    """Whether the parser has taken the beginning of this request along with the one before."""
    return bool(conn.parser and conn.parser.unreader.buf.getvalue())


def _cut(conn: Any) -> None:
    try:
        conn.sock.shutdown(socket.SHUT_RDWR)
    except OSError:  # it is gone already
        return


told_by_default = wsgi.Response.default_headers


def without_server(self: Any) -> list[str]:
    """What is told of every answer, less the name of the server."""
    return [line for line in told_by_default(self) if not line.startswith("Server:")]


wsgi.Response.default_headers = without_server
