"""Triggers by which the database itself refuses to change or remove a row of the trace.

Migrations call `install` and `remove`. On SQLite, Django alters a table by writing a new one, which loses its
triggers: a migration that alters one of these tables calls `remove` first and `install` last (a test fails
if it forgets).
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.apps.registry import Apps
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor

TABLES = ("reviews_trace", "reviews_tracelink")

# Once for each statement: a TRUNCATE has no rows, and an UPDATE of none is refused as well. By the code of the
# error no page takes it for two people's clash.
POSTGRES_FUNCTION = """
CREATE OR REPLACE FUNCTION reviews_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$
"""
POSTGRES_TRIGGER = """
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION reviews_append_only()
"""
SQLITE_TRIGGER = """
CREATE TRIGGER {table}_no_{event} BEFORE {event} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END
"""
EVENTS = ("update", "delete")


def install(apps: "Apps", schema_editor: "BaseDatabaseSchemaEditor") -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRES_FUNCTION, params=None)
        statements = [POSTGRES_TRIGGER.format(table=table) for table in TABLES]
    else:
        statements = [SQLITE_TRIGGER.format(table=table, event=event) for table in TABLES for event in EVENTS]
    for statement in statements:
        schema_editor.execute(statement, params=None)


def remove(apps: "Apps", schema_editor: "BaseDatabaseSchemaEditor") -> None:
    if schema_editor.connection.vendor == "postgresql":
        statements = [f"DROP TRIGGER {table}_append_only ON {table}" for table in TABLES]
        statements.append("DROP FUNCTION reviews_append_only()")
    else:
        statements = [f"DROP TRIGGER {table}_no_{event}" for table in TABLES for event in EVENTS]
    for statement in statements:
        schema_editor.execute(statement, params=None)
