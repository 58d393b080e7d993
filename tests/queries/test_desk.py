"""What waits for a person."""

from datetime import date

from reviews import clock
from reviews.models import User
from reviews.queries import desk
from tests.support import make


def test_a_report_whose_reader_has_left_waits_for_the_others(cast, report):
    make.submitted(report, by=cast.vnm)
    report.start_reading(by=cast.consultant, expected_version=report.version)
    assert not list(desk.reports_to_read(cast.lead, desk.reports_of(cast.lead, [report.cycle])))
    person = User.objects.get(pk=cast.consultant.pk)
    person.change_traced(by=cast.admin, expected_version=person.version, is_active=False)
    (task,) = desk.reports_to_read(cast.lead, desk.reports_of(cast.lead, [report.cycle]))
    assert task.what == "Viet Nam: read the report"


def test_or_whose_reader_has_another_role_by_now(cast, report):
    make.submitted(report, by=cast.vnm)
    report.start_reading(by=cast.consultant, expected_version=report.version)
    person = User.objects.get(pk=cast.consultant.pk)
    person.change_traced(by=cast.admin, expected_version=person.version, role="observer")
    (task,) = desk.reports_to_read(cast.lead, desk.reports_of(cast.lead, [report.cycle]))
    assert task.what == "Viet Nam: read the report"


def test_of_a_country_whose_figures_are_complete_no_progress_is_missed(cast, cycle, report):
    """What it still has to hand in is a matter of its deadlines."""
    lao = make.report(cycle, "LAO")
    with clock.at(date(2020, 9, 1)):
        report.post_progress(
            by=cast.vnm, expected_version=report.version, data_collection=100, analysis=100, writing=100
        )
        lao.post_progress(by=cast.lao, expected_version=lao.version, data_collection=100, analysis=99)
    with clock.at(date(2020, 10, 1)):
        reports = desk.reports_of(cast.secretariat, [cycle])
        tasks = list(desk.silent_reports(cast.secretariat, reports))
    assert [task.what for task in tasks] == ["Lao PDR: no progress for 30 days"]
