"""System checks of the database, run by `migrate` and by `check --database default`."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Tags, Warning, register
from django.db import connections

LETTERS = Warning(
    "The database has LC_CTYPE C, and makes no trigrams of letters beyond ASCII: searches for words in Lao, Thai, "
    "Khmer, Burmese or Vietnamese read every entry.",
    hint="Create the database with LC_CTYPE C.UTF-8 or another of UTF-8, and load a backup into it.",
    id="reviews.W001",
)


@register(Tags.database)
def check_letters(databases: Sequence[str] | None, **_options: Any) -> list[CheckMessage]:
    """Warn if the database takes a Lao word for no letters at all."""
    is_missing = any(
        connections[name].vendor == "postgresql" and not makes_trigrams_of_lao(name)
        for name in databases or ()
    )
    return [LETTERS] if is_missing else []


def makes_trigrams_of_lao(name: str) -> bool:
    with connections[name].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_extension WHERE extname = 'pg_trgm'")
        if not cursor.fetchone()[0]:
            return True  # the first migration is still to come
        cursor.execute("SELECT cardinality(show_trgm('ກອງປະຊຸມ'))")
        return bool(cursor.fetchone()[0])
