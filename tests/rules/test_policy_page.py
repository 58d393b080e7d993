"""docs/policy.md says what `policy.py` does, and every action has its sentence."""

import re
from dataclasses import replace
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import call_command

from reviews import policy
from reviews.management.commands.print_policy import render_policy

PAGE = settings.BASE_DIR / "docs" / "policy.md"
# "word.word" in these files is the name of an action unless a file is named so.
ACTION = re.compile(r'"([a-z]+\.[a-z_]+)"')
ENDINGS = ("csv", "html", "txt", "xlsx", "docx")


def printed() -> str:
    out = StringIO()
    call_command("print_policy", stdout=out)
    return out.getvalue()


def granted() -> set[str]:
    duties = [*policy.ROLE_GRANTS.values(), policy.ADMINISTRATOR]
    return {action for duty in duties for action in duty.own | duty.everywhere | duty.shared}


def test_the_page_is_as_printed():
    assert PAGE.read_text() == printed(), "print it anew: manage.py print_policy > docs/policy.md"


def test_a_right_more_is_a_page_that_differs(monkeypatch):
    """So that the test above cannot pass whatever the policy says."""
    duty = policy.ROLE_GRANTS["observer"]
    monkeypatch.setitem(policy.ROLE_GRANTS, "observer", replace(duty, shared=duty.shared | {"report.read"}))
    assert PAGE.read_text() != render_policy()


def test_every_action_has_a_sentence_and_somebody_who_may():
    assert granted() == set(policy.ACTIONS)


@pytest.mark.parametrize("folder", ["models", "views", "admin", "."])
def test_every_action_that_is_asked_for_is_there(folder):
    files = (settings.BASE_DIR / "reviews" / folder).glob("*.py")
    asked = {word for file in files for word in ACTION.findall(file.read_text())}
    asked = {word for word in asked if word.partition(".")[0] in nouns() and not word.endswith(ENDINGS)}
    assert asked
    assert asked <= set(policy.ACTIONS)


def nouns() -> set[str]:
    return {action.partition(".")[0] for action in policy.ACTIONS}
