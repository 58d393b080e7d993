"""Meetings get the times of day at which they start and end, and the address of their video conference."""

from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [("reviews", "0030_saved_views")]

    operations = [
        migrations.AddField(
            "meeting", "start_time", models.TimeField("starts at", null=True, blank=True)
        ),
        migrations.AddField("meeting", "end_time", models.TimeField("ends at", null=True, blank=True)),
        migrations.AddField(
            "meeting",
            "video_link",
            models.URLField("video link", max_length=500, blank=True, default="", db_default=""),
        ),
        migrations.AddConstraint(
            "meeting",
            models.CheckConstraint(
                condition=Q(end_time__isnull=True) | Q(end_time__gt=F("start_time")),
                name="meeting_times_in_order",
            ),
        ),
    ]
