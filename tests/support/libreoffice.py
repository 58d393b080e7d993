"""LibreOffice, if there is one on this machine: opens our Word documents and gives back what a reader sees."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

NO_OFFICE = "No LibreOffice here (Debian: apt-get install libreoffice-writer)."


@pytest.fixture
def converted(tmp_path: Path) -> Callable[..., bytes]:
    """`converted(docx, "pdf")`: a Word document as LibreOffice saves it in another format."""
    if not shutil.which("soffice"):
        if os.environ.get("REQUIRE_LIBREOFFICE") == "1":
            pytest.fail(NO_OFFICE)
        pytest.skip(NO_OFFICE)

    def convert(docx: bytes, kind: str, options: str = "") -> bytes:
        (path := tmp_path / "opened.docx").write_bytes(docx)
        (target := tmp_path / "converted").mkdir(exist_ok=True)
        home = f"-env:UserInstallation=file://{tmp_path / 'home'}"
        command = ["soffice", home, "--headless", "--convert-to", kind + options, "--outdir", str(target)]
        subprocess.run([*command, str(path)], check=True, timeout=180)
        return (target / f"opened.{kind}").read_bytes()

    return convert


@pytest.fixture
def opened(converted: Callable[..., bytes]) -> Callable[[bytes], str]:
    """`opened(docx)`: the text of a document as LibreOffice shows it, figures from tables included."""
    return lambda docx: converted(docx, "txt", ":Text").decode("utf-8-sig")
