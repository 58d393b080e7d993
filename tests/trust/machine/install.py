"""Following the manual on a clean machine, and looking at what is there afterwards."""

import os
import re
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from threading import Event, Thread
from types import SimpleNamespace
from urllib.parse import quote

from django.conf import settings

from tests.trust.machine import clean, manual

HOST = "tinjauan.example"
PASSWORD = "of the administrator, p@ss #1"
ENVIRONMENT = "/etc/reviewtracker/environment"
CERTIFICATE = f"/etc/ssl/certs/{HOST}.pem"
SITE = "/opt/reviewtracker"
CURL = f"curl --silent --show-error --cacert {CERTIFICATE} --cookie /tmp/jar --cookie-jar /tmp/jar"


@contextmanager
def base() -> Iterator[Path]:
    """What every clean machine starts from. CLEAN_MACHINE names a folder in which it is kept for the next time."""
    clean.require()
    kept = os.environ.get("CLEAN_MACHINE")
    folder = Path(kept or mkdtemp(prefix="reviewtracker-machine-"))
    if not (folder / "base").exists():
        folder.mkdir(exist_ok=True)
        clean.make_base(folder)
    yield folder / "base"
    if not kept:
        shutil.rmtree(folder)


@contextmanager
def new_machine(base: Path, commit: str = "") -> Iterator[clean.Machine]:
    folder = Path(mkdtemp(prefix="reviewtracker-machine-"))
    folder.chmod(0o755)
    try:
        with clean.machine(base, folder) as machine:
            clean.publish(machine, commit)
            (machine.seen / "etc/gitconfig").write_text("[safe]\n\tdirectory = *\n")
            (machine.seen / "etc/hosts").write_text(f"127.0.0.1 localhost review {HOST}\n")
            yield machine
    finally:
        shutil.rmtree(folder)


class Secrets:
    """What is drawn at random or typed, and may be seen nowhere."""

    def __init__(self) -> None:
        self.values = {name: secrets.token_urlsafe(50) for name in ("SECRET_KEY", "TRACE_KEY", "BACKUP_KEY")}
        self.values["METRICS_TOKEN"] = secrets.token_urlsafe(50)
        self.database = f"p@ss/#{secrets.token_hex(8)}"
        self.old: list[str] = []

    def environment(self, example: str) -> str:
        """The example, filled in."""
        url = f"postgres://reviewtracker:{quote(self.database, safe='')}@127.0.0.1:5432/reviewtracker"
        values = self.values | {"ALLOWED_HOSTS": HOST, "DATABASE_URL": url, "EMAIL_URL": "smtp://127.0.0.1:9"}
        for name, value in values.items():
            assert re.search(rf"(?m)^{name}=", example), f"{name} is not in deploy/environment.example"
            line = f"{name}={value}".replace("\\", r"\\")
            example = re.sub(rf"(?m)^{name}=.*$", line, example)
        return example

    def replace(self, name: str) -> None:
        self.old.append(self.values[name])
        self.values[name] = secrets.token_urlsafe(50)

    def __iter__(self) -> Iterator[str]:
        yield from (*self.values.values(), *self.old, self.database, quote(self.database, safe=""), PASSWORD)


class Watch(Thread):
    """What `ps` shows to everybody on the machine, from now until it is ended."""

    def __init__(self, machine: clean.Machine) -> None:
        super().__init__(daemon=True)
        self.machine, self.lines, self.ended = machine, set[str](), Event()

    def run(self) -> None:
        command = [*self.machine.entrance(), "ps", "axww", "-o", "args"]
        while not self.ended.wait(0.2):
            self.lines |= set(subprocess.run(command, capture_output=True, text=True).stdout.splitlines())


def follow(machine: clean.Machine, block: str, cwd: str = SITE, **put_in: str) -> str:
    """Run a block of the manual."""
    script = "\n".join(manual.commands(block)).replace("THE.HOST.NAME", HOST)
    for words, ours in {"git clone … .": "git clone --quiet /srv/reviewtracker.git .", **put_in}.items():
        script = script.replace(words, ours)
    assert "…" not in script, f"What goes there? {script}"
    return machine.sh(script, cwd=cwd)


def fill_in(machine: clean.Machine, known: Secrets) -> None:
    """What the manual leaves to an editor."""
    path = machine.seen / ENVIRONMENT.lstrip("/")
    path.write_text(known.environment(Path(settings.BASE_DIR, "deploy/environment.example").read_text()))


def minute(machine: clean.Machine) -> None:
    """What the timer does each minute."""
    machine.sh("systemctl start reviewtracker-tick.service")


def get(machine: clean.Machine, path: str, options: str = "") -> SimpleNamespace:
    """A page as curl of that machine gets it."""
    shown = machine.sh(f"{CURL} --include {options} https://{HOST}{path}", expect=None)
    head, _gap, body = shown.partition("\n\n")
    status = re.search(r"^HTTP/\S+ (\d+)", head)
    return SimpleNamespace(status=int(status[1]) if status else 0, head=head, body=body)


def static_files(machine: clean.Machine) -> list[str]:
    """The addresses of the files that the first page names."""
    page = get(machine, "/accounts/login/")
    assert (page.status, "Sign in" in page.body) == (200, True), page
    return re.findall(r'(?:href|src)="(/static/[^"]+\.(?:css|js|svg))"', page.body)


def manage(machine: clean.Machine, words: str, expect: int | None = 0) -> str:
    return machine.sh(f"{manual.AS_THE_SITE}.venv/bin/python manage.py {words}", expect=expect)
