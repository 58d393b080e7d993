"""Nobody lets anybody into a side of the guidance but an administrator."""

from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.urls import reverse

from reviews import policy
from reviews.models import Invitation, Role
from tests.accounts.test_invitations import CHOSEN, page_of
from tests.support import grids, make

# Who gives which role.
TABLE = """
                  vnm  vnm_team  consultant  lead  secretariat  observer  admin
coordinator        no        no          no    no           no        no    yes
team               no        no          no    no           no        no    yes
consultant         no        no          no    no           no        no    yes
lead_consultant    no        no          no    no           no        no    yes
secretariat        no        no          no    no          yes        no    yes
observer           no        no          no    no          yes        no    yes
"""


@pytest.mark.parametrize(("role", "person", "told"), grids.cells(TABLE))
def test_who_gives_which_role(role, person, told, cast):
    assert (Role(role) in policy.roles_given_by(getattr(cast, person))) is (told == "yes")


def test_every_role_has_a_line():
    assert set(dict(grids.read(TABLE))) == set(Role.values) == set(policy.ROLE_GIVING)


@pytest.mark.parametrize("role", ["coordinator", "team", "consultant", "lead_consultant"])
def test_the_secretariat_invites_nobody_into_a_side(role, cast, sign_in):
    """Not even itself, and not past the form either."""
    typed = {
        "email": "me@asean.example",
        "name": "Me",
        "role": role,
        "organisation": cast.vnm.organisation_id,
    }
    page = sign_in(cast.secretariat).post(reverse("admin:reviews_invitation_add"), typed)
    assert "role" in page.context["adminform"].form.errors
    with pytest.raises(ValidationError, match="Only an administrator"):
        make.invitation(by=cast.secretariat, role=role)
    assert (Invitation.objects.count(), mail.outbox) == (0, [])


@pytest.mark.parametrize(("name", "offered"), [("secretariat", 2), ("admin", 6)])
def test_only_roles_that_may_be_given_are_offered(name, offered, cast, sign_in):
    page = sign_in(getattr(cast, name)).get(reverse("admin:reviews_invitation_add"))
    field = page.context["adminform"].form.fields["role"]
    assert len(field.choices) == offered + 1
    assert ("An administrator invites people of a country" in page.content.decode()) is (
        name == "secretariat"
    )


@pytest.mark.parametrize("lost", [{"is_active": False}, {"is_superuser": False, "role": "observer"}])
def test_an_invitation_works_no_longer_than_the_right_to_send_it(lost: dict[str, Any], cast, client):
    _made, key = make.invitation(by=cast.admin)
    cast.admin.change_traced(by=None, expected_version=cast.admin.version, **lost)
    assert client.post(page_of(key), CHOSEN).status_code == 404
