"""A hundred hostile files through every form that takes one: what is refused, and how the rest is kept."""

import errno
import os
import re
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import pytest
from django import forms
from django.core.files.storage import FileSystemStorage, default_storage
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.db import IntegrityError

from reviews.forms import actionpoints, agenda, reports
from reviews.forms.sheets import SheetForm
from reviews.models import ActionPoint, AgendaItem, ReportVersion, SentForm
from tests.support import grids, header_expectations, hostile, make, steps
from tests.support.browsers import undone
from tests.support.invalid_input import in_the_sites_look, text

# The forms that take a file: the page, who sends it, where the file comes back from, what keeps it.
FORMS = {
    "report-submit": (reports.SubmitForm, "vnm", "report-version-file", ReportVersion),
    "report-past-submission": (reports.PastSubmissionForm, "admin", "report-version-file", ReportVersion),
    "meeting-add-part": (agenda.AgendaItemForm, "secretariat", "agenda-paper", AgendaItem),
    "action-finish": (actionpoints.FinishForm, "vnm", "action-file", ActionPoint),
}
KEPT_AS = re.compile(r"(reports|actions|agenda)/[0-9a-f]{32}\.(pdf|docx)")
BOUNDARY = "x-boundary-x"
each_form = pytest.mark.parametrize("page", FORMS)


def test_these_are_all_the_forms_that_take_a_file():
    """Sheets, which are read and not kept, have tests of their own: test_sheets.py."""
    taking = {
        form for form in every(forms.BaseForm) if takes_a_file(form) and form.__module__.startswith("reviews")
    }
    taking = {form for form in taking if not issubclass(form, SheetForm)}
    assert taking == {form for form, *_rest in FORMS.values()}


def every(kind: Any) -> Iterator[Any]:
    for inner in kind.__subclasses__():
        yield from (inner, *every(inner))


def takes_a_file(form: Any) -> bool:
    return any(isinstance(field, forms.FileField) for field in getattr(form, "base_fields", {}).values())


def test_a_hundred_of_them():
    assert len(hostile.everything()) >= 100
    assert {file.words for file in hostile.everything()} >= {"", hostile.NEITHER, hostile.MACROS}


# Sending


@pytest.fixture
def desk(page: str, cast: Any, cycle: Any, sign_in: Any) -> SimpleNamespace:
    """Somebody before the form of one record."""
    made = steps.world(page, cast, cycle)
    if page == "action-finish":
        made.action.edit(by=cast.secretariat, expected_version=made.action.version, priority="high")
    _form, who, back, model = FORMS[page]
    browser = sign_in(getattr(cast, who))
    browser.raise_request_exception = False
    values = {k: v for k, v in steps.typed(page, made).items() if k != "file"}

    def come_back() -> Any:
        made.agenda = AgendaItem.objects.last()  # also of one that was just added
        return sign_in(cast.secretariat).get(steps.address(back, made))

    return SimpleNamespace(
        send=lambda file: sent(browser, steps.address(page, made), values, file),
        back=come_back, model=model, browser=browser,
        url=steps.address(page, made),
    )  # fmt: skip


def sent(browser: Any, url: str, values: dict[str, Any], file: hostile.Hostile) -> Any:
    """As a hostile client would: Django's own test client tidies names up."""
    lines = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n'
        for k, v in values.items()
    ]
    name = quote(file.name, safe="")
    head = f"Content-Disposition: form-data; name=\"file\"; filename*=UTF-8''{name}\r\nContent-Type: text/html\r\n\r\n"
    body = (
        "".join(lines).encode()
        + f"--{BOUNDARY}\r\n{head}".encode()
        + file.content
        + f"\r\n--{BOUNDARY}--\r\n".encode()
    )
    return browser.post(url, body, content_type=f"multipart/form-data; boundary={BOUNDARY}")


def on_disk(folder: Any) -> set[Any]:
    return {path for path in folder.rglob("*") if path.is_file()}


# What comes of it


@each_form
def test_what_is_refused_leaves_nothing(page, desk, files_folder):
    """A message beside the field, no row, no file."""
    before = grids.fingerprint(), on_disk(files_folder)
    for file in hostile.everything():
        if file.words:
            answer = desk.send(file)
            assert answer.status_code == 200, file.name
            assert file.words in " ".join(answer.context["form"].errors["file"]), file.content[:40]
            assert not header_expectations.faults(answer)
    assert (grids.changed(before[0]), on_disk(files_folder)) == (set(), before[1])


@each_form
def test_what_is_taken_is_a_sealed_download(page, desk, files_folder):
    """Under a name of ours on the disk and on the way out; never shown by the browser."""
    for file in hostile.everything():
        if not file.words:
            with undone():
                answer = desk.send(file)
                assert answer.status_code == 302, (
                    file.name,
                    answer.context and answer.context["form"].errors,
                )
                kept = desk.model.objects.last()
                assert KEPT_AS.fullmatch(kept.file.name)
                assert_shown_safely(kept, desk.browser.get(answer["Location"]))
                assert_sealed(desk.back(), kept, file)
    assert all(KEPT_AS.fullmatch(str(path.relative_to(files_folder))) for path in on_disk(files_folder))


