"""A mail server that is as bad as they get: it refuses, puts off, and hangs after it has stored a mail."""

import asyncio
from collections import defaultdict
from email import message_from_bytes
from threading import Lock
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.trust.crash_harness import free_port

HANG = 3.0  # seconds; those who send wait a second for each answer


class BadMailServer:
    """Of each hundred readers it refuses ten for good; it puts off two and hangs for five, the first time.

    Where it hangs it has stored the mail before, as a server that is slow to answer has.
    """

    def __init__(self) -> None:
        self.lock = Lock()
        self.stored: dict[str, list[str]] = defaultdict(list)  # by reader, the Message-IDs in their order
        self.refused: set[str] = set()
        self.put_off: set[str] = set()
        self.hung: set[str] = set()
        self.controller = Controller(self, hostname="127.0.0.1", port=free_port())

    def __enter__(self) -> "BadMailServer":
        self.controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.controller.stop()

    @property
    def port(self) -> int:
        return int(self.controller.port)

    async def handle_RCPT(  # noqa: N802 - the name that the library looks for
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        number = number_of(address)
        if number < 10:
            self.refused.add(address)
            return "550 5.1.1 No such user"
        if number < 12 and address not in self.put_off:
            self.put_off.add(address)
            return "451 4.2.2 Mailbox full, try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        (reader,), content = envelope.rcpt_tos, envelope.content
        assert isinstance(content, bytes)
        with self.lock:
            self.stored[reader].append(str(message_from_bytes(content)["Message-ID"]))
        if 12 <= number_of(reader) < 17 and reader not in self.hung:
            self.hung.add(reader)
            await asyncio.sleep(HANG)
        return "250 OK"


def number_of(address: str) -> int:
    """Of each hundred readers the last two digits: person-1234@… is 34."""
    return int(address.partition("@")[0].rpartition("-")[2]) % 100


def doubles(stored: dict[str, list[Any]]) -> int:
    return sum(len(ids) - 1 for ids in stored.values())
