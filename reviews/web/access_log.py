"""Middleware for the access log and the request metrics: which route, never which address."""

import logging
import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from reviews.operations import metrics
from reviews.web.request_limits import METHODS

access_log = logging.getLogger("access")


class AccessLogMiddleware:
    """Writes one line and one count for each request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        start = time.perf_counter()
        response = self.get_response(request)
        seconds = time.perf_counter() - start

        match = request.resolver_match
        route = (match and match.view_name) or "none"
        # Anything else that a stranger makes up would be a metric of its own.
        method = request.method if request.method in METHODS else "other"
        metrics.REQUESTS.labels(method=method, route=route, status=response.status_code).inc()
        metrics.SECONDS.labels(route).observe(seconds)
        # The person only if they were loaded anyway: no query for the sake of a line.
        user = getattr(request, "_cached_user", None)
        fields = {
            "method": method,
            "route": route,
            "status": response.status_code,
            "ms": round(seconds * 1000),
            "user": getattr(user, "pk", None),
        }
        access_log.info("%(method)s %(route)s %(status)s %(ms)s ms user %(user)s", fields, extra=fields)
        return response
