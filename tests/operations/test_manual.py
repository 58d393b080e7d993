"""docs/operations.md can be followed, as far as that is seen without another machine: tests/trust/test_installation.py
runs all of it on one.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from django.conf import settings

from tests.trust.machine import manual

HOST = "tinjauan.example"
SECTIONS = re.findall(r"^## (.+)$", manual.MANUAL.read_text(), re.MULTILINE)
BLOCKS = [(title, block) for title in SECTIONS for block in manual.shell_blocks(title)]
INSTALL = [line for block in manual.shell_blocks("Install") for line in manual.commands(block)]


@pytest.mark.parametrize(("title", "block"), BLOCKS, ids=[title for title, _block in BLOCKS])
def test_every_command_block_is_shell(title, block):
    done = subprocess.run(["bash", "-n"], input=block, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_blocks_are_found():
    """Planted: a change of the page's form would leave nothing to be tested."""
    assert len(INSTALL) > 25
    assert {"Install", "Upgrade", "Back up", "Restore, and move to another server"} <= {
        title for title, _ in BLOCKS
    }
    assert subprocess.run(["bash", "-n"], input="if then", capture_output=True, text=True).returncode != 0


def test_every_file_of_ours_that_is_named_exists():
    named = set(
        re.findall(
            r"(?<![\w/.-])((?:deploy|docs|tests|reviews|reviewtracker)/[\w./*-]+)", manual.MANUAL.read_text()
        )
    )
    missing = [name for name in named if not list(settings.BASE_DIR.glob(name.rstrip(".")))]
    assert missing == []


def test_every_unit_that_is_named_exists_and_is_started():
    units = {
        path.name
        for path in (settings.BASE_DIR / "deploy").glob("reviewtracker-*.*")
        if path.suffix in {".service", ".timer"}
    }
    assert set(re.findall(r"reviewtracker-\w+\.(?:service|timer)", manual.MANUAL.read_text())) <= units
    [enable] = [line for line in INSTALL if "systemctl enable" in line]
    timed = {f"{path.stem}.service" for path in (settings.BASE_DIR / "deploy").glob("*.timer")}
    assert set(enable.split()) & units == units - timed


def test_every_variable_of_the_environment_file_is_explained():
    example = (settings.BASE_DIR / "deploy" / "environment.example").read_text()
    names = re.findall(r"^([A-Z_]+)=", example, re.MULTILINE)
    explained = (settings.BASE_DIR / "reviewtracker" / "settings.py").read_text()
    explained += (settings.BASE_DIR / "reviewtracker" / "gunicorn.py").read_text()
    assert [name for name in names if not re.search(rf"^{name} ", explained, re.MULTILINE)] == []
    generated = re.search(r"Generate (.*?) with", manual.section("Install"), re.DOTALL)[1]
    empty = re.findall(r"^([A-Z_]+)=$", example, re.MULTILINE)
    assert set(re.findall(r"`(\w+)`", generated)) == set(empty)


@pytest.fixture
def nginx(tmp_path: Path) -> Path:
    """What the commands about nginx make, below a folder of the test."""
    for name in ("nginx/sites-available", "nginx/sites-enabled", "ssl/private", "ssl/certs"):
        (tmp_path / "etc" / name).mkdir(parents=True)
    lines = [line for line in INSTALL if "/etc/nginx/" in line or "openssl req" in line]
    script = "\n".join(["set -e", *lines]).replace("THE.HOST.NAME", HOST).replace("sudo ", "")
    script = script.replace("/etc/", f"{tmp_path}/etc/")
    subprocess.run(["bash", "-c", script], cwd=settings.BASE_DIR, check=True, capture_output=True)
    return tmp_path / "etc"


def test_nginx_takes_what_the_commands_make_of_its_configuration(nginx, tmp_path):
    program = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        pytest.skip("No nginx here (Debian: apt-get install nginx-light).")
    site = (nginx / "nginx" / "sites-enabled" / "reviewtracker").read_text()
    assert "reviews.example.org" not in site
    # Ports that nobody else has, and the folders of the test.
    site = re.sub(r"listen (80|443)", r"listen 127.0.0.1:1\1", site).replace("/etc/", f"{nginx}/")
    (nginx / "nginx" / "site.conf").write_text(site)
    whole = f"pid {tmp_path}/pid;\nevents {{}}\nhttp {{ include {nginx}/nginx/site.conf; }}\n"
    (nginx / "nginx" / "nginx.conf").write_text(whole)
    command = [
        program,
        "-t",
        "-p",
        str(tmp_path),
        "-c",
        f"{nginx}/nginx/nginx.conf",
        "-e",
        f"{tmp_path}/error.log",
    ]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_every_file_that_nginx_includes_is_put_there(nginx):
    included = set()
    for path in (nginx / "nginx").rglob("*reviewtracker*"):
        included |= set(re.findall(r"include /etc/(nginx/[\w.-]+);", path.read_text()))
        included |= set(re.findall(r"ssl_certificate(?:_key)? /etc/([\w./-]+);", path.read_text()))
    assert len(included) == 4
    assert [name for name in included if not (nginx / name).exists()] == []
