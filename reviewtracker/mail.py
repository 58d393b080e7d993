"""Where mails leave, and whom they are from, as Django takes it."""

from email.utils import parseaddr
from typing import NamedTuple

from django.core.exceptions import ImproperlyConfigured
from environ import Env

from reviewtracker.environment import DEBUG, refuse_unencoded_password, text

ADVICE = "set it to smtp://, smtp+tls:// or smtp+ssl://user:password@host:port, or to console://"
SCHEMES = {"smtp", "smtp+tls", "smtp+ssl"}


class MailServer(NamedTuple):
    """Where mails leave: the values of Django's EMAIL_... settings."""

    backend: str
    host: str = "localhost"
    port: int = 25
    user: str = ""
    password: str = ""
    use_tls: bool = False
    use_ssl: bool = False


def mail_server() -> MailServer:
    """The mail server that EMAIL_URL names. No error repeats the URL: it may hold a password."""
    url = text("EMAIL_URL") or ("console://" if DEBUG else "smtp://localhost:25")
    kind, _, rest = url.partition("://")
    if kind == "console":
        return MailServer("django.core.mail.backends.console.EmailBackend")
    if kind not in SCHEMES or not rest:
        raise ImproperlyConfigured(f"EMAIL_URL is of no kind known here: {ADVICE}.")
    refuse_unencoded_password("EMAIL_URL", rest)
    try:
        config = Env.email_url_config(url)
    except ValueError as error:
        raise ImproperlyConfigured(f"EMAIL_URL cannot be read: {ADVICE}.") from error
    if not config["EMAIL_HOST"]:
        raise ImproperlyConfigured(f"EMAIL_URL names no host: {ADVICE}.")
    return MailServer(
        backend=config["EMAIL_BACKEND"],
        host=config["EMAIL_HOST"],
        port=config["EMAIL_PORT"] or 25,
        user=config["EMAIL_HOST_USER"] or "",
        password=config["EMAIL_HOST_PASSWORD"] or "",
        use_tls=config.get("EMAIL_USE_TLS", False),
        use_ssl=config.get("EMAIL_USE_SSL", False),
    )


def sender_address(hosts: list[str]) -> str:
    """Whom mails are from: DEFAULT_FROM_EMAIL, or an address at the site's first host name."""
    host = hosts[0].lstrip(".") if hosts else "localhost"
    address = text("DEFAULT_FROM_EMAIL") or f"reviewtracker@{host}"
    if "@" not in parseaddr(address)[1] or "\n" in address:
        raise ImproperlyConfigured(
            f"DEFAULT_FROM_EMAIL is {address!r}: set it to an address like reviews@example.org."
        )
    return address


def bounce_address() -> str:
    """Where mails come back that cannot be delivered: BOUNCE_ADDRESS; empty: to their sender."""
    address = text("BOUNCE_ADDRESS")
    if address and (parseaddr(address)[1] != address or "@" not in address or "+" in address):
        raise ImproperlyConfigured(
            f"BOUNCE_ADDRESS is {address!r}: set it to an address like bounces@example.org."
        )
    return address
