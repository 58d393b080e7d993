"""How many pages a handed-in PDF has; whether the document of an action point is the one it had before.

Earlier files are not opened anew: their number of pages stays unknown.
"""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("reviews", "0022_sent_forms"),
    ]

    operations = [
        migrations.AddField(
            "reportversion", "pages", models.PositiveIntegerField(blank=True, null=True, verbose_name="pages")
        ),
        migrations.AddField(
            "actionpoint",
            "pages",
            models.PositiveIntegerField(blank=True, editable=False, null=True, verbose_name="pages"),
        ),
        migrations.AddField(
            "actionpoint",
            "repeats_document",
            models.BooleanField(
                db_default=False, default=False, editable=False, verbose_name="the same document as before"
            ),
        ),
    ]
