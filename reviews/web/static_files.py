"""Middleware that serves static files, where nginx does not: all of them but the list of them."""

from os import stat_result

from django.conf import settings
from whitenoise.middleware import WhiteNoiseMiddleware


class StaticFilesMiddleware(WhiteNoiseMiddleware):
    """WhiteNoise without `staticfiles.json`, which would tell a stranger what is installed here, and which release."""

    def add_file_to_dictionary(
        self, url: str, path: str, stat_cache: dict[str, stat_result] | None = None
    ) -> None:
        if not url.startswith(f"/{settings.STATIC_URL.strip('/')}/staticfiles.json"):
            super().add_file_to_dictionary(url, path, stat_cache)
