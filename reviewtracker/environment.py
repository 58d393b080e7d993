"""Reads one variable of the environment, or says in a sentence what is wrong with it. What each means: settings.py."""

import os
import re
import secrets
from datetime import date
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from environ import Env

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"
# Of an installation; systemd reads the same file for its services.
ENVIRONMENT_FILE = "/etc/reviewtracker/environment"


def text(name: str) -> str:
    """The value of a variable, as it is written: django-environ's own getter follows values that begin with a $."""
    return os.environ.get(name, "").strip()


def read_environment_file() -> None:
    """Set the variables of the environment file, so that no command has to name a secret.

    A variable that is set already keeps its value. While trying things out (DEBUG=1) the file is left alone, so that
    nothing tried out reaches the installation's database. Raises ImproperlyConfigured for a file that cannot be read.
    """
    path = Path(text("ENVIRONMENT_FILE") or ENVIRONMENT_FILE)
    if text("DEBUG") in Env.BOOLEAN_TRUE_STRINGS or not path.exists() and not text("ENVIRONMENT_FILE"):
        return
    try:
        lines = path.read_text().splitlines()
    except OSError as error:
        if text("SECRET_KEY"):  # systemd has read it already, as root
            return
        raise ImproperlyConfigured(
            f"{path} cannot be read ({error.strerror}): run the command as the site's"
            " own user, or set ENVIRONMENT_FILE to another file."
        ) from error
    for number, line in enumerate(lines, 1):
        if line.strip() and not line.startswith("#") and not re.match("[A-Za-z_][A-Za-z_0-9]*=", line):
            raise ImproperlyConfigured(
                f"{path}: line {number} is not NAME=value: set each variable on one line."
            )
    Env.read_env(path)


read_environment_file()


def switch(name: str, default: bool) -> bool:
    """A yes or no. django-environ takes any word it does not know for a no; here it is an error."""
    word = text(name).lower()
    if word not in {"", *Env.BOOLEAN_TRUE_STRINGS, "0", "false", "off", "no", "n", "f"}:
        raise ImproperlyConfigured(f"{name} is {word!r}, which is neither on nor off: set it to 1 or 0.")
    return word in Env.BOOLEAN_TRUE_STRINGS if word else default


DEBUG = switch("DEBUG", default=False)


def required(name: str, advice: str) -> str:
    """A value that must be set while DEBUG is off."""
    value = text(name)
    if not value and not DEBUG:
        raise ImproperlyConfigured(f"{name} is not set. {advice}, or set DEBUG=1 to try things out.")
    return value


def secret_key() -> str:
    """The key that signs sessions: long and drawn at random, as Django's own deployment check asks."""
    key = required("SECRET_KEY", "Set it to 50 or more random characters, kept secret")
    if not DEBUG and (len(key) < 50 or len(set(key)) < 5):
        raise ImproperlyConfigured("SECRET_KEY is too easy to guess: set it to 50 or more random characters.")
    return key or key_for_trying_out()


def refuse_unencoded_password(name: str, rest: str) -> None:
    """Raise ImproperlyConfigured if a password in a URL holds signs that would end it.

    What follows them would be taken for the host, and logged as such. `rest` is the URL after its ://.
    """
    host_begins = rest.find("@")
    if "#" in rest or rest.count("@") > 1 or "/" in rest[: max(host_begins, 0)]:
        raise ImproperlyConfigured(
            f"{name} has an @, # or / in it that is not part of the address: set the password with %40 for @,"
            " %23 for #, %2F for /, %3A for : and %25 for %."
        )


def behind_proxy(https: bool) -> bool:
    """Whether a proxy ends https. Without one nobody could sign in: every page would be sent on to https for ever."""
    behind = switch("BEHIND_PROXY", default=False)
    if https and not behind:
        raise ImproperlyConfigured(
            "BEHIND_PROXY is not set, and HTTPS is on: set BEHIND_PROXY=1 behind a proxy that ends https, or HTTPS=0."
        )
    return behind


def allowed_hosts() -> list[str]:
    hosts = words(required("ALLOWED_HOSTS", "Set it to the site's host names, with commas"))
    if "*" in hosts and not DEBUG:
        raise ImproperlyConfigured(
            "ALLOWED_HOSTS is '*', which is any host: set it to the site's host names."
        )
    return hosts


def words(value: str) -> list[str]:
    return [word.strip() for word in value.split(",") if word.strip()]


def count(name: str, default: int) -> int:
    value = text(name) or str(default)
    if not value.isdecimal():
        raise ImproperlyConfigured(f"{name} is {value!r}: set it to a whole number, 0 or more.")
    return int(value)


def at_least_one(name: str, default: int) -> int:
    if not (number := count(name, default)):
        raise ImproperlyConfigured(f"{name} is 0: set it to a whole number, 1 or more.")
    return number


def folder(name: str, default: Path) -> Path:
    path = Path(text(name) or default)
    if not path.is_absolute():
        raise ImproperlyConfigured(f"{name} is {str(path)!r}: set it to a whole path, from the root on.")
    return path


def pinned_day() -> date | None:
    day = text("REVIEWTRACKER_TODAY")
    if day and not DEBUG:
        raise ImproperlyConfigured("REVIEWTRACKER_TODAY is for demonstrations: unset it, or set DEBUG=1.")
    try:
        return date.fromisoformat(day) if day else None
    except ValueError as error:
        raise ImproperlyConfigured(
            f"REVIEWTRACKER_TODAY is {day!r}: set it to a day written like 2020-08-20, or unset it."
        ) from error


def second_factor_exempt() -> list[str]:
    """User names of demonstration accounts, whose password is on the screen anyway."""
    names = words(text("SECOND_FACTOR_EXEMPT"))
    if names and not DEBUG:
        raise ImproperlyConfigured("SECOND_FACTOR_EXEMPT is for demonstrations: unset it, or set DEBUG=1.")
    return names


def log_level() -> str:
    level = text("LOG_LEVEL").upper() or "INFO"
    if level not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
        raise ImproperlyConfigured(f"LOG_LEVEL is {level!r}: set it to DEBUG, INFO, WARNING or ERROR.")
    return level


def log_format() -> str:
    name = text("LOG_FORMAT") or ("line" if DEBUG else "json")
    if name not in {"json", "line"}:
        raise ImproperlyConfigured(f"LOG_FORMAT is {name!r}: set it to json or line.")
    return name


def own_folder() -> Path:
    """`var/`, where everything lies that this installation writes itself."""
    try:
        VAR_DIR.mkdir(exist_ok=True)
    except OSError as error:
        raise ImproperlyConfigured(
            f"{VAR_DIR} cannot be made ({error.strerror}): make it so, or set DATABASE_URL and SECRET_KEY."
        ) from error
    return VAR_DIR


def key_for_trying_out() -> str:
    """Made once and kept, so that a restart signs nobody out."""
    path = own_folder() / "dev-secret-key"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50))
    return path.read_text()
