"""Middleware for the security headers of every response: pages, refusals, downloads, static files."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from whitenoise.middleware import WhiteNoiseFileResponse

COMMON_HEADERS = {
    # Django's own, once more: an answer that Django gives before it comes to them lacks them.
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    # No other site shows or measures anything of ours, not even a picture.
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
}
# Neither the browser nor anything on the way keeps a page: the machine may be everybody's.
NO_STORE = "no-store, private"
# A browser that shows a download all the same runs nothing of it and fetches nothing for it.
DOWNLOAD_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"


class SecurityHeadersMiddleware:
    """The first of the middleware, so that it also sees what the others answer by themselves."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for name, value in COMMON_HEADERS.items():
            response.headers.setdefault(name, value)
        if not isinstance(response, WhiteNoiseFileResponse):
            response["Cache-Control"] = NO_STORE
        if response.get("Content-Disposition", "").startswith("attachment"):
            response["Content-Security-Policy"] = DOWNLOAD_POLICY
        return response
