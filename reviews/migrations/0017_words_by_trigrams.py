"""Words in the register of data gaps are found by their trigrams. SQLite has no such index, and reads the register."""

from django.db import migrations

EXTENSION = "CREATE EXTENSION IF NOT EXISTS pg_trgm"  # and it stays: something else may use it by then
TAKE_AWAY = "DROP INDEX CONCURRENTLY IF EXISTS gap_by_words"
MAKE = "CREATE INDEX CONCURRENTLY gap_by_words ON reviews_datagap USING gin (search gin_trgm_ops)"


def make(apps, editor):
    # An attempt that was broken off has left an index that serves nothing.
    _run(editor, EXTENSION, TAKE_AWAY, MAKE)


def take_away(apps, editor):
    _run(editor, TAKE_AWAY)


def _run(editor, *statements):
    if editor.connection.vendor == "postgresql":
        for statement in statements:
            editor.execute(statement)


class Migration(migrations.Migration):
    # The register is written to while the index is made, which no transaction allows.
    atomic = False

    dependencies = [("reviews", "0016_keys_of_a_page")]

    operations = [migrations.RunPython(make, take_away)]
