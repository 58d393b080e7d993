"""A backup holds every row and file of one instant, tells when a byte of it has changed, and is read back whole."""

import errno
import hashlib
import io
import json
import random
import re
import tarfile
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as site_settings
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import connection

from reviews.models import ReportVersion
from reviews.operations import health
from reviews.operations.backup import archive, make, postgres, rows
from tests.support import grids
from tests.support import make as records
from tests.support.databases import postgres_programs

pytestmark = pytest.mark.django_db(transaction=True)
SEED = 20200820
MANUAL = (site_settings.BASE_DIR / "docs" / "operations.md").read_text()


@pytest.fixture(autouse=True)
def programs(settings: Any) -> None:
    if connection.vendor == "postgresql":
        settings.PG_BIN = postgres_programs()


@pytest.fixture
def filled(cast: Any, cycle: Any, sign_in: Any) -> Any:
    """Two reports handed in; somebody is signed in."""
    for code, who in (("VNM", cast.vnm), ("LAO", cast.lao)):
        records.submitted(records.report(cycle, code), by=who)
    sign_in(cast.vnm)
    return cast


@pytest.fixture
def saved(filled: Any, tmp_path: Path) -> Path:
    return make.write(tmp_path / "all.tar")[0]


def files(folder: Path) -> dict[str, str]:
    every = (path for path in folder.rglob("*") if path.is_file())
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in every
    }


def spoilt(path: Path, **changed: Any) -> Path:
    """The same backup with another manifest, and a right checksum behind it."""
    again = path.with_name("again.tar")
    with tarfile.open(path) as old, archive.create(again) as writer:
        manifest = json.load(old.extractfile("manifest.json"))
        for member in old.getmembers()[:-1]:
            (path.parent / "member").write_bytes(old.extractfile(member).read())
            writer.add(member.name, path.parent / "member")
        writer.members = manifest.pop("members")
        text = json.dumps(manifest | {"members": writer.members} | changed).encode()
        writer._add("manifest.json", io.BytesIO(text), len(text))
    return again


def test_everything_comes_back(filled, saved, files_folder, client):
    before, were = grids.fingerprint(), files(files_folder)
    version = ReportVersion.objects.first()
    records.gap(version.report, by=filled.vnm)
    (files_folder / version.file.name).unlink()
    call_command("restore", saved, "--replace")
    assert grids.changed(before) == set()
    assert files(files_folder) == were
    assert client.login(username="vnm.coordinator", password=records.PASSWORD)


def test_nobody_stays_signed_in(filled, saved):
    assert Session.objects.count() == 1
    key = Session.objects.get().session_key
    assert key.encode() not in saved.read_bytes()
    call_command("restore", saved, "--replace")
    assert Session.objects.count() == 0


def test_the_list_tells_what_is_inside(saved, files_folder):
    with archive.open_checked(saved) as (tar, manifest):
        names = [name for name in tar.getnames() if name != "manifest.json"]
        assert sorted(manifest["members"]) == sorted(names)
    assert manifest["rows"]["reviews_reportversion"] == 2
    assert set(manifest["rows"]) == rows.tables()
    assert not {"django_session", "usersessions_usersession"} & set(manifest["rows"])
    assert sorted(name for name in names if name.startswith("files/")) == sorted(
        f"files/{name}" for name in files(files_folder)
    )
    assert manifest["missing"] == []


def test_no_secret_of_the_installation_is_inside(saved, settings):
    content = saved.read_bytes()
    password = str(site_settings.DATABASES["default"].get("PASSWORD") or "no password here")
    for secret in (settings.SECRET_KEY, password):
        assert secret.encode() not in content
    assert saved.stat().st_mode & 0o077 == 0


def test_it_may_be_opened_by_tar(saved):
    """Without this product, too: the last line does not disturb."""
    with tarfile.open(saved) as tar:
        assert tar.getmembers()[-1].name == "manifest.json"


# --- what is not as it was


