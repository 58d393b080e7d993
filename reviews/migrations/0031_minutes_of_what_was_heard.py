"""Keeps at which meeting a data gap was raised; and lets circulated minutes become a draft of a new version.

Of earlier gaps the meeting is not known: minutes drafted before keep their text.
"""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("reviews", "0030_returned_reports_revised_by")]

    operations = [
        migrations.AddField(
            "datagap",
            "meeting",
            models.ForeignKey(
                "reviews.meeting",
                models.PROTECT,
                null=True,
                blank=True,
                editable=False,
                db_index=False,
                related_name="datagaps",
                verbose_name="at meeting",
            ),
        ),
        migrations.RemoveConstraint("minutes", "minutes_circulated_since"),
        migrations.AddConstraint(
            "minutes",
            models.CheckConstraint(
                condition=Q(status="draft") | Q(circulated_at__isnull=False), name="minutes_circulated_since"
            ),
        ),
    ]
