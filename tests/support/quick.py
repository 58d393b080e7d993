"""`make test-quick`: the tests of what changed since main, and the grids that every change can break, on SQLite.

A file of reviews/<room>/<noun>.py or templates/<noun>/ brings the files of tests whose name holds the noun.
"""

import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from tests.support import databases

ALWAYS = [f"tests/rules/test_{name}.py" for name in ("access", "locked", "query_counts", "layout")]
# Rooms of tests/ that take minutes.
LEFT_TO_THE_WHOLE_RUN = {"browser", "trust", "upgrade"}


def changed_files() -> list[str]:
    """What differs from where this branch left main, committed or not, and what git does not know yet."""
    start = git("merge-base", "HEAD", "main") or ["HEAD"]
    return git("diff", "--name-only", start[0]) + git("ls-files", "--others", "--exclude-standard")


def git(*arguments: str) -> list[str]:
    answer = subprocess.run(["git", *arguments], capture_output=True, text=True)
    return answer.stdout.splitlines() if answer.returncode == 0 else []


def noun_of(changed: str) -> str:
    """ "findings" of reviews/models/findings.py, of templates/findings/list.html; none of any other file."""
    path = PurePosixPath(changed)
    if path.parts[0] == "reviews" and path.suffix == ".py" and len(path.parts) > 2:
        return path.stem if path.stem not in {"__init__", "base"} else ""
    return path.parts[1] if path.parts[0] == "templates" and len(path.parts) > 2 else ""


def tests_of(changed: Iterable[str], test_files: Iterable[str]) -> Iterator[str]:
    """Of all files of tests: those that changed, and those named after a noun that did."""
    changed = set(changed)
    words = {form for noun in map(noun_of, changed) if noun for form in (noun, noun.removesuffix("s"))}
    for file in test_files:
        room, name = PurePosixPath(file).parts[1], PurePosixPath(file).stem
        if room not in LEFT_TO_THE_WHOLE_RUN and (file in changed or any(word in name for word in words)):
            yield file


def main(arguments: list[str]) -> int:
    test_files = sorted(path.as_posix() for path in Path("tests").rglob("test_*.py"))
    chosen = {*tests_of(changed_files(), test_files), *filter(test_files.__contains__, ALWAYS)}
    print("\n".join(sorted(chosen)), flush=True)
    return databases.run("sqlite", ["--numprocesses=2", *arguments, *sorted(chosen)])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
