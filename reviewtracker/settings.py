"""All settings, read from the environment. A wrong one is one sentence that says what to do.

Variables that are not set are read from ENVIRONMENT_FILE, if there is one and DEBUG is off.

variable             default             meaning
ENVIRONMENT_FILE     /etc/reviewtracker/environment   lines of NAME=value
DEBUG                off                 on while developing, on SQLite: a key of its own, error pages with details
SECRET_KEY           none                signs sessions; required while DEBUG is off
ALLOWED_HOSTS        none                the site's host names, with commas; required while DEBUG is off
DATABASE_URL         var/db.sqlite3      sqlite:////path/to/file or postgres://user:password@host:5432/name
DATABASE_POOL        10                  PostgreSQL connections of one process at most; 0: no pool of our own
PGBOUNCER            off                 on if DATABASE_URL leads to PgBouncer in transaction mode
REPLICA_URL          none                a PostgreSQL that follows DATABASE_URL's: boards and exports are read there
PG_BIN               from PATH           folder of pg_dump and pg_restore, for `manage.py backup` and `restore`
FILES_DIR            var/files           where handed-in files are kept; never served by address
STATIC_DIR           var/static          where `manage.py collectstatic` puts what is served to everybody
HTTPS                on, off with DEBUG  secure cookies, and http sent on to https
HSTS_SUBDOMAINS      on                  off if a host below this site's own name has to be reached without https
BEHIND_PROXY         off                 on if a proxy ends https, sets X-Forwarded-Proto and adds to X-Forwarded-For;
                                         required with HTTPS, which this server does not speak itself
SESSION_IDLE_MINUTES 60                  signed out after so long without a page
SESSION_HOURS        8                   signed out after so long in any case
EMAIL_URL            smtp://localhost:25 smtp://, smtp+tls:// or smtp+ssl://user:password@host:port; with DEBUG console://
DEFAULT_FROM_EMAIL   reviewtracker@host  whom mails are from
BOUNCE_ADDRESS       none                where mails come back that cannot be delivered, such as bounces@example.org
OUTBOX_KEEP_DAYS     7                   after these the text of a mail given up is emptied; a sent one has none
OIDC_ISSUER          none                single sign-on: where the ministry's OpenID Connect provider is, https://...
OIDC_CLIENT_ID       none                what it calls this site; required with OIDC_ISSUER
OIDC_CLIENT_SECRET   none                what this site proves itself with; required with OIDC_ISSUER
OIDC_NAME            Single sign-on      what its button says
RUNTIME_DIRECTORY    var/run             what lives as long as the web server, best in memory; systemd sets it
STATEMENT_TIMEOUT    20                  seconds that a page waits for an answer of PostgreSQL; 0: no limit
LOG_LEVEL            INFO                DEBUG, INFO, WARNING or ERROR
BACKUP_KEY           TRACE_KEY           signs backups: a backup is restored only with the key that signed it
TRACE_KEY            SECRET_KEY          seals the trace; set it once and keep it, also when SECRET_KEY changes
LOG_FORMAT           json, line: DEBUG   json (an object a line) or line (for reading)
METRICS_TOKEN        none                what a monitor sends to read /metrics; without it there is no such page
PRINT_MARKING        For official use    the line at the head of every printed page
REVIEWTRACKER_TODAY  none                pins the day, for demonstrations; refused while DEBUG is off
SECOND_FACTOR_EXEMPT none                user names that need no second factor, with commas; refused while DEBUG is off
"""

from importlib.metadata import distribution
from pathlib import Path

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from reviewtracker.databases import databases
from reviewtracker.environment import (
    BASE_DIR,
    DEBUG,
    VAR_DIR,
    allowed_hosts,
    at_least_one,
    behind_proxy,
    count,
    folder,
    log_format,
    log_level,
    pinned_day,
    second_factor_exempt,
    secret_key,
    switch,
    text,
)
from reviewtracker.mail import bounce_address, mail_server, sender_address
from reviewtracker.sign_on import single_sign_on

# --- the installation -----------------------------------------------------------------------------------

SECRET_KEY = secret_key()
# Rows sealed with one key do not pass with another (docs/trust.md).
TRACE_KEY = text("TRACE_KEY") or SECRET_KEY
BACKUP_KEY = text("BACKUP_KEY") or TRACE_KEY
ALLOWED_HOSTS = allowed_hosts()
HTTPS = switch("HTTPS", default=not DEBUG)
BEHIND_PROXY = behind_proxy(HTTPS)
DATABASES = databases()
DATABASE_ROUTERS = ["reviews.operations.replica.Router"] if "replica" in DATABASES else []
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
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "reviews",
]

