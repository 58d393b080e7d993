"""Lets a deadline ask for comments, added information or anything else, and records which countries met it."""

import django.db.models.deletion
import reviews.clock
from django.conf import settings
from django.db import migrations, models


OLDER_OUTPUTS = ("national_report", "progress")


def ask_for_progress(apps, schema_editor):
    """On the way back: the release before knows two requirements only."""
    deadlines = apps.get_model("reviews", "Deadline").objects
    deadlines.exclude(output__in=OLDER_OUTPUTS).update(output="progress")


class Migration(migrations.Migration):

    dependencies = [
        ('reviews', '0040_receipt_numbers'),
    ]

    operations = [
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('met_on', models.DateField(blank=True, null=True, verbose_name='met on')),
                ('note', models.TextField(blank=True, verbose_name='note')),
                ('recorded_at', models.DateTimeField(default=reviews.clock.now, verbose_name='recorded')),
            ],
            options={
                'verbose_name': 'delivery',
                'verbose_name_plural': 'deliveries',
                'ordering': ('deadline_id', 'member_state__sort_key'),
            },
        ),
        migrations.RemoveConstraint(
            model_name='deadline',
            name='deadline_output_known',
        ),
        migrations.RunPython(migrations.RunPython.noop, ask_for_progress),
        migrations.AddField(
            model_name='deadline',
            name='output_name',
            field=models.CharField(blank=True, db_default='', default='', max_length=100, verbose_name='name of the requirement'),
        ),
        migrations.AlterField(
            model_name='deadline',
            name='output',
            field=models.CharField(choices=[('national_report', 'national report'), ('progress', 'progress update'), ('comments', 'comments'), ('added_information', 'added information'), ('other', 'other')], default='national_report', max_length=20, verbose_name='requirement'),
        ),
        migrations.AddConstraint(
            model_name='deadline',
            constraint=models.CheckConstraint(condition=models.Q(('output__in', ['national_report', 'progress', 'comments', 'added_information', 'other'])), name='deadline_output_known'),
        ),
        migrations.AddConstraint(
            model_name='deadline',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('output', 'other'), models.Q(('output_name', ''), _negated=True)), models.Q(models.Q(('output', 'other'), _negated=True), ('output_name', '')), _connector='OR'), name='deadline_other_named'),
        ),
        migrations.AddField(
            model_name='delivery',
            name='deadline',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='reviews.deadline', verbose_name='deadline'),
        ),
        migrations.AddField(
            model_name='delivery',
            name='member_state',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reviews.organisation', verbose_name='member state'),
        ),
        migrations.AddField(
            model_name='delivery',
            name='recorded_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='recorded by'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.UniqueConstraint(fields=('deadline', 'member_state'), name='delivery_once_per_state'),
        ),
    ]
