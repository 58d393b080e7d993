from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    name = "reviews"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Import what registers itself: the administration, and the receivers of signals."""
        from reviews import admin  # noqa: F401 - imported whole before runserver's two threads need it
        from reviews.accounts import history, mails, session_timeouts, unsaved_input  # noqa: F401
