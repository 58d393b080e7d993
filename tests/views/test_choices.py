"""What a form offers is what may be chosen: the members of the cycle, not every organisation there is."""

import pytest
from django.urls import reverse

from tests import make


@pytest.mark.parametrize(("name", "field"), [("deadline-add", "only_for"), ("disruption-add", "countries")])
def test_only_members_are_offered(name, field, cycle, cast, sign_in):
    make.organisation("KHM")
    page = sign_in(cast.secretariat).get(reverse(name, args=["mtr"]))
    offered = [str(label) for _value, label in page.context["form"].fields[field].widget.choices]
    assert offered == ["Lao PDR", "Viet Nam"]
    assert page.content.decode().count(f'name="{field}"') == 2
