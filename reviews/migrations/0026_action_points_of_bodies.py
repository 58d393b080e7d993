"""Keeps with each action point whose it is: its owner may work for somebody else later.

Of earlier ones it is the body of the owner on the day that the owner was named, as the trace has it. The column is not
in the rows of the trace that were written before, so nothing that is sealed is touched.
"""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F


def fill(apps, schema_editor):
    points = apps.get_model("reviews", "ActionPoint").objects
    points.filter(owner=None).update(responsible_body=F("owner_body"))
    for point in points.exclude(owner=None).select_related("owner").iterator(chunk_size=1000):
        body = body_when_named(apps, point)
        points.filter(pk=point.pk, version=point.version).update(responsible_body=body)


def body_when_named(apps, point):
    """Return the id of the body to which the owner belonged when the action point became theirs."""
    trace = apps.get_model("reviews", "Trace").objects.order_by("-id")
    named = None
    for pk, after in trace.filter(model="reviews.actionpoint", object_id=point.pk).values_list("id", "after"):
        if after.get("owner_id") != point.owner_id:
            break
        named = pk
    if named is None:
        return point.owner.organisation_id
    person = trace.filter(model="reviews.user", object_id=point.owner_id, id__lte=named).first()
    return person.after.get("organisation_id") if person else point.owner.organisation_id


class Migration(migrations.Migration):

    # Row by row: nothing stays locked while they are read.
    atomic = False

    dependencies = [
        ("reviews", "0025_sorted_naturally"),
    ]

    operations = [
        migrations.AddField(
            "actionpoint",
            "responsible_body",
            models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="reviews.organisation",
                verbose_name="whose it is",
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
