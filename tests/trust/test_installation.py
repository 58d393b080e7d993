"""docs/operations.md followed line by line on a clean machine: from apt-get to a styled page over https, and on.

Its indented blocks are run as they stand there, at a terminal, with the answers that a technician gives. Only this is
put in: the host name, where to clone from, the name of a backup, and what goes into the environment file.
"""

import re
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import pytest

from tests.trust.machine import clean, manual
from tests.trust.machine.install import (
    HOST,
    PASSWORD,
    Secrets,
    Watch,
    fill_in,
    follow,
    get,
    manage,
    minute,
    new_machine,
    static_files,
)


@pytest.fixture(scope="module")
def site(machine_base: Path) -> Iterator[SimpleNamespace]:
    """The machine after “Install”."""
    known = Secrets()
    with new_machine(machine_base) as machine:
        watch = Watch(machine)
        watch.start()
        machine.answers = {
            r"Do you want to continue\? \[Y/n\]": "y",
            "Enter password for new role:": known.database,
            "Enter it again:": known.database,
            "User ?name[^:]*:": "admin",
            "Name:": "First Administrator",
            "E-?mail[^:]*:": "admin@review.example",
            "Password:": PASSWORD,
            r"Password \(again\):": PASSWORD,
        }
        packages, ours, services, health = manual.shell_blocks("Install")
        shown = [follow(machine, packages, cwd="/root")]
        fill_in(machine, known)
        shown += [follow(machine, ours), follow(machine, services)]
        minute(machine)
        shown.append(follow(machine, health))
        yield SimpleNamespace(machine=machine, known=known, watch=watch, shown=shown)
        watch.ended.set()
        watch.join()


def test_the_installation_ends_at_a_styled_page(site, figure):
    assert '"ready": true' in site.shown[-1]
    files = static_files(site.machine)
    answers = [get(site.machine, path) for path in files]
    figure("files that the first page of an installation names", len(files), ">= 4 files")
    figure("of these, files that nginx does not hand out", sum(answer.status != 200 for answer in answers), 0)
    sheet = next(answer for path, answer in zip(files, answers, strict=True) if "/site." in path)
    assert "text/css" in sheet.head
    assert len(sheet.body) > 10_000


def token_of(page: Any) -> str:
    return str(re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.body)[1])


def sign_in(machine: clean.Machine) -> int:
    token = token_of(get(machine, "/accounts/login/"))
    (machine.seen / "root/typed").write_text(
        f"csrfmiddlewaretoken={token}&login=admin&password={quote(PASSWORD)}"
    )
    answer = get(machine, "/accounts/login/", f"--data @/root/typed --referer https://{HOST}/accounts/login/")
    return int(answer.status)


def test_the_first_administrator_signs_in(site):
    assert sign_in(site.machine) == 302


def test_every_unit_does_its_work(site):
    for name in ("tick", "backup", "verify"):
        site.machine.sh(f"systemctl start reviewtracker-{name}.service")
    assert site.machine.sh("systemctl --failed").strip() == ""


# --- backup and restore


WRITER = """
from reviews.models import Organisation, User
from pathlib import Path
import time
admin = User.objects.get(username='admin')
done = open('/var/lib/reviewtracker/acknowledged', 'w', buffering=1)
for n in range(100_000):
    if Path('/var/lib/reviewtracker/stop').exists():
        break
    Organisation.create_traced(by=admin, code=f'LOAD{n}', name_en=f'Load {n}', kind='partner')
    print(f'LOAD{n}', file=done)
    time.sleep(0.02)
"""
COUNT = (
    "print('stored', *Organisation.objects.filter(code__startswith='LOAD').values_list('code', flat=True))"
)


def stored(machine: clean.Machine) -> set[str]:
    (machine.seen / "srv/count.py").write_text(f"from reviews.models import Organisation\n{COUNT}\n")
    shown = manage(machine, "shell --verbosity=0 < /srv/count.py")
    return set(re.findall(r"LOAD\d+", shown))


