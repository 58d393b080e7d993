"""Where the records are: what `DATABASE_URL` and `REPLICA_URL` name, as Django takes it."""

from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from environ import Env

from reviewtracker.environment import count, own_folder, refuse_unencoded_password, switch, text

ADVICE = "set it to sqlite:////path/to/file or postgres://user:password@host:5432/name"


def database(name: str) -> dict[str, Any]:
    """The database that a URL names. No message repeats the URL: it may hold a password."""
    url = text(name)
    if not url:
        return sqlite({"ENGINE": "django.db.backends.sqlite3", "NAME": own_folder() / "db.sqlite3"}, name)
    kind, _, rest = url.partition("://")
    if kind not in {"sqlite", "postgres", "postgresql"} or not rest:
        raise ImproperlyConfigured(f"{name} is of no kind known here: {ADVICE}.")
    if kind != "sqlite":  # the path of a file may hold any sign
        refuse_unencoded_password(name, rest)
    if kind == "sqlite" and not rest.startswith(("/", ":memory:")):
        raise ImproperlyConfigured(f"{name} names no file (a slash is missing): {ADVICE}.")
    try:
        config = Env.db_url_config(url)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} cannot be read: {ADVICE}.") from error
    return sqlite(config, name) if kind == "sqlite" else postgres(config, name)


def sqlite(config: dict[str, Any], name: str) -> dict[str, Any]:
    if config["NAME"] != ":memory:" and not Path(config["NAME"]).parent.is_dir():
        raise ImproperlyConfigured(f"{name} names a file in a folder that is not there: {ADVICE}.")
    if config["NAME"] != ":memory:" and not Path(config["NAME"]).exists():
        Path(config["NAME"]).touch(
            mode=0o600
        )  # for the site's own user alone; SQLite's other files take the same
    config["OPTIONS"] = {
        # A transaction takes its turn to write at once. By default it asks in the middle, when SQLite can
        # no longer wait and answers "database is locked".
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        # Readers do not wait for a writer. A power cut leaves the file whole, less the last moments at most.
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL",
    }
    return config


def postgres(config: dict[str, Any], name: str) -> dict[str, Any]:
    if not config["NAME"]:
        raise ImproperlyConfigured(f"{name} names no database: {ADVICE}.")
    options = config.setdefault("OPTIONS", {})
    # A server that cannot be reached at all is given up after these seconds.
    options.setdefault("connect_timeout", 3)
    # A connection that a restart of the server has cut is replaced before it is used.
    config["CONN_HEALTH_CHECKS"] = True
    if switch("PGBOUNCER", default=False):
        return through_pgbouncer(config)
    # Prepared statements are not planned again: a quarter less time for pages with many joins.
    options |= {"server_side_binding": True, "prepare_threshold": 5}
    if size := count("DATABASE_POOL", 10):
        options["pool"] = pool(size)
    return config


def limit_statements(configs: dict[str, dict[str, Any]], seconds: int) -> None:
    """Let PostgreSQL end a statement of a page after so many seconds; commands of technicians have all the time.

    PgBouncer takes no such option from us: deploy/pgbouncer.ini sets it.
    """
    for config in configs.values():
        if (
            seconds
            and config["ENGINE"].endswith("postgresql")
            and not config.get("DISABLE_SERVER_SIDE_CURSORS")
        ):
            given = config["OPTIONS"].get("options", "")
            config["OPTIONS"]["options"] = f"{given} -c statement_timeout={seconds}s".strip()


def pool(size: int) -> dict[str, Any]:
    """A connection pool, from which each request takes one for at most four seconds of waiting."""
    # The pool waits twice as long after each failed attempt. If it gives up soon, the next request starts anew:
    # so the site is back within seconds after the database is.
    return {"min_size": 1, "max_size": size, "timeout": 4, "reconnect_timeout": 2}


def through_pgbouncer(config: dict[str, Any]) -> dict[str, Any]:
    """In its transaction mode the next statement may meet another server process: nothing may be left behind there."""
    config["DISABLE_SERVER_SIDE_CURSORS"] = True
    config["OPTIONS"]["prepare_threshold"] = None
    config["CONN_MAX_AGE"] = 60
    return config


def databases() -> dict[str, dict[str, Any]]:
    """The database, and the replica where there is one."""
    configs = {"default": database("DATABASE_URL")}
    if text("REPLICA_URL"):
        configs["replica"] = database("REPLICA_URL")
        if any(config["ENGINE"].endswith("sqlite3") for config in configs.values()):
            raise ImproperlyConfigured(
                "REPLICA_URL is for PostgreSQL: unset it, or set both URLs to postgres://..."
            )
        configs["replica"]["TEST"] = {"MIRROR": "default"}
    return configs
