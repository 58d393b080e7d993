"""Gives each submission a number that people can quote: VNM-2020-01.

Earlier submissions get theirs in the order in which they came. The column is not in the rows of the trace that were
written before, so nothing that is sealed is touched.
"""

from collections import Counter

from django.db import migrations, models
from django.utils.timezone import localtime


def fill(apps, schema_editor):
    serials = Counter()
    versions = apps.get_model("reviews", "ReportVersion").objects
    for version in versions.select_related("report__member_state").order_by("submitted_at", "id"):
        start = f"{version.report.member_state.code}-{localtime(version.submitted_at).year}-"
        serials[start] += 1
        versions.filter(pk=version.pk).update(receipt_number=f"{start}{serials[start]:02}")


class Migration(migrations.Migration):
    dependencies = [("reviews", "0035_set_up_by_the_secretariat")]

    operations = [
        migrations.AddField(
            "reportversion",
            "receipt_number",
            models.CharField("receipt number", db_default="", editable=False, max_length=40),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AddConstraint(
            "reportversion",
            models.UniqueConstraint(
                fields=("receipt_number",),
                condition=~models.Q(receipt_number=""),
                name="version_receipt_number_once",
            ),
        ),
    ]
