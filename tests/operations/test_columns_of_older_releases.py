"""A release goes on writing while the next one changes its tables: what it does not know has a default there."""

from django.apps import apps
from django.db.migrations.loader import MigrationLoader
from django.db.models import NOT_PROVIDED

from tests.trust.release import MIGRATION


def test_the_release_before_can_still_insert():
    """Of tables that it knows, each new column may be NULL or has a default in the database."""
    before = MigrationLoader(None).project_state(("reviews", MIGRATION)).models
    unfilled = [
        field
        for model in apps.get_app_config("reviews").get_models()
        if ("reviews", model._meta.model_name) in before
        for field in model._meta.concrete_fields
        if field.name not in before["reviews", model._meta.model_name].fields
        and not field.null
        and field.db_default is NOT_PROVIDED
    ]
    assert unfilled == []
