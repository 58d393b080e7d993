"""Middleware that notices a proxy which does not say whether the visitor uses https."""

import logging
import re
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from reviews.web.errors import misconfigured

log = logging.getLogger(__name__)
HEADER = "X-Forwarded-Proto"


class ProxyHeaderMiddleware:
    """Answers with a page that says so. Otherwise each page would be sent on to https, to itself, for ever."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.exempt = [re.compile(pattern) for pattern in settings.SECURE_REDIRECT_EXEMPT]

    def __call__(self, request: HttpRequest) -> HttpResponse:
        path = request.path.lstrip("/")
        if HEADER in request.headers or any(pattern.search(path) for pattern in self.exempt):
            return self.get_response(request)
        log.error("The proxy in front of this site sends no %s: see deploy/nginx-proxy.conf.", HEADER)
        return misconfigured()
