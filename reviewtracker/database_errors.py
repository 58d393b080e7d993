"""Why a database refuses, in a sentence for whoever installs the site."""

import re

import psycopg
from django.db import DatabaseError, InterfaceError, NotSupportedError, OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper

# What a server or its library says when it lets nobody in, and what to do about it.
REFUSALS = {
    r"password authentication failed|no password supplied": "The database refuses the user or the password: correct"
    " them in DATABASE_URL (a % in a password is written %25, an @ is written %40).",
    r'database ".*" does not exist': "The server has no database of the name in DATABASE_URL: correct the name, or"
    " create the database.",
    r'role ".*" (does not exist|is not permitted to log in)': "The server knows no such user as DATABASE_URL names:"
    " correct the name, or create the role with the right to log in.",
    r"no pg_hba.conf entry|pg_hba.conf rejects": "The server does not let this user in from this machine: add a line to"
    " its pg_hba.conf.",
    r"could not translate host name": "There is no host of the name in DATABASE_URL: correct it.",
    r"certificate|SSL": "The encryption of the connection failed: check sslmode and sslrootcert in DATABASE_URL.",
    r"too many (clients|connections)|connection slots": "The database has no connection left: lower DATABASE_POOL or"
    " raise max_connections.",
}
INSUFFICIENT_PRIVILEGE, QUERY_CANCELED = "42501", "57014"  # of PostgreSQL
LIBPQ_OPTIONS = {"host", "sslmode", "sslrootcert", "connect_timeout"}


def explain(error: DatabaseError | InterfaceError, connection: BaseDatabaseWrapper) -> str:
    """The cause of a failure that is no fault of the code, in a sentence; empty for any other. Names no secret."""
    if getattr(error.__cause__, "sqlstate", None) == INSUFFICIENT_PRIVILEGE:
        return (
            f"The database does not permit this to the role of DATABASE_URL ({first_line(error)}): run the command as"
            " the role that owns the tables and may create in its database, or give this role its rights"
            " (“Least privilege” in docs/operations.md)."
        )
    if isinstance(error, NotSupportedError) and "is not available" in str(error):
        return (
            f"The database server lacks an extension ({first_line(error)}): install postgresql-contrib there."
        )
    if connection.connection is not None or not isinstance(error, OperationalError | InterfaceError):
        return ""
    cause = first_line(
        error if connection.vendor != "postgresql" else failure_without_pool(connection) or error
    )
    for pattern, sentence in REFUSALS.items():
        if re.search(pattern, cause):
            return sentence
    return f"The database does not answer ({cause}). Check DATABASE_URL and the server."


def failure_without_pool(connection: BaseDatabaseWrapper) -> Exception | None:
    """Why no connection can be made: a pool says only that it got none in time."""
    database = connection.settings_dict
    parameters = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}
    options = {name: value for name, value in database["OPTIONS"].items() if name in LIBPQ_OPTIONS}
    try:
        psycopg.connect(**{name: database[key] or None for name, key in parameters.items()} | options).close()
    except psycopg.Error as error:
        return error
    return None


def took_too_long(error: BaseException | None) -> bool:
    """Whether PostgreSQL has ended a statement because of its time limit."""
    return getattr(getattr(error, "__cause__", None), "sqlstate", None) == QUERY_CANCELED


def first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]
