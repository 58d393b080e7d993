"""Copies rows of PostgreSQL, by its own pg_dump, pg_restore and psql."""

import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from reviews.operations.backup import rows
from reviews.operations.backup.archive import Unusable

MEMBER = "database.dump"

# Tables, and functions of triggers. The schema stays, with the rights that other roles have in it, and so does what
# belongs to an extension, which only its own owner may drop.
DROP_EVERYTHING = """
set local lock_timeout = '30s';
do $$
declare statement text;
begin
    for statement in
        select format('drop table if exists %s cascade', c.oid::regclass)
        from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
            and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e')
        union all
        select format('drop function if exists %s cascade', p.oid::regprocedure)
        from pg_proc p where p.pronamespace = 'public'::regnamespace and p.prokind = 'f'
            and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')
    loop
        execute statement;
    end loop;
end $$;
"""
# What other roles may do with each table and sequence. First all is taken away: default privileges may give more.
READ_RIGHTS = """
with relations as (
    select c.oid, c.relacl, c.relowner, format('%I.%I', 'public', c.relname) as name,
        case c.relkind when 'S' then 'sequence' else 'table' end as kind
    from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'S')
), rights as (
    select r.oid, a.grantee, a.privilege_type from relations r, aclexplode(r.relacl) a where a.grantee <> r.relowner
)
select r.name, format('revoke all on %s %s from %s', r.kind, r.name, g.role)
    || coalesce((
        select format('; grant %s on %s %s to %s', string_agg(x.privilege_type, ', '), r.kind, r.name, g.role)
        from rights x where x.oid = r.oid and x.grantee = g.grantee
    ), '')
from relations r cross join (
    select distinct grantee, case grantee when 0 then 'public' else grantee::regrole::text end as role from rights
) g
"""
GIVE_RIGHTS = "do $$ begin if to_regclass('{name}') is not null then {statements}; end if; end $$;"
COMPARE_COUNT = (
    "do $$ begin if (select count(*) from public.{table}) <> {count} then"
    " raise exception '{table} has not the {count} rows it had: use another backup.'; end if; end $$;"
)


def copy(target: Path, inspect: Callable[[rows.Cursor], None]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("set transaction isolation level repeatable read, read only")
        cursor.execute("select pg_export_snapshot()")
        snapshot = cursor.fetchone()[0]
        left_out = [f"--exclude-table-data={table}" for table in rows.LEFT_OUT]
        run(
            "pg_dump",
            "--no-owner",
            "--no-privileges",
            "--format=custom",
            f"--snapshot={snapshot}",
            *left_out,
            f"--file={target}",
        )
        inspect(cursor)


def put_back(source: Path, row_counts: Mapping[str, int]) -> None:
    """Replace everything by what is in a copy, and compare the counts, in one transaction: all of it or nothing."""
    script, before, after = (source.with_name(name) for name in ("rows.sql", "before.sql", "after.sql"))
    # A comment on an extension is for its owner alone.
    run("pg_restore", "--no-owner", "--no-privileges", "--no-comments", f"--file={script}", str(source))
    counts = [COMPARE_COUNT.format(table=table, count=count) for table, count in row_counts.items()]
    before.write_text(DROP_EVERYTHING)
    after.write_text("\n".join([*counts, *statements_of_rights()]))
    connection.close()  # it might hold locks
    scripts = [f"--file={path}" for path in (before, script, after)]
    run("psql", "--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", *scripts)


def statements_of_rights() -> list[str]:
    """Return what gives other roles the rights again that they have on the tables now."""
    with connection.cursor() as cursor:
        cursor.execute(READ_RIGHTS)
        return [GIVE_RIGHTS.format(name=name, statements=statements) for name, statements in cursor]


def other_roles_have_rights() -> bool:
    return bool(statements_of_rights())


def is_empty() -> bool:
    return not connection.introspection.table_names()


def run(name: str, *arguments: str) -> None:
    """Run a program of PostgreSQL against our database. Raises Unusable with what it wrote if it fails.

    The password is in the program's environment, where nobody reads it.
    """
    program = shutil.which(name, path=settings.PG_BIN or None)
    if not program:
        raise Unusable(
            f"{name} is not there: install PostgreSQL's client programs, or set PG_BIN to their folder."
            " Nothing was changed."
        )
    result = subprocess.run(  # noqa: S603 - a program of PostgreSQL, with arguments of our own
        [program, "--no-password", *arguments],
        env=os.environ | _environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    if result.returncode:
        raise Unusable(f"{name} refused: {result.stderr.strip()} Nothing was changed.")


def _environment() -> dict[str, str]:
    """Return the variables from which libpq reads where the database is; also the options of DATABASE_URL."""
    database = connection.settings_dict
    names = {
        "PGHOST": "HOST",
        "PGPORT": "PORT",
        "PGUSER": "USER",
        "PGPASSWORD": "PASSWORD",
        "PGDATABASE": "NAME",
    }
    environment = {name: str(database[key]) for name, key in names.items() if database[key]}
    for option in ("sslmode", "sslrootcert", "host"):
        if value := database["OPTIONS"].get(option):
            environment[f"PG{option.upper()}"] = str(value)
    return environment
