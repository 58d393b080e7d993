"""Every library that our code imports is named in pyproject.toml, and the locks are made from what stands there."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from django.conf import settings

PROJECT = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())["project"]
OURS = {"bench", "manage", "reviews", "reviewtracker", "tests"}
LIBRARIES = packages_distributions()


def plain(name: str) -> str:
    """The name as pip-compile writes it: no extras, no version, one spelling."""
    return re.sub(r"[-_.]+", "-", re.match(r"[\w.-]+", name)[0]).lower()


NAMED = {plain(line) for line in PROJECT["dependencies"]}
NAMED_FOR_TESTS = NAMED | {plain(line) for line in PROJECT["optional-dependencies"]["test"]}


def modules(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def imported(folder: str) -> set[str]:
    """The libraries that the files of a folder import."""
    names = {name.partition(".")[0] for path in Path(folder).rglob("*.py") for name in modules(path)}
    found = names - OURS - sys.stdlib_module_names
    return {plain(library) for name in found for library in LIBRARIES.get(name, [name])}


def asked_for(lock: str) -> set[str]:
    """The libraries that a lock holds because pyproject.toml names them."""
    text = (settings.BASE_DIR / lock).read_text()
    pins = re.split(r"^(?=\w)", text, flags=re.MULTILINE)[1:]
    return {plain(pin) for pin in pins if "reviewtracker (pyproject.toml)" in pin}


def pinned(lock: str) -> dict[str, str]:
    return dict(re.findall(r"^([\w.-]+)==(\S+)", (settings.BASE_DIR / lock).read_text(), re.MULTILINE))


@pytest.mark.parametrize("folder", ["reviews", "reviewtracker"])
def test_what_the_product_imports_is_named(folder):
    found = imported(str(settings.BASE_DIR / folder))
    assert "django" in found
    assert found <= NAMED


@pytest.mark.parametrize("folder", ["bench", "tests"])
def test_what_tests_and_bench_import_is_named(folder):
    found = imported(str(settings.BASE_DIR / folder))
    assert "psutil" in found
    assert found <= NAMED_FOR_TESTS


def test_an_import_from_anywhere_in_a_file_is_found(tmp_path):
    early = "import json\nfrom . import a\nfrom reviews import b\n"
    (tmp_path / "some.py").write_text(f"{early}def late():\n    import nobody_named.this\n")
    assert imported(str(tmp_path)) == {"nobody-named"}


def test_the_locks_hold_what_is_named():
    assert asked_for("requirements.txt") == NAMED
    assert asked_for("requirements-test.txt") == NAMED_FOR_TESTS


@pytest.mark.parametrize("lock", ["requirements-test.txt", "requirements-audit.txt"])
def test_the_locks_agree(lock):
    assert pinned("requirements.txt").items() <= pinned(lock).items()
