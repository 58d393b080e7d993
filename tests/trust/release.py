"""The release before this one, from the repository's own history: its code, its tests, its tables."""

import re
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings

from tests.trust import servers

# The last release, and the newest migration that it had. Both change here when the next one is made.
COMMIT = "5acd44f5e7659d8babb9de419dc3c491f07c346c"
MIGRATION = "0007_guidance"


def checked_out(folder: Path) -> Path:
    """Its files, in `folder`; where this copy of the repository does not go back that far, the test is skipped."""
    command = ["git", "archive", COMMIT]
    try:
        done = subprocess.run(command, cwd=settings.BASE_DIR, capture_output=True)
    except FileNotFoundError:
        pytest.skip("No git here, so no release before this one.")
    if done.returncode:
        pytest.skip(
            f"The release before ({COMMIT[:7]}) is not in this copy: `git fetch --unshallow` brings it."
        )
    with tarfile.open(fileobj=BytesIO(done.stdout)) as files:
        files.extractall(folder, filter="data")
    runs_here(folder)
    return folder


def runs_here(folder: Path) -> None:
    """Skip where the libraries of today are others than it asks for: nothing is installed for a test."""
    pins = re.findall(r"^([\w.-]+)==(\S+)", (folder / "requirements.txt").read_text(), re.MULTILINE)
    if other := [f"{name} {asked}" for name, asked in pins if version(name) != asked]:
        pytest.skip(f"The release before asks for other libraries: {', '.join(other)}.")


def tests(folder: Path, database: str, *chosen: str) -> tuple[int, int, str]:
    """How many of its tests pass and fail on a database that is there already, and what pytest printed."""
    command = [sys.executable, "-m", "pytest", "-q", "--reuse-db", "-p", "no:cacheprovider", *chosen]
    environment = servers.machine() | {"DATABASE_URL": database}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    counts = {word: int(n) for n, word in re.findall(r"(\d+) (passed|failed|error)", done.stdout)}
    return counts.get("passed", 0), counts.get("failed", 0) + counts.get("error", 0), done.stdout


@contextmanager
def web(folder: Path, product: servers.Product) -> Iterator[servers.Web]:
    """Its web server, started as its own README says, with the settings of `product`."""
    bind = f"127.0.0.1:{servers.free_port()}"
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "reviewtracker.wsgi",
        "--worker-class=gthread",
        "--threads=8",
    ]
    with (
        (product.folder / "before.log").open("wb") as log,
        servers.process(
            [*command, f"--bind={bind}"], cwd=folder, env=product.environment, stdout=log, stderr=log
        ) as running,
    ):
        web = servers.Web(product, "before", bind, running)
        servers.wait_for(lambda: servers.listens(web.port), web.log)
        yield web


def product(folder: Path, place: Path, url: str) -> servers.Product:
    """An installation of it: its own static files, its own commands."""
    made = servers.Product(place, url, folder, STATIC_DIR=str(place / "static"))
    made.manage("collectstatic", "--noinput", "--verbosity=0")
    return made
