"""A national report: its three figures, its submitted versions, and when it counts as handed in."""

import hashlib
from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage

from reviews import clock
from reviews.actions.reports import submit_report
from reviews.models import NationalReport, ProgressUpdate, ReportVersion
from reviews.rendering.history import field_changes
from tests.models.transitions import fresh, last_trace, raises, tells
from tests.support import make

FULL = {"data_collection": 100, "analysis": 100, "writing": 100}


def post(report: NationalReport, by: Any, note: str = "", **figures: Any) -> ProgressUpdate:
    return report.post_progress(by=by, expected_version=report.version, note=note, **figures)


# Figures


def test_blank_is_not_zero(cast, report):
    """Not yet reported, and nothing done yet, are two different answers."""
    post(report, cast.vnm, data_collection=0, analysis=None)
    assert fresh(report).figures == (0, None, None)
    update = ProgressUpdate.objects.get()
    assert (update.data_collection, update.analysis, update.writing) == (0, None, None)


def test_the_history_says_not_yet_reported_and_0(cast, report):
    post(report, cast.vnm, writing=0)
    assert ("writing", "not yet reported", "0") in [tuple(d) for d in field_changes(last_trace(report))]


@pytest.mark.parametrize("value", [-1, 101, 32768, 10**9, "many", "5.5"])
@pytest.mark.parametrize("workstream", ["data_collection", "analysis", "writing"])
def test_a_figure_is_a_whole_number_from_0_to_100(workstream, value, cast, report):
    raises(
        ValidationError,
        report.post_progress,
        by=cast.vnm,
        expected_version=report.version,
        **{workstream: value},
    )


@pytest.mark.parametrize("value", [0, 1, 99, 100])
def test_both_ends_are_figures(value, cast, report):
    post(report, cast.vnm, writing=value)
    assert fresh(report).writing == value


@pytest.mark.parametrize(("before", "after"), [(50, 49), (1, 0), (100, None)])
def test_a_figure_that_goes_down_owes_a_note(before, after, cast, report):
    post(report, cast.vnm, analysis=before)
    error: Any = raises(
        ValidationError,
        report.post_progress,
        by=cast.vnm,
        expected_version=report.version,
        analysis=after,
        writing=5,
    )
    assert error.message_dict == {"note": ["This lowers an earlier figure (analysis): say why."]}
    post(report, cast.vnm, "Two provinces counted twice.", analysis=after)
    assert fresh(report).analysis == after
    tells(report, by=cast.vnm, verb="progress", why="Two provinces counted twice.")


def test_all_figures_that_go_down_are_named(cast, report):
    post(report, cast.vnm, **FULL)
    lower = {"data_collection": 10, "analysis": 100, "writing": None}
    error: Any = raises(
        ValidationError, report.post_progress, by=cast.vnm, expected_version=report.version, **lower
    )
    assert "(data collection, writing)" in error.message_dict["note"][0]


@pytest.mark.parametrize(("before", "after"), [(None, 0), (None, 70), (40, 40), (40, 41)])
def test_a_figure_that_does_not_go_down_owes_none(before, after, cast, report):
    if before is not None:
        post(report, cast.vnm, analysis=before)
    post(report, cast.vnm, analysis=after)
    assert fresh(report).analysis == after


def test_a_post_without_anything_is_refused(cast, report):
    blank = dict.fromkeys(FULL)
    error: Any = raises(
        ValidationError, report.post_progress, by=cast.vnm, expected_version=report.version, **blank
    )
    assert error.message_dict == {"note": ["Enter at least one figure or a note."]}


def test_a_note_alone_is_progress(cast, report):
    post(report, cast.vnm, "Waiting for the ministry.", **dict.fromkeys(FULL))
    assert (fresh(report).status, fresh(report).progressed_at) == ("in_progress", clock.now())


# Updates


def test_updates_are_kept_one_after_the_other(cast, report):
    meeting = make.meeting(report.cycle, by=cast.secretariat)
    post(report, cast.vnm, "First", writing=10)
    with clock.at(date(2020, 8, 21)):
        post(report, cast.vnm_team, "Second", writing=20, meeting=meeting)
    told = [
        (u.note, u.writing, u.author, u.meeting, clock.day_of(u.at)) for u in report.progress_updates.all()
    ]
    assert told == [
        ("Second", 20, cast.vnm_team, meeting, date(2020, 8, 21)),
        ("First", 10, cast.vnm, None, date(2020, 8, 20)),
    ]


