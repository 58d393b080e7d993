"""What a form offers is what may be chosen: the members of the cycle, not every organisation there is."""

import re

import pytest
from django.urls import reverse

from tests.support import make


@pytest.mark.parametrize(("name", "field"), [("deadline-add", "only_for"), ("disruption-add", "countries")])
def test_only_members_are_offered(name, field, cycle, cast, sign_in):
    make.organisation("KHM")
    page = sign_in(cast.secretariat).get(reverse(name, args=["mtr"]))
    offered = [str(label) for _value, label in page.context["form"].fields[field].widget.choices]
    assert offered == ["Lao PDR", "Viet Nam"]
    assert page.content.decode().count(f'name="{field}"') == 2


@pytest.mark.parametrize(
    ("who", "name", "more"),
    [
        ("secretariat", "meeting-add", []),
        ("secretariat", "disruption-add", []),
        ("secretariat", "meeting-add-part", ["3", "actions"]),
        ("vnm", "finding-add", []),
        ("vnm", "datagap-add", []),
        ("vnm", "report-authors", ["VNM"]),
    ],
)
def test_an_empty_choice_says_what_it_means(who, name, more, report, cast, sign_in):
    make.meeting(report.cycle, by=cast.secretariat)
    page = sign_in(getattr(cast, who)).get(reverse(name, args=["mtr", *more]))
    empty = re.findall(r'<option value=""[^>]*>([^<]*)', page.content.decode())
    assert empty
    assert not [text for text in empty if "--" in text]
