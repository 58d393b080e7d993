"""A turn of the country round has an internal note beside the statement for the minutes."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reviews", "0033_agenda_sections_and_papers")]

    operations = [
        migrations.AddField(
            "turn",
            "internal_note",
            models.TextField("internal note", blank=True, default="", db_default=""),
        ),
    ]
