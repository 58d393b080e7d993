"""load_reference: repeatable, careful with corrections, and clear about a row that it cannot load."""

import csv
import shutil
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from reviews.models import (
    Confidence,
    Framework,
    FrameworkNode,
    GapKind,
    MethodNote,
    Organisation,
    OrganisationKind,
    TimelineEvent,
    Trace,
    User,
    Verb,
)
from reviews.operations.loading import reference

pytestmark = pytest.mark.django_db
MODELS = (Framework, FrameworkNode, GapKind, MethodNote, Organisation, TimelineEvent)


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """A copy of the files, for a test to change."""
    copy = Path(shutil.copytree(reference.FOLDER, tmp_path / "reference"))
    monkeypatch.setattr(reference, "FOLDER", copy)
    return copy


@pytest.fixture
def admin() -> User:
    return User.objects.create_superuser("admin", name="Administrator", email="admin@asean.example")


def load(**options) -> str:
    out = StringIO()
    call_command("load_reference", stdout=out, **options)
    return out.getvalue()


def refused() -> str:
    with pytest.raises(CommandError) as error:
        load()
    return str(error.value)


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


def rows() -> list[tuple]:
    """Everything that loading may write."""
    return [row for model in (*MODELS, Trace) for row in model.objects.order_by("pk").values_list()]


def listed(file: str) -> list[dict[str, str]]:
    with (reference.FOLDER / file).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_loads_every_row_with_a_trace():
    load()
    assert (
        Organisation.objects.count() == len(listed("member_states.csv") + listed("organisations.csv")) == 46
    )
    assert FrameworkNode.objects.count() == len(listed("framework.csv")) == 23
    assert TimelineEvent.objects.count() == len(listed("timeline.csv")) == 20
    assert MethodNote.objects.count() == len(listed("method_notes.csv")) == 5
    assert Trace.objects.filter(verb=Verb.IMPORTED, by=None).count() == sum(m.objects.count() for m in MODELS)
    assert Trace.objects.exclude(verb=Verb.IMPORTED).count() == 0


def test_what_a_row_becomes():
    load()
    vnm = Organisation.objects.get(code="VNM")
    assert (vnm.kind, vnm.iso2, vnm.name_vi) == (OrganisationKind.MEMBER_STATE, "VN", "Việt Nam")
    assert vnm.joined_on == date(1995, 7, 28)
    area = FrameworkNode.objects.get(code="D.4", framework__code="ascc-2025")
    assert (area.parent.code, area.confidence) == ("D", Confidence.CHECK)
    soca = TimelineEvent.objects.get(code="soca-28")
    assert (soca.planned_from, soca.held_from) == (date(2020, 4, 5), date(2020, 6, 22))
    assert TimelineEvent.objects.get(code="council-24").planned_from is None
    assert [kind.code for kind in GapKind.objects.all()] == [row["code"] for row in listed("gap_kinds.csv")]


def test_members_follow_the_day():
    load()
    assert Organisation.objects.member_states(date(2025, 10, 25)).count() == 10
    assert Organisation.objects.member_states(date(2025, 10, 26)).count() == 11


def test_a_second_run_changes_nothing():
    first = load()
    before = rows()
    second = load()
    assert rows() == before
    assert "member_states.csv: 11 added, 0 updated, 0 unchanged" in first
    assert "member_states.csv: 0 added, 0 updated, 11 unchanged" in second
    assert "kept" not in second
    assert load(verbosity=0) == ""


def test_a_changed_row_is_updated_with_a_trace(folder):
    load()
    count = Trace.objects.count()
    edit(
        folder / "framework.csv",
        "D.1,key_result_area,D,A Disaster Resilient ASEAN,Một ASEAN có khả năng chống chịu thiên tai,check",
        "D.1,key_result_area,D,Disasters,Thiên tai,high",
    )
    assert "framework.csv: 0 added, 1 updated, 22 unchanged" in load()
    node = FrameworkNode.objects.get(code="D.1")
    assert (node.title, node.confidence, node.version) == ("Disasters", Confidence.HIGH, 2)
    trace = Trace.objects.first()
    assert Trace.objects.count() == count + 1
    assert (trace.verb, trace.by, trace.object_id, trace.version) == (Verb.IMPORTED, None, node.pk, 2)
    assert {"title": "A Disaster Resilient ASEAN", "confidence": "check"}.items() <= trace.before.items()


def test_a_row_that_left_the_file_is_kept_and_named(folder):
    load()
    name = "Southeast Asia Tobacco Control Alliance,Liên minh Kiểm soát thuốc lá Đông Nam Á (SEATCA)"
    edit(folder / "organisations.csv", f"SEATCA,partner,{name},high\n", "")
    before = rows()
    assert "  not in the file, kept: SEATCA\n" in load()
    assert rows() == before


