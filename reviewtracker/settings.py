"""All settings, read from the environment. A wrong one is one sentence that says what to do.

variable             default             meaning
DEBUG                off                 on while developing: a key of its own, error pages with details
SECRET_KEY           none                signs sessions; owed while DEBUG is off
ALLOWED_HOSTS        none                the site's host names, with commas; owed while DEBUG is off
DATABASE_URL         var/db.sqlite3      sqlite:////path/to/file or postgres://user:password@host:5432/name
DATABASE_POOL        10                  PostgreSQL connections of one process at most; 0: no pool of our own
FILES_DIR            var/files           where handed-in files are kept; never served by address
STATIC_DIR           var/static          where `manage.py collectstatic` puts what is served to everybody
HTTPS                on, off with DEBUG  secure cookies, and http sent on to https
BEHIND_PROXY         off                 on if a proxy ends https and sets X-Forwarded-Proto itself
LOG_LEVEL            INFO                DEBUG, INFO, WARNING or ERROR
TRACE_KEY            SECRET_KEY          seals the trace; set it once and keep it, also when SECRET_KEY changes
REVIEWTRACKER_TODAY  none                pins the day, for demonstrations; refused while DEBUG is off
"""

import secrets
from datetime import date
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from environ import Env

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"
env = Env()


# --- reading one variable -------------------------------------------------------------------------------


def switch(name: str, default: bool) -> bool:
    """A yes or no. django-environ takes any word it does not know for a no; here it is an error."""
    word = env.str(name, "").strip().lower()
    if word not in {"", *Env.BOOLEAN_TRUE_STRINGS, "0", "false", "off", "no", "n", "f"}:
        raise ImproperlyConfigured(f"{name} is {word!r}, which is neither on nor off: set it to 1 or 0.")
    return word in Env.BOOLEAN_TRUE_STRINGS if word else default


def owed(name: str, advice: str) -> str:
    """A value that there must be while DEBUG is off."""
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


def log_level() -> str:
    level = env.str("LOG_LEVEL", "INFO").upper()
    if level not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
        raise ImproperlyConfigured(f"LOG_LEVEL is {level!r}: set it to DEBUG, INFO, WARNING or ERROR.")
    return level


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


# --- the database ---------------------------------------------------------------------------------------

DATABASE_ADVICE = "set it to sqlite:////path/to/file or postgres://user:password@host:5432/name"


def database() -> dict[str, Any]:
    """The database that DATABASE_URL names. No message repeats the URL: it may hold a password."""
    url = env.str("DATABASE_URL", "").strip()
    if not url:
        return sqlite({"ENGINE": "django.db.backends.sqlite3", "NAME": own_folder() / "db.sqlite3"})
    kind, _, rest = url.partition("://")
    if kind not in {"sqlite", "postgres", "postgresql"} or not rest:
        raise ImproperlyConfigured(f"DATABASE_URL is of no kind known here: {DATABASE_ADVICE}.")
    if kind == "sqlite" and not rest.startswith(("/", ":memory:")):
        raise ImproperlyConfigured(f"DATABASE_URL names no file (a slash is missing): {DATABASE_ADVICE}.")
    try:
        config = Env.db_url_config(url)
    except ValueError as error:
        raise ImproperlyConfigured(f"DATABASE_URL cannot be read: {DATABASE_ADVICE}.") from error
    return sqlite(config) if kind == "sqlite" else postgres(config)


def sqlite(config: dict[str, Any]) -> dict[str, Any]:
    if config["NAME"] != ":memory:" and not Path(config["NAME"]).parent.is_dir():
        raise ImproperlyConfigured(
            f"DATABASE_URL names a file in a folder that is not there: {DATABASE_ADVICE}."
        )
    config["OPTIONS"] = {
        # A transaction takes its turn to write at once. By default it asks in the middle, when SQLite can
        # no longer wait and answers "database is locked".
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        # Readers do not wait for a writer. A power cut leaves the file whole, less the last moments at most.
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL",
    }
    return config


