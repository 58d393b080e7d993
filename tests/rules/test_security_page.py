"""docs/security.md says of every ASVS item how it stands, and names only tests, files and settings that there are."""

import re
from collections import Counter

import pytest
from django.conf import settings

from tests.support import header_expectations

PAGE = (settings.BASE_DIR / "docs" / "security.md").read_text()
TRUST = (settings.BASE_DIR / "docs" / "trust.md").read_text()
ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| ([12]) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
ITEMS = ROW.findall(PAGE)
ANSWERS = {"tested", "configured", "documented", "not applicable", "**not met**", "open"}
TESTS = "\n".join(path.read_text() for path in (settings.BASE_DIR / "tests").rglob("test_*.py"))


def test_all_253_items_have_an_answer():
    assert len({number for number, *_rest in ITEMS}) == len(ITEMS) == 253
    assert Counter(level for _number, level, *_rest in ITEMS) == {"1": 70, "2": 183}
    assert {answer for *_rest, answer, _by in ITEMS} <= ANSWERS
    assert all(by.strip() for *_rest, by in ITEMS)


def test_the_counts_are_those_of_the_table():
    told = Counter(answer.strip("*") for *_rest, answer, _by in ITEMS)
    assert f"All 253 items: {', '.join(f'{n} {word}' for word, n in told.most_common())}." in PAGE


@pytest.mark.parametrize("name", sorted({by for *_rest, answer, by in ITEMS if answer == "tested"}))
def test_each_named_test_exists(name):
    assert re.fullmatch(r"`test_\w+`", name)
    assert f"def {name.strip('`')}(" in TESTS


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`(test_\w+)`", TRUST))))
def test_each_test_that_the_page_on_trust_names_exists(name):
    files = {path.stem for path in (settings.BASE_DIR / "tests").rglob("test_*.py")}
    assert name in files or f"def {name}(" in TESTS


@pytest.mark.parametrize(
    "name", sorted({n for *_r, a, by in ITEMS if a != "open" for n in re.findall(r"docs/\w+\.md", by)})
)
def test_each_named_page_exists(name):
    assert (settings.BASE_DIR / name).exists()


@pytest.mark.parametrize(
    "path", sorted(set(re.findall(r"`((?:reviews|reviewtracker|tests)/[\w/.]+)`", PAGE)))
)
def test_each_named_file_exists(path):
    assert (settings.BASE_DIR / path).exists()


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`([A-Z][A-Z_]+[A-Z])`", PAGE))))
def test_each_named_setting_exists(name):
    assert (
        hasattr(settings, name) or name in (settings.BASE_DIR / "reviewtracker" / "settings.py").read_text()
    )


def test_the_table_of_headers_is_the_one_that_is_tested():
    for value in (
        header_expectations.POLICY,
        header_expectations.DOWNLOAD_POLICY,
        header_expectations.PRIVATE,
        header_expectations.IMMUTABLE,
        header_expectations.HSTS,
    ):
        assert f"`{value}`" in PAGE
