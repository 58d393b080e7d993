import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import reviews.clock


class Migration(migrations.Migration):

    dependencies = [
        ("reviews", "0021_searches_folded_again"),
    ]

    operations = [
        migrations.CreateModel(
            name="SentForm",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("key", models.CharField(max_length=60, unique=True)),
                ("content", models.CharField(max_length=64)),
                ("repeatable", models.BooleanField()),
                ("made", models.CharField(blank=True, max_length=200)),
                ("url", models.TextField(blank=True)),
                ("at", models.DateTimeField(default=reviews.clock.real_now)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "form that was saved",
                "verbose_name_plural": "forms that were saved",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("repeatable", False)),
                        fields=("user", "content"),
                        name="sent_content_once",
                    )
                ],
            },
        ),
    ]
