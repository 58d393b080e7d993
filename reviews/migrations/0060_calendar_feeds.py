"""Addresses that people give to their calendar programs."""

import django.db.models.deletion
import reviews.clock
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('reviews', '0046_framework_titles_in_vietnamese'),
    ]

    operations = [
        migrations.CreateModel(
            name='CalendarFeed',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(editable=False, max_length=32)),
                ('made_at', models.DateTimeField(default=reviews.clock.now)),
                ('cycle', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reviews.reviewcycle')),
                ('member_state', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reviews.organisation')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='calendar_feeds', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'calendar address',
                'verbose_name_plural': 'calendar addresses',
                'ordering': ('id',),
                'constraints': [models.UniqueConstraint(condition=models.Q(('cycle', None), ('member_state', None)), fields=('person',), name='feed_of_person_once'), models.UniqueConstraint(fields=('person', 'cycle'), name='feed_of_cycle_once'), models.UniqueConstraint(fields=('person', 'member_state'), name='feed_of_country_once'), models.CheckConstraint(condition=models.Q(('cycle', None), ('member_state', None), _connector='OR'), name='feed_of_one_or_the_other')],
            },
        ),
    ]
