"""The release before, installed and used on a clean machine, and then upgraded as docs/operations.md says."""

import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.trust import release
from tests.trust.machine import clean, manual
from tests.trust.machine.install import (
    ENVIRONMENT,
    SITE,
    Secrets,
    fill_in,
    follow,
    get,
    manage,
    minute,
    new_machine,
    static_files,
)

# It does not read the environment file itself.
OF_BEFORE = f"set -a; . {ENVIRONMENT}; set +a; cd {SITE}; "
OF_BEFORE += "setpriv --reuid reviewtracker --regid reviewtracker --init-groups .venv/bin/python manage.py "


@pytest.fixture(scope="module")
def upgraded(machine_base: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """A machine on which the release before was installed and used, and then “Upgrade” followed."""
    release.checked_out(tmp_path_factory.mktemp("before"))  # or the test is skipped
    known = Secrets()
    with new_machine(machine_base, release.COMMIT) as machine:
        machine.answers = {
            r"Do you want to continue\? \[Y/n\]": "y",
            "Enter password for new role:": known.database,
            "Enter it again:": known.database,
        }
        packages, _ours, services, health = manual.shell_blocks("Install")
        # It has no deploy/ yet.
        follow(
            machine, "\n".join(line for line in packages.splitlines() if "deploy/" not in line), cwd="/root"
        )
        fill_in(machine, known)
        machine.sh(f"chown reviewtracker:root {ENVIRONMENT}; chmod 400 {ENVIRONMENT}")
        for words in ("migrate", "load_reference", "collectstatic --noinput"):
            machine.sh(OF_BEFORE + words)
        machine.sh(f"export DEBUG=1; {OF_BEFORE} load_demo --password=a-long-test-password")
        before = counts(machine)
        clean.publish(machine)
        _backup, *steps = manual.shell_blocks("Upgrade")[0].splitlines(keepends=True)
        copy, once = manual.shell_blocks("Upgrade")[1:]
        follow(machine, copy)
        follow(machine, "".join(step for step in steps if "systemctl reload" not in step))
        follow(machine, services)
        follow(machine, once)
        minute(machine)
        shown = follow(machine, health)
        yield SimpleNamespace(machine=machine, before=before, after=counts(machine), shown=shown)


def counts(machine: clean.Machine) -> dict[str, int]:
    """How many rows each table has."""
    query = (
        "select format('select ''%1$s'' as name, count(*) from %1$I', relname) from pg_class"
        " where relkind = 'r' and relname like 'reviews%' \\gexec"
    )
    (machine.seen / "srv/counts.sql").write_text(query)
    psql = (
        "sudo -u postgres psql --pset pager=off --no-align --tuples-only reviewtracker --file /srv/counts.sql"
    )
    return {
        name: int(n) for name, n in re.findall(r"^(\w+)\|(\d+)$", machine.sh(psql, cwd="/"), re.MULTILINE)
    }


def test_the_release_before_is_upgraded_with_its_data(upgraded, figure):
    machine = upgraded.machine
    lost = {name for name, rows in upgraded.before.items() if upgraded.after.get(name, 0) < rows}
    figure("tables of the release before", len(upgraded.before), ">= 15 tables")
    figure("of these, tables with fewer rows after the upgrade", len(lost), 0)
    assert '"ready": true' in upgraded.shown
    files = static_files(machine)
    figure("files that the first page names after an upgrade", len(files), ">= 4 files")
    missing = [path for path in files if get(machine, path).status != 200]
    figure("of these, files that nginx does not hand out", len(missing), 0)
    machine.sh("systemctl start reviewtracker-verify.service")
    manage(machine, "rebuild_tallies --check")
