"""Renames two models. Their tables keep their names, so a release before this one goes on writing to them."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("reviews", "0017_words_by_trigrams")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RenameModel("OpenGaps", "DailyOpenGaps"),
                migrations.RenameModel("ProgressDay", "DailyProgress"),
                migrations.AlterModelTable("DailyOpenGaps", "reviews_opengaps"),
                migrations.AlterModelTable("DailyProgress", "reviews_progressday"),
            ],
        ),
    ]
