"""Reads one variable of the environment, or says in a sentence what is wrong with it. What each means: settings.py."""

import secrets
from datetime import date
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from environ import Env

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"
env = Env()


def switch(name: str, default: bool) -> bool:
    """A yes or no. django-environ takes any word it does not know for a no; here it is an error."""
    word = env.str(name, "").strip().lower()
    if word not in {"", *Env.BOOLEAN_TRUE_STRINGS, "0", "false", "off", "no", "n", "f"}:
        raise ImproperlyConfigured(f"{name} is {word!r}, which is neither on nor off: set it to 1 or 0.")
    return word in Env.BOOLEAN_TRUE_STRINGS if word else default


DEBUG = switch("DEBUG", default=False)


def required(name: str, advice: str) -> str:
    """A value that must be set while DEBUG is off."""
    value = env.str(name, "").strip()
    if not value and not DEBUG:
        raise ImproperlyConfigured(f"{name} is not set. {advice}, or set DEBUG=1 to try things out.")
    return value


def words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def count(name: str, default: int) -> int:
    text = env.str(name, "").strip() or str(default)
    if not text.isdecimal():
        raise ImproperlyConfigured(f"{name} is {text!r}: set it to a whole number, 0 or more.")
    return int(text)


def at_least_one(name: str, default: int) -> int:
    if not (number := count(name, default)):
        raise ImproperlyConfigured(f"{name} is 0: set it to a whole number, 1 or more.")
    return number


def folder(name: str, default: Path) -> Path:
    path = Path(env.str(name, "") or default)
    if not path.is_absolute():
        raise ImproperlyConfigured(f"{name} is {str(path)!r}: set it to a whole path, from the root on.")
    return path


def pinned_day() -> date | None:
    text = env.str("REVIEWTRACKER_TODAY", "").strip()
    if text and not DEBUG:
        raise ImproperlyConfigured("REVIEWTRACKER_TODAY is for demonstrations: unset it, or set DEBUG=1.")
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise ImproperlyConfigured(
            f"REVIEWTRACKER_TODAY is {text!r}: set it to a day written like 2020-08-20, or unset it."
        ) from error


def second_factor_exempt() -> list[str]:
    """User names of demonstration accounts, whose password is on the screen anyway."""
    names = words(env.str("SECOND_FACTOR_EXEMPT", ""))
    if names and not DEBUG:
        raise ImproperlyConfigured("SECOND_FACTOR_EXEMPT is for demonstrations: unset it, or set DEBUG=1.")
    return names


def log_level() -> str:
    level = env.str("LOG_LEVEL", "INFO").upper()
    if level not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
        raise ImproperlyConfigured(f"LOG_LEVEL is {level!r}: set it to DEBUG, INFO, WARNING or ERROR.")
    return level


def log_format() -> str:
    name = env.str("LOG_FORMAT", "").strip() or ("line" if DEBUG else "json")
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
