"""What stands in deploy/ is right, as far as a machine without systemd running, or containers, can tell.

nginx and PgBouncer run for real in tests/trust. No container is built here: the Containerfile is held against the
steps of README.md, which are what the other tests go by.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from reviewtracker import settings as product

DEPLOY = settings.BASE_DIR / "deploy"
README = (settings.BASE_DIR / "README.md").read_text()
MANUAL = (settings.BASE_DIR / "docs" / "operations.md").read_text()
UNITS = sorted(DEPLOY.glob("*.service")) + sorted(DEPLOY.glob("*.timer"))
MOST_EXPOSED = 2.0  # of 10, as systemd-analyze counts; a unit without any protection has 9.6


def analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    name = shutil.which("systemd-analyze")
    if name is None:
        pytest.skip("No systemd-analyze here (Debian: apt-get install systemd).")
    return subprocess.run([name, *arguments], capture_output=True, text=True)


@pytest.fixture
def units(tmp_path: Path) -> list[str]:
    """The units with this folder for theirs: systemd asks whether the programs are there."""
    for unit in UNITS:
        text = unit.read_text().replace("/opt/reviewtracker/.venv/bin", str(Path(sys.executable).parent))
        (tmp_path / unit.name).write_text(text.replace("/opt/reviewtracker", str(settings.BASE_DIR)))
    return [str(tmp_path / unit.name) for unit in UNITS]


def test_systemd_finds_nothing_wrong_with_the_units(units):
    done = analyze("verify", *units)
    assert (done.returncode, done.stderr) == (0, "")


def test_systemd_finds_a_mistake(units):
    """Planted: a word that it does not know."""
    path = Path(units[0])
    path.write_text(path.read_text().replace("ProtectSystem=", "ProtectSystems="))
    assert "ProtectSystems" in analyze("verify", str(path)).stderr


@pytest.mark.parametrize("name", ["web", "tick", "backup", "verify"])
def test_a_service_can_do_little_else(name, units, tmp_path):
    done = analyze("security", "--offline=true", str(tmp_path / f"reviewtracker-{name}.service"))
    exposed = re.search(r"exposure level .*: ([\d.]+)", done.stdout)
    assert exposed, done.stderr
    assert float(exposed[1]) <= MOST_EXPOSED


def commands(text: str) -> list[list[str]]:
    """Every run of a program of ours in a text: `manage.py x`, `gunicorn y`, `pip install z`."""
    lines = re.findall(r"\.venv/bin/(?:python )?((?:manage\.py|gunicorn|pip)[^\n\\`&\"|;]*)", text)
    return [shlex.split(line) for line in lines]


def test_the_image_is_made_by_the_steps_of_the_readme():
    image, readme = commands((DEPLOY / "Containerfile").read_text()), commands(README)
    assert ["pip", "install", "--require-hashes", "-r", "requirements.txt"] in image
    assert ["pip", "install", "--require-hashes", "-r", "requirements.txt"] in readme
    assert ["manage.py", "collectstatic"] in [step[:2] for step in image]
    assert ["manage.py", "collectstatic"] in readme
    start = json.loads(re.search(r"^CMD (.*)$", (DEPLOY / "Containerfile").read_text(), re.MULTILINE)[1])
    assert [start[0].removeprefix(".venv/bin/"), *start[1:]] in readme


def test_the_image_holds_what_the_product_needs():
    """Every folder that settings and commands read, and none of those that only working on it needs."""
    copied = set(re.findall(r"^COPY (\S+)", (DEPLOY / "Containerfile").read_text(), re.MULTILINE))
    assert copied == {
        "requirements.txt",
        "pyproject.toml",
        "manage.py",
        "reviewtracker",
        "reviews",
        "templates",
        "fixtures",
        "locale",
    }
    tracked = {path.name for path in settings.BASE_DIR.iterdir()}
    assert copied <= tracked
    if "locale" in tracked:
        assert "locale" in copied


def test_compose_prepares_before_it_serves():
    text = (DEPLOY / "compose.yaml").read_text()
    steps = commands(text)
    assert [step[1] for step in steps] == ["migrate", "load_reference", "tick"]
    services = re.findall(r"^  (\w+):\n(?:    <<: \*product|    # As new)", text, re.MULTILINE)
    assert services == ["db", "prepare", "web", "tick"]
    assert text.count("\t") == 0


ASKED = re.compile(
    r'(?:switch|required|count|at_least_one|oidc|folder|text|environ\.get|database)\(\s*"([A-Z_]+)"'
)


def known_settings() -> set[str]:
    files = Path(product.__file__).parent.glob("*.py")
    return {name for path in files for name in ASKED.findall(path.read_text())}


@pytest.mark.parametrize("name", ["environment.example", "compose.yaml", "Containerfile"])
def test_every_setting_that_is_named_exists(name):
    named = set(re.findall(r"^\s*([A-Z]+_[A-Z_]+)[=:]", (DEPLOY / name).read_text(), re.MULTILINE))
    assert named - {"POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PASSWORD"} <= known_settings()


def test_every_setting_is_in_the_table():
    documented = set(re.findall(r"^([A-Z_]{4,}) +\S", product.__doc__, re.MULTILINE))
    documented |= set(
        re.findall(
            r"^(WEB_[A-Z]+)  ",
            (settings.BASE_DIR / "reviewtracker" / "gunicorn.py").read_text(),
            re.MULTILINE,
        )
    )
    assert known_settings() - {"REVIEWTRACKER_ARBITER"} == documented  # what gunicorn remembers for itself


def test_every_command_of_the_manual_exists():
    every = {step[1] for step in commands(MANUAL) if step[0] == "manage.py" and step[1].isidentifier()}
    every |= set(re.findall(r"`manage\.py (\w+)", MANUAL))
    done = subprocess.run(
        [sys.executable, "manage.py", "help", "--commands"], cwd=settings.BASE_DIR, capture_output=True, text=True,
        env=os.environ | {"DEBUG": "1", "DATABASE_URL": "sqlite://:memory:"},
    )  # fmt: skip
    assert {"backup", "restore", "tick", "migrate"} <= every
    assert every <= set(done.stdout.split())


def test_every_file_of_deploy_is_in_the_manual():
    assert [path.name for path in DEPLOY.iterdir() if path.name not in MANUAL] == []


def test_the_page_for_a_site_that_is_down_needs_no_site():
    """nginx shows it when nothing else answers: no template, nothing that has a name of the day."""
    page = (settings.BASE_DIR / "reviews/static/reviews/down.html").read_text()
    assert "{%" not in page
    assert "<script" not in page
    assert set(re.findall(r'(?:href|src)="(/[^"]*)"', page)) == {
        "/", "/static/reviews/favicon.svg", "/static/bootstrap/css/bootstrap.min.css", "/static/reviews/site.css",
    }  # fmt: skip
