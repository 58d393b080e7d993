"""The pictures in docs/screenshots/: `python -m tests.screenshots` takes them anew, from the demonstration.

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
from urllib.error import URLError
from urllib.request import urlopen

from playwright.sync_api import Browser, Page, sync_playwright

from tests.chromium import FLAGS, NO_BROWSER, chromium_path
from tests.databases import stop

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
LOOKS = ((1280, "light"), (1280, "dark"), (320, "light"))
TALLEST = 1500  # pixels; what comes below is cut off
LARGEST = 400_000  # bytes of one file
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


def sign_in(page: Page, who: str, password: str) -> None:
    page.goto("/accounts/login/")
    page.locator("[name=login]").fill(who)
    page.locator("[name=password]").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("/")


def picture(page: Page, path: Path) -> None:
    width, height = page.evaluate("[innerWidth, document.documentElement.scrollHeight]")
    clip = {"x": 0, "y": 0, "width": width, "height": min(height, TALLEST)}
    page.screenshot(path=path, full_page=True, clip=clip)
    size = path.stat().st_size
    print(f"{path.relative_to(HERE)}  {width} x {clip['height']}, {size // 1000} kB")
    if size > LARGEST:
        sys.exit(f"{path.name} is larger than {LARGEST // 1000} kB.")


def main() -> None:
    # By default this signal ends Python on the spot, and the server would stay.
    signal.signal(signal.SIGTERM, stop)
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        found = chromium_path(playwright) or sys.exit(NO_BROWSER)
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        with demonstration() as (url, password):
            take(browser, url, password)
        browser.close()


if __name__ == "__main__":
    main()
