"""A person has each name of a saved view once on a list, among those that are in use."""

from django.db import migrations, models
from django.db.models import Q

TAKEN = "You have a view of this name already."


class Migration(migrations.Migration):
    dependencies = [("reviews", "0075_saved_views_of_any_list")]

    operations = [
        migrations.AddConstraint(
            "savedview",
            models.CheckConstraint(condition=Q(list_name__in=["board"]), name="saved_view_list_known"),
        ),
        migrations.AddConstraint(
            "savedview",
            models.UniqueConstraint(
                condition=Q(removed_at=None),
                fields=("person", "list_name", "cycle", "name"),
                name="saved_view_name_once",
                violation_error_message=TAKEN,
            ),
        ),
        migrations.AddConstraint(
            "savedview",
            models.UniqueConstraint(
                condition=Q(cycle=None, removed_at=None),
                fields=("person", "list_name", "name"),
                name="saved_view_of_site_name_once",
                violation_error_message=TAKEN,
            ),
        ),
    ]
