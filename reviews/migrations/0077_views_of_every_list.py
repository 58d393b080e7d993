"""Every list can be saved as a view."""

from django.db import migrations, models
from django.db.models import Q

LISTS = [
    ("board", "Board"),
    ("compare", "Comparison"),
    ("meeting-compare", "Comparison of two meetings"),
    ("report-list", "National reports"),
    ("progress-list", "Progress updates of a report"),
    ("report-gaps", "Data gaps of a report"),
    ("report-findings", "Findings of a report"),
    ("report-annex", "Annex of a report"),
    ("datagap-list", "Data gaps"),
    ("difficulty-list", "Shared difficulties"),
    ("method-list", "Method notes"),
    ("disruption-list", "Disruptions"),
    ("annex", "Annex on limitations"),
    ("finding-list", "Findings and recommendations"),
    ("deadline-list", "Deadlines"),
    ("deadline", "Countries of a deadline"),
    ("extension-list", "Extension requests"),
    ("meeting-list", "Meetings"),
    ("round", "Country round"),
    ("action-list", "Action points"),
    ("people", "People"),
    ("invitation-list", "Invitations"),
    ("mail-list", "Mails"),
    ("pending-list", "Pending items"),
    ("follow-up-list", "Marked for follow-up"),
    ("timeliness", "Timeliness"),
]


class Migration(migrations.Migration):
    dependencies = [("reviews", "0076_names_of_saved_views")]

    operations = [
        migrations.RemoveConstraint("savedview", "saved_view_list_known"),
        migrations.AlterField(
            "savedview",
            "list_name",
            models.CharField(
                choices=LISTS, db_default="board", default="board", max_length=30, verbose_name="list"
            ),
        ),
        migrations.AddConstraint(
            "savedview",
            models.CheckConstraint(
                condition=Q(list_name__in=[name for name, _label in LISTS]), name="saved_view_list_known"
            ),
        ),
    ]
