"""The process that opens a file: what it may use, and what happens when it wants more."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings

from reviews.uploads import sandbox
from reviews.uploads.reasons import Reason, Refused


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], int | None]:
    """`answer(body)`: that of a process which examines a file by this body of a function."""

    def run(body: str) -> int | None:
        code = f"import os, resource, sys, time\nsys.path.insert(0, {str(settings.BASE_DIR)!r})\n"
        code += "from reviews.uploads import sandbox\n\n"
        code += f"def examine(file):\n    {body}\n\n\nsandbox.main(examine)\n"
        (tmp_path / "module_of_test.py").write_text(code)
        monkeypatch.setattr(sandbox, "ROOT", tmp_path)
        return sandbox.examine("module_of_test", [b"content"])

    return run


def test_it_reads_the_file_and_answers(answer):
    assert answer("return len(file.read())") == 7
    assert answer("return None") is None


def test_it_knows_none_of_our_settings(answer, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "x" * 50)
    assert answer("return len([name for name in os.environ if name not in ('LC_CTYPE', 'PWD')])") == 0


def test_its_limits_are_set(answer):
    assert answer("return resource.getrlimit(resource.RLIMIT_CPU)[1]") == sandbox.CPU_SECONDS
    assert answer("return resource.getrlimit(resource.RLIMIT_AS)[1]") == sandbox.MEMORY_MAX_BYTES
    assert answer("return resource.getrlimit(resource.RLIMIT_FSIZE)[1]") == 0


@pytest.mark.parametrize(
    "body",
    [
        "return len(b'x' * 2_000_000_000)",
        "examine(file)",
        "os.abort()",
        "resource.setrlimit(resource.RLIMIT_CPU, (1, 1)); return [0 for _ in iter(int, 1)]",
    ],
    ids=["memory", "depth", "crash", "time"],
)
def test_what_goes_beyond_them_is_refused(body, answer):
    with pytest.raises(Refused) as refused:
        answer(body)
    assert refused.value.reason == Reason.TOO_COSTLY


def test_a_mistake_of_ours_is_not_the_fault_of_the_file(answer, caplog):
    with pytest.raises(sandbox.Faulty):
        answer("raise LookupError('a mistake of ours')")
    assert "a mistake of ours" in caplog.text


def test_on_a_busy_machine_it_is_not_the_fault_of_the_file(answer, monkeypatch):
    """It got no time of the processor."""
    monkeypatch.setattr(sandbox, "SECONDS", 1)
    with pytest.raises(sandbox.Busy):
        answer("time.sleep(60)")


def test_only_a_few_run_at_once(answer, monkeypatch):
    """Or else one person with hostile files could occupy every thread of the web server."""
    monkeypatch.setattr(sandbox, "WAIT_SECONDS", 0.1)
    monkeypatch.setattr(sandbox, "free_places", threading.BoundedSemaphore(1))
    assert answer("return 1") == 1
    with sandbox.free_places, pytest.raises(sandbox.Busy):
        answer("return 1")
    assert answer("return 1") == 1
