"""The header table: what every answer of the site tells a browser, whatever made it."""

from typing import Any

POLICY = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
DOWNLOAD_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"
EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
}
PRIVATE = "no-store, private"
IMMUTABLE = "max-age=315360000, public, immutable"
UNTOLD = (
    "Server",
    "X-Powered-By",
    "Via",
    "Access-Control-Allow-Origin",
    "Content-Security-Policy-Report-Only",
)
HSTS = "max-age=31536000; includeSubDomains"


def faults(answer: Any, *, cache: str = PRIVATE, hsts: str | None = None, issuer: str = "") -> list[str]:
    """What is other than the table says; empty when all is well. `issuer`: whose sign-on is configured."""
    told = answer.headers
    file = told.get("Content-Disposition", "").startswith("attachment")
    owed = EVERYWHERE | {
        "Content-Security-Policy": DOWNLOAD_POLICY if file else _policy(issuer),
        "Cache-Control": cache,
        "Strict-Transport-Security": hsts,
    }
    wrong = [
        f"{name}: {told.get(name)}" for name, value in owed.items() if _parts(told.get(name)) != _parts(value)
    ]
    return wrong + [f"{name}: {told[name]}" for name in UNTOLD if name in told] + _without_type(told)


def _policy(issuer: str) -> str:
    """With single sign-on, one form leads to the provider."""
    return POLICY.replace("form-action 'self'", f"form-action 'self' {issuer}") if issuer else POLICY


def _parts(value: str | None) -> set[str]:
    """A policy's directives: their order means nothing."""
    return set(value.split("; ")) if value else set()


def _without_type(told: Any) -> list[str]:
    kind = told.get("Content-Type", "")
    return [f"Content-Type: {kind}"] if kind.startswith("text/") and "charset=" not in kind else []
