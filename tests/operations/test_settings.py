"""A wrong setting is one sentence with advice and exit code 1; a right one says nothing."""

import os
import subprocess
import sys
import tomllib
from datetime import date
from types import SimpleNamespace

import psycopg
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import OperationalError, ProgrammingError
from django.utils import formats, translation

from reviewtracker import database_errors

PRODUCTION = {
    "SECRET_KEY": "a-key-of-fifty-characters-for-nobody-but-this-test-0123456789",
    "ALLOWED_HOSTS": "review.example",
    "DATABASE_URL": "sqlite://:memory:",
    "BEHIND_PROXY": "1",
}
OURS = {
    *PRODUCTION,
    "DEBUG",
    "DATABASE_POOL",
    "FILES_DIR",
    "STATIC_DIR",
    "HTTPS",
    "BEHIND_PROXY",
    "LOG_LEVEL",
    "TRACE_KEY",
    "BACKUP_KEY",
    "STATEMENT_TIMEOUT",
    "RUNTIME_DIRECTORY",
    "LOG_FORMAT",
    "METRICS_TOKEN",
    "EMAIL_URL",
    "DEFAULT_FROM_EMAIL",
    "OUTBOX_KEEP_DAYS",
    "PG_BIN",
    "PGBOUNCER",
    "REPLICA_URL",
}
OURS |= {"SESSION_IDLE_MINUTES", "SESSION_HOURS", "EMAIL_URL", "DEFAULT_FROM_EMAIL", "OIDC_NAME"}
OIDC = {"OIDC_ISSUER": "https://id.example", "OIDC_CLIENT_ID": "a", "OIDC_CLIENT_SECRET": "b"}
OURS |= {*OIDC, "ENVIRONMENT_FILE"}
OURS |= {"REVIEWTRACKER_TODAY", "SECOND_FACTOR_EXEMPT", "DJANGO_SETTINGS_MODULE", "DJANGO_ALLOW_ASYNC_UNSAFE"}


def python(*arguments: str, **environment: str | None) -> subprocess.CompletedProcess[str]:
    """Run Python in the project with production settings, changed as told (None: not set)."""
    inherited = {name: value for name, value in os.environ.items() if name not in OURS}
    ours = {name: value for name, value in (PRODUCTION | environment).items() if value is not None}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=settings.BASE_DIR,
        env=inherited | ours,
        capture_output=True,
        text=True,
    )


