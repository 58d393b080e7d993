"""The pictures in docs/screenshots/: `python -m tests.screenshots` takes them anew, from the demonstration.

`python -m tests.screenshots team-` takes only those whose name begins so.

Starts the product on a database of its own that is gone afterwards, and stops it whatever happens.
"""

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple
from urllib.error import URLError
from urllib.request import urlopen

from playwright.sync_api import Browser, Page, sync_playwright

from tests.support.chromium import FLAGS, NO_BROWSER, chromium_path
from tests.support.databases import stop

HERE = Path(__file__).parent.parent
FOLDER = HERE / "docs" / "screenshots"
MANAGE = [sys.executable, "manage.py"]
CYCLE = "/cycles/ascc-2025-mtr/"
# What is shown, and who looks at it.
PAGES = {
    "desk": ("vnm.coordinator", "/"),
    "board": ("secretariat", CYCLE),
    "report": ("vnm.coordinator", f"{CYCLE}reports/VNM/"),
    "update": ("vnm.coordinator", f"{CYCLE}reports/VNM/update/"),
}


class Shot(NamedTuple):
    """One picture of the guide: as much of a page as a screen shows."""

    who: str
    path: str
    show: str = ""  # what stands at the top of the picture; empty: the top of the page
    click: str = ""  # a link or a fold, opened beforehand
    width: int = 1280
    rehearsed_at: str = ""  # where a country round is rehearsed beforehand; empty: none is
    language: str = "en-GB"


# For docs/guide/: what a person has before them at a step, by the name of the picture.
GUIDE = {
    "coordinator-desk": Shot("vnm.coordinator", "/"),
    "coordinator-update": Shot("vnm.coordinator", f"{CYCLE}reports/VNM/update/", width=320),
    "coordinator-vietnamese": Shot("vnm.coordinator", "/", width=320, language="vi-VN"),
    "coordinator-submit": Shot("vnm.coordinator", f"{CYCLE}reports/VNM/submit/"),
    "coordinator-extension": Shot("vnm.coordinator", f"{CYCLE}reports/VNM/", click="Ask for an extension"),
    "team-raise": Shot("vnm.team", f"{CYCLE}datagaps/add/"),
    "team-gap": Shot("mys.team", f"{CYCLE}datagaps/MYS-2/"),
    "team-close": Shot("mys.team", f"{CYCLE}datagaps/MYS-2/close/?way=proxy_agreed"),
    "team-coverage": Shot("vnm.team", f"{CYCLE}reports/VNM/coverage/"),
    "consultant-desk": Shot("consultant", "/"),
    "consultant-report": Shot("consultant", f"{CYCLE}reports/BRN/"),
    "consultant-gap": Shot("consultant", f"{CYCLE}datagaps/MMR-2/", click="Ask the country"),
    "consultant-difficulty": Shot("consultant", f"{CYCLE}difficulties/1/", "h1"),
    "lead-consultant-desk": Shot("lead.consultant", "/", width=320),
    "lead-consultant-draft": Shot("lead.consultant", f"{CYCLE}difficulties/2/", "h1"),
    "secretariat-desk": Shot("secretariat", "/"),
    "secretariat-extension": Shot("secretariat", "/", click="extension requests"),
    "secretariat-calendar": Shot("secretariat", f"{CYCLE}calendar/"),
    "secretariat-progress-report": Shot("secretariat", f"{CYCLE}progress-report/"),
    "secretariat-set-up": Shot("secretariat", f"{CYCLE}set-up/"),
    "secretariat-attendance": Shot("secretariat", f"{CYCLE}meetings/3/attendance/"),
    "secretariat-projector": Shot(
        "secretariat",
        f"{CYCLE}meetings/wrap-up/round/projector/",
        rehearsed_at=f"{CYCLE}meetings/wrap-up/round/open/",
    ),
    "secretariat-agenda": Shot("secretariat", f"{CYCLE}meetings/3/", "#agenda", width=1000),
    "secretariat-round": Shot("secretariat", f"{CYCLE}meetings/3/round/"),
    "secretariat-plan": Shot("secretariat", f"{CYCLE}plan/?slip=LAO:21"),
    "secretariat-board": Shot("secretariat", CYCLE),
    "secretariat-pending": Shot("secretariat", f"{CYCLE}pending/"),
    "secretariat-columns": Shot("secretariat", f"{CYCLE}datagaps/?status=open&view=", click="Columns"),
    "secretariat-pictures": Shot("secretariat", f"{CYCLE}pictures/"),
    "observer-board": Shot("observer", CYCLE),
    "observer-deadlines": Shot("observer", f"{CYCLE}deadlines/", width=320),
    "administrator-index": Shot("admin", "/admin/"),
    "administrator-correct": Shot("admin", "/admin/reviews/nationalreport/", click="Viet Nam"),
}
LOOKS = ((1280, "light"), (1280, "dark"), (320, "light"))
TALLEST = 1500  # pixels; what comes below is cut off
SCREEN = 680  # pixels; as tall as a picture of the guide is
LARGEST = 400_000  # bytes of one file
LARGEST_OF_GUIDE = 150_000
PATIENCE = 60  # seconds until the server answers


