"""Views are shared with a role or a body, and a person chooses the one with which a list opens."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('reviews', '0077_views_of_every_list'),
    ]

    operations = [
        migrations.CreateModel(
            name='DefaultView',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('list_name', models.CharField(choices=[('board', 'Board'), ('compare', 'Comparison'), ('meeting-compare', 'Comparison of two meetings'), ('report-list', 'National reports'), ('progress-list', 'Progress updates of a report'), ('report-gaps', 'Data gaps of a report'), ('report-findings', 'Findings of a report'), ('report-annex', 'Annex of a report'), ('datagap-list', 'Data gaps'), ('difficulty-list', 'Shared difficulties'), ('method-list', 'Method notes'), ('disruption-list', 'Disruptions'), ('annex', 'Annex on limitations'), ('finding-list', 'Findings and recommendations'), ('deadline-list', 'Deadlines'), ('deadline', 'Countries of a deadline'), ('extension-list', 'Extension requests'), ('meeting-list', 'Meetings'), ('round', 'Country round'), ('action-list', 'Action points'), ('people', 'People'), ('invitation-list', 'Invitations'), ('mail-list', 'Mails'), ('pending-list', 'Pending items'), ('follow-up-list', 'Marked for follow-up'), ('timeliness', 'Timeliness')], max_length=30, verbose_name='list')),
            ],
            options={
                'verbose_name': 'default view',
                'verbose_name_plural': 'default views',
                'ordering': ('person', 'list_name', 'id'),
            },
        ),
        migrations.AddField(
            model_name='savedview',
            name='shared_body',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reviews.organisation', verbose_name='shared with the body'),
        ),
        migrations.AddField(
            model_name='savedview',
            name='shared_role',
            field=models.CharField(blank=True, choices=[('coordinator', 'National coordinator'), ('team', 'National team'), ('consultant', 'Regional consultant'), ('lead_consultant', 'Lead consultant'), ('secretariat', 'Secretariat'), ('observer', 'Observer')], db_default='', default='', max_length=20, verbose_name='shared with the role'),
        ),
        migrations.AddConstraint(
            model_name='savedview',
            constraint=models.CheckConstraint(condition=models.Q(('shared_role__in', ['', 'coordinator', 'team', 'consultant', 'lead_consultant', 'secretariat', 'observer'])), name='saved_view_role_known'),
        ),
        migrations.AddConstraint(
            model_name='savedview',
            constraint=models.CheckConstraint(condition=models.Q(('shared_role', ''), ('shared_body', None), _connector='OR'), name='saved_view_shared_once'),
        ),
        migrations.AddField(
            model_name='defaultview',
            name='cycle',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reviews.reviewcycle', verbose_name='review cycle'),
        ),
        migrations.AddField(
            model_name='defaultview',
            name='person',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='person'),
        ),
        migrations.AddField(
            model_name='defaultview',
            name='view',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reviews.savedview', verbose_name='saved view'),
        ),
        migrations.AddConstraint(
            model_name='defaultview',
            constraint=models.CheckConstraint(condition=models.Q(('list_name__in', ['board', 'compare', 'meeting-compare', 'report-list', 'progress-list', 'report-gaps', 'report-findings', 'report-annex', 'datagap-list', 'difficulty-list', 'method-list', 'disruption-list', 'annex', 'finding-list', 'deadline-list', 'deadline', 'extension-list', 'meeting-list', 'round', 'action-list', 'people', 'invitation-list', 'mail-list', 'pending-list', 'follow-up-list', 'timeliness'])), name='default_view_list_known'),
        ),
        migrations.AddConstraint(
            model_name='defaultview',
            constraint=models.UniqueConstraint(fields=('person', 'list_name', 'cycle'), name='default_view_of_cycle_once'),
        ),
        migrations.AddConstraint(
            model_name='defaultview',
            constraint=models.UniqueConstraint(condition=models.Q(('cycle', None)), fields=('person', 'list_name'), name='default_view_of_site_once'),
        ),
    ]
