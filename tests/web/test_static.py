"""What browsers load comes from this site alone, and every file that a page names is there."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from django.http import HttpResponse

from reviews.web.static_files import StaticFilesMiddleware

NAMED = re.compile(r"""{% static ["']([^"']+)["'] %}""")
PAGES = [*settings.BASE_DIR.glob("templates/**/*.html"), *settings.BASE_DIR.glob("reviews/**/*.html")]
OURS = [
    "django_htmx/htmx-2.min.js",
    "bootstrap/css/bootstrap.min.css",
    "bootstrap/js/bootstrap.bundle.min.js",
]


@pytest.fixture
def collected(settings, tmp_path):
    """The static files as in production: collected, hashed, compressed."""
    settings.STATIC_ROOT = tmp_path
    backend = "whitenoise.storage.CompressedManifestStaticFilesStorage"
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": backend}}
    call_command("collectstatic", verbosity=0, interactive=False)
    return tmp_path


def named(page: Path) -> list[str]:
    return NAMED.findall(page.read_text())


def test_every_file_that_a_page_names_is_collected(collected):
    for name in {name for page in PAGES for name in named(page)} | set(OURS):
        # Raises ValueError for a file that is not in the manifest.
        assert (collected / staticfiles_storage.url(name).removeprefix("/static/")).exists()


@pytest.mark.parametrize("name", OURS)
def test_the_libraries_are_found_while_developing(name):
    assert finders.find(name)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_page_loads_from_another_host(page):
    assert not re.findall(
        r"""<(?:script|link|img|iframe|source|video)\b[^>]*["'](?:https?:)?//""", page.read_text()
    )


def test_the_list_of_all_files_is_served_to_nobody(collected, client):
    """Nor its compressed copy. While developing there is none."""
    served = StaticFilesMiddleware(lambda request: HttpResponse(status=404)).files
    assert (collected / "staticfiles.json").exists()
    assert "/static/reviews/site.css" in served
    assert not [url for url in served if "staticfiles.json" in url]
