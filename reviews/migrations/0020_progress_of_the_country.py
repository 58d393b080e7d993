"""Keeps whether progress was posted by the country itself, and whether it said that nothing has changed.

Of earlier updates the author's body of today is taken; these two columns are not in the rows of the trace that were
written before, so nothing that is sealed is touched.
"""

from django.db import migrations, models
from django.db.models import F

from reviews.operations import daily_counts


def mark_updates_of_countries(apps, schema_editor):
    updates = apps.get_model("reviews", "ProgressUpdate").objects
    updates.filter(author__organisation=F("report__member_state")).update(by_country=True)
    daily_counts.mark_country_reports(apps)


class Migration(migrations.Migration):
    # The marks are written cycle by cycle, each in a transaction of its own.
    atomic = False

    dependencies = [("reviews", "0019_mail_refused")]

    operations = [
        migrations.AddField(
            "progressupdate",
            "no_change",
            models.BooleanField(
                db_default=False, default=False, verbose_name="no change since the last update"
            ),
        ),
        migrations.AddField(
            "progressupdate",
            "by_country",
            models.BooleanField(
                db_default=False, default=False, editable=False, verbose_name="posted by the country itself"
            ),
        ),
        migrations.AddField(
            "dailyprogress", "country_reported", models.BooleanField(db_default=False, default=False)
        ),
        migrations.RunPython(mark_updates_of_countries, migrations.RunPython.noop),
    ]