def test_a_persons_correction_is_kept_and_named(folder, admin):
    load()
    node = FrameworkNode.objects.get(code="D.1")
    node.correct(by=admin, expected_version=1, why="As published.", title="Corrected here")
    edit(
        folder / "framework.csv",
        "D.1,key_result_area,D,A Disaster Resilient ASEAN,Một ASEAN có khả năng chống chịu thiên tai,check",
        "D.1,key_result_area,D,Other,Khác,high",
    )
    for _ in range(2):
        assert "  corrected here, kept: D.1 (title)\n" in load()
    node.refresh_from_db()
    assert (node.title, node.confidence, node.version) == ("Corrected here", Confidence.HIGH, 3)


BAD_ROWS = [
    ("timeline.csv", "soca-28,2020-04-05", "soca-28,2020-04-31", "line 3: “2020-04-31” (planned_from)"),
    ("timeline.csv", "2020-04-08,2020-06-22", "2020-04-04,2020-06-22", "line 3: planned_from and"),
    ("timeline.csv", "2020-04-08,2020-06-22", ",2020-06-22", "line 3: planned_from and planned_to"),
    ("framework.csv", "key_result_area,E,Engender", "key_result_area,F,Engender", "line 24: the parent “F”"),
    ("framework.csv", "key_result_area,E,Engender", "key_result_area,,Engender", "line 24: only a"),
    ("framework.csv", "E.3,key_result_area", "E.3,key_area", "line 24: level:"),
    ("framework.csv", "E.3,key_result_area", "E.2,key_result_area", "line 24: “E.2” is in line 23 already."),
    ("framework.csv", "code,level,parent,title", "code,level,title", "line 1: the column parent"),
    ("gap_kinds.csv", "other,Other,Khác,", ",Other,Khác,", "line 7: code is empty."),
    ("gap_kinds.csv", "other,Other,Khác,", "other,Other,", "line 7: 4 cells, where the heading has 5."),
    ("gap_kinds.csv", "other,Other", 'other,"Other', "line 7: unexpected end of data."),
    ("organisations.csv", "ITA,partner", "ITA,friend", "line 32: kind:"),
    ("method_notes.csv", "series-break,discontinuous", "series-break,torn", "line 15: the kind “torn”"),
    ("member_states.csv", "1967-08-08,high,ASEAN-6\nTHA", ",high,ASEAN-6\nTHA", "line 9: joined_on is empty."),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "complaint"), BAD_ROWS)
def test_a_bad_row_is_one_sentence_and_writes_nothing(folder, file, old, new, complaint):
    # Other files hold news, which must not stay when this one is refused.
    edit(folder / "member_states.csv", "Viet Nam", "Vietnam")
    edit(folder / file, old, new)
    text = refused()
    assert text.startswith(f"{file} {complaint}")
    assert text.endswith(" Nothing was loaded.")
    assert "\n" not in text
    assert rows() == []


def test_a_bad_row_leaves_what_was_loaded_before(folder):
    load()
    before = rows()
    edit(folder / "member_states.csv", "Viet Nam", "Vietnam")
    edit(folder / "timeline.csv", "2026-03-03,2026-03-04,2026-03-03", "tomorrow,2026-03-04,2026-03-03")
    assert "timeline.csv line 21: “tomorrow” (planned_from) is no day" in refused()
    assert rows() == before


def test_a_missing_file_is_one_sentence(folder):
    (folder / "gap_kinds.csv").unlink()
    assert refused() == "gap_kinds.csv is missing. Nothing was loaded."


def test_a_file_in_another_encoding_is_one_sentence(folder):
    path = folder / "gap_kinds.csv"
    path.write_bytes(path.read_text(encoding="utf-8").encode("utf-16"))
    assert refused() == "gap_kinds.csv is not written in UTF-8. Nothing was loaded."


def test_a_file_saved_by_a_spreadsheet_loads(folder):
    path = folder / "gap_kinds.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n") + b"\r\n")
    load()
    assert GapKind.objects.count() == 6


@pytest.mark.parametrize(
    ("file", "old", "new", "column"),
    [
        ("organisations.csv", "SOC-COM,", "Sóc Com,", "code"),
        ("member_states.csv", "KHM,KH,", "khm,KH,", "code"),
        ("member_states.csv", "KHM,KH,", "KHM,kh,", "iso2"),
        ("framework.csv", "\nA.1,", "\nA 1,", "code"),
        ("method_notes.csv", "\nseries-break,", "\nadd,", "code"),
        ("gap_kinds.csv", "\nmissing,", "\nMissing,", "code"),
        ("timeline.csv", "soc-com-15,", "SOC-COM 15,", "code"),
        ("organisations.csv", "ACC,oversight_body", "ACC,evaluation_team", "kind"),
    ],
)
def test_codes_are_checked_as_in_the_administration(file, old, new, column, folder, db):
    edit(folder / file, old, new)
    message = refused()
    assert message.startswith(f"{file} line ")
    assert f": {column}: " in message
    assert not rows()
