"""The guide is true: its buttons are the product's words, and its pictures are there."""

import re
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings

from reviews.models.reports import SILENT_DAYS
from tests.screenshots import FOLDER, GUIDE

PAGES = sorted((settings.BASE_DIR / "docs" / "guide").glob("*.md"))
# Of the administration: its buttons, and the names of records, which it writes with a capital.
OF_DJANGO = {"Add", "Save", "Memberships of cycles"}


@cache
def words() -> str:
    """Everything that the product says, in one text with single spaces."""
    sources = [*settings.BASE_DIR.glob("templates/**/*.html"), *settings.BASE_DIR.glob("reviews/**/*.py")]
    return " ".join(" ".join(path.read_text() for path in sources).split())


def bold(page: Path) -> list[str]:
    return [" ".join(text.split()) for text in re.findall(r"\*\*(.+?)\*\*", page.read_text(), re.DOTALL)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_what_stands_bold_is_what_the_pages_say(page):
    said = (
        {text.replace(f"{SILENT_DAYS} days", "%(days)s days") for text in bold(page)} - OF_DJANGO - {"bold"}
    )
    wrong = [text for text in said if not re.search(rf'[">]{re.escape(text)}["<]', words())]
    assert not wrong


def test_every_picture_is_there_and_used():
    shown = {
        name for page in PAGES for name in re.findall(r"screenshots/guide/([a-z-]+)\.png", page.read_text())
    }
    assert shown == set(GUIDE) == {path.stem for path in (FOLDER / "guide").glob("*.png")}


def test_every_link_of_the_guide_leads_somewhere():
    for page in PAGES:
        for target in re.findall(r"\]\(([^)]+)\)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
