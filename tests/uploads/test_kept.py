"""A file that was chosen is still there when the form comes back, for the same person and the same form alone."""

import re
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from reviews.models import ActionPoint, ReviewCycle
from reviews.operations.jobs import JOBS
from reviews.uploads import kept, sandbox
from tests.support import make, pdfs, steps

FORMS = {"report-submit": "reason", "action-finish": "note"}  # and a field that may hold a mistake
each_form = pytest.mark.parametrize("page", FORMS)
TOO_LONG = "x" * 10_001


@pytest.fixture
def desk(page: str, cast: Any, cycle: Any, sign_in: Any) -> SimpleNamespace:
    """Viet Nam's coordinator before the form of one record."""
    made = steps.world(page, cast, cycle)
    values = {name: value for name, value in steps.typed(page, made).items() if name != "file"}
    record = made.report if page == "report-submit" else made.action
    return SimpleNamespace(
        made=made, browser=sign_in(cast.vnm), url=steps.address(page, made), values=values, record=record
    )


def send(desk: SimpleNamespace, browser: Any = None, **more: Any) -> Any:
    return (browser or desk.browser).post(desk.url, desk.values | more)


def hidden(answer: Any) -> dict[str, str]:
    """What the page sends again besides what was typed."""
    return dict(
        re.findall(r'<input type="hidden" name="(file-kept)" value="([^"]*)">', answer.content.decode())
    )


def stored_name(desk: SimpleNamespace) -> str:
    """The name of the file that was handed in; empty if there is none."""
    if isinstance(desk.record, ActionPoint):
        return ActionPoint.objects.get(pk=desk.record.pk).original_name
    version = desk.record.versions.last()
    return version.original_name if version else ""


def files_in(folder: Any) -> list[Any]:
    return [path for path in folder.rglob("*") if path.is_file()]


@each_form
def test_it_survives_an_error_in_another_field(page, desk):
    wrong = send(desk, **{FORMS[page]: TOO_LONG}, file=make.pdf("Báo cáo.pdf"))
    assert (wrong.status_code, stored_name(desk)) == (200, "")
    assert "Kept: <strong><bdi>Báo cáo.pdf</bdi></strong>" in wrong.content.decode()
    assert send(desk, **hidden(wrong)).status_code == 302
    assert stored_name(desk) == "Báo cáo.pdf"


@each_form
def test_it_survives_several_errors(page, desk, files_folder):
    wrong = send(desk, **{FORMS[page]: TOO_LONG}, file=make.pdf())
    again = send(desk, **{FORMS[page]: TOO_LONG}, **hidden(wrong))
    assert hidden(again)
    assert len(files_in(files_folder)) == 1
    assert send(desk, **hidden(again)).status_code == 302
    assert stored_name(desk) == "report.pdf"


@pytest.mark.parametrize("page", ["report-submit"])
def test_it_survives_what_only_the_record_refuses(page, desk):
    wrong = send(desk, reason="", file=make.pdf())
    assert "reason" in wrong.context["form"].errors
    assert send(desk, **hidden(wrong)).status_code == 302
    assert stored_name(desk) == "report.pdf"


@each_form
def test_it_survives_a_conflict(page, desk, cast):
    """Somebody else saved first."""
    if page == "report-submit":
        desk.record.post_progress(by=cast.vnm_team, expected_version=desk.record.version, note="More data.")
    else:
        desk.record.edit(by=cast.secretariat, expected_version=desk.record.version, text="Send the annexes")
    conflict = send(desk, file=make.pdf())
    assert (conflict.status_code, stored_name(desk)) == (409, "")
    newer = {"version": conflict.context["form"]["version"].value()}
    assert send(desk, **newer, **hidden(conflict)).status_code == 302
    assert stored_name(desk) == "report.pdf"


@each_form
def test_it_survives_a_refusal(page, desk, cast):
    """Meanwhile the cycle was closed."""
    cycle = ReviewCycle.objects.get()
    cycle.close(by=cast.admin, expected_version=cycle.version, why="All is done.")
    refused = send(desk, file=make.pdf())
    assert refused.status_code == 409
    assert hidden(refused)


@each_form
def test_another_one_takes_its_place(page, desk):
    wrong = send(desk, **{FORMS[page]: TOO_LONG}, file=make.pdf("first.pdf"))
    send(desk, **hidden(wrong), file=make.pdf("second.pdf"))
    assert stored_name(desk) == "second.pdf"


@pytest.mark.parametrize("page", ["action-finish"])
def test_where_it_may_be_left_out_it_can_be_left_out(page, desk):
    wrong = send(desk, note=TOO_LONG, file=make.pdf())
    assert "Save without a file" in wrong.content.decode()
    assert send(desk, **hidden(wrong), **{"file-leave-out": "on"}).status_code == 302
    assert stored_name(desk) == ""


