"""Lets the Secretariat set another day for a country that has not asked: a granted extension without a request."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def ask_for_days(apps, schema_editor):
    """On the way back: each was asked for by who set it; one before the day in force is not granted any more."""
    extensions = apps.get_model("reviews", "Extension").objects.filter(asked_by=None)
    earlier = extensions.filter(granted_until__lte=models.F("due_when_asked"))
    earlier.update(asked_until=models.F("granted_until"), granted_until=None, status="refused")
    extensions.filter(asked_until=None).update(asked_until=models.F("granted_until"))
    extensions.update(asked_by=models.F("decided_by"))


class Migration(migrations.Migration):

    dependencies = [
        ('reviews', '0065_phases'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='extension',
            name='extension_grants_later',
        ),
        migrations.AlterField(
            model_name='extension',
            name='asked_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='asked by'),
        ),
        migrations.AlterField(
            model_name='extension',
            name='asked_until',
            field=models.DateField(blank=True, null=True, verbose_name='asked until'),
        ),
        migrations.RunPython(migrations.RunPython.noop, ask_for_days),
        migrations.AddConstraint(
            model_name='extension',
            constraint=models.CheckConstraint(condition=models.Q(('granted_until__isnull', True), ('granted_until__gt', models.F('due_when_asked')), ('asked_by__isnull', True), _connector='OR'), name='extension_grants_later', violation_error_message='The day granted is later than the date in force.'),
        ),
        migrations.AddConstraint(
            model_name='extension',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('asked_by__isnull', False), ('asked_until__isnull', False)), models.Q(('asked_by__isnull', True), ('asked_until__isnull', True), ('status', 'granted')), _connector='OR'), name='extension_asked_or_set', violation_error_message='Asked for, it has a day; set without a request, it is granted.'),
        ),
    ]
