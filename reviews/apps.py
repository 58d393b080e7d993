from collections.abc import Sequence

from django.apps import AppConfig
from django.db.migrations import Migration
from django.db.models.signals import post_migrate


class ReviewsConfig(AppConfig):
    name = "reviews"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Import what registers itself: the administration, the receivers of signals, the checks."""
        from reviews import admin  # noqa: F401 - imported whole before runserver's two threads need it
        from reviews.accounts import history, mails, session_timeouts, unsaved_input  # noqa: F401
        from reviews.operations import checks  # noqa: F401

        post_migrate.connect(fill_search, sender=self)


def fill_search(plan: Sequence[tuple[Migration, bool]] = (), **options: object) -> None:
    """Write the search entries after an upgrade from a release without them."""
    from reviews.operations import search

    if any(migration.name == "0055_search_entries" and not backwards for migration, backwards in plan):
        search.rebuild()
