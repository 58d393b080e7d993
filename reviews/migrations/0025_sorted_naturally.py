"""Organisations and entries of a framework get a column to sort by: 2 before 10, Bạc Liêu before Bình Định."""

from django.db import migrations, models

from reviews.text import sort_key

SORTED_BY = {"Organisation": "name_en", "FrameworkNode": "code"}


def fill(apps, schema_editor):
    for name, column in SORTED_BY.items():
        rows = apps.get_model("reviews", name).objects.order_by()
        for pk, text in rows.values_list("pk", column):
            rows.filter(pk=pk).update(sort_key=sort_key(text))


def sort_key_column():
    return models.CharField(blank=True, db_default="", default="", editable=False, max_length=400)


class Migration(migrations.Migration):
    dependencies = [
        ("reviews", "0021_searches_folded_again"),
    ]

    operations = [
        migrations.AddField(model_name="organisation", name="sort_key", field=sort_key_column()),
        migrations.AddField(model_name="frameworknode", name="sort_key", field=sort_key_column()),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.RemoveIndex(model_name="organisation", name="organisation_by_name"),
        migrations.AddIndex(
            model_name="organisation",
            index=models.Index(fields=["sort_key"], name="organisation_in_order"),
        ),
        migrations.AlterModelOptions(
            name="coveragestatement",
            options={
                "ordering": ("report_id", "key_result_area__sort_key"),
                "verbose_name": "statement on coverage",
                "verbose_name_plural": "statements on coverage",
            },
        ),
        migrations.AlterModelOptions(
            name="datagap",
            options={
                "ordering": ("-cycle_id", "member_state__sort_key", "number"),
                "verbose_name": "data gap",
                "verbose_name_plural": "data gaps",
            },
        ),
        migrations.AlterModelOptions(
            name="delegation",
            options={
                "ordering": ("meeting_id", "organisation__sort_key"),
                "verbose_name": "delegation",
                "verbose_name_plural": "delegations",
            },
        ),
        migrations.AlterModelOptions(
            name="finding",
            options={
                "ordering": ("-cycle_id", "member_state__sort_key", "kind", "number"),
                "verbose_name": "finding or recommendation",
                "verbose_name_plural": "findings and recommendations",
            },
        ),
        migrations.AlterModelOptions(
            name="frameworknode",
            options={
                "ordering": ("framework_id", "sort_key", "code"),
                "verbose_name": "framework entry",
                "verbose_name_plural": "framework entries",
            },
        ),
        migrations.AlterModelOptions(
            name="nationalreport",
            options={
                "ordering": ("-cycle_id", "member_state__sort_key"),
                "verbose_name": "national report",
                "verbose_name_plural": "national reports",
            },
        ),
        migrations.AlterModelOptions(
            name="organisation",
            options={
                "ordering": ("sort_key", "id"),
                "verbose_name": "organisation",
                "verbose_name_plural": "organisations",
            },
        ),
        migrations.AlterModelOptions(
            name="statusatmeeting",
            options={
                "ordering": ("round_id", "member_state__sort_key"),
                "verbose_name": "status at a meeting",
                "verbose_name_plural": "statuses at meetings",
            },
        ),
    ]
