"""Every right of every role has a page that works: what the policy gives, people can do."""

from typing import Any

import pytest
from django.urls import reverse

from reviews import policy
from reviews.views.form_pages import TransitionPage
from tests.rules.test_locked import PAGES as VIEWS
from tests.support import steps
from tests.support.browsers import undone

# Where each right is used. The names of pages; in the administration with "admin:".
PAGES = {
    "cycle.read": "board pictures calendar framework cycle cycles",
    "cycle.run": "cycle-add cycle-edit cycle-seat cycle-body-add cycle-body-edit cycle-body-take-out cycle-bodies"
    " cycle-open cycle-close cycle-reopen cycle-copy cycle-setup"
    " cycle-framework framework-import cycle-members members-import framework-amend"
    " framework-add setup",
    "report.read": "report report-list report-version report-files report-history",
    "report.update": "report-update report-coverage-edit",
    "report.submit": "report-submit",
    "report.recall": "report-recall",
    "report.appoint": "report-authors",
    "report.start_reading": "report-start-reading",
    "report.return": "report-return",
    "report.accept": "report-accept",
    "datagap.read": "datagap datagap-list report-gaps",
    "datagap.edit": "datagap-add datagap-edit datagap-take-up datagap-close datagap-reopen datagap-ask-guidance"
    " datagap-answer",
    "finding.read": "finding finding-list report-findings",
    "finding.edit": "finding-add finding-edit finding-finalise finding-withdraw",
    "guidance.write": "datagap-question difficulty-add datagap-advise method-add",
    "guidance.approve": "advice-approve",
    "difficulty.read": "difficulty difficulty-list",
    "method.read": "method method-list",
    "deadline.read": "deadline deadline-list",
    "deadline.set": "cycle-deadlines cycle-phases deadline-add deadline-edit",
    "deadline.record": "delivery-take-back",
    "deadline.follow": "meeting-edit",
    "extension.read": "extension-list",
    "extension.ask": "extension-ask",
    "extension.set": "extension-set",
    "extension.decide": "extension-decide extension-decide-all",
    "reminder.send": "remind reminder-schedule",
    "explanation.ask": "explanation-ask",
    "explanation.give": "explanation-give",
    "meeting.read": "meeting meeting-list",
    "meeting.run": "meeting-add meeting-edit meeting-hold meeting-cancel meeting-add-part round-open round-turn"
    " round-close minutes-draft minutes-section minutes-circulate minutes-adopt agenda-conclude",
    "minutes.read": "minutes brief",
    "action.papers": "action-file",
    "action.verify": "action-verify",
    "follow_up.mark": "follow-up-list follow-up-add follow-up-remove",
    "pending.read": "pending-list",
    "timeliness.read": "timeliness",
    "disruption.read": "disruption disruption-list",
    "disruption.edit": "disruption-add disruption-edit",
    "plan.read": "plan",
    "plan.edit": "cycle-ladder cycle-ladder-copy plan-add plan-edit plan-outcome",
    "account.invite": "admin:reviews_invitation_add invite invite-sheet invitation-withdraw",
    "people.read": "people person person-hand-over invitation-list",
    "mail.read": "mail-list mail-again",
    "view.share": "saved-view-add",
    "people.arrange": "person-alternate person-away",
    "reference.edit": "admin:index admin:reviews_gapkind_add admin:reviews_organisation_add",
    "record.correct": "admin:reviews_nationalreport_changelist admin:reviews_datagap_changelist",
}
# An administrator corrects a meeting's days in the administration; deadlines move along.
OF_ADMINISTRATORS = {"deadline.follow": "admin:reviews_meeting_add"}
PEOPLE = {
    "coordinator": "vnm",
    "team": "vnm_team",
    "consultant": "consultant",
    "lead_consultant": "lead",
    "secretariat": "secretariat",
    "observer": "observer",
    "": "admin",
}


def rights(role: str) -> list[str]:
    grant = policy.ROLE_GRANTS[role] if role else policy.ADMINISTRATOR
    return sorted(grant.own | grant.everywhere | grant.shared)


def test_every_right_has_its_pages():
    assert set(PAGES) == set(policy.ACTIONS)
    assert set(PEOPLE) == {*policy.ROLE_GRANTS, ""}


@pytest.mark.parametrize(("role", "right"), [(role, right) for role in PEOPLE for right in rights(role)])
def test_a_page_that_works(role, right, cast, cycle, sign_in):
    browser = sign_in(getattr(cast, PEOPLE[role]))
    pages = (OF_ADMINISTRATORS if role == "" else {}).get(right, PAGES[right])
    for page in pages.split():
        with undone():  # each page has a world of its own
            assert works(page, browser, cast, cycle), page
        cycle.refresh_from_db()


def works(page: str, browser: Any, cast: Any, cycle: Any) -> bool:
    """Whether the page opens, or the step is done that is taken with a button."""
    if page.startswith("admin:"):
        return bool(browser.get(reverse(page)).status_code == 200)
    made = steps.world(page, cast, cycle)
    url = steps.address(page, made)
    if VIEWS[page] and issubclass(VIEWS[page], TransitionPage):
        return bool(browser.post(url, steps.typed(page, made)).status_code == 302)
    return bool(browser.get(url).status_code == 200)
