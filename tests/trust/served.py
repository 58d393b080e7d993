"""What gunicorn serves while it is being killed: the product; or, planted, the product without transactions."""

import os
import time
from importlib import import_module
from typing import Any

from django.core.wsgi import get_wsgi_application
from django.db import transaction
from django.db.transaction import Atomic

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
application = get_wsgi_application()
import_module(
    "reviewtracker.urls"
)  # before gunicorn forks: a worker in place of a killed one is there at once


def without_transactions() -> None:
    """Each statement stands by itself, and between a record and its trace there is time to be killed."""
    from reviews.models.trace import TraceQuerySet

    record = TraceQuerySet.record

    def late(*args: Any, **kwargs: Any) -> Any:
        time.sleep(0.03)
        return record(*args, **kwargs)

    TraceQuerySet.record = late  # type: ignore[method-assign]
    transaction.get_rollback = lambda using=None: False  # asked for at the end of each step
    Atomic.__enter__ = Atomic.__exit__ = lambda *_: None  # type: ignore[method-assign, assignment]


if os.environ.get("PLANTED") == "no transactions":
    without_transactions()