@contextmanager
def written_to(machine: clean.Machine) -> Iterator[Any]:
    """Somebody who writes all the time; yields what was acknowledged so far."""
    (machine.seen / "srv/writer.py").write_text(WRITER)
    running = machine.spawn(
        f"{manual.AS_THE_SITE}.venv/bin/python manage.py shell --verbosity=0 < /srv/writer.py"
    )
    acknowledged = machine.seen / "var/lib/reviewtracker/acknowledged"
    end = time.monotonic() + 60
    try:
        while not (acknowledged.exists() and acknowledged.read_text()):
            assert running.poll() is None, running.stdout.read()[-3000:]
            assert time.monotonic() < end
            time.sleep(0.1)
        yield lambda: set(acknowledged.read_text().split("\n")[:-1])
    finally:
        (machine.seen / "var/lib/reviewtracker/stop").touch()
        running.wait(30)


def test_back_up_under_load_and_restore_over_a_running_site(site, figure):
    machine = site.machine
    shell = (
        "bash -c 'while true; do curl --silent --insecure --output /dev/null https://tinjauan.example/; done'"
    )
    with written_to(machine) as acknowledged:
        reader = machine.spawn(shell)
        before = acknowledged()
        backup, check = manual.commands(manual.shell_blocks("Back up")[0])
        machine.sh(backup)
        name = machine.sh("ls -t /var/backups/reviewtracker | head -1").strip()
        path = f"/var/backups/reviewtracker/{name}"
        machine.sh(check.replace("/var/backups/reviewtracker/reviewtracker-….tar", path))
        during = acknowledged() - before
    figure("records acknowledged while a clean machine was backed up", len(during), ">= 1 records")
    after = stored(machine)
    manage(machine, f"restore --replace {path}")
    reader.kill()
    again = stored(machine)
    figure("records acknowledged before the backup that its restore lacks", len(before - again), 0)
    assert again < after, "what was written after the backup is not in it"
    assert get(machine, "/accounts/login/").status == 200
    machine.sh("systemctl start reviewtracker-verify.service")


def test_restore_on_an_empty_machine_as_the_manual_says(site):
    """Its block, with the database emptied as a new server has it."""
    machine = site.machine
    path = machine.sh("ls -t /var/backups/reviewtracker/*.tar | head -1").strip()
    machine.sh("systemctl stop 'reviewtracker-*'")
    machine.sh("sudo -u postgres dropdb --force reviewtracker", cwd="/")
    machine.sh("sudo -u postgres createdb --owner reviewtracker reviewtracker", cwd="/")
    machine.sh("rm -rf /var/lib/reviewtracker/files")
    [block] = manual.shell_blocks("Restore, and move to another server")
    follow(machine, block, **{"/path/to/reviewtracker-….tar": path})
    minute(machine)
    manage(machine, "check_health")
    assert get(machine, "/accounts/login/").status == 200


# --- secrets


def test_each_secret_is_replaced(site):
    machine, known = site.machine, site.known
    token = known.values["METRICS_TOKEN"]
    assert monitored(machine, token) == 200
    for name in ("METRICS_TOKEN", "SECRET_KEY"):
        known.replace(name)
    known.old += [known.database, quote(known.database, safe="")]
    known.database = f"another/#{secrets.token_hex(8)}"
    questions = ('Enter new password for user "reviewtracker":', "Enter it again:")
    machine.answers |= dict.fromkeys(questions, known.database)
    fill_in(machine, known)
    for block in manual.shell_blocks("Replace a secret"):
        follow(machine, block)
    minute(machine)
    manage(machine, "check_health")
    assert (monitored(machine, token), monitored(machine, known.values["METRICS_TOKEN"])) == (401, 200)
    assert sign_in(machine) == 302
    machine.sh("systemctl start reviewtracker-verify.service")


def monitored(machine: clean.Machine, token: str) -> int:
    (machine.seen / "root/token").write_text(f"Authorization: Bearer {token}\n")
    return int(get(machine, "/metrics", "--header @/root/token").status)


def test_no_secret_is_seen_in_ps_or_in_a_log(site, figure):
    """Last, so that everything above has run."""
    machine, known = site.machine, list(site.known)
    seen = "\n".join(site.watch.lines)
    assert "manage.py migrate" in seen, "the watch saw nothing"
    figure("secrets of an installation that ps shows", sum(value in seen for value in known), 0)
    logs = [path for path in (machine.seen / "var/log").rglob("*") if path.is_file()]
    text = "\n".join(path.read_text(errors="replace") for path in logs)
    assert '"logger": "access"' in text, "the web server has no log"
    figure("secrets of an installation in its logs", sum(value in text for value in known), 0)
    shown = "\n".join(site.shown)
    figure("secrets that the manual's commands print", sum(value in shown for value in known), 0)
