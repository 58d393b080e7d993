"""The commands of docs/operations.md, as they stand there: its indented blocks, in their order."""

import re
from textwrap import dedent

from django.conf import settings

MANUAL = settings.BASE_DIR / "docs" / "operations.md"
# What the page says of itself: put this in front of each command of ours.
AS_THE_SITE = "cd /opt/reviewtracker && sudo -u reviewtracker "


def section(title: str) -> str:
    """The text under a heading of the second level."""
    found = re.search(
        rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", MANUAL.read_text(), re.MULTILINE | re.DOTALL
    )
    assert found, f"docs/operations.md has no heading “{title}” any more"
    return found[1]


def shell_blocks(title: str) -> list[str]:
    """The indented blocks of a section."""
    blocks = re.findall(r"(?:^    [^\n]*\n)+", section(title), re.MULTILINE)
    return [dedent(block) for block in blocks]


def sql_block(title: str) -> str:
    [block] = re.findall(r"```sql\n(.*?)```", section(title), re.DOTALL)
    return str(block)


def commands(block: str) -> list[str]:
    """Its commands one by one, each as a person types it; those of ours with what the page says to put in front."""
    lines = [line for line in block.replace("\\\n", " ").splitlines() if line.strip()]
    return [
        f"{AS_THE_SITE}{line}" if line.startswith(".venv/bin/python manage.py") else line for line in lines
    ]
