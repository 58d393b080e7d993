"""Writes down what people are notified of, and how often each of them wants mail."""

import django.db.models.deletion
import reviews.clock
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('reviews', '0057_unsaved_texts'),
    ]

    operations = [
        migrations.CreateModel(
            name='Notification',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('topic', models.CharField(choices=[('reminders', 'Reminders of deadlines, and requests to explain'), ('reports', 'National reports: submitted, returned, accepted'), ('deadlines', 'Deadlines that moved, and extensions'), ('guidance', 'Data gaps: questions, answers, advice'), ('meetings', 'Meetings and minutes'), ('actions', 'Action points')], max_length=20)),
                ('due_at', models.DateTimeField()),
                ('dropped_at', models.DateTimeField(null=True)),
            ],
            options={
                'verbose_name': 'notification',
                'verbose_name_plural': 'notifications',
                'ordering': ('id',),
            },
        ),
        migrations.CreateModel(
            name='NotificationEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('written_at', models.DateTimeField(default=reviews.clock.real_now, verbose_name='written')),
                ('distributed_at', models.DateTimeField(null=True, verbose_name='distributed')),
            ],
            options={
                'verbose_name': 'event of a notification',
                'verbose_name_plural': 'events of notifications',
                'ordering': ('-id',),
            },
        ),
        migrations.CreateModel(
            name='NotificationSettings',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('reminders', models.CharField(choices=[('at_once', 'at once'), ('daily', 'once a day'), ('weekly', 'once a week'), ('off', 'never')], db_default='daily', default='daily', max_length=10, verbose_name='Reminders of deadlines, and requests to explain')),
                ('reports', models.CharField(choices=[('at_once', 'at once'), ('daily', 'once a day'), ('weekly', 'once a week'), ('off', 'never')], db_default='daily', default='daily', max_length=10, verbose_name='National reports: submitted, returned, accepted')),
                ('deadlines', models.CharField(choices=[('at_once', 'at once'), ('daily', 'once a day'), ('weekly', 'once a week'), ('off', 'never')], db_default='daily', default='daily', max_length=10, verbose_name='Deadlines that moved, and extensions')),
                ('guidance', models.CharField(choices=[('at_once', 'at once'), ('daily', 'once a day'), ('weekly', 'once a week'), ('off', 'never')], db_default='daily', default='daily', max_length=10, verbose_name='Data gaps: questions, answers, advice')),
                ('meetings', models.CharField(choices=[('at_once', 'at once'), ('daily', 'once a day'), ('weekly', 'once a week'), ('off', 'never')], db_default='daily', default='daily', max_length=10, verbose_name='Meetings and minutes')),
                ('actions', models.CharField(choices=[('at_once', 'at once'), ('daily', 'once a day'), ('weekly', 'once a week'), ('off', 'never')], db_default='daily', default='daily', max_length=10, verbose_name='Action points')),
            ],
            options={
                'verbose_name': 'notification settings',
                'verbose_name_plural': 'notification settings',
                'ordering': ('person',),
            },
        ),
        migrations.RemoveConstraint(
            model_name='outgoingmail',
            name='mail_state_known',
        ),
        migrations.AddField(
            model_name='outgoingmail',
            name='person',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='person'),
        ),
        migrations.AlterField(
            model_name='outgoingmail',
            name='state',
            field=models.CharField(choices=[('waiting', 'waiting'), ('sending', 'being sent'), ('sent', 'sent'), ('given_up', 'given up'), ('refused', 'refused for good'), ('empty', 'nothing left to say')], default='waiting', max_length=20, verbose_name='state'),
        ),
        migrations.AddConstraint(
            model_name='outgoingmail',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'sending', 'sent', 'given_up', 'refused', 'empty'])), name='mail_state_known'),
        ),
        migrations.AddField(
            model_name='notification',
            name='instead_of',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='notification',
            name='mail',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='notifications', to='reviews.outgoingmail'),
        ),
        migrations.AddField(
            model_name='notification',
            name='person',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='notificationevent',
            name='trace',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reviews.trace', verbose_name='change'),
        ),
        migrations.AddField(
            model_name='notification',
            name='event',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notifications', to='reviews.notificationevent'),
        ),
        migrations.AddField(
            model_name='notificationsettings',
            name='person',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='person'),
        ),
        migrations.AddIndex(
            model_name='notificationevent',
            index=models.Index(condition=models.Q(('distributed_at', None)), fields=['id'], name='event_undistributed'),
        ),
        migrations.AddIndex(
            model_name='notification',
            index=models.Index(condition=models.Q(('dropped_at', None), ('mail', None)), fields=['due_at', 'person'], name='notification_pending'),
        ),
        migrations.AddConstraint(
            model_name='notification',
            constraint=models.UniqueConstraint(fields=('event', 'person'), name='notification_once'),
        ),
        migrations.AddConstraint(
            model_name='notification',
            constraint=models.CheckConstraint(condition=models.Q(('topic__in', ['reminders', 'reports', 'deadlines', 'guidance', 'meetings', 'actions'])), name='notification_topic_known'),
        ),
        migrations.AddConstraint(
            model_name='notificationsettings',
            constraint=models.CheckConstraint(condition=models.Q(('reminders__in', ['at_once', 'daily', 'weekly', 'off'])), name='notify_reminders_known'),
        ),
        migrations.AddConstraint(
            model_name='notificationsettings',
            constraint=models.CheckConstraint(condition=models.Q(('reports__in', ['at_once', 'daily', 'weekly', 'off'])), name='notify_reports_known'),
        ),
        migrations.AddConstraint(
            model_name='notificationsettings',
            constraint=models.CheckConstraint(condition=models.Q(('deadlines__in', ['at_once', 'daily', 'weekly', 'off'])), name='notify_deadlines_known'),
        ),
        migrations.AddConstraint(
            model_name='notificationsettings',
            constraint=models.CheckConstraint(condition=models.Q(('guidance__in', ['at_once', 'daily', 'weekly', 'off'])), name='notify_guidance_known'),
        ),
        migrations.AddConstraint(
            model_name='notificationsettings',
            constraint=models.CheckConstraint(condition=models.Q(('meetings__in', ['at_once', 'daily', 'weekly', 'off'])), name='notify_meetings_known'),
        ),
        migrations.AddConstraint(
            model_name='notificationsettings',
            constraint=models.CheckConstraint(condition=models.Q(('actions__in', ['at_once', 'daily', 'weekly', 'off'])), name='notify_actions_known'),
        ),
    ]
