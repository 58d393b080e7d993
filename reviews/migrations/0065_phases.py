"""Lets a deadline ask for one of the three phases to be finished."""

from django.db import migrations, models


PHASES = ("data_collection", "analysis", "writing")


def ask_for_progress(apps, schema_editor):
    """On the way back: the release before knows no phases."""
    apps.get_model("reviews", "Deadline").objects.filter(output__in=PHASES).update(output="progress")


class Migration(migrations.Migration):

    dependencies = [
        ('reviews', '0052_mail_page'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='deadline',
            name='deadline_output_known',
        ),
        migrations.RunPython(migrations.RunPython.noop, ask_for_progress),
        migrations.AlterField(
            model_name='deadline',
            name='output',
            field=models.CharField(choices=[('national_report', 'national report'), ('progress', 'progress update'), ('data_collection', 'data collection finished'), ('analysis', 'analysis finished'), ('writing', 'writing finished'), ('comments', 'comments'), ('added_information', 'added information'), ('other', 'other')], default='national_report', max_length=20, verbose_name='requirement'),
        ),
        migrations.AddConstraint(
            model_name='deadline',
            constraint=models.CheckConstraint(condition=models.Q(('output__in', ['national_report', 'progress', 'data_collection', 'analysis', 'writing', 'comments', 'added_information', 'other'])), name='deadline_output_known'),
        ),
    ]
