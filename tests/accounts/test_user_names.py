"""No user name looks like another one, and no value of one line holds two."""

import unicodedata
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from reviews.models import Organisation, User
from reviews.models.validators import validate_distinct_letters
from tests.accounts.sign_in import come_in
from tests.accounts.test_invitations import CHOSEN, page_of
from tests.admin.pages import correct
from tests.support import make

LOOK_ALIKE = [
    "vnm.c\u043eordinator",  # Cyrillic о
    "\u0430\u0441\u0435",  # асе, Cyrillic throughout
    "vnm.co\u03bfrdinator",  # Greek omicron
    "\u03bd\u03bd\u03bf",  # ννο, Greek throughout
    "l\u0131nh",  # ı without its dot
    "\u0261iang",  # ɡ of the phonetic alphabet
    "\uff56\uff4e\uff4d",  # full width
    "\ufb01nance",  # ﬁ as one sign
    "linh\u0e01",  # Latin and Thai
    "vnm.coordinat\u14cfr",  # of another script altogether
    "vnm.c\u0ed0\u0ed0rdinator",  # ໐, a Lao zero
]
PLAIN = [
    "linh.nguyen",
    "nguy\u1ec5n_v\u0103n.\u0111\u1ea1t",
    "Jos\u00e9-7",
    "\u0e2a\u0e21\u0e0a\u0e32\u0e22",
    "linh+1@moh.example",
    "007",
]


@pytest.mark.parametrize("name", LOOK_ALIKE)
def test_a_name_that_could_look_like_another_is_refused(name, cast, client, sign_in):
    _made, key = make.invitation(by=cast.admin)
    page = client.post(page_of(key), CHOSEN | {"username": name})
    assert "username" in page.context["form"].errors
    answer = correct(sign_in(cast.admin), cast.vnm, username=name, why="Shorter")
    assert "username" in answer.context["adminform"].form.errors
    with pytest.raises(ValidationError):
        make.user(name, "team", cast.vnm.organisation)


@pytest.mark.parametrize("name", PLAIN)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_other_names_are_taken(name, form):
    validate_distinct_letters(unicodedata.normalize(form, name))


def test_a_name_that_differs_in_marks_only_is_taken_already(cast, client):
    _made, key = make.invitation(by=cast.admin)
    page = client.post(page_of(key), CHOSEN | {"username": "vnm.coordin\u00e4tor"})
    assert "looks like one that is taken" in str(page.context["form"].errors["username"])


def test_who_has_such_a_name_already_is_changed_all_the_same(cast, sign_in):
    """It came with an older release; only a new name is judged."""
    User.objects.filter(pk=cast.vnm.pk).update_if_version(cast.vnm.version, username=LOOK_ALIKE[0])
    person = User.objects.get(pk=cast.vnm.pk)
    assert person.change_traced(by=None, expected_version=person.version, name="Linh").name == "Linh"


def test_a_name_typed_decomposed_opens_the_account(cast):
    person = make.user("nguy\u1ec5n", "team", cast.vnm.organisation)
    assert come_in(unicodedata.normalize("NFD", person.username)).status_code == 302


def test_without_single_sign_on_its_button_makes_no_account(cast, client):
    """Sent by hand: there is no such button then."""
    _made, key = make.invitation(by=cast.admin)
    page = client.post(page_of(key), {"username": "new.person", "sign-on": "1"})
    assert (page.status_code, {*page.context["form"].errors}) == (200, {"password1", "password2"})
    assert client.get(page_of(key) + "?sign-on=1").status_code == 200


BREAKS = ["\n", "\r\n", "\r", "\x0b", "\x0c", "\x1e", "\x85", "\u2028", "\u2029"]


@pytest.mark.parametrize("line_break", BREAKS)
def test_a_line_break_in_a_value_of_one_line_is_refused(line_break, cast):
    two_lines = f"Linh{line_break}Bcc: everybody"
    with pytest.raises(ValidationError, match="on one line"):
        cast.vnm.change_traced(by=None, expected_version=cast.vnm.version, name=two_lines)
    with pytest.raises(ValidationError) as caught:
        make.organisation("ONE", name=two_lines)
    assert set(caught.value.message_dict) == {"name_en"}
    assert not Organisation.objects.filter(code="ONE").exists()


def test_it_is_told_beside_its_field(cast, sign_in):
    answer: Any = correct(sign_in(cast.admin), cast.vnm, name="Linh\nNguyen", why="Married")
    form = answer.context["adminform"].form
    assert ({*form.errors}, form["name"].value()) == ({"name"}, "Linh\nNguyen")
