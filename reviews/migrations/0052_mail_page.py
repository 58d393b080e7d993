"""Marks the address of a person to whom mails come back."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('reviews', '0051_reminders'),
    ]

    operations = [
        migrations.AddField(
            model_name='notificationsettings',
            name='failed_address',
            field=models.EmailField(blank=True, db_default='', default='', max_length=254, verbose_name='address that does not work'),
        ),
    ]
