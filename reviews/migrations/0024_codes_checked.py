"""Codes are checked wherever they are entered, and one organisation at most is the Regional Evaluation Team."""

from django.core.management import CommandError
from django.db import migrations, models

from reviews.models import codes

WORDS = {"invalid": codes.NOT_AN_ADDRESS_WORD}
ADDRESS_WORDS = (
    # model, column, longest, verbose name, unique by itself
    ("framework", "code", 40, "code", True),
    ("gapkind", "code", 40, "code", True),
    ("timelineevent", "code", 60, "code", True),
    ("methodnote", "code", 60, "short name in addresses", True),
    ("reviewcycle", "slug", 60, "short name in addresses", True),
    ("meeting", "code", 40, "short name in addresses", False),
    ("planstep", "code", 40, "short name in addresses", False),
)


def require_one_team(apps, schema_editor):
    teams = apps.get_model("reviews", "Organisation").objects.filter(kind="evaluation_team")
    names = [f"{team.name_en} ({team.code})" for team in teams.order_by("code")]
    if len(names) > 1:
        raise CommandError(
            f"{len(names)} organisations are evaluation teams: {', '.join(names)}. Only one can be. Nothing was changed."
            " With the release before this one, give the others another kind in the administration (Organisations),"
            " then migrate again."
        )


class Migration(migrations.Migration):

    dependencies = [
        ("reviews", "0023_documents_opened"),
    ]

    operations = [
        migrations.RunPython(require_one_team, migrations.RunPython.noop),
        migrations.AddConstraint(
            "organisation",
            models.UniqueConstraint(
                fields=("kind",),
                condition=models.Q(kind="evaluation_team"),
                name="evaluation_team_once",
                violation_error_message="Another organisation is the Regional Evaluation Team; there is one.",
            ),
        ),
        # These touch no table: the forms and the models check.
        *(
            migrations.AlterField(
                model,
                column,
                models.SlugField(
                    error_messages=WORDS,
                    max_length=longest,
                    validators=[codes.validate_address_word],
                    verbose_name=name,
                    **({"unique": True} if unique else {}),
                ),
            )
            for model, column, longest, name, unique in ADDRESS_WORDS
        ),
        migrations.AlterField(
            "frameworknode",
            "code",
            models.CharField(max_length=20, validators=[codes.validate_area_code], verbose_name="code"),
        ),
        migrations.AlterField(
            "organisation",
            "code",
            models.CharField(max_length=20, unique=True, validators=[codes.validate_body_code], verbose_name="code"),
        ),
        migrations.AlterField(
            "organisation",
            "iso2",
            models.CharField(
                blank=True,
                max_length=2,
                validators=[codes.validate_country_letters],
                verbose_name="ISO code, two letters",
            ),
        ),
    ]