@pytest.mark.parametrize("page", ["action-finish"])
def test_nothing_is_saved_without_a_file_that_was_refused(page, desk):
    wrong = send(desk, file=make.pdf(content=pdfs.written(user_password="secret")))
    assert "locked with a password" in str(wrong.context["form"].errors["file"])
    again = send(desk, **hidden(wrong))
    assert "choose the file again" in str(again.context["form"].errors["file"])
    assert send(desk, **hidden(again), **{"file-leave-out": "on"}).status_code == 302


@each_form
def test_a_refused_one_is_not_kept(page, desk, files_folder):
    send(desk, file=make.pdf(content=b"no PDF at all"))
    assert not files_in(files_folder)


@each_form
def test_without_room_it_has_to_be_chosen_again(page, desk, monkeypatch):
    def full(*args: Any) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(kept.default_storage, "save", full)
    wrong = send(desk, **{FORMS[page]: TOO_LONG}, file=make.pdf())
    assert wrong.status_code == 200
    again = send(desk, **hidden(wrong))
    assert "choose the file again" in str(again.context["form"].errors["file"])


@each_form
@pytest.mark.parametrize(
    ("trouble", "words"),
    [(sandbox.Busy, "send this one again in a minute"), (sandbox.Faulty, "by a fault of this site")],
)
def test_it_is_kept_when_it_could_not_be_examined(page, desk, trouble, words, monkeypatch):
    def busy(*args: Any) -> None:
        raise trouble

    with monkeypatch.context() as patch:
        patch.setattr(sandbox, "examine", busy)
        answer = send(desk, file=make.pdf())
        assert words in str(answer.context["form"].errors["file"])
        answer = send(desk, **hidden(answer))
    assert send(desk, **hidden(answer)).status_code == 302
    assert stored_name(desk) == "report.pdf"


@each_form
def test_nobody_else_can_use_it(page, desk, cast, sign_in):
    """Another person of the same country, and whoever has made up a token."""
    wrong = send(desk, **{FORMS[page]: TOO_LONG}, file=make.pdf())
    colleague = make.user("vnm.second", "coordinator", cast.vnm.organisation)
    stolen = send(desk, sign_in(colleague), **hidden(wrong))
    assert "choose the file again" in str(stolen.context["form"].errors["file"])
    invented = send(desk, **{"file-kept": hidden(wrong)["file-kept"][:-2] + "xx"})
    assert "choose the file again" in str(invented.context["form"].errors["file"])
    assert stored_name(desk) == ""


@pytest.mark.parametrize("page", ["report-submit"])
def test_it_is_good_for_one_form(page, desk, cast, sign_in):
    upload = SimpleUploadedFile("a.pdf", make.PDF)
    file = kept.keep(upload, cast.vnm.pk, "/elsewhere/")
    assert kept.find(file.token, cast.vnm.pk, "/elsewhere/") == file
    assert kept.find(file.token, cast.vnm.pk, desk.url) is None


def keep(user_id: int) -> kept.KeptFile:
    return kept.keep(SimpleUploadedFile("a.pdf", make.PDF), user_id, "/x/")


def test_the_oldest_ones_of_a_person_go_and_nobody_elses():
    theirs = keep(2)
    mine = [keep(1) for _number in range(kept.MOST_EACH + 2)]
    assert [kept.find(file.token, 1, "/x/") is not None for file in mine] == [False] * 2 + [
        True
    ] * kept.MOST_EACH
    assert kept.find(theirs.token, 2, "/x/")


def test_it_expires(monkeypatch, files_folder):
    file = keep(1)
    kept.purge()
    assert kept.find(file.token, 1, "/x/")
    monkeypatch.setattr(kept, "KEPT_FOR", timedelta(seconds=-1))
    assert kept.find(file.token, 1, "/x/") is None
    assert kept.purge() == "1 deleted"
    assert not files_in(files_folder)
    assert kept.purge in [job.run for job in JOBS]


def test_purging_where_nothing_was_ever_kept():
    assert kept.purge() == "0 deleted"


def test_a_backup_leaves_it_out(files_folder):
    from reviews.operations.backup import make as backup

    class Writer:
        names: list[str] = []

        def add(self, name: str, path: Any) -> None:
            self.names.append(name)

    keep(1)
    (files_folder / "reports").mkdir()
    (files_folder / "reports" / "a.pdf").touch()
    assert backup._add_files(Writer()) == {"reports/a.pdf"}
