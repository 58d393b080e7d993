"""Keeps up to where people have seen a cycle; an index leads to the changes of one country."""

import django.db.models.deletion
import reviews.clock
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('reviews', '0080_watches'),
    ]

    operations = [
        migrations.CreateModel(
            name='SeenUntil',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('trace_id', models.BigIntegerField()),
                ('at', models.DateTimeField(default=reviews.clock.now)),
            ],
            options={
                'verbose_name': 'moment up to which a cycle was seen',
                'verbose_name_plural': 'moments up to which cycles were seen',
                'ordering': ('-id',),
            },
        ),
        migrations.AddIndex(
            model_name='trace',
            index=models.Index(fields=['cycle', 'member_state', '-id'], name='trace_of_country'),
        ),
        migrations.AddField(
            model_name='seenuntil',
            name='cycle',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reviews.reviewcycle'),
        ),
        migrations.AddField(
            model_name='seenuntil',
            name='person',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='seenuntil',
            constraint=models.UniqueConstraint(fields=('person', 'cycle'), name='seen_until_once'),
        ),
    ]
