from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    name = "reviews"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from allauth.socialaccount.models import SocialLogin
        from django.db.transaction import atomic

        from reviews import admin  # noqa: F401 - imported whole before runserver's two threads need it
        from reviews.accounts import history, session_timeouts, unsaved_input  # noqa: F401 - signal receivers

        # With its line in the history or not at all, also where allauth takes it up again after a password.
        SocialLogin.connect = atomic(SocialLogin.connect)