MIDDLEWARE = [
    # First, so that every answer has an id, an error page's too.
    "reviews.request_context.RequestIdMiddleware",
    # Then what every answer is given, static files and refusals of the other middleware included.
    "csp.middleware.CSPMiddleware",
    "reviews.web.security_headers.SecurityHeadersMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "reviews.web.access_log.AccessLogMiddleware",
    *(["reviews.web.proxy.ProxyHeaderMiddleware"] if HTTPS else []),
    "django.middleware.security.SecurityMiddleware",
    "reviews.web.static_files.StaticFilesMiddleware",
    # By the cookie or the browser; whoever is signed in may have chosen another (PreferredLanguageMiddleware).
    "django.middleware.locale.LocaleMiddleware",
    # Pages are a sixth of their size on the line. Each answer is padded at random, and the token of its forms is
    # masked anew, so that sizes tell nothing of what is in them (BREACH).
    "reviews.web.compression.CompressionMiddleware",
    "reviews.web.request_limits.RequestLimitsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "reviews.accounts.middleware.SessionTimeoutMiddleware",
    "reviews.accounts.middleware.PreferredLanguageMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "reviews.accounts.middleware.StandingInMiddleware",
    "reviews.accounts.middleware.SecondFactorMiddleware",
    "reviews.accounts.middleware.RecentSignInMiddleware",
    "reviews.accounts.middleware.UnsavedInputMiddleware",
    *(["reviews.operations.replica.ReplicaMiddleware"] if "replica" in DATABASES else []),
    "reviews.web.costly_pages.CostlyPagesMiddleware",
    "reviews.web.form_keys.FormKeyMiddleware",
    # Last, so that it is the first to see what a view refuses.
    "reviews.web.refusals.RefusalMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            # As Django's own list, but for our templates.
            "loaders": [
                (
                    "reviews.web.template_loader.CachedLoader",
                    [
                        "reviews.web.template_loader.UnindentedLoader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "reviews.web.context_processors.site",
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
AUTHENTICATION_BACKENDS = ["reviews.accounts.backend.PeopleBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "desk"
PASSWORD_HASHERS = [
    "reviews.accounts.password_hashers.NormalisedArgon2PasswordHasher",
    "reviews.accounts.password_hashers.NormalisedPBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "reviews.accounts.password_words.NotTheWordsOfThePlace"},
]
# In the database, so that they can be listed and ended, and any process can read them.
SESSION_ENGINE = "reviews.accounts.sessions"
SESSION_IDLE_SECONDS = at_least_one("SESSION_IDLE_MINUTES", 60) * 60
SESSION_COOKIE_AGE = at_least_one("SESSION_HOURS", 8) * 60 * 60
# The cookie itself goes with the browser: many delegations share a computer.
ACCOUNT_SESSION_REMEMBER = False

# django-allauth asks these for whatever is particular here.
ACCOUNT_ADAPTER = "reviews.accounts.adapters.AccountAdapter"
MFA_ADAPTER = "reviews.accounts.adapters.FactorAdapter"
SOCIALACCOUNT_ADAPTER = "reviews.accounts.adapters.SignOnAdapter"
ACCOUNT_FORMS = {
    "login": "reviews.forms.accounts.SignInForm",
    "reset_password": "reviews.forms.accounts.ResetForm",
    "change_password": "reviews.forms.accounts.OwnPasswordForm",
}
MFA_FORMS = {
    "authenticate": "reviews.forms.accounts.CodeForm",
    "reauthenticate": "reviews.forms.accounts.ConfirmingCodeForm",
}
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
# Addresses stand on the account, where administrators keep them; nobody proves or changes one here.
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"  # noqa: S105
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
# Guesses at passwords and codes are counted in reviews/accounts/sign_in_throttle.py. A whole workshop may share one
# address.
ACCOUNT_RATE_LIMITS = {
    "login": None,
    "login_failed": None,
    "reset_password": "100/m/ip,5/h/key",
    "reset_password_from_key": "100/m/ip",
    "change_password": "10/h/user",
    "reauthenticate": "10/m/user",
}
SECOND_FACTOR_EXEMPT = second_factor_exempt()
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TOTP_ISSUER = "Review tracker"
# Clocks of telephones are a little off: the code before and the code after count, too.
MFA_TOTP_TOLERANCE = 1
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG
SINGLE_SIGN_ON = single_sign_on()
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [SINGLE_SIGN_ON] if SINGLE_SIGN_ON else []}
}
# Never by e-mail: whoever runs a provider could write any address into an answer.
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
SOCIALACCOUNT_EMAIL_VERIFICATION = "none"

# What several web servers must know of each other, without another service to run.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "reviews_cache",
        # By default 300: whoever wanted to be forgotten would only have to make that many.
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}


# --- mail -----------------------------------------------------------------------------------------------

MAIL_SERVER = mail_server()
EMAIL_HOST, EMAIL_PORT = MAIL_SERVER.host, MAIL_SERVER.port
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = MAIL_SERVER.user, MAIL_SERVER.password
EMAIL_USE_TLS, EMAIL_USE_SSL = MAIL_SERVER.use_tls, MAIL_SERVER.use_ssl
# Mail is written into the database with what it is about, and `manage.py tick` sends it from there.
DELIVERY_BACKEND = MAIL_SERVER.backend
EMAIL_BACKEND = "reviews.operations.outbox.Outbox"
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = SERVER_EMAIL = sender_address(ALLOWED_HOSTS)
BOUNCE_ADDRESS = bounce_address()
OUTBOX_KEEP_DAYS = count("OUTBOX_KEEP_DAYS", 7)


# --- what browsers are told -----------------------------------------------------------------------------

# Whoever watches the machine from within asks over http.
SECURE_REDIRECT_EXEMPT = ["^livez$", "^readyz$", "^metrics$"]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
# No script reads a cookie.
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
# "Lax": whoever comes by a link in a mail is still signed in. No other site can post for them.
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
# A browser takes a cookie of such a name only over https and from this very host, never from a neighbour's.
COOKIE_PREFIX = "__Host-" if HTTPS else ""
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}sessionid", f"{COOKIE_PREFIX}csrftoken"
LANGUAGE_COOKIE_NAME = f"{COOKIE_PREFIX}language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 60 * 60
MESSAGE_STORAGE = "reviews.web.messages.SignedCookieMessages"
# A year, as auditors ask for; what lies below this very host's name is its own.
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS and switch("HSTS_SUBDOMAINS", default=True)
SILENCED_SYSTEM_CHECKS = [
    # HSTS below our name can be switched off; to preload it is for the owner of the whole domain to decide.
    "security.W005",
    "security.W021",
]
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    # The last address of X-Forwarded-For is what the proxy saw; the others are what a visitor may have written.
    ALLAUTH_TRUSTED_PROXY_COUNT = 1
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "reviews.web.errors.csrf_failure"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        # Nothing inline, nothing evaluated, no data: addresses; our stylesheet draws what Bootstrap has as such.
        "default-src": [SELF],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}