def manage(*arguments: str, **environment: str | None) -> subprocess.CompletedProcess[str]:
    return python("manage.py", *arguments, **environment)


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"SECRET_KEY": None}, "SECRET_KEY is not set"),
        ({"SECRET_KEY": " "}, "SECRET_KEY is not set"),
        ({"SECRET_KEY": "abc"}, "SECRET_KEY is too easy to guess"),
        ({"SECRET_KEY": "ab" * 30}, "SECRET_KEY is too easy to guess"),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS is '*'"),
        ({"ALLOWED_HOSTS": "review.example, *"}, "ALLOWED_HOSTS is '*'"),
        ({"BEHIND_PROXY": None}, "BEHIND_PROXY is not set, and HTTPS is on"),
        ({"ENVIRONMENT_FILE": "/no/such/file", "SECRET_KEY": None}, "/no/such/file cannot be read"),
        ({"DATABASE_URL": "postgres://u:hid#hidden@db/reviews"}, "DATABASE_URL has an @, # or / in it"),
        ({"DATABASE_URL": "postgres://u:hid@hidden@db/reviews"}, "DATABASE_URL has an @, # or / in it"),
        ({"DATABASE_URL": "postgres://u:99/hidden@db/reviews"}, "DATABASE_URL has an @, # or / in it"),
        ({"DATABASE_URL": "$hidden"}, "DATABASE_URL is of no kind known"),
        ({"EMAIL_URL": "smtp://u:hid#hidden@mail.example"}, "EMAIL_URL has an @, # or / in it"),
        ({"ALLOWED_HOSTS": None}, "ALLOWED_HOSTS is not set"),
        ({"DEBUG": "perhaps"}, "DEBUG is 'perhaps'"),
        ({"HTTPS": "2"}, "HTTPS is '2'"),
        ({"BEHIND_PROXY": "nginx"}, "BEHIND_PROXY is 'nginx'"),
        ({"REVIEWTRACKER_TODAY": "2020-08-20"}, "REVIEWTRACKER_TODAY is for demonstrations"),
        ({"SECOND_FACTOR_EXEMPT": "admin"}, "SECOND_FACTOR_EXEMPT is for demonstrations"),
        ({"REVIEWTRACKER_TODAY": "20 August", "DEBUG": "1"}, "REVIEWTRACKER_TODAY is '20 August'"),
        ({"REVIEWTRACKER_TODAY": "2020-08-32", "DEBUG": "1"}, "REVIEWTRACKER_TODAY is '2020-08-32'"),
        ({"DATABASE_URL": "mysql://u:hidden@db/reviews"}, "DATABASE_URL is of no kind known"),
        ({"DATABASE_URL": "db.sqlite3"}, "DATABASE_URL is of no kind known"),
        ({"DATABASE_URL": "postgres//u:hidden@db/reviews"}, "DATABASE_URL is of no kind known"),
        ({"DATABASE_URL": "postgres:u:hidden@db/reviews"}, "DATABASE_URL is of no kind known"),
        ({"DATABASE_URL": "postgres://u:hidden@db:port/reviews"}, "DATABASE_URL cannot be read"),
        ({"DATABASE_URL": "postgres://u:hidden@db:99999/reviews"}, "DATABASE_URL cannot be read"),
        ({"DATABASE_URL": "postgres://u:hidden@db"}, "DATABASE_URL names no database"),
        ({"DATABASE_URL": "postgres://u:hidden@db/"}, "DATABASE_URL names no database"),
        ({"DATABASE_URL": "sqlite://db.sqlite3"}, "DATABASE_URL names no file"),
        ({"DATABASE_URL": "sqlite:////no/such/folder/db.sqlite3"}, "DATABASE_URL names a file in a folder"),
        ({"DATABASE_URL": "postgres://db/reviews", "DATABASE_POOL": "-1"}, "DATABASE_POOL is '-1'"),
        ({"DATABASE_URL": "postgres://db/reviews", "DATABASE_POOL": "many"}, "DATABASE_POOL is 'many'"),
        ({"FILES_DIR": "files"}, "FILES_DIR is 'files'"),
        ({"STATEMENT_TIMEOUT": "long"}, "STATEMENT_TIMEOUT is 'long'"),
        ({"RUNTIME_DIRECTORY": "run"}, "RUNTIME_DIRECTORY is 'run'"),
        ({"STATIC_DIR": "static"}, "STATIC_DIR is 'static'"),
        ({"LOG_LEVEL": "LOUD"}, "LOG_LEVEL is 'LOUD'"),
        ({"LOG_FORMAT": "xml"}, "LOG_FORMAT is 'xml'"),
        ({"EMAIL_URL": "pigeon://u:hidden@mail"}, "EMAIL_URL is of no kind known"),
        ({"OUTBOX_KEEP_DAYS": "a week"}, "OUTBOX_KEEP_DAYS is 'a week'"),
        ({"PGBOUNCER": "perhaps", "DATABASE_URL": "postgres://db/reviews"}, "PGBOUNCER is 'perhaps'"),
        ({"REPLICA_URL": "postgres://u:hidden@db"}, "REPLICA_URL names no database"),
        ({"REPLICA_URL": "postgres://u:hidden@db/reviews"}, "REPLICA_URL is for PostgreSQL"),
        ({"SESSION_IDLE_MINUTES": "0"}, "SESSION_IDLE_MINUTES is 0"),
        ({"SESSION_HOURS": "a day"}, "SESSION_HOURS is 'a day'"),
        ({"EMAIL_URL": "mail.example:25"}, "EMAIL_URL is of no kind known"),
        ({"EMAIL_URL": "http://u:hidden@mail.example"}, "EMAIL_URL is of no kind known"),
        ({"EMAIL_URL": "smtp://u:hidden@mail.example:port"}, "EMAIL_URL cannot be read"),
        ({"EMAIL_URL": "smtp+tls://:25"}, "EMAIL_URL names no host"),
        ({"DEFAULT_FROM_EMAIL": "the secretariat"}, "DEFAULT_FROM_EMAIL is 'the secretariat'"),
        (OIDC | {"OIDC_ISSUER": "id.example"}, "OIDC_ISSUER is 'id.example'"),
        (OIDC | {"OIDC_ISSUER": "http://id.example"}, "OIDC_ISSUER is 'http://id.example'"),
        (OIDC | {"OIDC_CLIENT_ID": None}, "OIDC_CLIENT_ID is not set"),
        (OIDC | {"OIDC_CLIENT_SECRET": " "}, "OIDC_CLIENT_SECRET is not set"),
    ],
)
def test_a_wrong_setting_is_one_sentence(environment, sentence):
    done = manage("check", **environment)
    assert done.returncode == 1
    assert done.stderr.startswith(f"reviewtracker: {sentence}")
    assert done.stderr.count("\n") == 1
    # Advice: what to set it to.
    assert " set " in done.stderr.lower()
    assert "hidden" not in done.stderr


