"""Search entries are found by their trigrams, of one group of readers at a time. SQLite has no such index."""

from django.db import migrations

# The readers are in the index too: what others may read costs a search nothing, and so does not show in its time.
TAKE_AWAY = "DROP INDEX CONCURRENTLY IF EXISTS search_by_words"
MAKE = (
    "CREATE INDEX CONCURRENTLY search_by_words ON reviews_searchentry"
    " USING gin (readers gin_trgm_ops, search gin_trgm_ops)"
)


def make(apps, editor):
    # An attempt that was broken off has left an index that serves nothing.
    _run(editor, TAKE_AWAY, MAKE)


def take_away(apps, editor):
    _run(editor, TAKE_AWAY)


def _run(editor, *statements):
    if editor.connection.vendor == "postgresql":
        for statement in statements:
            editor.execute(statement)


class Migration(migrations.Migration):
    # Records are written while the index is made, which no transaction allows.
    atomic = False

    dependencies = [("reviews", "0055_search_entries")]

    operations = [migrations.RunPython(make, take_away)]
