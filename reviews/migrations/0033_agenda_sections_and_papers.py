"""The agenda: sections, and the paper of an item as a file."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reviews", "0032_attendance")]

    operations = [
        migrations.AddField(
            "agendaitem",
            "section",
            models.CharField(
                "section of the agenda", max_length=200, blank=True, default="", db_default=""
            ),
        ),
        migrations.AddField(
            "agendaitem",
            "file",
            models.FileField(
                "document", max_length=200, blank=True, editable=False, default="", db_default=""
            ),
        ),
        migrations.AddField(
            "agendaitem",
            "original_name",
            models.CharField(
                "name of the file when uploaded",
                max_length=255,
                blank=True,
                editable=False,
                default="",
                db_default="",
            ),
        ),
        migrations.AddField(
            "agendaitem",
            "size",
            models.PositiveBigIntegerField("size in bytes", null=True, blank=True, editable=False),
        ),
        migrations.AddField(
            "agendaitem",
            "sha256",
            models.CharField(
                "SHA-256", max_length=64, blank=True, editable=False, default="", db_default=""
            ),
        ),
        migrations.AddField(
            "agendaitem",
            "pages",
            models.PositiveIntegerField("pages", null=True, blank=True, editable=False),
        ),
    ]
