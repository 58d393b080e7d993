"""Where code lies: every module of a room is named after a noun, or is one of the room's few base files."""

import re
from collections.abc import Iterable
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
# A noun has the same file name in every room. A new one is entered here once, and may then have a file in each.
NOUNS = """
actionpoints agenda annex board brief comparison coverage cycles datagaps deadlines desk difficulties disruptions
extensions findings framework guidance invitations meetings methods minutes organisations people plans progress
report_versions reports rounds threads timeline trace treatments
"""
# What else a room may hold. Nothing is added here lightly: most new code is about a noun.
BASE_FILES = {
    "models": "base choices daily_counts files numbering operations sign_in_attempts "
    "trace_seal trace_triggers workstreams",
    "queries": "schedule submission_checks",
    "actions": "",
    "forms": "accounts base widgets",
    "lists": "base columns pagination",
    "views": "accounts base health",
    "admin": "admin_site base forms operations",
}
# Folders of django-allauth and of the administration, and what the pages of all nouns share.
TEMPLATE_FOLDERS = "account admin charts errors includes mfa registration socialaccount tables usersessions"
LOOSE_MODULES = "apps clock policy request_context text urls"


def modules(folder: Path) -> set[str]:
    """The modules and packages in a folder, without `__init__`."""
    files = {path.stem for path in folder.glob("*.py")} - {"__init__"}
    return files | {path.parent.name for path in folder.glob("*/__init__.py")}


def misplaced(names: Iterable[str], base: str) -> list[str]:
    return sorted(set(names) - set(NOUNS.split()) - set(base.split()))


@pytest.mark.parametrize("room", BASE_FILES)
def test_each_module_is_a_noun_or_a_base_file(room):
    names = misplaced(modules(ROOT / "reviews" / room), BASE_FILES[room])
    assert not names, (
        f"reviews/{room}/ has {names}. Name the module after the noun that it is about, as in the other rooms. "
        f"If the noun is new, enter it in NOUNS; if the whole room needs the module, in BASE_FILES of {__file__}."
    )


def test_each_folder_of_templates_is_a_noun():
    folders = [path.name for path in (ROOT / "templates").iterdir() if path.is_dir()]
    names = misplaced(folders, TEMPLATE_FOLDERS)
    assert not names, (
        f"templates/ has {names}. Put a template into the folder of its noun; enter a new noun in NOUNS of {__file__}."
    )


def test_no_module_lies_loose_at_the_root():
    names = sorted(
        {path.stem for path in (ROOT / "reviews").glob("*.py")} - {"__init__", *LOOSE_MODULES.split()}
    )
    assert not names, (
        f"reviews/ has {names}. Move each into its room: docs/architecture.md says what each room is for."
    )


def test_no_noun_is_left_without_a_file():
    """What the list names exists, so that it stays the list of what there is."""
    files = {name for room in BASE_FILES for name in modules(ROOT / "reviews" / room)}
    unused = sorted(set(NOUNS.split()) - files)
    assert not unused, f"No room has a file for {unused}: take these out of NOUNS of {__file__}."
    for room, base in BASE_FILES.items():
        unused = sorted(set(base.split()) - modules(ROOT / "reviews" / room))
        assert not unused, f"reviews/{room}/ has no {unused}: take these out of BASE_FILES of {__file__}."


def named_paths() -> list[str]:
    page = (ROOT / "docs" / "architecture.md").read_text()
    return sorted(set(re.findall(r"\b((?:reviews|templates|tests)/[\w/]*(?:\.\w+)?)", page)))


@pytest.mark.parametrize("path", named_paths())
def test_each_path_in_the_architecture_exists(path):
    assert (ROOT / path).exists(), (
        f"docs/architecture.md names {path}, which does not exist: correct the page."
    )


@pytest.mark.parametrize(
    ("names", "base", "expected"),
    [
        (["datagaps", "base"], "base", []),
        (["helpers", "datagaps"], "base", ["helpers"]),
        (["base"], "", ["base"]),
    ],
)
def test_a_misplaced_module_is_noticed(names, base, expected):
    assert misplaced(names, base) == expected