def assert_shown_safely(kept: Any, page: Any) -> None:
    name = kept.original_name
    assert 0 < len(name) <= 255
    assert name.isprintable()
    assert not {"/", "\\", "\0", "\u202e"} & {*name}
    assert "<script>alert" not in page.content.decode()
    assert "<img src=x" not in page.content.decode()


def assert_sealed(answer: Any, kept: Any, file: hostile.Hostile) -> None:
    kind = kept.file.name.rpartition(".")[2]
    assert b"".join(answer) == file.content
    assert not header_expectations.faults(answer)
    assert re.fullmatch(rf'attachment; filename="[\w-]+\.{kind}"', answer["Content-Disposition"])
    assert answer["Content-Type"].endswith("/pdf" if kind == "pdf" else "wordprocessingml.document")


# When something breaks half way


def disk_full(self: Any, name: str, content: Any) -> str:
    """Half of it is written, and then there is no more room."""
    path = self.path(name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as half:
        half.write(content.read()[:10])
    raise OSError(errno.ENOSPC, "No space left on device")


PDF = hostile.Hostile("report.pdf", make.PDF)


@each_form
def test_a_full_disk_leaves_nothing(page, desk, files_folder, monkeypatch):
    before = grids.fingerprint(), on_disk(files_folder)
    monkeypatch.setattr(FileSystemStorage, "_save", disk_full)
    answer = desk.send(PDF)
    assert answer.status_code == 200
    assert "The file could not be stored. Nothing was saved" in answer.context["form"].errors["file"][0]
    assert (grids.changed(before[0]), on_disk(files_folder)) == (set(), before[1])


@each_form
def test_half_a_file_would_be_noticed(page, desk, files_folder, monkeypatch):
    """The same, with the cleaning up taken away."""
    monkeypatch.setattr(FileSystemStorage, "_save", disk_full)
    monkeypatch.setattr(FileSystemStorage, "delete", lambda self, name: None)
    before = on_disk(files_folder)
    desk.send(PDF)
    assert on_disk(files_folder) != before


@each_form
def test_no_room_while_it_arrives(page, desk, files_folder, monkeypatch):
    """Large files wait in a temporary folder, which may be full too: a page that says so."""

    def full(*args: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    before = grids.fingerprint(), on_disk(files_folder)
    monkeypatch.setattr(TemporaryFileUploadHandler, "receive_data_chunk", full)
    answer = desk.send(hostile.Hostile("report.pdf", make.PDF + b" " * 200_000))
    assert answer.status_code == 507
    assert "There is no room left for files. Nothing was saved" in text(answer)
    in_the_sites_look(answer)
    assert (grids.changed(before[0]), on_disk(files_folder)) == (set(), before[1])


def stored_on_disk(folder: Any) -> set[Any]:
    """The files of records: not those that a form keeps until it is sent again."""
    return {path for path in on_disk(folder) if "kept" not in path.parts}


@each_form
def test_a_write_that_fails_takes_its_file_along(page, desk, files_folder, monkeypatch):
    def fails(*args: Any, **kwargs: Any) -> None:
        raise IntegrityError("on purpose")

    before = grids.fingerprint(), stored_on_disk(files_folder)
    monkeypatch.setattr(desk.model, "make_transition" if page == "action-finish" else "create_traced", fails)
    assert desk.send(PDF).status_code == 409
    assert (grids.changed(before[0]), stored_on_disk(files_folder)) == (set(), before[1])


@each_form
def test_a_transaction_that_fails_later_takes_its_file_along(page, desk, files_folder, monkeypatch):
    """The step is taken, and then what is remembered of its form cannot be written."""

    def fails(*args: Any) -> None:
        raise IntegrityError("on purpose")

    before = grids.fingerprint(), stored_on_disk(files_folder)
    monkeypatch.setattr(SentForm, "set_result", fails)
    assert desk.send(PDF).status_code == 409
    assert (grids.changed(before[0]), stored_on_disk(files_folder)) == (set(), before[1])


@pytest.mark.parametrize("page", ["report-submit"])
def test_a_body_far_too_large_is_not_read(page, desk, settings):
    settings.REQUEST_MAX_BYTES = 1_000
    answer = desk.send(hostile.Hostile("report.pdf", make.PDF + b" " * 1_000))
    assert answer.status_code == 413
    assert "This is far too large to be taken. A file can have 25.0\xa0MB." in text(answer)
    in_the_sites_look(answer)
    assert not header_expectations.faults(answer)


def test_the_files_folder_is_served_by_no_address(cast, cycle, sign_in, files_folder):
    name = default_storage.save("reports/x.pdf", make.pdf())
    for url in (
        f"/{name}",
        f"/media/{name}",
        f"/files/{name}",
        f"/static/{name}",
        f"/static/../files/{name}",
    ):
        assert sign_in(cast.admin).get(url).status_code == 404
