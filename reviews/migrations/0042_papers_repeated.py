"""Whether the paper of an agenda item is the one that it had before."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reviews", "0041_deliveries")]

    operations = [
        migrations.AddField(
            "agendaitem",
            "repeats_document",
            models.BooleanField(
                "the same document as before", default=False, db_default=False, editable=False
            ),
        ),
    ]
