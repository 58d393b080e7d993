#!/usr/bin/python3
"""As much of systemctl as the manual uses, where no systemd runs: it does what the unit files say.

It runs as /usr/local/bin/systemctl of the clean machine, on Python without libraries. Services of Debian are left to
their scripts in /etc/init.d. What a service writes goes to /var/log/units.
"""

import os
import shlex
import signal
import socket
import subprocess
import sys
import time
from fnmatch import fnmatch
from pathlib import Path
from pwd import getpwnam

UNITS, STATE, LOGS = Path("/etc/systemd/system"), Path("/run/units"), Path("/var/log/units")
PATIENCE = 60
# What ProtectSystem=strict and PrivateTmp=yes do: nothing can be written but the folders that the unit names.
READ_ONLY = """
set -e
for folder in $WRITABLE; do mount --bind "$folder" "$folder"; done
mount -t tmpfs -o mode=1777 tmpfs /tmp
mount -o remount,bind,ro /
unset WRITABLE
exec "$@"
"""


def main() -> int:
    verb, *words = sys.argv[1:]
    for folder in (STATE, LOGS):
        folder.mkdir(exist_ok=True)
    names = [word for word in words if not word.startswith("-")]
    if verb == "--failed":
        print("\n".join(path.stem for path in sorted(STATE.glob("*.failed"))))
        return 0
    if verb == "daemon-reload" or verb == "enable" and "--now" not in words:
        return 0
    actions = {"enable": start, "start": start, "stop": stop, "restart": restart, "reload": reload}
    return max((actions[verb](name) for pattern in names for name in units(pattern)), default=0)


def units(pattern: str) -> list[str]:
    """The names that a pattern means; a plain name may leave out `.service`."""
    if "*" in pattern:
        return [path.name for path in UNITS.iterdir() if fnmatch(path.name, pattern)]
    return [pattern]


def read(name: str) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for line in (UNITS / name).read_text().splitlines():
        key, sign, value = line.partition("=")
        if sign and not line.startswith("#"):
            values.setdefault(key.strip(), []).append(value.strip())
    return values


def start(name: str) -> int:
    if not (UNITS / name).exists():
        return subprocess.call(["service", name.removesuffix(".service"), "start"])
    if name.endswith(".timer"):
        (STATE / f"{name}.active").touch()
        return 0
    if pid(name):
        return 0
    unit = read(name)
    (STATE / f"{name}.failed").unlink(missing_ok=True)
    code = serve(name, unit) if unit["Type"] == ["notify"] else run_once(name, unit)
    if code:
        (STATE / f"{name}.failed").touch()
    return code


def run_once(name: str, unit: dict[str, list[str]]) -> int:
    for command in (*unit["ExecStart"], *unit.get("ExecStartPost", [])):
        if code := launch(name, unit, command, {}).wait():
            return code
    return 0


def serve(name: str, unit: dict[str, list[str]]) -> int:
    """Start it, and wait until it says that it is ready."""
    place = STATE / f"{name}.notify"
    place.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(place))
        place.chmod(0o777)
        listener.settimeout(0.2)
        running = launch(name, unit, unit["ExecStart"][0], {"NOTIFY_SOCKET": str(place)})
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and running.poll() is None:
            try:
                if b"READY=1" in listener.recv(4096):
                    (STATE / f"{name}.pid").write_text(str(running.pid))
                    return 0
            except TimeoutError:
                continue
    print(f"{name} did not start:\n{(LOGS / name).read_text()[-2000:]}", file=sys.stderr)
    return 1


def launch(
    name: str, unit: dict[str, list[str]], command: str, more: dict[str, str]
) -> "subprocess.Popen[bytes]":
    user, folders = getpwnam(unit["User"][0]), writable(unit)
    environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": user.pw_dir, "USER": user.pw_name}
    environment |= dict(read_environment(unit)) | more | {"WRITABLE": " ".join(folders)}
    if "RuntimeDirectory" in unit:
        environment["RUNTIME_DIRECTORY"] = f"/run/{unit['RuntimeDirectory'][0]}"
    rights = [
        "--reuid",
        user.pw_name,
        "--regid",
        unit["Group"][0],
        "--init-groups",
        "--no-new-privs",
        "--bounding-set=-all",
    ]
    words = ["unshare", "--mount", "sh", "-c", READ_ONLY, "sh", "setpriv", *rights, *shlex.split(command)]
    with (LOGS / name).open("ab") as log:
        return subprocess.Popen(
            words,
            cwd=unit["WorkingDirectory"][0],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            umask=int(unit.get("UMask", ["0022"])[0], 8),
        )


def writable(unit: dict[str, list[str]]) -> list[str]:
    """The folders of a unit, which systemd makes for its user."""
    folders = [*unit.get("ReadWritePaths", []), "/run/units"]
    for kind, place in (("StateDirectory", "/var/lib"), ("RuntimeDirectory", "/run")):
        for name in unit.get(kind, []):
            folder = Path(place, name)
            folder.mkdir(exist_ok=True)
            folder.chmod(int(unit[f"{kind}Mode"][0], 8))
            user = getpwnam(unit["User"][0])
            os.chown(folder, user.pw_uid, user.pw_gid)
            folders.append(str(folder))
    return folders


def read_environment(unit: dict[str, list[str]]) -> list[tuple[str, str]]:
    lines = list(unit.get("Environment", []))
    for path in unit.get("EnvironmentFile", []):
        lines += [line for line in Path(path).read_text().splitlines() if line and line[0] not in "#;"]
    pairs = (line.partition("=") for line in lines)
    return [(key, value.strip("\"'")) for key, _sign, value in pairs]


def pid(name: str) -> int:
    """Of a service that runs; otherwise 0."""
    try:
        number = int((STATE / f"{name}.pid").read_text())
        os.kill(number, 0)
    except (OSError, ValueError):
        return 0
    return number


def stop(name: str) -> int:
    if not (UNITS / name).exists():
        return subprocess.call(["service", name.removesuffix(".service"), "stop"])
    (STATE / f"{name}.active").unlink(missing_ok=True)
    if number := pid(name):
        os.kill(number, signal.SIGTERM)
        end = time.monotonic() + PATIENCE
        while pid(name) and time.monotonic() < end:
            time.sleep(0.1)
        (STATE / f"{name}.pid").unlink()
    return 0


def restart(name: str) -> int:
    if not (UNITS / name).exists():
        return subprocess.call(["service", name.removesuffix(".service"), "restart"])
    return stop(name) or start(name)


def reload(name: str) -> int:
    if not (UNITS / name).exists():
        return subprocess.call(["service", name.removesuffix(".service"), "reload"])
    [command] = read(name)["ExecReload"]
    return subprocess.call(shlex.split(command.replace("$MAINPID", str(pid(name)))))


if __name__ == "__main__":
    sys.exit(main())
