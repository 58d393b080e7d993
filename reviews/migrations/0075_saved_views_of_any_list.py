"""Saved views belong to any list, are versioned and have a history; until now they were of boards alone."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Max, Q

from reviews import clock
from reviews.models.trace_seal import seal

COLUMNS = ("id", "version", "person_id", "list_name", "cycle_id", "name", "query", "removed_at")


def begin_history(apps, schema_editor):
    """Write the first line of each view's history, by the system; or the next, where the upgrade was taken back."""
    views = apps.get_model("reviews", "SavedView").objects
    rows = apps.get_model("reviews", "Trace").objects
    for view in views.order_by("pk").iterator(chunk_size=1000):
        about = {"model": "reviews.savedview", "object_id": view.pk}
        view.version = (rows.filter(**about).aggregate(last=Max("version"))["last"] or 0) + 1
        view.save(update_fields=["version"])
        row = rows.model(
            **about,
            at=clock.now(),
            verb="created" if view.version == 1 else "changed",
            label=view.name,
            version=view.version,
            page_model="reviews.savedview",
            page_id=view.pk,
            before=None if view.version == 1 else {},
            after={name: getattr(view, name) for name in COLUMNS},
        )
        row.digest = seal(row)
        row.save()


def remove_what_boards_do_not_know(apps, schema_editor):
    """Delete what the release before cannot hold: views of other lists, and those that were removed."""
    views = apps.get_model("reviews", "SavedView").objects
    views.filter(~Q(list_name="board") | Q(cycle=None) | Q(removed_at__isnull=False)).delete()


class Migration(migrations.Migration):
    dependencies = [("reviews", "0070_marks_for_follow_up")]

    operations = [
        migrations.RemoveConstraint("savedview", "saved_view_name_once"),
        migrations.AddField(
            "savedview",
            "version",
            models.PositiveIntegerField(default=1, editable=False, verbose_name="version"),
        ),
        migrations.AddField(
            "savedview",
            "list_name",
            models.CharField(
                choices=[("board", "Board")],
                db_default="board",
                default="board",
                max_length=30,
                verbose_name="list",
            ),
        ),
        migrations.AddField(
            "savedview",
            "removed_at",
            models.DateTimeField(editable=False, null=True, verbose_name="removed"),
        ),
        migrations.AlterField(
            "savedview",
            "cycle",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="reviews.reviewcycle",
                verbose_name="review cycle",
            ),
        ),
        migrations.AlterField(
            "savedview",
            "person",
            models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="owner",
            ),
        ),
        migrations.AlterField(
            "savedview",
            "query",
            models.CharField(blank=True, max_length=500, verbose_name="filters, order and columns"),
        ),
        migrations.RunPython(begin_history, remove_what_boards_do_not_know),
    ]
