"""Marks on records for follow-up, by consultants and the Secretariat."""

import django.db.models.deletion
import reviews.clock
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('reviews', '0067_roles_of_bodies'),
    ]

    operations = [
        migrations.CreateModel(
            name='FollowUp',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('kind', models.CharField(choices=[('report', 'national report'), ('datagap', 'data gap'), ('finding', 'finding or recommendation'), ('deadline', 'deadline'), ('extension', 'extension request'), ('meeting', 'meeting'), ('action', 'action point'), ('disruption', 'disruption'), ('difficulty', 'shared difficulty'), ('step', 'step of the plan')], max_length=20, verbose_name='kind')),
                ('object_id', models.PositiveBigIntegerField(verbose_name='record id')),
                ('label', models.CharField(max_length=200, verbose_name='record')),
                ('note', models.TextField(blank=True, verbose_name='note')),
                ('due_on', models.DateField(blank=True, null=True, verbose_name='day')),
                ('marked_at', models.DateTimeField(default=reviews.clock.now, verbose_name='marked')),
                ('done_at', models.DateTimeField(blank=True, null=True, verbose_name='done')),
                ('cycle', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='follow_ups', to='reviews.reviewcycle', verbose_name='review cycle')),
                ('done_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='done by')),
                ('marked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='marked by')),
            ],
            options={
                'verbose_name': 'mark for follow-up',
                'verbose_name_plural': 'marks for follow-up',
                'ordering': ('due_on', 'marked_at', 'id'),
                'indexes': [models.Index(fields=['kind', 'object_id'], name='follow_up_of_record')],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['report', 'datagap', 'finding', 'deadline', 'extension', 'meeting', 'action', 'disruption', 'difficulty', 'step'])), name='follow_up_kind_known'), models.UniqueConstraint(condition=models.Q(('done_at', None)), fields=('kind', 'object_id'), name='follow_up_once', violation_error_message='This is marked for follow-up already.'), models.CheckConstraint(condition=models.Q(models.Q(('done_at', None), ('done_by', None)), models.Q(('done_at__isnull', False), ('done_by__isnull', False)), _connector='OR'), name='follow_up_done_by_somebody')],
            },
        ),
    ]
