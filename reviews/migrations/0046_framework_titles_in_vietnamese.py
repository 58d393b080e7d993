from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("reviews", "0045_user_language"),
    ]

    operations = [
        migrations.AddField(
            model_name="framework",
            name="title_vi",
            field=models.CharField(blank=True, db_default="", default="", max_length=200, verbose_name="title in Vietnamese"),
        ),
        migrations.AddField(
            model_name="frameworknode",
            name="title_vi",
            field=models.CharField(blank=True, db_default="", default="", max_length=300, verbose_name="title in Vietnamese"),
        ),
    ]
