"""Keeps what people watch, and lets them choose how often they get mail about it."""

import django.db.models.deletion
import reviews.clock
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('reviews', '0078_shared_and_default_views'),
    ]

    operations = [
        migrations.CreateModel(
            name='Watch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('model', models.CharField(max_length=60)),
                ('object_id', models.BigIntegerField()),
                ('since', models.DateTimeField(default=reviews.clock.now)),
            ],
            options={
                'verbose_name': 'watch',
                'verbose_name_plural': 'watches',
                'ordering': ('-id',),
            },
        ),
        migrations.RemoveConstraint(
            model_name='notification',
            name='notification_topic_known',
        ),
        migrations.AddField(
            model_name='notificationsettings',
            name='watched',
            field=models.CharField(choices=[('at_once', 'at once'), ('daily', 'once a day'), ('weekly', 'once a week'), ('off', 'never')], db_default='daily', default='daily', max_length=10, verbose_name='Changes in what I watch'),
        ),
        migrations.AlterField(
            model_name='notification',
            name='topic',
            field=models.CharField(choices=[('reminders', 'Reminders of deadlines, and requests to explain'), ('reports', 'National reports: submitted, returned, accepted'), ('deadlines', 'Deadlines that moved, and extensions'), ('guidance', 'Data gaps: questions, answers, advice'), ('meetings', 'Meetings and minutes'), ('actions', 'Action points'), ('watched', 'Changes in what I watch')], max_length=20),
        ),
        migrations.AddConstraint(
            model_name='notification',
            constraint=models.CheckConstraint(condition=models.Q(('topic__in', ['reminders', 'reports', 'deadlines', 'guidance', 'meetings', 'actions', 'watched'])), name='notification_topic_known'),
        ),
        migrations.AddConstraint(
            model_name='notificationsettings',
            constraint=models.CheckConstraint(condition=models.Q(('watched__in', ['at_once', 'daily', 'weekly', 'off'])), name='notify_watched_known'),
        ),
        migrations.AddField(
            model_name='watch',
            name='cycle',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reviews.reviewcycle'),
        ),
        migrations.AddField(
            model_name='watch',
            name='member_state',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reviews.organisation'),
        ),
        migrations.AddField(
            model_name='watch',
            name='person',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='watch',
            index=models.Index(fields=['model', 'object_id'], name='watch_of_record'),
        ),
        migrations.AddIndex(
            model_name='watch',
            index=models.Index(fields=['cycle', 'member_state'], name='watch_of_country'),
        ),
        migrations.AddConstraint(
            model_name='watch',
            constraint=models.UniqueConstraint(fields=('person', 'model', 'object_id'), name='watch_once'),
        ),
        migrations.AddConstraint(
            model_name='watch',
            constraint=models.CheckConstraint(condition=models.Q(('model__in', ('reviews.nationalreport', 'reviews.datagap', 'reviews.meeting', 'reviews.minutes'))), name='watch_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='watch',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('cycle__isnull', False), ('member_state__isnull', False), ('model', 'reviews.nationalreport')), models.Q(models.Q(('model', 'reviews.nationalreport'), _negated=True), ('cycle', None), ('member_state', None)), _connector='OR'), name='watch_of_country_placed'),
        ),
    ]
