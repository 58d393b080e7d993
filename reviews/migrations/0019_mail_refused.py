from django.db import migrations, models
from django.db.models import Q

BEFORE = ["waiting", "sending", "sent", "given_up"]
LABELS = ["waiting", "being sent", "sent", "given up", "refused for good"]
AFTER = [*BEFORE, "refused"]


def give_up_refused(apps, schema_editor):
    """The way back: the older release knows no mail that was refused for good."""
    apps.get_model("reviews", "OutgoingMail").objects.filter(state="refused").update(state="given_up")


class Migration(migrations.Migration):
    dependencies = [("reviews", "0018_daily_counts_named")]

    operations = [
        migrations.AlterField(
            "outgoingmail",
            "state",
            models.CharField(
                choices=list(zip(AFTER, LABELS, strict=True)),
                default="waiting",
                max_length=20,
                verbose_name="state",
            ),
        ),
        migrations.RemoveConstraint("outgoingmail", "mail_state_known"),
        migrations.AddConstraint(
            "outgoingmail",
            models.CheckConstraint(condition=Q(state__in=AFTER), name="mail_state_known"),
        ),
        migrations.RunPython(migrations.RunPython.noop, give_up_refused),
    ]
