"""The product with a fault, as gunicorn serves it: a post is acknowledged, and what it wrote is taken back."""

from typing import Any

from django.apps import apps
from django.db import transaction

from reviewtracker.wsgi import application  # noqa: F401 - what gunicorn looks for; it sets Django up

NationalReport: Any = apps.get_model("reviews", "NationalReport")
post_progress = NationalReport.post_progress


def taken_back(report: Any, **values: Any) -> Any:
    with transaction.atomic():
        done = post_progress(report, **values)
        transaction.set_rollback(True)
    return done


NationalReport.post_progress = taken_back
