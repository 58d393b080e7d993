"""Deadlines, meetings, disruptions and method notes get a column to sort by: 2 before 10, D before Đ before E."""

from django.db import migrations, models

from reviews.text import sort_key

MODELS = ("deadline", "disruption", "meeting", "methodnote")


def fill(apps, schema_editor):
    for name in MODELS:
        rows = apps.get_model("reviews", name).objects.order_by()
        for pk, title in rows.values_list("pk", "title"):
            rows.filter(pk=pk).update(sort_key=sort_key(title))


def sort_key_column():
    return models.CharField(blank=True, db_default="", default="", editable=False, max_length=400)


class Migration(migrations.Migration):
    dependencies = [("reviews", "0042_papers_repeated")]

    operations = [
        *(migrations.AddField(name, "sort_key", sort_key_column()) for name in MODELS),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AlterModelOptions(
            "methodnote",
            options={
                "ordering": ("kind__position", "sort_key"),
                "verbose_name": "method note",
                "verbose_name_plural": "method notes",
            },
        ),
    ]