def test_a_database_that_does_not_answer_is_one_sentence(tmp_path):
    url = f"postgres://u:hidden@/reviews?host={tmp_path}"
    # Without a pool, which would go on trying for a while.
    done = manage("migrate", DATABASE_URL=url, DATABASE_POOL="0")
    assert done.returncode == 1
    assert "reviewtracker: The database does not answer" in done.stderr
    assert "Traceback" not in done.stderr
    assert "hidden" not in done.stderr


def test_the_web_server_ends_with_the_sentence_too():
    done = python("-m", "gunicorn", "--bind=127.0.0.1:0", "reviewtracker.wsgi", SECRET_KEY=None)
    assert done.returncode == 3
    assert "reviewtracker: SECRET_KEY is not set" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "url",
    [
        "sqlite://:memory:",
        "postgres://user:pass%23word@db.example:5432/reviews",
        "postgresql:///reviews",
    ],
)
def test_right_settings_say_nothing(url):
    done = manage("check", "--deploy", "--fail-level=WARNING", DATABASE_URL=url)
    assert (done.returncode, done.stderr) == (0, "")


def read(expression: str, **environment: str | None) -> str:
    program = f"from reviewtracker import settings; print({expression})"
    return python("-c", program, **environment).stdout.strip()


def test_https_is_on_unless_told_otherwise():
    expression = (
        "settings.SECURE_SSL_REDIRECT, settings.SESSION_COOKIE_SECURE, settings.SECURE_HSTS_SECONDS > 0"
    )
    assert read(expression) == "True True True"
    assert read(expression, HTTPS="off") == "False False False"
    assert read(expression, DEBUG="1") == "False False False"


def test_a_proxy_is_believed_only_when_told():
    expression = "getattr(settings, 'SECURE_PROXY_SSL_HEADER', None)"
    assert read(expression, BEHIND_PROXY=None, HTTPS="0") == "None"
    assert read(expression, BEHIND_PROXY="yes") == "('HTTP_X_FORWARDED_PROTO', 'https')"


def test_behind_pgbouncer_nothing_is_left_in_a_session():
    database = "settings.DATABASES['default']"
    expression = f"{database}['DISABLE_SERVER_SIDE_CURSORS'], {database}['OPTIONS']"
    value = read(expression, DATABASE_URL="postgres://db/reviews", PGBOUNCER="1")
    assert value == "True {'connect_timeout': 3, 'prepare_threshold': None}"


WSGI = ("-c", "from reviewtracker import wsgi; print('started')")


@pytest.mark.parametrize("url", ["postgres://u:hidden@127.0.0.1:9/reviews", "postgresql:///reviews"])
def test_no_web_server_starts_with_debug_on_postgresql(url):
    """Its error pages would show records and settings to everybody."""
    done = python(*WSGI, DATABASE_URL=url, DEBUG="1")
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith("reviewtracker: DEBUG=1 is for trying things out on SQLite")
    assert "hidden" not in done.stderr
    assert "started" in python(*WSGI, DEBUG="1").stdout