def postgres(config: dict[str, Any]) -> dict[str, Any]:
    if not config["NAME"]:
        raise ImproperlyConfigured(f"DATABASE_URL names no database: {DATABASE_ADVICE}.")
    if size := count("DATABASE_POOL", 10):
        # A thread borrows a connection for one request. When ten seconds bring none, the server is down.
        # Trying again and again, the pool would wait twice as long each time: after an outage of a minute another
        # one. After 3 seconds it gives up, and the next request tries at once.
        pool = {"min_size": 1, "max_size": size, "timeout": 10, "reconnect_timeout": 3}
        config.setdefault("OPTIONS", {})["pool"] = pool
    # A connection that a restart of the server has cut is replaced before it is used.
    config["CONN_HEALTH_CHECKS"] = True
    return config


# --- the installation -----------------------------------------------------------------------------------

DEBUG = switch("DEBUG", default=False)
SECRET_KEY = owed("SECRET_KEY", "Set it to 50 or more random characters, kept secret") or key_for_trying_out()
# Rows sealed with one key do not pass with another (docs/trust.md).
TRACE_KEY = env.str("TRACE_KEY", "").strip() or SECRET_KEY
ALLOWED_HOSTS = words(owed("ALLOWED_HOSTS", "Set it to the site's host names, with commas"))
DATABASES = {"default": database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ROOT_URLCONF = "reviewtracker.urls"
WSGI_APPLICATION = "reviewtracker.wsgi.application"

INSTALLED_APPS = [
    # "Simple": reviews.admin makes the administration site itself and registers everything on it.
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_tables2",
    "django_filters",
    "django_htmx",
    "reviews",
]

MIDDLEWARE = [
    # First, so that every answer has an id, an error page's too.
    "reviews.requests.RequestId",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    # Last, so that it is the first to see what a view refuses.
    "reviews.middleware.Refusals",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "reviews.context.site",
            ],
        },
    },
]

DJANGO_TABLES2_TEMPLATE = "tables/table.html"
DJANGO_TABLES2_TABLE_ATTRS = {"class": "table"}


# --- language and time ----------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("vi", _("Vietnamese"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "reviewtracker.formats"
USE_I18N = True
USE_TZ = True
# A deadline is a day in Jakarta, where the ASEAN Secretariat sits.
TIME_ZONE = "Asia/Jakarta"
REVIEWTRACKER_TODAY = pinned_day()


# --- people ---------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "reviews.User"
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "desk"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
# One working day: nobody is signed out in the middle of it, and a borrowed machine has forgotten by morning.
SESSION_COOKIE_AGE = 12 * 60 * 60


# --- what browsers are told -----------------------------------------------------------------------------

HTTPS = switch("HTTPS", default=not DEBUG)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 30 * 24 * 60 * 60 if HTTPS else 0
SILENCED_SYSTEM_CHECKS = [
    # HSTS for sub-domains, and preloading: other services under the same domain are not ours to decide on.
    "security.W005",
    "security.W021",
]
if switch("BEHIND_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "reviews.views.errors.csrf_failure"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        # Bootstrap's stylesheet holds its small pictures as data: addresses.
        "img-src": [SELF, "data:"],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}


# --- files ----------------------------------------------------------------------------------------------


STATIC_URL = "static/"
STATIC_ROOT = folder("STATIC_DIR", VAR_DIR / "static")
BOOTSTRAP = Path(str(distribution("bootstrap-wrapper").locate_file("bootstrap")))
# {% static "bootstrap/css/bootstrap.min.css" %}, {% static "bootstrap/js/bootstrap.bundle.min.js" %}
STATICFILES_DIRS = [
    ("bootstrap/css", BOOTSTRAP / "css"),
    ("bootstrap/js", BOOTSTRAP / "js"),
]
# No MEDIA_URL: a handed-in file leaves only through a view that asks who wants it.
MEDIA_ROOT = folder("FILES_DIR", VAR_DIR / "files")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
REPORT_FILE_MAX_BYTES = 25 * 1024 * 1024
# Everything of a form but its files; a file over 64 kB goes to the disk while it arrives.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
FILE_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024
FILE_UPLOAD_PERMISSIONS = 0o600


# --- what is written down -------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": log_level()},
    # Django's own handlers would print each line a second time.
    "loggers": {"django": {"handlers": [], "level": "INFO"}},
}
