"""Who opened what one side keeps to itself; and user names of letters that look like others are no longer taken."""

import django.contrib.auth.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

import reviews.clock
import reviews.models.validators

CHANNELS = {
    "shared": "shared",
    "country": "private to the country",
    "consultants": "private to the consultants",
}


class Migration(migrations.Migration):
    dependencies = [("reviews", "0028_minutes_of_what_was_heard")]

    operations = [
        # Nothing for the database to do.
        migrations.AlterField(
            "user",
            "username",
            models.CharField(
                max_length=150,
                unique=True,
                validators=[
                    django.contrib.auth.validators.UnicodeUsernameValidator(),
                    reviews.models.validators.validate_distinct_letters,
                ],
                verbose_name="user name",
            ),
        ),
        migrations.CreateModel(
            "PrivateReading",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False, verbose_name="version")),
                ("channel", models.CharField(choices=[*CHANNELS.items()], max_length=20, verbose_name="whose")),
                ("on", models.DateField(default=reviews.clock.today, verbose_name="day")),
                (
                    "difficulty",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="private_readings",
                        to="reviews.difficulty",
                        verbose_name="difficulty",
                    ),
                ),
                (
                    "gap",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="private_readings",
                        to="reviews.datagap",
                        verbose_name="data gap",
                    ),
                ),
                (
                    "reader",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="who",
                    ),
                ),
            ],
            options={
                "verbose_name": "private discussion",
                "verbose_name_plural": "private discussions opened",
                "ordering": ("-id",),
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(channel__in=[*CHANNELS]), name="private_reading_channel_known"
                    ),
                    models.CheckConstraint(
                        condition=Q(gap__isnull=True, difficulty__isnull=False)
                        | Q(gap__isnull=False, difficulty__isnull=True),
                        name="private_reading_of_one_thing",
                    ),
                    models.UniqueConstraint(
                        fields=("gap", "channel", "reader", "on"), name="private_reading_of_gap_once_a_day"
                    ),
                    models.UniqueConstraint(
                        fields=("difficulty", "channel", "reader", "on"),
                        name="private_reading_of_difficulty_once_a_day",
                    ),
                ],
            },
        ),
    ]
