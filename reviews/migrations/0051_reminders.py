"""Keeps reminders of deadlines, the days of a cycle's reminders, and explanations on request."""

import django.db.models.deletion
import reviews.clock
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('reviews', '0050_notifications'),
    ]

    operations = [
        migrations.CreateModel(
            name='ReminderSchedule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('days', models.JSONField(default=dict, verbose_name='days')),
                ('cycle', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reviews.reviewcycle', verbose_name='review cycle')),
            ],
            options={
                'verbose_name': 'reminder schedule',
                'verbose_name_plural': 'reminder schedules',
                'ordering': ('-cycle_id',),
            },
        ),
        migrations.CreateModel(
            name='Explanation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('question', models.TextField(verbose_name='question')),
                ('asked_at', models.DateTimeField(default=reviews.clock.now, verbose_name='requested')),
                ('answer', models.TextField(blank=True, verbose_name='explanation')),
                ('answered_at', models.DateTimeField(blank=True, null=True, verbose_name='explained')),
                ('answered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='explained by')),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='requested by')),
                ('deadline', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='explanations', to='reviews.deadline', verbose_name='deadline')),
                ('member_state', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reviews.organisation', verbose_name='member state')),
            ],
            options={
                'verbose_name': 'explanation',
                'verbose_name_plural': 'explanations',
                'ordering': ('asked_at', 'id'),
                'constraints': [models.UniqueConstraint(condition=models.Q(('answered_at', None)), fields=('deadline', 'member_state'), name='explanation_asked_once'), models.CheckConstraint(condition=models.Q(models.Q(('answer', ''), ('answered_at', None), ('answered_by', None)), models.Q(models.Q(('answer', ''), _negated=True), ('answered_at__isnull', False), ('answered_by__isnull', False)), _connector='OR'), name='explanation_answered_by_somebody')],
            },
        ),
        migrations.CreateModel(
            name='Reminder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('role', models.CharField(blank=True, choices=[('coordinator', 'National coordinator'), ('team', 'National team'), ('consultant', 'Regional consultant'), ('lead_consultant', 'Lead consultant'), ('secretariat', 'Secretariat'), ('observer', 'Observer')], max_length=20, verbose_name='role')),
                ('due_on', models.DateField(verbose_name='due')),
                ('days', models.SmallIntegerField(blank=True, null=True, verbose_name='days after the due day')),
                ('on', models.DateField(default=reviews.clock.today, verbose_name='day')),
                ('text', models.TextField(blank=True, verbose_name='text')),
                ('deadline', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reminders', to='reviews.deadline', verbose_name='deadline')),
                ('member_state', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reviews.organisation', verbose_name='member state')),
                ('sent_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='sent by')),
            ],
            options={
                'verbose_name': 'reminder',
                'verbose_name_plural': 'reminders',
                'ordering': ('-id',),
                'constraints': [models.UniqueConstraint(fields=('deadline', 'member_state', 'role', 'due_on', 'days'), name='reminder_once_per_rung'), models.UniqueConstraint(fields=('deadline', 'member_state', 'role', 'on'), name='reminder_once_a_day'), models.CheckConstraint(condition=models.Q(models.Q(('days__isnull', True), ('role', ''), ('sent_by__isnull', False)), models.Q(('days__isnull', False), ('role__in', ['coordinator', 'team', 'secretariat']), ('sent_by__isnull', True)), _connector='OR'), name='reminder_by_hand_or_schedule')],
            },
        ),
    ]
