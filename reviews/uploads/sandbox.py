"""Examines a file in a process of its own, which has little time and memory, and none of our secrets.

A file can be made to keep its reader busy for hours, or to fill the memory. No check of its content rules that out, so
the operating system sets the limits. The site calls `examine()`; the process runs `main()`.
"""

import json
import logging
import resource
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from tempfile import TemporaryFile
from threading import BoundedSemaphore
from typing import BinaryIO, TypedDict

from reviews.uploads.reasons import Reason, Refused

CPU_SECONDS = 15
SECONDS = 45  # by the clock: of a machine that is busy with other things
MEMORY_MAX_BYTES = 512 * 1024 * 1024
# At once in a process of the web server. The next file waits as long as this, then it is refused for the moment.
AT_ONCE, WAIT_SECONDS = 2, 10

ROOT = Path(__file__).resolve().parents[2]
log = logging.getLogger(__name__)
free_places = BoundedSemaphore(AT_ONCE)


class Answer(TypedDict):
    """Of the process; without a reason the file can be taken."""

    found: object  # what the module's `examine()` returned, as JSON holds it
    reason: str
    detail: str


class Busy(Exception):
    """The machine has too much to do at the moment."""


class Faulty(Exception):
    """The process failed by a mistake of ours, or of the installation; the log has its last words."""


def examine(module: str, chunks: Iterable[bytes]) -> object:
    """Return what the module's `examine()` finds, such as a number of pages. Raises Refused, Busy or Faulty."""
    if not free_places.acquire(timeout=WAIT_SECONDS):
        raise Busy
    try:
        with TemporaryFile() as file:
            file.writelines(chunks)
            file.seek(0)
            answer = _run(module, file)
    finally:
        free_places.release()
    if answer["reason"]:
        raise Refused(Reason(answer["reason"]), answer["detail"])
    return answer["found"]


def _run(module: str, file: BinaryIO) -> Answer:
    """What the process printed; TOO_COSTLY if it was ended at one of its limits. Raises Busy or Faulty."""
    command = [sys.executable, "-m", module]
    try:
        done = subprocess.run(  # noqa: S603 - a module of ours
            command, stdin=file, capture_output=True, cwd=ROOT, env={}, timeout=SECONDS
        )
    except subprocess.TimeoutExpired as error:  # it never came to its seconds of the processor
        raise Busy from error
    if done.returncode < 0:  # by a signal
        log.warning("%s was ended by signal %s", module, -done.returncode)
        return _refusal(Reason.TOO_COSTLY)
    if done.returncode:
        log.error("%s failed: %s", module, done.stderr[-2_000:].decode(errors="replace"))
        raise Faulty
    answer: Answer = json.loads(done.stdout)
    return answer


def main(examine_file: Callable[[BinaryIO], object]) -> None:
    """Run in the process: examine standard input and print the answer as JSON."""
    _limit_resources()
    logging.disable()  # libraries report every oddity of a file
    try:
        answer = Answer(found=examine_file(sys.stdin.buffer), reason="", detail="")
    except Refused as refused:
        answer = _refusal(refused.reason, refused.detail)
    except (MemoryError, RecursionError):
        answer = _refusal(Reason.TOO_COSTLY)
    print(json.dumps(answer))


def _refusal(reason: Reason, detail: str = "") -> Answer:
    return {"found": None, "reason": reason, "detail": detail}


def _limit_resources() -> None:
    limits = {
        resource.RLIMIT_CPU: CPU_SECONDS,
        resource.RLIMIT_AS: MEMORY_MAX_BYTES,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
    }
    for what, limit in limits.items():
        resource.setrlimit(what, (limit, limit))