@pytest.mark.parametrize(
    ("environment", "options"),
    [
        ({}, "-c statement_timeout=20s"),
        ({"STATEMENT_TIMEOUT": "7"}, "-c statement_timeout=7s"),
        ({"STATEMENT_TIMEOUT": "0"}, None),
        ({"PGBOUNCER": "1"}, None),
    ],
)
def test_pages_wait_for_no_statement_too_long_and_commands_do(environment, options):
    """PgBouncer refuses the option: there its own configuration sets it."""
    url = {"DATABASE_URL": "postgres://u:p@127.0.0.1:9/reviews?connect_timeout=1", "DATABASE_POOL": "0"}
    found = "print(settings.DATABASES['default']['OPTIONS'].get('options'))"
    web = python(
        "-c",
        f"from reviewtracker import wsgi; from django.conf import settings; {found}",
        **url,
        **environment,
    )
    assert web.stdout.strip() == str(options), web.stderr
    assert read("settings.DATABASES['default']['OPTIONS'].get('options')", **url, **environment) == "None"


def test_mail_is_kept_first_and_leaves_by_the_url():
    expression = (
        "settings.EMAIL_BACKEND, settings.DELIVERY_BACKEND, settings.EMAIL_HOST, settings.EMAIL_USE_TLS"
    )
    value = read(expression, EMAIL_URL="smtp+tls://u:p@mail.example:587")
    smtp = "django.core.mail.backends.smtp.EmailBackend"
    assert value == f"reviews.operations.outbox.Outbox {smtp} mail.example True"


def test_the_day_can_be_pinned_while_trying_out():
    assert read("settings.REVIEWTRACKER_TODAY", DEBUG="1", REVIEWTRACKER_TODAY="2020-08-20") == "2020-08-20"
    assert read("settings.REVIEWTRACKER_TODAY", DEBUG="1") == "None"


def test_the_key_for_trying_out_is_kept():
    key = read("settings.SECRET_KEY", DEBUG="1", SECRET_KEY=None)
    assert len(key) > 50
    assert read("settings.SECRET_KEY", DEBUG="1", SECRET_KEY=None) == key


def test_the_trace_has_a_key_of_its_own_if_told():
    assert read("settings.TRACE_KEY == settings.SECRET_KEY") == "True"
    assert (
        read("settings.TRACE_KEY", TRACE_KEY="kept when the other one changes")
        == "kept when the other one changes"
    )


def test_mail_goes_where_it_is_told():
    expression = (
        "settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_HOST_PASSWORD, settings.EMAIL_USE_TLS"
    )
    assert read(expression, EMAIL_URL="smtp+tls://u:p%40ss@mail.example:587") == "mail.example 587 p@ss True"
    assert read("settings.EMAIL_HOST, settings.EMAIL_PORT") == "localhost 25"
    assert read("settings.DELIVERY_BACKEND", DEBUG="1") == "django.core.mail.backends.console.EmailBackend"


def test_whom_mail_is_from():
    assert read("settings.DEFAULT_FROM_EMAIL") == "reviewtracker@review.example"
    named = "Mid-term review <mtr@review.example>"
    assert read("settings.DEFAULT_FROM_EMAIL", DEFAULT_FROM_EMAIL=named) == named


def test_a_password_with_every_sign_arrives_whole():
    url = "postgres://user:%23%40%3A%2F%3F%25@db.example:5433/reviews"
    database = "settings.DATABASES['default']"
    assert read(f"{database}['PASSWORD'], {database}['PORT']", DATABASE_URL=url) == "#@:/?% 5433"


@pytest.mark.parametrize("language", ["en", "vi"])
def test_dates_are_read_day_first_or_iso(language):
    with translation.override(language):
        assert formats.get_format("DATE_INPUT_FORMATS")[0] == "%Y-%m-%d"
        assert "%m/%d/%Y" not in formats.get_format("DATE_INPUT_FORMATS")


def test_a_date_reads_the_same_everywhere():
    for style in ("DATE_FORMAT", "SHORT_DATE_FORMAT"):
        assert formats.date_format(date(2020, 8, 20), style) == "20 Aug 2020"