@contextmanager
def demonstration() -> Iterator[tuple[str, str]]:
    """The address of the running product, and the password of its accounts."""
    password, address = secrets.token_urlsafe(12), f"127.0.0.1:{free_port()}"
    with TemporaryDirectory(prefix="reviewtracker-") as name:
        folder = Path(name)
        with (folder / "log").open("w+") as log:
            run = {"cwd": HERE, "env": os.environ | settings_for(folder), "stdout": log, "stderr": log}
            for step in (["migrate"], ["load_demo", f"--password={password}"]):
                if subprocess.call([*MANAGE, *step], **run):
                    sys.exit((folder / "log").read_text())
            server = subprocess.Popen([*MANAGE, "runserver", "--noreload", address], **run)  # type: ignore[call-overload]
            try:
                if not answers(f"http://{address}/accounts/login/", server):
                    sys.exit((folder / "log").read_text())
                yield f"http://{address}", password
            finally:
                server.terminate()
                server.wait()


def settings_for(folder: Path) -> dict[str, str]:
    files = folder / "files"
    files.mkdir()
    return {
        "DATABASE_URL": f"sqlite:///{folder}/db.sqlite3", "FILES_DIR": str(files), "DEBUG": "1", "HTTPS": "0",
        "REVIEWTRACKER_TODAY": "2020-08-20", "SECRET_KEY": secrets.token_urlsafe(50), "ALLOWED_HOSTS": "127.0.0.1",
        "SECOND_FACTOR_EXEMPT": "admin,secretariat",
    }  # fmt: skip


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def answers(url: str, server: subprocess.Popen[bytes]) -> bool:
    """Whether the server comes up, within PATIENCE."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and server.poll() is None:
        try:
            urlopen(url).close()
        except URLError:
            time.sleep(0.2)
        else:
            return True
    return False


def take(browser: Browser, url: str, password: str) -> None:
    for who in dict.fromkeys(who for who, path in PAGES.values()):
        for width, scheme in LOOKS:
            context = browser.new_context(
                base_url=url,
                viewport={"width": width, "height": 800},
                color_scheme=scheme,
                reduced_motion="reduce",
                locale="en-GB",
            )
            page = context.new_page()
            sign_in(page, who, password)
            for name, path in [(name, path) for name, (viewer, path) in PAGES.items() if viewer == who]:
                page.goto(path)
                picture(page, FOLDER / f"{name}-{width}-{scheme}.png")
            context.close()


def take_guide(browser: Browser, url: str, password: str, wanted: dict[str, Shot]) -> None:
    readers = dict.fromkeys((shot.who, shot.width, shot.language) for shot in wanted.values())
    for who, width, language in readers:
        context = browser.new_context(
            base_url=url,
            viewport={"width": width, "height": SCREEN},
            reduced_motion="reduce",
            locale=language,
        )
        page = context.new_page()
        sign_in(page, who, password)
        for name, shot in wanted.items():
            if (shot.who, shot.width, shot.language) == (who, width, language):
                bring_up(page, shot)
                picture(page, FOLDER / "guide" / f"{name}.png", SCREEN, LARGEST_OF_GUIDE)
        context.close()


def bring_up(page: Page, shot: Shot) -> None:
    if shot.rehearsed_at:
        page.goto(shot.rehearsed_at)
        page.get_by_role("button", name="Rehearse it").click()
        page.wait_for_load_state()
    page.goto(shot.path)
    if shot.click:
        page.locator("main, #content").locator("a, summary").filter(has_text=shot.click).first.click()
        page.wait_for_load_state()
    if shot.show:
        page.locator(shot.show).evaluate("element => { element.scrollIntoView(); scrollBy(0, -16) }")


def sign_in(page: Page, who: str, password: str) -> None:
    page.goto("/accounts/login/")
    page.locator("[name=login]").fill(who)
    page.locator("[name=password]").fill(password)
    page.locator("form:has([name=password]) button[type=submit]").click()
    page.wait_for_url("/")


def picture(page: Page, path: Path, tallest: int = TALLEST, largest: int = LARGEST) -> None:
    """From where the page is scrolled to, down to `tallest` pixels; sys.exit if the file is larger than `largest`."""
    width, top, height = page.evaluate("[innerWidth, scrollY, document.documentElement.scrollHeight]")
    clip = {"x": 0, "y": top, "width": width, "height": min(height - top, tallest)}
    page.screenshot(path=path, full_page=True, clip=clip)
    size = path.stat().st_size
    print(f"{path.relative_to(HERE)}  {width} x {clip['height']}, {size // 1000} kB")
    if size > largest:
        sys.exit(f"{path.name} is larger than {largest // 1000} kB.")


def main() -> None:
    # By default this signal ends Python on the spot, and the server would stay.
    signal.signal(signal.SIGTERM, stop)
    (FOLDER / "guide").mkdir(parents=True, exist_ok=True)
    only = tuple(sys.argv[1:])
    with sync_playwright() as playwright:
        found = chromium_path(playwright) or sys.exit(NO_BROWSER)
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        with demonstration() as (url, password):
            if not only:
                take(browser, url, password)
            wanted = {name: shot for name, shot in GUIDE.items() if not only or name.startswith(only)}
            take_guide(browser, url, password, wanted)
        browser.close()


if __name__ == "__main__":
    main()
