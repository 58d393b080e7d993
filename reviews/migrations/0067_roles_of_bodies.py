"""Says which bodies have which role in a review cycle, from a day until a day."""

import datetime
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('reviews', '0066_other_days_of_countries'),
    ]

    operations = [
        migrations.CreateModel(
            name='BodyRole',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('role', models.CharField(choices=[('secretariat', 'Secretariat'), ('evaluation_team', 'regional evaluation team'), ('senior_officials', "senior officials' committee"), ('council', 'council'), ('oversight', 'Summit or oversight'), ('chair', 'chair and host')], max_length=20, verbose_name='role')),
                ('from_on', models.DateField(verbose_name='from')),
                ('until_on', models.DateField(blank=True, null=True, verbose_name='until')),
                ('body', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reviews.organisation', verbose_name='body')),
                ('cycle', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='body_roles', to='reviews.reviewcycle', verbose_name='review cycle')),
            ],
            options={
                'verbose_name': 'role of a body',
                'verbose_name_plural': 'roles of bodies',
                'ordering': ('-cycle_id', 'role', 'from_on', 'id'),
                'constraints': [models.CheckConstraint(condition=models.Q(('role__in', ['secretariat', 'evaluation_team', 'senior_officials', 'council', 'oversight', 'chair'])), name='body_role_known'), models.CheckConstraint(condition=models.Q(('until_on__isnull', True), ('until_on__gte', models.F('from_on')), _connector='OR'), name='body_role_days_in_order', violation_error_message='The last day comes before the first.'), models.UniqueConstraint(condition=models.Q(('from_on__lt', datetime.date(2100, 12, 31))), fields=('cycle', 'role', 'body', 'from_on'), name='body_role_once', violation_error_message='This body has this role from that day already.')],
            },
        ),
    ]
