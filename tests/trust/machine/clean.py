"""The clean machine: a Debian made by debootstrap, with processes, network and host name of its own.

It has no way out. What a command fetches is laid ready before: the packages in apt's own cache, the wheels in a folder
that pip of that machine is told of. Both are fetched the way this machine is set up to fetch them.
"""

import os
import pty
import re
import secrets
import select
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings

from tests.trust.machine import manual

HERE = Path(__file__).parent
# On every Debian that a person installs; debootstrap's smallest one leaves them out.
BESIDE = ("sudo", "procps", "ca-certificates", "tzdata", "init-system-helpers")
FROM_APT = "Created-By: Packages"
# What makes the machine one of its own. At the end bash is its first process, which takes in children that others left.
HOLD = """
set -e
mount --make-rprivate /
mount -t overlay overlay -o "lowerdir=$BASE,upperdir=$FOLDER/upper,workdir=$FOLDER/work" "$FOLDER/root"
cd "$FOLDER/root"
mount -t proc proc proc
mount -t tmpfs -o mode=755 tmpfs dev
for node in null:3 zero:5 full:7 random:8 urandom:9; do mknod -m 666 "dev/${node%:*}" c 1 "${node#*:}"; done
mknod -m 666 dev/tty c 5 0
mkdir dev/pts dev/shm
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts dev/pts
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
ln -s /proc/self/fd/0 dev/stdin
ln -s /proc/self/fd/1 dev/stdout
ln -s /proc/self/fd/2 dev/stderr
mount -t tmpfs -o mode=1777 tmpfs dev/shm
mount -t tmpfs -o mode=755 tmpfs run
mount -t tmpfs -o mode=1777 tmpfs tmp
mkdir -m 1777 run/lock
ip link set lo up
hostname review
touch "$FOLDER/ready"
while true; do sleep 3600 & wait $!; done
"""
SECONDS = 900.0  # for the longest block


def require() -> None:
    """Skip, or fail where REQUIRE_MACHINE=1, if this machine may not make another one."""
    missing = [
        name for name in ("unshare", "nsenter", "ip", "apt-get", "dpkg", "git") if not shutil.which(name)
    ]
    reason = f"these programs are missing: {', '.join(missing)}" if missing else ""
    if os.geteuid() != 0:
        reason = "only root may make namespaces and mount"
    if reason and os.environ.get("REQUIRE_MACHINE") == "1":
        pytest.fail(f"No clean machine: {reason}.")
    if reason:
        pytest.skip(f"No clean machine: {reason}.")


# --- what it starts from


def make_base(folder: Path) -> None:
    """Debian as debootstrap makes it, with what the manual's commands fetch laid ready."""
    mirror, suite = package_source()
    base = folder / "base"
    run(*debootstrap(folder), "--variant=minbase", f"--include={','.join(BESIDE)}", suite, str(base), mirror)
    furnish(base)


def furnish(base: Path) -> None:
    # Where packages come from and how, as this machine is set up; not its other habits.
    for name in ("apt/sources.list.d", "apt/keyrings", "apt/trusted.gpg.d"):
        if Path("/etc", name).exists():
            shutil.copytree(f"/etc/{name}", base / "etc" / name, dirs_exist_ok=True)
    authorities = Path("/etc/ssl/certs/ca-certificates.crt")
    if authorities.exists():
        shutil.copy(authorities, base / "etc/ssl/certs")
    ways = subprocess.run(
        ["apt-config", "dump", "Acquire::http", "Acquire::https"], capture_output=True, text=True
    )
    (base / "etc/apt/apt.conf.d/99way").write_text(ways.stdout)
    lines = "debconf debconf/frontend select Noninteractive\n"
    subprocess.run(["chroot", base, "debconf-set-selections"], input=lines, text=True, check=True)
    shutil.copy("/etc/resolv.conf", base / "etc/resolv.conf")
    run("chroot", str(base), "apt-get", "update", "--quiet=2")
    run("chroot", str(base), "apt-get", "install", "--quiet=2", "--yes", "--download-only", *packages())
    lock = f"{settings.BASE_DIR}/requirements.txt"
    wheels = ["--quiet", "--require-hashes", "--dest", f"{base}/srv/wheels", "--requirement", lock]
    run(sys.executable, "-m", "pip", "download", *wheels)
    (base / "etc/pip.conf").write_text("[global]\nno-index = true\nfind-links = /srv/wheels\n")
    shutil.copy(HERE / "systemctl.py", base / "usr/local/bin/systemctl")
    # Packages start their services, as they do where an init system runs.
    (base / "usr/sbin/policy-rc.d").write_text("#!/bin/sh\nexit 0\n")
    for name in ("usr/local/bin/systemctl", "usr/sbin/policy-rc.d"):
        (base / name).chmod(0o755)


def package_source() -> tuple[str, str]:
    """The mirror and the suite that apt of this machine is set up with."""
    listed = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI) $(CODENAME) $(COMPONENT)", FROM_APT],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    for line in listed.splitlines():
        mirror, suite, component = line.split()
        if component == "main" and re.fullmatch("[a-z]+", suite):
            return mirror, suite
    pytest.skip("No clean machine: apt is set up with no Debian to make it from.")


