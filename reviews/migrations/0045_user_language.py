from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("reviews", "0043_titles_in_order"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="language",
            field=models.CharField(blank=True, db_default="", default="", editable=False, max_length=10, verbose_name="language"),
        ),
    ]