@pytest.mark.parametrize("name", ["DATABASE_URL", "REPLICA_URL"])
def test_the_database_can_be_asked_for_its_certificate(name):
    url = "postgres://u:p@db.example.org:5432/n?sslmode=verify-full&sslrootcert=/etc/ssl/own-ca.pem"
    database = "replica" if name == "REPLICA_URL" else "default"
    expression = f"[settings.DATABASES['{database}']['OPTIONS'].get(n) for n in ('sslmode', 'sslrootcert')]"
    value = read(expression, **{"DATABASE_URL": "postgres://u:p@h:1/n", name: url})
    assert value == "['verify-full', '/etc/ssl/own-ca.pem']"


def test_the_administration_is_there_before_anything_asks():
    """runserver reads the addresses in one thread while another checks what is registered: half of it is an error."""
    result = python(
        "-c",
        "import django; django.setup(); from django.contrib.admin.sites import all_sites;"
        "print(sum(len(site._registry) for site in all_sites if site.name == 'admin'))",
        DJANGO_SETTINGS_MODULE="reviewtracker.settings",
    )
    assert result.returncode == 0, result.stderr
    assert int(result.stdout) > 30


def test_what_is_not_set_is_read_from_the_environment_file(tmp_path):
    """So that no command has to name a secret, where `ps` and the log of sudo would show it."""
    file = tmp_path / "environment"
    file.write_text(
        "# a comment\n\nSECRET_KEY=$a-key-that-begins-with-a-sign-of-the-shell-0123456789\n"
        'DEFAULT_FROM_EMAIL="Mid-term review <mtr@review.example>"\nALLOWED_HOSTS=not.this.one\n'
    )
    unset = {"SECRET_KEY": None, "ENVIRONMENT_FILE": str(file)}
    expression = "settings.SECRET_KEY[:6], settings.DEFAULT_FROM_EMAIL, *settings.ALLOWED_HOSTS"
    assert read(expression, **unset) == "$a-key Mid-term review <mtr@review.example> review.example"


def test_while_trying_out_the_environment_file_is_left_alone(tmp_path):
    file = tmp_path / "environment"
    file.write_text("METRICS_TOKEN=of-the-installation\n")
    assert read("settings.METRICS_TOKEN", ENVIRONMENT_FILE=str(file)) == "of-the-installation"
    assert read("settings.METRICS_TOKEN", ENVIRONMENT_FILE=str(file), DEBUG="1") == ""


def test_a_line_that_sets_nothing_is_named_by_its_number_alone(tmp_path):
    file = tmp_path / "environment"
    file.write_text("LOG_LEVEL=INFO\nSECRET_KEY = hidden\n")
    done = manage("check", ENVIRONMENT_FILE=str(file))
    assert (done.returncode, "line 2 is not NAME=value" in done.stderr, "hidden" in done.stderr) == (
        1,
        True,
        False,
    )


@pytest.mark.parametrize("name", ["WEB_WORKERS", "WEB_THREADS"])
@pytest.mark.parametrize("value", ["two", "0"])
def test_a_wrong_number_of_processes_ends_the_web_server_with_a_sentence(name, value):
    command = ["-m", "gunicorn", "--config", "reviewtracker/gunicorn.py", "reviewtracker.wsgi"]
    done = python(*command, **{name: value})
    assert done.returncode == 1
    assert f"reviewtracker: {name} is " in done.stderr
    assert "Traceback" not in done.stderr


def test_a_new_sqlite_file_is_for_its_owner_alone(tmp_path):
    read("settings.DATABASES", DATABASE_URL=f"sqlite:///{tmp_path}/db.sqlite3")
    assert (tmp_path / "db.sqlite3").stat().st_mode & 0o777 == 0o600


def test_the_path_of_a_sqlite_file_may_hold_an_at_sign(tmp_path):
    (tmp_path / "reviews@home").mkdir()
    url = f"sqlite:///{tmp_path}/reviews@home/db.sqlite3"
    assert (
        read("settings.DATABASES['default']['NAME']", DATABASE_URL=url)
        == f"{tmp_path}/reviews@home/db.sqlite3"
    )


def test_nginx_may_read_static_files_and_not_what_people_submit():
    expression = "settings.STORAGES['staticfiles']['OPTIONS'], settings.FILE_UPLOAD_PERMISSIONS"
    modes = {"file_permissions_mode": 0o644, "directory_permissions_mode": 0o755}
    assert read(expression) == f"{modes} {0o600}"


