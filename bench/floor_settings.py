"""The bare view that a page is measured against: our database and templates' engine, and nothing around it."""

from reviewtracker.settings import *  # noqa: F403
from reviewtracker.settings import BASE_DIR, TEMPLATES

MIDDLEWARE: list[str] = []
ROOT_URLCONF = "bench.floor"
TEMPLATES[0] |= {"DIRS": [BASE_DIR / "bench" / "templates"], "APP_DIRS": False}
TEMPLATES[0]["OPTIONS"]["context_processors"] = []
