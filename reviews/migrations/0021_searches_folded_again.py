"""The folded column of searches is filled anew: signs of Thai, Lao, Khmer and Burmese stay in it, invisible ones go."""

from django.db import migrations

from reviews.text import fold

SEARCHED = {"DataGap": ("missing", "effect", "closing_note"), "Finding": ("text",)}


def fill(apps, schema_editor):
    for name, columns in SEARCHED.items():
        rows = apps.get_model("reviews", name).objects.all()
        for row in rows.only("search", "version", *columns).iterator(chunk_size=1000):
            search = fold(" ".join(getattr(row, column) for column in columns))
            if search != row.search:
                # Whoever changes the row meanwhile fills the column too.
                rows.filter(pk=row.pk, version=row.version).update(search=search)


class Migration(migrations.Migration):

    # Row by row: nothing stays locked while the register is read.
    atomic = False

    dependencies = [
        ("reviews", "0020_progress_of_the_country"),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