def test_every_flipped_byte_is_noticed(saved):
    """All of the first, the last and some other bytes: heads of members, rows, files, padding and the checksum."""
    content, draw = saved.read_bytes(), random.Random(SEED)
    places = {*range(600), *range(len(content) - 600, len(content)), *draw.sample(range(len(content)), 300)}
    told_whole = []
    for place in sorted(places):
        saved.write_bytes(content[:place] + bytes([content[place] ^ 1 << place % 8]) + content[place + 1 :])
        try:
            with archive.open_checked(saved):
                told_whole.append(place)
        except archive.Unusable:
            pass
    assert told_whole == []
    saved.write_bytes(content)
    call_command("restore", saved, "--check")


@pytest.mark.parametrize("cut", [1, 100, 5_000])
def test_a_missing_end_is_noticed(cut, saved):
    saved.write_bytes(saved.read_bytes()[:-cut])
    with pytest.raises(CommandError, match="not as it was written"):
        call_command("restore", saved, "--check")


def test_a_member_that_was_exchanged_is_noticed(saved):
    """Even by somebody who wrote the last line anew."""
    with archive.open_checked(saved) as (_tar, manifest):
        name = next(name for name in manifest["members"] if name.startswith("files/"))
    other = spoilt(saved, members=manifest["members"] | {name: "0" * 64})
    with pytest.raises(CommandError, match="not what its list says"):
        call_command("restore", other, "--check")


def test_a_backup_signed_with_another_key_is_refused(saved, settings, files_folder, filled):
    """Whoever can write where backups are kept can make a whole one of their own rows, but not sign it."""
    own_key = settings.BACKUP_KEY
    settings.BACKUP_KEY = "the key of somebody else, who knows all the rest"
    forged = spoilt(saved)
    settings.BACKUP_KEY = own_key
    assert restored_as(saved, "--check") == ""
    for arguments in (["--check"], ["--check", "--unsigned"]):
        assert "signed with another key, or forged" in restored_as(forged, *arguments)
    refused(forged, "signed with another key, or forged", files_folder)


def test_a_backup_without_a_signature_is_taken_only_if_somebody_vouches_for_it(saved):
    """As the first release made them."""
    saved.write_bytes(saved.read_bytes()[: -archive.SIGNATURE_LENGTH])
    assert "has no signature" in restored_as(saved, "--check")
    assert "has no signature" in restored_as(saved, "--replace")
    assert restored_as(saved, "--check", "--unsigned") == ""
    assert restored_as(saved, "--replace", "--unsigned") == ""


def restored_as(backup: Path, *arguments: str) -> str:
    """Why a backup is refused; empty if it is not."""
    try:
        call_command("restore", backup, *arguments)
    except CommandError as refused:
        return str(refused)
    return ""


REFUSED = [
    ({"format": 2}, "has format 2"),
    ({"database": "oracle"}, "This backup is of oracle"),
    (
        {"migrations": ["reviews.9999_of_tomorrow"]},
        "of another version .reviews.9999_of_tomorrow is unknown here",
    ),
]


@pytest.mark.parametrize(("changed", "sentence"), REFUSED)
def test_what_does_not_fit_is_refused_before_anything_changes(changed, sentence, filled, saved, files_folder):
    other, before, were = spoilt(saved, **changed), grids.fingerprint(), files(files_folder)
    for arguments in ([], ["--check"], ["--replace"]):
        with pytest.raises(CommandError, match=sentence):
            call_command("restore", other, *arguments)
    assert grids.changed(before) == set()
    assert files(files_folder) == were


def test_a_place_that_is_not_empty_is_refused(filled, saved):
    before = grids.fingerprint()
    with pytest.raises(CommandError, match="say --replace"):
        call_command("restore", saved)
    assert grids.changed(before) == set()


def test_rows_that_do_not_arrive_are_noticed(filled, saved):
    with archive.open_checked(saved) as (_tar, manifest):
        counts = manifest["rows"] | {"reviews_trace": 1_000_000}
    with pytest.raises(CommandError, match="reviews_trace has not the 1000000 rows"):
        call_command("restore", spoilt(saved, rows=counts), "--replace")


