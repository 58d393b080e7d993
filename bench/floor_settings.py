"""The bare view that a page is measured against: our database and templates' engine, and nothing around it."""

from bench.settings import *  # noqa: F403
from bench.settings import BASE_DIR, INSTALLED_APPS

# It does not start without its middleware.
INSTALLED_APPS = [name for name in INSTALLED_APPS if name != "allauth.account"]
MIDDLEWARE = []
ROOT_URLCONF = "bench.floor"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "bench" / "templates"],
    }
]
