"""The days between which an account is open, and the days on which somebody is away."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('reviews', '0060_calendar_feeds'),
    ]

    operations = [
        migrations.AddField(
            model_name='user',
            name='active_from',
            field=models.DateField(blank=True, null=True, verbose_name='account opens on'),
        ),
        migrations.AddField(
            model_name='user',
            name='active_until',
            field=models.DateField(blank=True, null=True, verbose_name='last day of the account'),
        ),
        migrations.AddField(
            model_name='user',
            name='away_from',
            field=models.DateField(blank=True, null=True, verbose_name='away from'),
        ),
        migrations.AddField(
            model_name='user',
            name='away_until',
            field=models.DateField(blank=True, null=True, verbose_name='away until'),
        ),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.CheckConstraint(condition=models.Q(('active_until__isnull', True), ('active_from__isnull', True), ('active_until__gte', models.F('active_from')), _connector='OR'), name='user_days_in_order'),
        ),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('away_from__isnull', True), ('away_until__isnull', True)), ('away_until__gte', models.F('away_from')), _connector='OR'), name='user_away_in_order'),
        ),
    ]