def test_a_member_does_not_leave_its_folder(filled, saved, tmp_path):
    bad = tmp_path / "bad.tar"
    (tmp_path / "evil").write_text("evil")
    with archive.open_checked(saved) as (_tar, manifest), archive.create(bad) as writer:
        writer.add("files/../../evil-there", tmp_path / "evil")
        manifest.pop("members")
        writer.add_manifest(**{name: value for name, value in manifest.items() if name != "format"})
    with pytest.raises(CommandError, match="leads out of its folder"):
        call_command("restore", bad, "--replace")
    assert not (tmp_path / "evil-there").exists()


# --- what cannot be made


def test_what_is_there_is_not_written_over(filled, saved):
    content = saved.read_bytes()
    with pytest.raises(CommandError, match="is there already"):
        call_command("backup", saved)
    with pytest.raises(CommandError, match="There is no folder"):
        call_command("backup", saved / "below" / "it")
    assert saved.read_bytes() == content


def test_a_folder_gets_one_more_each_time(filled, tmp_path):
    (tmp_path / "backups").mkdir()
    call_command("backup", tmp_path / "backups")
    (made,) = (tmp_path / "backups").iterdir()
    assert made.name.startswith("reviewtracker-20")


def test_a_file_that_is_missing_is_told(filled, tmp_path, files_folder):
    name = ReportVersion.objects.first().file.name
    (files_folder / name).unlink()
    with pytest.raises(CommandError, match=f"1 files named by rows are not there: {name}"):
        call_command("backup", tmp_path / "all.tar")
    call_command("restore", tmp_path / "all.tar", "--check")


def test_nothing_half_is_left(filled, tmp_path, monkeypatch):
    monkeypatch.setattr(make, "_add_files", lambda writer: 1 / 0)
    (tmp_path / "backups").mkdir()
    with pytest.raises(ZeroDivisionError):
        make.write(tmp_path / "backups")
    assert list((tmp_path / "backups").iterdir()) == []


def test_an_older_database_is_refused(filled, tmp_path, monkeypatch):
    known = health.known_migrations() | {("reviews", "9999_of_today")}
    monkeypatch.setattr(health, "known_migrations", lambda: known)
    with pytest.raises(CommandError, match="of an older version"):
        call_command("backup", tmp_path / "all.tar")


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="asks for PostgreSQL's programs")
def test_programs_that_are_missing_or_refuse_are_told(filled, saved, tmp_path, settings):
    settings.PG_BIN = str(tmp_path)
    with pytest.raises(CommandError, match="pg_dump is not there: install"):
        call_command("backup", tmp_path / "all2.tar")
    (tmp_path / "pg_dump").write_text("#!/bin/sh\necho 'server version mismatch' >&2; exit 1\n")
    (tmp_path / "pg_dump").chmod(0o755)
    with pytest.raises(CommandError, match="pg_dump refused: server version mismatch"):
        call_command("backup", tmp_path / "all2.tar")


# --- a restore that cannot be done leaves everything as it was


def state(files_folder: Path) -> tuple[Any, dict[str, str], list[str]]:
    beside = sorted(path.name for path in files_folder.parent.iterdir() if path.is_dir())
    return grids.fingerprint(), files(files_folder), beside


def refused(saved: Path, sentence: str, files_folder: Path) -> None:
    """Restoring says the sentence, and that nothing was changed; and so it is."""
    before, were, beside = state(files_folder)
    with pytest.raises(CommandError, match=sentence) as told:
        call_command("restore", saved, "--replace")
    assert "Nothing was changed" in str(told.value)
    assert (grids.changed(before), files(files_folder)) == (set(), were)
    assert state(files_folder)[2] == beside


