"""Who may do what: the table that the product was built from, line by line."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied

from reviews import policy
from reviews.models import DataGap, NationalReport, Role
from tests.support import grids, make

# About a record of Viet Nam. yes: may. 403: may read it, but not do this. 404: it does not exist for them.
TABLE = """
                       vnm  vnm_team  lao  consultant  lead  secretariat  observer  admin
report.read            yes       yes  404         yes   yes          yes       404    yes
datagap.read           yes       yes  404         yes   yes          yes       404    yes
extension.read         yes       yes  404         yes   yes          yes       404    yes
report.update          yes       yes  404         403   403          403       404    403
datagap.edit           yes       yes  404         403   403          403       404    403
report.submit          yes       403  404         403   403          403       404    403
report.recall          yes       403  404         403   403          403       404    403
report.appoint         yes       403  404         403   403          403       404    403
report.start_reading   403       403  404         yes   yes          403       404    403
report.return          403       403  404         yes   yes          403       404    403
report.accept          403       403  404         yes   yes          403       404    403
guidance.write         403       403  404         yes   yes          403       404    403
guidance.approve       403       403  404         403   yes          403       404    403
extension.ask          yes       403  404         403   403          403       404    403
finding.read           yes       yes  404         yes   yes          yes       404    yes
finding.edit           yes       yes  404         403   403          403       404    403
deadline.record        yes       403  404         403   403          yes       404    403
explanation.ask        403       403  404         yes   yes          yes       404    403
explanation.give       yes       yes  404         403   403          403       404    403
"""

# Of the cycle as a whole. own: the cycles, deadlines and meetings of the own country; shared: what was shared.
COMMON = """
                  vnm  vnm_team  lao  consultant  lead  secretariat  observer  admin
cycle.read        own       own  own         yes   yes          yes    shared    yes
deadline.read     own       own  own         yes   yes          yes    shared    yes
meeting.read      own       own  own         yes   yes          yes    shared    yes
deadline.set       no        no   no          no    no          yes        no     no
account.invite     no        no   no          no    no          yes        no    yes
extension.decide   no        no   no          no    no          yes        no     no
extension.set      no        no   no          no    no          yes        no     no
meeting.run        no        no   no          no    no          yes        no     no
cycle.run          no        no   no          no    no          yes        no    yes
reference.edit     no        no   no          no    no          yes        no    yes
record.correct     no        no   no          no    no           no        no    yes
action.papers      no        no   no         yes   yes          yes        no    yes
action.verify      no        no   no          no   yes          yes        no     no
reminder.send      no        no   no          no    no          yes        no     no
deadline.follow    no        no   no          no    no          yes        no    yes
difficulty.read    no        no   no         yes   yes          yes        no    yes
disruption.edit    no        no   no          no    no          yes        no     no
disruption.read   own       own  own         yes   yes          yes        no    yes
method.read       own       own  own         yes   yes          yes        no    yes
follow_up.mark     no        no   no         yes   yes          yes        no     no
timeliness.read   own       own  own          no    no          yes        no     no
pending.read      own        no  own         yes   yes          yes        no    yes
minutes.read      own       own  own         yes   yes          yes        no    yes
people.read        no        no   no          no    no          yes        no    yes
people.arrange     no        no   no          no    no          yes        no    yes
mail.read          no        no   no          no    no          yes        no    yes
plan.edit          no        no   no          no    no          yes        no     no
view.share           no        no   no          no    no          yes        no    yes
plan.read         own       own  own         yes   yes          yes        no    yes
"""
REACH = {
    "own": policy.Scope.OWN, "yes": policy.Scope.EVERYWHERE, "shared": policy.Scope.SHARED,
    "no": policy.Scope.NOTHING,
}  # fmt: skip


@pytest.mark.parametrize(("action", "person", "told"), grids.cells(TABLE))
def test_of_a_countrys_record(action, person, told, cast, report):
    user = getattr(cast, person)
    readable = NationalReport.objects.visible_to(user).filter(pk=report.pk).exists()
    assert answer(readable, policy.may(user, action, report)) == told


def answer(readable: bool, may: bool) -> str:
    if not readable:
        assert not may  # nobody acts on what they cannot read
        return "404"
    return "yes" if may else "403"


@pytest.mark.parametrize(("action", "person", "told"), grids.cells(COMMON))
def test_of_the_cycle(action, person, told, cast):
    assert policy.scope_of(getattr(cast, person), action) is REACH[told]


def test_every_action_has_a_line():
    duties = [*policy.ROLE_GRANTS.values(), policy.ADMINISTRATOR]
    actions = {action for duty in duties for action in duty.own | duty.everywhere | duty.shared}
    assert actions == set(dict(grids.read(TABLE))) | set(dict(grids.read(COMMON)))


@pytest.mark.parametrize("role", Role.values)
def test_every_role_is_a_duty_in_a_sentence(role):
    assert str(policy.ROLE_GRANTS[role].sentence).endswith(".")


def test_a_refusal_is_a_403_that_says_so(cast, report):
    policy.require(cast.vnm, "report.update", report)
    with pytest.raises(PermissionDenied, match="Your role does not include this step"):
        policy.require(cast.secretariat, "report.update", report)


def test_a_right_of_the_own_country_needs_a_country(cast):
    assert not policy.may(cast.vnm, "report.update")


@pytest.mark.parametrize("action", [*dict(grids.read(TABLE)), *dict(grids.read(COMMON))])
def test_visitors_and_disabled_accounts_reach_nothing(action, cast, report):
    for person in (cast.vnm, cast.lead, cast.secretariat, cast.admin):
        person.is_active = False
        assert policy.scope_of(person, action) is policy.Scope.NOTHING
    for nobody in (AnonymousUser(), None):
        assert policy.scope_of(nobody, action) is policy.Scope.NOTHING


def test_disabled_accounts_see_no_rows(cast, report):
    make.gap(report, by=cast.vnm)
    assert DataGap.objects.visible_to(cast.vnm).exists()
    cast.vnm.is_active = False
    assert not DataGap.objects.visible_to(cast.vnm).exists()


def test_an_administrator_of_a_country_has_no_duty_of_that_country(cast, report):
    """Administrators correct in the administration, with a reason; they do not report for a country."""
    chief = make.user("chief", Role.COORDINATOR, cast.vnm.organisation, is_superuser=True)
    assert not policy.may(chief, "report.update", report)
    assert policy.may(chief, "record.correct", report)


PEOPLE = ("vnm", "vnm_team", "lao", "consultant", "lead", "observer", "secretariat", "admin")


@pytest.mark.parametrize("person", PEOPLE)
def test_who_opens_the_administration(person, cast: Any):
    user = getattr(cast, person)
    assert policy.opens_admin(user) is user.is_staff is (person in ("secretariat", "admin"))
    assert user.has_perm("reviews.change_nationalreport") is (person == "admin")