SERVER_SAYS = [
    ('FATAL:  password authentication failed for user "u"', "refuses the user or the password"),
    ('FATAL:  database "reviews" does not exist', "no database of the name"),
    ('FATAL:  role "u" does not exist', "knows no such user"),
    ('FATAL:  no pg_hba.conf entry for host "10.0.0.1"', "pg_hba.conf"),
    ('could not translate host name "db.exmaple" to address', "no host of the name"),
    ("FATAL:  sorry, too many clients already", "no connection left"),
    (
        "server closed the connection unexpectedly",
        "does not answer (server closed the connection unexpectedly)",
    ),
]


@pytest.mark.parametrize(("said", "sentence"), SERVER_SAYS)
def test_why_the_database_lets_nobody_in_is_one_sentence(said, sentence, monkeypatch):
    """Also with a pool, which by itself says only that it got no connection in time."""
    unconnected = SimpleNamespace(connection=None, vendor="postgresql")
    monkeypatch.setattr(database_errors, "failure_without_pool", lambda _connection: OperationalError(said))
    told = database_errors.explain(OperationalError("couldn't get a connection after 4.00 sec"), unconnected)
    assert sentence in told
    assert "\n" not in told


@pytest.mark.parametrize(
    "refused",
    ['permission denied to create extension "pg_trgm"\nHINT: x', "permission denied for schema public"],
)
def test_a_right_that_is_missing_is_one_sentence(refused):
    error = ProgrammingError(refused)
    error.__cause__ = psycopg.errors.InsufficientPrivilege(refused)
    told = database_errors.explain(error, SimpleNamespace(connection=object(), vendor="postgresql"))
    assert told.startswith(
        f"The database does not permit this to the role of DATABASE_URL ({refused.partition(chr(10))[0]})"
    )
    assert "Least privilege" in told


def test_a_fault_of_the_code_keeps_its_traceback():
    connected = SimpleNamespace(connection=object(), vendor="postgresql")
    assert database_errors.explain(ProgrammingError("syntax error"), connected) == ""
    assert (
        database_errors.explain(OperationalError("canceling statement due to lock timeout"), connected) == ""
    )


def test_the_version_is_the_one_of_the_package(tmp_path):
    project = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())["project"]
    for word in ("version", "--version"):
        assert manage(word).stdout.startswith(f"reviewtracker {project['version']} (Django 5.2")
    assert f"## {project['version']}" in (settings.BASE_DIR / "CHANGELOG.md").read_text()


def test_the_web_server_does_not_start_with_another_trace_key(tmp_path):
    """Every row from then on would be reported as altered."""
    environment = {"DATABASE_URL": f"sqlite:///{tmp_path}/db.sqlite3", "FILES_DIR": str(tmp_path)}
    assert manage("migrate", "--verbosity=0", TRACE_KEY="a-key-for-this-test", **environment).returncode == 0
    program = "from reviews.models import User; User.objects.create_user('a', name='A', role='observer')"
    done = manage("shell", "--command", program, TRACE_KEY="a-key-for-this-test", **environment)
    assert done.returncode == 0, done.stderr
    start = ["-c", "import reviewtracker.wsgi; print('started')"]
    assert "started" in python(*start, TRACE_KEY="a-key-for-this-test", **environment).stdout
    done = python(*start, TRACE_KEY="mistyped", **environment)
    assert (done.returncode, "Traceback" in done.stderr) == (3, False)
    assert done.stderr.splitlines()[-1].startswith("reviewtracker: TRACE_KEY is not the key that sealed")


def test_the_socket_is_for_its_owner_and_its_group():
    assert read("__import__('reviewtracker.gunicorn').gunicorn.umask") == str(0o007)


@pytest.mark.parametrize("address", [None, ""])
def test_an_administrator_without_an_address_is_refused(address, db):
    options = {} if address is None else {"email": address}
    with pytest.raises(CommandError, match="--email|e-mail address"):
        call_command("createsuperuser", interactive=False, username="root", name="Root", **options)