if SINGLE_SIGN_ON:
    # The button of single sign-on is a form that leads there.
    CONTENT_SECURITY_POLICY["DIRECTIVES"]["form-action"].append(
        "/".join(SINGLE_SIGN_ON["settings"]["server_url"].split("/")[:3])
    )


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
        else "whitenoise.storage.CompressedManifestStaticFilesStorage",
        # For everybody: nginx reads them as a user of its own. What people submit is kept from it (see below).
        "OPTIONS": {"file_permissions_mode": 0o644, "directory_permissions_mode": 0o755},
    },
}
# Without it any site could read our static files, and tell from them which release runs here.
WHITENOISE_ALLOW_ALL_ORIGINS = False
REPORT_FILE_MAX_BYTES = 25 * 1024 * 1024
# Up to here a body is read, and the person told beside the field that the file is too large; more is cut off.
REQUEST_MAX_BYTES = 4 * REPORT_FILE_MAX_BYTES
# Everything of a form but its files; a file over 64 kB goes to the disk while it arrives.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
FILE_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024
FILE_UPLOAD_PERMISSIONS = 0o600


# --- what a page may cost

RUNTIME_DIR = folder("RUNTIME_DIRECTORY", VAR_DIR / "run")
STATEMENT_TIMEOUT = count("STATEMENT_TIMEOUT", 20)
# Of one person on one machine: pages that read much, and those that wait for them or run. A browser opens six
# connections to a site at most, so nobody at one is refused unless pages take very long.
COSTLY_PAGES_AT_ONCE, COSTLY_PAGES_WAITING = 2, 6


# --- what is written down, and who may read figures -----------------------------------------------------

METRICS_TOKEN = text("METRICS_TOKEN")
PRINT_MARKING = text("PRINT_MARKING") or _("For official use")
PG_BIN = text("PG_BIN")
LINE = "{asctime} {levelname} {request_id} {name}: {message}"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "reviews.operations.log_formats.LineFormatter", "format": LINE, "style": "{"},
        "json": {
            "()": "reviews.operations.log_formats.JsonFormatter",
            "fmt": "{levelname}{name}{message}",
            "style": "{",
            "timestamp": "at",
            "rename_fields": {"levelname": "level", "name": "logger"},
        },
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": log_format()}},
    "root": {"handlers": ["stderr"], "level": log_level()},
    # Django's own handlers would print each line a second time.
    "loggers": {"django": {"handlers": [], "level": "INFO"}},
}
