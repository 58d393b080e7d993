"""The drill: back up while people write, read back into an empty place, compare everything, sign in."""

import hashlib
import json
import re
import tarfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from tests.trust import servers
from tests.trust.servers import STATES, Browser, Product, Writer

# Everything in the database, and the files, as the product itself would read them: one line a table.
FINGERPRINT = """
import hashlib, json
from django.apps import apps
from django.db import connection
for model in sorted(apps.get_models(include_auto_created=True), key=lambda m: m._meta.db_table):
    if model._meta.db_table != "django_session":
        columns = [f.attname for f in model._meta.concrete_fields]
        rows = list(model._base_manager.order_by("pk").values_list(*columns))
        print("table", model._meta.db_table, len(rows), hashlib.sha256(repr(rows).encode()).hexdigest())
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def places(request: Any, tmp_path: Path) -> Iterator[Any]:
    """An installation with the demonstration, and an empty one on another server."""
    (tmp_path / "old").mkdir()
    (tmp_path / "new").mkdir()
    if request.param == "sqlite":
        urls = [f"sqlite:///{tmp_path}/{name}/db.sqlite3" for name in ("old", "new")]
        yield tuple(Product(tmp_path / name, url) for name, url in zip(("old", "new"), urls, strict=True))
        return
    with servers.postgres() as one, servers.postgres() as other:
        yield Product(tmp_path / "old", one.uri), Product(tmp_path / "new", other.uri)


def fingerprint(product: Product) -> list[str]:
    output = product.manage("shell", "--verbosity=0", f"--command={FINGERPRINT}")
    return [line for line in output.splitlines() if line.startswith("table")]


def files(folder: Path) -> dict[str, str]:
    every = (path for path in folder.rglob("*") if path.is_file())
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in every
    }


def notes(lines: str) -> set[str]:
    return set(re.findall(r"note-\w{3}-\d{5}", lines))


def test_back_up_under_load_and_read_back(places, figure, tmp_path, request):
    old, new = places
    old.fill()
    kind = "SQLite" if "sqlite" in request.node.name else "PostgreSQL"
    cookies = old.sign_in(*(f"{state.lower()}.coordinator" for state in STATES[:4]))
    with servers.gunicorn(old) as web:
        writers = [
            Writer(state, Browser([web.port], cookies[f"{state.lower()}.coordinator"]))
            for state in STATES[:4]
        ]
        end = Event()
        with ThreadPoolExecutor(len(writers)) as threads:
            working = [threads.submit(writer.work, end.is_set) for writer in writers]
            try:
                servers.wait_for(lambda: sum(len(w.acknowledged) for w in writers) >= 8, "writers")
                before = {note for w in writers for note in list(w.acknowledged)}
                old.manage("backup", str(tmp_path / "all.tar"))
                during = {note for w in writers for note in list(w.acknowledged)} - before
            finally:
                end.set()
            for one in working:
                one.result()
    new.manage("restore", str(tmp_path / "all.tar"))
    stored = notes(new.manage("shell", "--verbosity=0", "--command=from reviews.models import ProgressUpdate\n"
                              "print(*ProgressUpdate.objects.values_list('note', flat=True))"))  # fmt: skip
    everything = before | during | {note for w in writers for note in (*w.acknowledged, *w.unknown)}
    figure(f"{kind}: posts acknowledged while it was backed up", len(during), ">= 1 posts")
    figure(f"{kind}: posts acknowledged before the backup and missing in it", len(before - stored), 0)
    figure(f"{kind}: posts in it that nobody sent", len(stored - everything), 0)
    half_written(new, figure, kind)
    same_again(new, figure, kind, tmp_path)


def half_written(new: Product, figure: Any, kind: str) -> None:
    """Each version of each report has its line of history: the backup has cut through no transaction."""
    program = (
        "from reviews.models import NationalReport, Trace\n"
        "print('half', sum(r.version != Trace.objects.filter(model='reviews.nationalreport', object_id=r.pk).count()"
        " for r in NationalReport.objects.all()))"
    )
    output = new.manage("shell", "--verbosity=0", f"--command={program}")
    figure(f"{kind}: reports half written in the backup", int(re.search(r"half (\d+)", output)[1]), 0)


def same_again(new: Product, figure: Any, kind: str, folder: Path) -> None:
    """What came out of a backup and a second backup of that are equal in every table and file; people sign in."""
    first, were = fingerprint(new), files(folder / "new" / "files")
    with tarfile.open(folder / "all.tar") as tar:
        manifest = json.load(tar.extractfile("manifest.json"))
    inside = {
        n.removeprefix("files/"): digest
        for n, digest in manifest["members"].items()
        if n.startswith("files/")
    }
    figure(f"{kind}: files that differ", len(inside.items() ^ were.items()), 0)
    counts = {line.split()[1]: int(line.split()[2]) for line in first}
    figure(f"{kind}: tables that differ in rows", sum(counts[t] != n for t, n in manifest["rows"].items()), 0)
    new.manage("backup", str(folder / "second.tar"))
    new.manage("restore", "--replace", str(folder / "second.tar"))
    figure(f"{kind}: tables that differ after a second round", len(set(first) ^ set(fingerprint(new))), 0)
    figure(f"{kind}: tables compared", len(first), ">= 40 tables")
    new.manage("migrate", "--verbosity=0")
    program = (
        "from django.test import Client\nfrom django.contrib.auth import authenticate\n"
        "print('who', authenticate(username='vnm.coordinator', password='a long test password'))"
    )
    told_who = new.manage("shell", "--verbosity=0", f"--command={program}")
    figure(f"{kind}: people who cannot sign in", int("who None" in told_who), 0)
