"""Starts each measurement in a process of its own, with its own database: it leaves nothing in memory for the next."""

import json
import os
import subprocess
import sys
from typing import Any

from bench.servers import PRODUCTION

Process = subprocess.Popen[str]


def start(folder: str, url: str, *step: str) -> Process:
    """Start a step of `bench.steps`. `folder`: where static files are collected; `url`: of the database."""
    print(f"... {' '.join(step)}", file=sys.stderr, flush=True)
    environment = {**os.environ, **PRODUCTION, "DATABASE_URL": url, "STATIC_DIR": folder}
    command = [sys.executable, "-m", "bench.one", *step]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


def result_of(process: Process) -> dict[str, Any]:
    """Wait until it has ended, and return what it printed last."""
    try:
        lines = process.communicate()[0].splitlines()
    finally:
        process.terminate()
        process.wait()
    if process.returncode:
        raise RuntimeError("It ended without a result: what it wrote is above.")
    return dict(json.loads(lines[-1]))
