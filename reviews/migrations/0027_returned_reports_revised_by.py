"""Adds the day by which a returned report has to be handed in again, and when it was returned."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reviews", "0026_action_points_of_bodies")]

    operations = [
        migrations.AddField(
            "nationalreport",
            "returned_at",
            models.DateTimeField("returned", null=True, blank=True, editable=False),
        ),
        migrations.AddField(
            "nationalreport",
            "revise_by",
            models.DateField("to be revised by", null=True, blank=True),
        ),
    ]
