"""LibreOffice, if there is one on this machine: opens our Word documents and gives back what a reader sees."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

NO_OFFICE = "No LibreOffice here (Debian: apt-get install libreoffice-writer)."


@pytest.fixture
def opened(tmp_path: Path) -> Callable[[bytes], str]:
    """`opened(docx)`: the text of a document as LibreOffice shows it, figures from tables included."""
    if not shutil.which("soffice"):
        if os.environ.get("REQUIRE_LIBREOFFICE") == "1":
            pytest.fail(NO_OFFICE)
        pytest.skip(NO_OFFICE)

    def text_of(docx: bytes) -> str:
        (path := tmp_path / "opened.docx").write_bytes(docx)
        home = f"-env:UserInstallation=file://{tmp_path / 'home'}"
        command = ["soffice", home, "--headless", "--convert-to", "txt:Text", "--outdir", str(tmp_path)]
        subprocess.run([*command, str(path)], check=True, timeout=180)
        return path.with_suffix(".txt").read_text(encoding="utf-8-sig")

    return text_of
