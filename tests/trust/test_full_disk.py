"""The temporary folder is full: pages go on, and an upload is refused in a sentence; no process dies."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp
from types import SimpleNamespace
from typing import Any

import pytest

from tests.trust import servers
from tests.trust.servers import CYCLE, Browser

LARGE = b"%PDF-1.7\n" + b"x" * 600_000
BOUNDARY = "----a-form"


@pytest.fixture
def small_folder() -> Iterator[Path]:
    """A file system of its own of two megabytes."""
    if os.geteuid() != 0:
        pytest.skip("Only root may mount a small file system.")
    folder = Path(mkdtemp(prefix="reviewtracker-full-"))
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)], check=True)
    yield folder
    subprocess.run(["umount", str(folder)], check=True)
    folder.rmdir()


@pytest.fixture
def site(small_folder: Path, tmp_path: Path) -> Iterator[SimpleNamespace]:
    product = servers.Product(tmp_path, f"sqlite:///{tmp_path}/db.sqlite3")
    product.fill()
    cookies = product.sign_in("vnm.coordinator")
    with servers.gunicorn(product, TMPDIR=str(small_folder)) as web:
        yield SimpleNamespace(
            web=web,
            browser=Browser([web.port], cookies["vnm.coordinator"]),
            product=product,
            folder=small_folder,
        )


def hand_in(site: Any) -> Any:
    page = f"{CYCLE}reports/VNM/submit/"
    typed = site.browser.form(page) | {"reason": "The last ministry answers later.", "step": "submit"}
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in typed.items()
    ]
    head = 'Content-Disposition: form-data; name="file"; filename="report.pdf"\r\nContent-Type: application/pdf\r\n\r\n'
    parts.append(f"--{BOUNDARY}\r\n{head}".encode() + LARGE + f"\r\n--{BOUNDARY}--\r\n".encode())
    kind = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    return site.browser.ask(site.web.port, "POST", page, b"".join(parts), kind)


def test_nothing_dies_of_a_full_temporary_folder(site, figure):
    before = site.web.children()
    assert (
        hand_in(site).status == 200
    )  # the form asks for more; Python has chosen its temporary folder by now
    subprocess.run(["dd", "if=/dev/zero", f"of={site.folder}/filled"], capture_output=True)
    assert os.statvfs(site.folder).f_bavail == 0
    pages = ["/", CYCLE, f"{CYCLE}datagaps/", f"{CYCLE}datagaps/?_export=csv", "/livez"]
    statuses = [site.browser.get(path).status for path in pages * 20]
    figure("full temporary folder: pages refused", sum(status != 200 for status in statuses), 0)
    answer = hand_in(site)
    assert (answer.status, "no room left" in answer.body) == (507, True), answer.body[-2000:]
    token = {"Authorization": f"Bearer {site.product.environment['METRICS_TOKEN']}"}
    assert "reviewtracker_requests_total" in site.browser.get("/metrics", **token).body
    figure("full temporary folder: processes that died", len(set(before) ^ set(site.web.children())), 0)
