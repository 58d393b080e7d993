"""Where mails leave, and whom they are from, as Django takes it."""

from email.utils import parseaddr
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from environ import Env

from reviewtracker.environment import DEBUG, env

ADVICE = "set it to smtp://, smtp+tls:// or smtp+ssl://user:password@host:port, or to console://"
SCHEMES = {"smtp", "smtp+tls", "smtp+ssl"}


def mail() -> dict[str, Any]:
    """Where mails leave. No message repeats the URL: it may hold a password."""
    url = env.str("EMAIL_URL", "").strip() or ("console://" if DEBUG else "smtp://localhost:25")
    kind, _, rest = url.partition("://")
    if kind == "console":
        return {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}
    if kind not in SCHEMES or not rest:
        raise ImproperlyConfigured(f"EMAIL_URL is of no kind known here: {ADVICE}.")
    try:
        config = Env.email_url_config(url)
    except ValueError as error:
        raise ImproperlyConfigured(f"EMAIL_URL cannot be read: {ADVICE}.") from error
    if not config["EMAIL_HOST"]:
        raise ImproperlyConfigured(f"EMAIL_URL names no host: {ADVICE}.")
    return {name: value for name, value in config.items() if name.startswith("EMAIL_") and value is not None}


def sender(hosts: list[str]) -> str:
    host = hosts[0].lstrip(".") if hosts else "localhost"
    address = env.str("DEFAULT_FROM_EMAIL", "").strip() or f"reviewtracker@{host}"
    if "@" not in parseaddr(address)[1] or "\n" in address:
        raise ImproperlyConfigured(
            f"DEFAULT_FROM_EMAIL is {address!r}: set it to an address like reviews@example.org."
        )
    return address
