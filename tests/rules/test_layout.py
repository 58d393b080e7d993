"""Where a file may be: each module of a room is named for a noun of the product, or is one of the room's own."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from tests.support import one_database

ROOT = Path(settings.BASE_DIR)


def words(text: str) -> set[str]:
    return set(text.split())


# What the product is about: in every room the module of a noun has its name.
NOUNS = words(
    """absences accounts actionpoints agenda annex board bodies brief calendars changes comparison coverage cycles
    datagaps deadlines decisions delegations deliveries desk difficulties disruptions extensions findings
    follow_ups framework guidance invitations languages mails meetings methods minutes notification_settings
    notifications organisations outlook pending people pictures plans progress progress_reports projector rehearsals
    reminders report_versions reports rounds saved_views search setup threads timeline timeliness trace treatments
    unsaved_texts watches"""
)
# Beside the nouns: what all nouns of a room share, and what is the matter of that room alone.
OWN_FILES = {
    "models": """alternates base choices codes daily_counts files folding json_lists locks numbering operations
        search_kinds search_texts sent_forms sign_in_attempts trace_seal trace_triggers validators workstreams""",
    "forms": "base days fields files record_choices sheets widgets",
    "lists": "addresses base columns pagination shown_columns",
    "views": "base form_pages health sheets",
    "actions": "base",
    "queries": "base lines schedule submission_checks",
    "admin": "base admin_site filtering forms operations",
}
# Folders of templates that are no noun: what pages share, and the folders that Django and allauth name.
OWN_FOLDERS = words(
    "account admin charts errors includes mfa registration sheets socialaccount tables usersessions"
)
AT_THE_ROOT = {"__init__", "apps", "urls", "policy", "clock", "text", "request_context"}


def modules(folder: Path) -> Iterator[str]:
    """Names of the modules and packages of a folder."""
    for path in folder.iterdir():
        if path.suffix == ".py" or (path / "__init__.py").exists():
            yield path.stem


@pytest.mark.parametrize("room", OWN_FILES)
def test_modules_are_named_for_nouns(room):
    unknown = set(modules(ROOT / "reviews" / room)) - NOUNS - words(OWN_FILES[room]) - {"__init__"}
    assert not unknown, (
        f"reviews/{room}/ has {sorted(unknown)}: name the module for the noun it is about (see NOUNS), add a new noun "
        f"to NOUNS, or, if every noun of the room needs it, add it to OWN_FILES[{room!r}]."
    )


def test_templates_are_in_the_folder_of_their_noun():
    folders = {path.name for path in (ROOT / "templates").iterdir() if path.is_dir()}
    unknown = folders - NOUNS - OWN_FOLDERS
    assert not unknown, (
        f"templates/ has {sorted(unknown)}: name the folder for the noun its pages are about (see NOUNS), "
        f"or add it to OWN_FOLDERS if pages of several nouns share it."
    )


def test_nothing_is_loose_at_the_root():
    loose = {path.stem for path in (ROOT / "reviews").glob("*.py")} - AT_THE_ROOT
    assert not loose, (
        f"reviews/ has {sorted(loose)}: move it into the room that docs/architecture.md gives it."
    )


def test_a_name_in_the_wrong_place_is_noticed(tmp_path):
    """Planted: what is compared is the names of modules and of packages, and of nothing else."""
    for name in ("helpers.py", "notes.txt", "misc/__init__.py", "static/site.css"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert set(modules(tmp_path)) == {"helpers", "misc"}


def test_every_path_of_the_architecture_exists():
    text = (ROOT / "docs" / "architecture.md").read_text()
    missing = sorted(
        path for path in set(re.findall(r"`(reviews/[\w./]+)`", text)) if not (ROOT / path).exists()
    )
    assert not missing, f"docs/architecture.md names {missing}: correct the path there."


def test_what_runs_on_one_database_exists():
    places = {**one_database.POSTGRESQL_ONLY, **one_database.SQLITE_ONLY, **one_database.ON_BOTH}
    missing = [place for place in places if not (ROOT / "tests" / place).exists()]
    assert not missing, f"tests/support/one_database.py names {missing}: correct the path there."
