from django.db import migrations

from reviews.operations import daily_counts


def fill(apps, schema_editor):
    daily_counts.rebuild(apps, ("OpenGaps", "ProgressDay"))


class Migration(migrations.Migration):

    # Cycle by cycle, each in a transaction of its own.
    atomic = False

    dependencies = [
        ('reviews', '0012_tallies'),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