def test_a_failed_restore_changes_nothing(filled, saved, files_folder):
    """Whatever is found late: here a table has not the rows that it had."""
    with archive.open_checked(saved) as (_tar, manifest):
        counts = manifest["rows"] | {"reviews_trace": 1_000_000}
    refused(spoilt(saved, rows=counts), "reviews_trace has not the 1000000 rows", files_folder)


def test_a_full_disk_is_no_bad_archive(filled, saved, files_folder, monkeypatch):
    def full(*_args: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(archive, "extract", full)
    refused(saved, "cannot be written .No space left on device", files_folder)


def test_a_folder_that_cannot_be_written_is_a_sentence(filled, tmp_path, monkeypatch):
    def closed(*_args: Any) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(make, "TemporaryDirectory", lambda **_options: closed())
    with pytest.raises(CommandError, match="cannot be written to .* .Permission denied"):
        call_command("backup", tmp_path)


on_postgresql = pytest.mark.skipif(
    "connection.vendor != 'postgresql'", reason="programs and roles of PostgreSQL"
)


@on_postgresql
@pytest.mark.parametrize("name", ["pg_restore", "psql"])
def test_a_program_that_is_missing_or_fails_changes_nothing(
    name, filled, saved, files_folder, settings, tmp_path_factory
):
    folder = tmp_path_factory.mktemp("programs")
    for other in {"pg_restore", "psql"} - {name}:
        (folder / other).symlink_to(Path(settings.PG_BIN) / other)
    settings.PG_BIN = str(folder)
    refused(saved, f"{name} is not there: install", files_folder)
    (folder / name).write_text("#!/bin/sh\necho 'unsupported version' >&2; exit 1\n")
    (folder / name).chmod(0o755)
    refused(saved, f"{name} refused: unsupported version", files_folder)


@on_postgresql
def test_a_role_that_owns_nothing_changes_nothing(filled, saved, files_folder, monkeypatch, web_role):
    of_the_owner = postgres._environment
    as_other = {"PGOPTIONS": f"-c role={web_role}"}
    monkeypatch.setattr(postgres, "_environment", lambda: of_the_owner() | as_other)
    refused(saved, "psql refused: .*must be owner of", files_folder)


@pytest.fixture
def web_role(db: Any) -> Any:
    """The role of the manual for web servers; left out of the transaction, as the programs see what is committed."""
    lines = re.search(r"```sql\n(.*?)```", MANUAL, re.DOTALL)[1]
    with connection.cursor() as cursor:
        cursor.execute(lines)
    yield "reviewtracker_web"
    with connection.cursor() as cursor:
        cursor.execute("drop owned by reviewtracker_web; drop role reviewtracker_web")


def rights(role: str) -> set[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select c.relname, p from pg_class c, unnest(array['select', 'insert', 'update', 'delete']) p"
            " where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and has_table_privilege(%s, c.oid, p)",
            [role],
        )
        return set(cursor.fetchall())


@on_postgresql
def test_a_role_with_least_rights_has_them_again(filled, saved, web_role, capsys):
    before = rights(web_role)
    assert ("reviews_trace", "insert") in before
    assert ("reviews_trace", "update") not in before
    call_command("restore", saved, "--replace")
    assert rights(web_role) == before
    assert "Least privilege" not in capsys.readouterr().out


@on_postgresql
def test_what_a_role_of_its_own_needs_is_said(filled, saved, capsys):
    call_command("restore", saved, "--replace")
    assert "run the `grant` and `revoke` lines under “Least privilege”" in capsys.readouterr().out


@on_postgresql
def test_readiness_knows_tables_that_may_not_be_read(filled, client, settings):
    settings.METRICS_TOKEN = "a token for the monitor"
    with connection.cursor() as cursor:
        cursor.execute("create role planted_reader")
        try:
            cursor.execute("set role planted_reader")
            token = {"Authorization": "Bearer a token for the monitor"}
            checks = client.get("/readyz", headers=token).json()["checks"]
        finally:
            cursor.execute("reset role; drop role planted_reader")
    assert "may not read them" in checks["migrations"]
    assert "migrate" not in checks["migrations"]
