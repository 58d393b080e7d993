"""Addresses, filters and sorting that do not exist: a page in the site's look says so."""

import pytest

from tests.support import steps
from tests.support.invalid_input import HUGE, in_the_sites_look, text

ADDRESSES: list[tuple[str, str]] = [
    ("/cycles/mtr/datagaps/?colour=red", "This list has no filter called “colour”."),
    ("/cycles/mtr/datagaps/?<b>=1", "This list has no filter called “<b>”."),
    ("/cycles/mtr/datagaps/?per_page=9999", "This list has no filter called “per_page”."),
    ("/cycles/mtr/datagaps/?missing__regex=(a%2B)%2B$", "This list has no filter called “missing__regex”."),
    (
        "/cycles/mtr/actions/?owner__password__startswith=a",
        "This list has no filter called “owner__password__st",
    ),
    ("/cycles/mtr/reports/?sort=colour", "This list cannot be sorted by “colour”."),
    ("/cycles/mtr/reports/?sort=status,colour", "This list cannot be sorted by “colour”."),
    ("/cycles/mtr/reports/?sort=--status", "This list cannot be sorted by “-status”."),
    ("/cycles/mtr/reports/?sort=cycle__name_en", "This list cannot be sorted by “cycle__name_en”."),
    ("/cycles/mtr/actions/?sort=holder", "This list cannot be sorted by “holder”."),
    ("/cycles/mtr/meetings/?page=0", "This list has no page “0”."),
    ("/cycles/mtr/meetings/?page=99", "This list has no page “99”."),
    ("/cycles/mtr/meetings/?page=last", "This list has no page “last”."),
    ("/cycles/mtr/meetings/?page=-1", "This list has no page “-1”."),
    (f"/cycles/mtr/meetings/?page={HUGE}", "This list has no page “9999999999"),
    ("/cycles/mtr/deadlines/?_export=pdf", "Lists can be taken away as csv or xlsx, not as “pdf”."),
    ("/cycles/mtr/?as_of=yesterday&_export=csv", "That is not a day for which there is a board."),
    ("/cycles/mtr/progress-report/docx/?until=yesterday", "These are not two days between which there is"),
    ("/cycles/mtr/reports/vnm/", "It does not exist, or it is not shared with your role."),
    ("/cycles/mtr/datagaps/VNM-0/", "It does not exist"),
    ("/cycles/mtr/datagaps/VNM-99999999999/", "It does not exist"),
    ("/cycles/mtr/deadlines/999999999/", "It does not exist"),
    ("/cycles/mtr/reports/VNM/versions/999999999/", "It does not exist"),
    ("/cycles/mtr/reports/VNM/versions/32768/file/", "It does not exist"),
    ("/cycles/mtr/meetings/nowhere/", "It does not exist"),
    ("/cycles/mtr/meetings/3/guests/add/", "It does not exist"),
    ("/cycles/nowhere/", "It does not exist"),
    ("/cycles/%00/", "It does not exist"),
    ("/cycles/mtr/%ED%A0%80/", "It does not exist"),
    ("/" + "x" * 5_000, "It does not exist"),
]


@pytest.mark.parametrize(("url", "words"), ADDRESSES, ids=lambda value: str(value)[:45])
def test_an_address_that_does_not_exist(url, words, cast, cycle, sign_in):
    browser = sign_in(cast.secretariat)
    browser.raise_request_exception = False
    answer = browser.get(url)
    assert answer.status_code == 404
    assert words in text(answer)
    assert "<b>" not in answer.content.decode()
    in_the_sites_look(answer)


OF_DAYS = [
    ("/cycles/mtr/", "as_of", "yesterday", "Enter a valid date."),
    ("/cycles/mtr/", "as_of", "2020-02-30", "Enter a valid date."),
    ("/cycles/mtr/", "as_of", "21/8/2020", "That day has not come yet."),
    ("/cycles/mtr/pictures/", "as_of", "2563-08-11", "looks like a Buddhist year"),
    ("/cycles/mtr/progress-report/", "since", "soon", "Enter a valid date."),
    ("/cycles/mtr/progress-report/", "until", "21/8/2020", "That day has not come yet."),
    ("/cycles/mtr/progress-report/", "since", "20/8/2020", "The first day comes after the last one."),
]


@pytest.mark.parametrize(("url", "name", "typed", "words"), OF_DAYS)
def test_a_mistyped_day_is_an_error_beside_its_field(url, name, typed, words, cast, cycle, sign_in):
    """With what was typed, on the page of today."""
    answer = sign_in(cast.secretariat).get(url, {name: typed})
    assert answer.status_code == 200
    page = text(answer)
    assert words in page
    assert f'value="{typed}"' in page
    assert f'id="{name}_error"' in page
    assert f'aria-describedby="{name}_error"' in page
    assert "As of the end of" not in page or "progress-report" in url


UNKNOWN_VALUES = [
    ("report-list", "status", "unheard_of"), ("report-list", "member_state", "XYZ"), ("datagap-list", "kind", "x"),
    ("datagap-list", "key_result_area", "Z.9"), ("datagap-list", "q", "a\0b"), ("datagap-list", "q", "x" * 101),
    ("deadline-list", "output", "x"), ("meeting-list", "series", "x"), ("action-list", "status", "x"),
    ("progress-list", "since", "soon"), ("progress-list", "since", "2020-02-30"),
]  # fmt: skip


@pytest.mark.parametrize(("page", "name", "value"), UNKNOWN_VALUES)
def test_a_filter_value_that_does_not_exist(page, name, value, cast, cycle, sign_in):
    """The list is empty, and its form says why."""
    made = steps.world(page, cast, cycle)
    answer = sign_in(cast.secretariat).get(steps.address(page, made), {name: value})
    assert answer.status_code == 200
    assert answer.context["filter"].form.errors[name][0] in text(answer)
    assert len(answer.context["table"].rows) == 0