def test_a_correction_of_a_figure_is_a_new_update(cast, report):
    post(report, cast.vnm, writing=80)
    report.correct(by=cast.admin, expected_version=report.version, why="Typing error", writing=8)
    assert fresh(report).writing == 8
    assert [(u.writing, u.author, u.note) for u in report.progress_updates.all()] == [
        (8, cast.admin, "Typing error"),
        (80, cast.vnm, ""),
    ]
    tells(report, by=cast.admin, verb="corrected", why="Typing error")


def test_a_correction_of_something_else_is_none(cast, report):
    post(report, cast.vnm, writing=80)
    report.correct(
        by=cast.admin, expected_version=report.version, why="Spelling", authors="Ministry of Labour"
    )
    assert report.progress_updates.count() == 1


# Submission


def submit(report: NationalReport, by: Any, **values: Any) -> ReportVersion:
    return submit_report(
        report=report, by=by, expected_version=report.version, **{"file": make.pdf(), **values}
    )


@pytest.mark.parametrize("workstream", FULL)
@pytest.mark.parametrize("value", [None, 0, 99])
def test_a_submission_below_100_owes_a_reason(workstream, value, cast, report):
    post(report, cast.vnm, **FULL | {workstream: value})
    values = {"by": cast.vnm, "expected_version": report.version, "file": make.pdf(), "reason": " "}
    error: Any = raises(ValidationError, submit_report, report=report, **values)
    assert error.message_dict == {"reason": ["A workstream is below 100%: say why you submit all the same."]}
    assert submit(report, cast.vnm, reason="The annex follows.").reason == "The annex follows."


def test_a_complete_report_owes_none(cast, report):
    post(report, cast.vnm, **FULL)
    assert submit(report, cast.vnm).reason == ""


def test_a_submission_is_a_numbered_version_with_a_receipt(cast, report, files_folder):
    post(report, cast.vnm, **FULL)
    cleared = {"cleared_by": "SOCA leader", "cleared_on": date(2020, 8, 19), "clearance_letter": "12/SOCA"}
    version = fresh(
        submit(report, cast.vnm, file=make.pdf("Báo cáo.pdf"), on_behalf_of="Ministry", **cleared)
    )
    assert (version.number, version.submitted_by, version.submitted_at) == (1, cast.vnm, clock.now())
    assert (version.on_behalf_of, version.cleared_by) == ("Ministry", "SOCA leader")
    assert (version.original_name, version.size) == ("Báo cáo.pdf", len(make.PDF))
    assert version.sha256 == hashlib.sha256(make.PDF).hexdigest()
    assert version.download_name == "VNM-mtr-v1.pdf"
    assert version.receipt.version == 4


def test_the_file_is_kept_whole_under_a_name_that_nobody_can_guess(cast, report, files_folder):
    post(report, cast.vnm, **FULL)
    version = submit(report, cast.vnm, file=make.pdf("../../report.pdf"))
    (stored,) = [path for path in files_folder.rglob("*") if path.is_file()]
    assert stored.read_bytes() == make.PDF
    assert stored.parent == files_folder / "reports"
    assert len(stored.stem) == 32
    assert version.original_name == "report.pdf"


def test_versions_are_numbered_and_all_stay(cast, report):
    post(report, cast.vnm, **FULL)
    for number in (1, 2, 3):
        content = make.PDF + b"%" * number
        assert submit(report, cast.vnm, file=make.pdf(content=content)).number == number
        report.start_reading(by=cast.consultant, expected_version=report.version)
        report.return_for_revision(
            by=cast.consultant,
            expected_version=report.version,
            note="Please add annex 2.",
            revise_by=date(2020, 8, 31),
        )
    assert [v.number for v in report.versions.all()] == [1, 2, 3]
    assert (
        len({v.sha256 for v in report.versions.all()}) == len({v.receipt for v in report.versions.all()}) == 3
    )
    assert all(default_storage.exists(v.file.name) for v in report.versions.all())


def test_a_recalled_version_stays_and_the_next_one_has_the_next_number(cast, report):
    report = make.submitted(report, by=cast.vnm)
    report.recall(by=cast.vnm, expected_version=report.version)
    assert submit(report, cast.vnm).number == 2
    assert report.versions.count() == 2


