"""What waits for a person."""

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
