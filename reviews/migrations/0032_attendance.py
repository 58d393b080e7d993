"""Attendance: a note on a delegation and the people who came; ministries and agencies as a kind of organisation."""

from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

KINDS = {
    "member_state": "member state",
    "oversight_body": "oversight body",
    "secretariat": "Secretariat",
    "evaluation_team": "evaluation team",
    "sectoral_body": "sectoral body",
    "ministry": "ministry or agency",
    "partner": "partner",
}


class Migration(migrations.Migration):
    dependencies = [("reviews", "0031_meeting_times")]

    operations = [
        migrations.AddField(
            "delegation",
            "note",
            models.CharField("note", max_length=300, blank=True, default="", db_default=""),
        ),
        migrations.AddField(
            "delegation",
            "people",
            models.ManyToManyField(
                settings.AUTH_USER_MODEL, blank=True, related_name="+", verbose_name="people"
            ),
        ),
        migrations.RemoveConstraint("organisation", "organisation_kind_known"),
        migrations.AlterField(
            "organisation", "kind", models.CharField("kind", max_length=20, choices=[*KINDS.items()])
        ),
        migrations.AddConstraint(
            "organisation",
            models.CheckConstraint(condition=Q(kind__in=[*KINDS]), name="organisation_kind_known"),
        ),
    ]