def debootstrap(folder: Path) -> list[str]:
    """The program: this machine's own, or out of its package, which is not installed for that."""
    if installed := shutil.which("debootstrap"):
        return [installed]
    unpacked = folder / "debootstrap"
    unpacked.mkdir()
    subprocess.run(["apt-get", "download", "--quiet=2", "debootstrap"], cwd=unpacked, check=True)
    [package] = unpacked.glob("*.deb")
    run("dpkg", "--extract", str(package), str(unpacked))
    return ["env", f"DEBOOTSTRAP_DIR={unpacked}/usr/share/debootstrap", f"{unpacked}/usr/sbin/debootstrap"]


def packages() -> list[str]:
    """Those that the manual installs."""
    [line] = [line for line in manual.shell_blocks("Install")[0].splitlines() if "apt-get install" in line]
    return line.split("apt-get install")[1].split()


def run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, (command, (done.stdout + done.stderr)[-4000:])


# --- the machine


class Machine:
    """It runs until the block ends in which it was made."""

    def __init__(self, folder: Path, pid: int) -> None:
        self.root, self.pid = folder / "root", pid
        # The same, as this machine sees it: /tmp and /run of the other one are mounted there alone.
        self.seen = Path(f"/proc/{pid}/root{self.root}")
        self.answers: dict[str, str] = {}  # by a pattern of the question that a program asks at the terminal

    def sh(self, script: str, expect: int | None = 0, cwd: str = "/root") -> str:
        """Run lines as root at a terminal, and answer what is asked there. Returns what the terminal showed."""
        name = f"/tmp/typed-{secrets.token_hex(4)}"
        (self.seen / name.lstrip("/")).write_text(f"set -e\n{script}\n")
        shown, code = at_terminal([*self.entrance(), "env", f"--chdir={cwd}", "bash", name], self.answers)
        assert expect is None or code == expect, f"{script}\n--- ended with {code}:\n{shown[-6000:]}"
        return shown

    def spawn(self, script: str) -> "subprocess.Popen[str]":
        """The same in the background, without a terminal."""
        command = [*self.entrance(), "bash", "-c", script]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def entrance(self) -> list[str]:
        into = ["nsenter", "--target", str(self.pid), "--mount", "--pid", "--uts", "--ipc", "--net"]
        plain = ["HOME=/root", "TERM=dumb", "LANG=C.UTF-8"]
        path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        return [*into, "chroot", str(self.root), "env", "-i", path, *plain]


@contextmanager
def machine(base: Path, folder: Path) -> Iterator[Machine]:
    for name in ("upper", "work", "root"):
        (folder / name).mkdir(parents=True)
    kinds = ["--mount", "--pid", "--uts", "--ipc", "--net"]
    environment = os.environ | {"BASE": str(base), "FOLDER": str(folder)}
    holder = subprocess.Popen(
        ["unshare", *kinds, "--fork", "--kill-child=SIGKILL", "bash", "-c", HOLD], env=environment
    )
    try:
        end = time.monotonic() + 30
        while not (folder / "ready").exists():
            assert holder.poll() is None, "the machine does not start"
            assert time.monotonic() < end, "the machine does not start"
            time.sleep(0.05)
        [pid] = Path(f"/proc/{holder.pid}/task/{holder.pid}/children").read_text().split()
        yield Machine(folder, int(pid))
    finally:
        holder.kill()
        holder.wait()


def at_terminal(command: list[str], answers: Mapping[str, str]) -> tuple[str, int]:
    """Run a command at a terminal of its own, and type an answer to each question (a pattern) that it asks."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execvp(command[0], command)  # noqa: S606
    shown, answered, end = "", 0, time.monotonic() + SECONDS
    try:
        while time.monotonic() < end:
            if not select.select([terminal], [], [], 1.0)[0]:
                continue
            try:
                read = os.read(terminal, 65_536)
            except OSError:  # the other end is closed
                break
            if not read:
                break
            shown += read.decode(errors="replace").replace("\r\n", "\n")
            for question, answer in answers.items():
                if re.search(rf"(?:^|\n|> ){question} ?$", shown[answered:]):
                    os.write(terminal, f"{answer}\n".encode())
                    answered = len(shown)
        else:
            os.kill(pid, 9)
    finally:
        os.close(terminal)
        _pid, status = os.waitpid(pid, 0)
    return shown, os.waitstatus_to_exitcode(status)


# --- the source of the product, as a repository to clone from


def publish(machine: Machine, commit: str = "") -> None:
    """Let `main` of the machine's repository go on with the files of a commit; without one, of the working tree."""
    # Outside of the machine: git follows /proc/…/root as the link that it looks like.
    target = machine.root.parent / "reviewtracker.git"
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"GIT_INDEX_FILE": f"{folder}/index"}

        def git(*words: str) -> str:
            command = ["git", "-c", "user.name=test", "-c", "user.email=test@review.example", *words]
            done = subprocess.run(
                command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True
            )
            return done.stdout.strip()

        git("read-tree", commit or "HEAD")
        if not commit:
            git("add", "--all")
        if not target.exists():
            git("init", "--quiet", "--bare", "--initial-branch=main", str(target))
        before = git("ls-remote", str(target), "main").split()[:1]
        parents = ["-p", before[0]] if before else []
        if parents:
            git("fetch", "--quiet", str(target), "main")
        made = git("commit-tree", git("write-tree"), *parents, "-m", commit or "The working tree")
        pushed = git("push", "--porcelain", str(target), f"{made}:refs/heads/main")
        assert "refs/heads/main" in pushed, pushed
    shutil.rmtree(machine.seen / "srv" / target.name, ignore_errors=True)
    shutil.copytree(target, machine.seen / "srv" / target.name)