# When it was handed in: what deadlines are measured by


def steps(report: NationalReport, cast: Any, *transitions: tuple[int, str]) -> date | None:
    """Make the transitions on these days of August; the day that then counts as that of handing in."""
    post(report, cast.vnm, **FULL)
    for day, transition in transitions:
        with clock.at(date(2020, 8, day)):
            step(report, cast, transition)
    handed_in = fresh(report).handed_in_at
    return handed_in and clock.day_of(handed_in).day


def step(report: NationalReport, cast: Any, transition: str) -> None:
    expected_version = report.version
    match transition:
        case "submit":
            submit(report, cast.vnm)
        case "recall":
            report.recall(by=cast.vnm, expected_version=expected_version)
        case "return":
            report.start_reading(by=cast.consultant, expected_version=expected_version)
            report.return_for_revision(
                by=cast.consultant,
                expected_version=report.version,
                note="Please add annex 2.",
                revise_by=date(2020, 8, 31),
            )
        case "accept":
            report.start_reading(by=cast.consultant, expected_version=expected_version)
            report.accept(by=cast.consultant, expected_version=report.version)


HANDED_IN = [
    ([], None),
    ([(20, "submit")], 20),
    ([(20, "submit"), (21, "recall")], None),  # as if it had never been handed in
    ([(20, "submit"), (21, "recall"), (24, "submit")], 24),
    ([(20, "submit"), (22, "return")], 20),  # it was in time; what comes back is work, not lateness
    ([(20, "submit"), (22, "return"), (28, "submit")], 20),
    ([(20, "submit"), (22, "return"), (28, "submit"), (29, "recall")], 20),
    ([(20, "submit"), (21, "recall"), (24, "submit"), (25, "return"), (28, "submit")], 24),
    ([(20, "submit"), (22, "return"), (28, "submit"), (29, "accept")], 20),
]  # fmt: skip


@pytest.mark.parametrize(("transitions", "day"), HANDED_IN, ids=lambda value: str(value))
def test_the_first_submission_that_was_not_taken_back_counts(transitions, day, cast, report):
    assert steps(report, cast, *transitions) == day


# Questions about many reports


def test_who_has_been_silent(cast):
    """NULL, no progress at all, is silence too; whoever has handed in is not asked."""
    with clock.at(date(2020, 8, 1)):
        cycle = make.cycle("mtr", by=cast.secretariat)
    report, lao = make.report(cycle, "VNM"), make.report(cycle, "LAO")
    with clock.at(date(2020, 8, 10)):
        post(report, cast.vnm, writing=10)
    since = clock.end_of(date(2020, 8, 9))
    assert silent(cycle, since) == [lao]
    assert silent(cycle, clock.now()) == [lao, report]
    make.submitted(lao, by=cast.lao)
    assert silent(cycle, clock.now()) == [report]


def silent(cycle, moment) -> list[NationalReport]:
    reports = NationalReport.objects.filter(cycle=cycle).order_by("member_state__code")
    return [report for report in reports if report.is_silent_since(moment)]


def test_a_handed_in_report_is_to_be_read(cast, report):
    make.in_status("being_read", report, cast)
    lao = make.report(report.cycle, "LAO")
    assert (make.report(report.cycle, "VNM").is_to_read, lao.is_to_read) == (True, False)


def test_the_same_file_again_is_recognised(report, cast):
    in_progress = make.in_status("in_progress", report, cast)
    contents = [make.PDF, make.PDF + b"%", make.PDF, make.PDF]
    for content in contents:
        submit(in_progress, cast.vnm, file=make.pdf(content=content), reason="More follows.")
        in_progress.recall(by=cast.vnm, expected_version=in_progress.version)
    versions = in_progress.versions.with_repetition()
    assert [version.repeats for version in versions] == [None, None, 1, 3]
    assert {version.pages for version in versions} == {1}


def test_the_file_of_another_report_is_no_repetition(cycle, cast):
    for code, by in (("VNM", cast.vnm), ("LAO", cast.lao)):
        report = make.report(cycle, code)
        post(report, by, **FULL)
        assert submit(report, by).report.versions.with_repetition().get().repeats is None
