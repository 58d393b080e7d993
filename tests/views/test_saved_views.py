"""Saved views: filters, order and columns of any list under a name; sharing, the default, taking over."""

import re
from html import unescape
from urllib.parse import quote

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from reviews.models import DefaultView, EditConflict, ListName, SavedView, Trace, User
from reviews.models.saved_views import MOST_VIEWS, OF_THE_SITE, READ_PERMISSIONS
from reviews.queries.people import held_by, with_held
from reviews.views.base import ListPage
from tests.rules.test_locked import PAGES
from tests.support import make, steps

BOARD = "/cycles/mtr/"


@pytest.fixture(autouse=True)
def open_cycle(cycle, report):
    return cycle


def words(answer) -> str:
    return " ".join(unescape(re.sub("<[^>]*>", " ", answer.content.decode())).split())


def add_url(address: str) -> str:
    return f"{reverse('saved-view-add')}?of={quote(address, safe='')}"


def links_to_save(answer) -> list[str]:
    return [unescape(url) for url in re.findall(r'href="(/saved-views/add/[^"]*)"', answer.content.decode())]


def test_a_view_is_saved_listed_and_removed(cast, sign_in):
    browser = sign_in(cast.secretariat)
    assert links_to_save(browser.get(BOARD)) == []  # nothing to save yet
    (url,) = links_to_save(browser.get(BOARD, {"figures": "none", "sort": "-gaps", "page": "1"}))
    assert url == add_url(f"{BOARD}?figures=none&sort=-gaps")
    answer = browser.post(url, {"name": "Silent ones"})
    view = SavedView.objects.get()
    assert answer["Location"] == f"{BOARD}?open={view.pk}"
    opened = browser.get(answer["Location"])
    assert opened["Location"] == f"{BOARD}?figures=none&sort=-gaps&view={view.pk}"
    page = browser.get(opened["Location"]).content.decode()
    assert f'<a href="?open={view.pk}" aria-current="true">Silent ones</a>' in page
    assert "Silent ones" not in sign_in(cast.consultant).get(BOARD).content.decode()

    remove = reverse("saved-view-remove", args=[view.pk])
    assert sign_in(cast.consultant).post(remove, {"version": 1}).status_code == 404
    assert browser.post(remove, {"version": 1}).status_code == 302
    assert not SavedView.objects.kept().exists()
    assert "Silent ones" not in words(browser.get(BOARD))
    assert [row.verb for row in Trace.objects.filter(model="reviews.savedview")] == ["changed", "created"]


def test_a_view_of_the_same_name_is_refused_beside_the_field(cast, sign_in):
    browser, url = sign_in(cast.observer), add_url(f"{BOARD}?with=country")
    assert browser.post(url, {"name": "Mine"}).status_code == 302
    answer = browser.post(url, {"name": "Mine"})
    assert answer.status_code == 200
    assert "You have a view of this name already." in answer.context["form"].errors["name"]
    assert browser.post(url, {"name": " "}).status_code == 200
    assert SavedView.objects.count() == 1


def test_a_name_is_free_again_after_the_view_was_removed(cast, cycle):
    view = make.saved_view(cast.vnm, cycle)
    with pytest.raises(ValidationError):
        make.saved_view(cast.vnm, cycle)
    view.remove(by=cast.vnm, expected_version=1)
    assert make.saved_view(cast.vnm, cycle).name == view.name


def test_views_are_not_endless(cast, cycle, sign_in):
    for n in range(MOST_VIEWS):
        make.saved_view(cast.vnm, cycle, name=f"{n}")
    answer = sign_in(cast.vnm).post(add_url(f"{BOARD}?with=country"), {"name": "One more"})
    assert "remove one first" in words(answer)


def test_a_long_address_is_no_view(cast, sign_in):
    answer = sign_in(cast.vnm).post(add_url(f"{BOARD}?with={'x' * 600}"), {"name": "Long"})
    assert answer.status_code == 200
    assert "too long to be saved" in words(answer)
    assert not SavedView.objects.exists()


@pytest.mark.parametrize("address", ["", "//example.org/", "/nowhere/", "/cycles/mtr/plan/", "http://[x"])
def test_only_of_a_list(address, cast, sign_in):
    assert sign_in(cast.vnm).get(add_url(address)).status_code == 404


def test_of_a_cycle_that_one_may_open(cast, sign_in):
    make.cycle("other", by=cast.secretariat, members=("LAO",))
    assert sign_in(cast.vnm).get(add_url("/cycles/other/?with=country")).status_code == 404
    assert sign_in(cast.lao).get(add_url("/cycles/other/?with=country")).status_code == 200


def test_what_a_list_does_not_have_any_more_is_left_out_with_a_message(cast, cycle, sign_in):
    """Here on a board that has no outlook for this person, and of another release."""
    query = "outlook=late&gone=1&as_of=2999-01-01&with=country&sort=shoe_size,-gaps"
    view = make.saved_view(cast.vnm, cycle, query=query)
    answer = sign_in(cast.vnm).get(f"{BOARD}?open={view.pk}", follow=True)
    assert answer.redirect_chain == [(f"{BOARD}?with=country&sort=-gaps&view={view.pk}", 302)]
    assert "A filter of this view does not exist here, or not for you." in words(answer)
    assert "sorted by a column that this list does not have" in words(answer)


@pytest.mark.parametrize("number", ["", "x", "999999", "9" * 30])
def test_a_view_that_is_not_there_shows_the_list(number, cast, sign_in):
    answer = sign_in(cast.vnm).get(f"{BOARD}?open={number}", follow=True)
    assert answer.status_code == 200
    assert "This view is no longer there" in words(answer)


def test_renaming_two_at_once(cast, cycle, sign_in):
    view, browser = make.saved_view(cast.vnm, cycle), sign_in(cast.vnm)
    url = reverse("saved-view-edit", args=[view.pk])
    assert browser.post(url, {"name": "First", "version": 1}).status_code == 302
    answer = browser.post(url, {"name": "Second", "version": 1})
    assert answer.status_code == 409
    assert answer.context["form"]["name"].value() == "Second"


# Sharing


def seen_by(person) -> list[str]:
    return sorted(SavedView.objects.visible_to(person).values_list("name", flat=True))


def test_shared_with_a_role_or_a_body(cast, cycle):
    make.saved_view(cast.vnm, cycle, name="own")
    make.saved_view(cast.vnm, cycle, name="role", shared_role="coordinator")
    make.saved_view(cast.vnm, cycle, name="body", shared_body=cast.vnm.organisation)
    assert seen_by(cast.vnm) == ["body", "own", "role"]
    assert seen_by(cast.vnm_team) == ["body"]
    assert seen_by(cast.lao) == ["role"]
    for other in (cast.consultant, cast.secretariat, cast.observer, cast.admin):
        assert seen_by(other) == []


def test_with_whom_one_may_share(cast, cycle, sign_in):
    """The own role and the own body; the Secretariat and administrators with every role."""
    url, offered = add_url(f"{BOARD}?with=country"), {}
    for name in ("vnm", "observer", "secretariat", "admin"):
        form = sign_in(getattr(cast, name)).get(url).context["form"]
        offered[name] = [value for value, _label in form.fields["share_with"].choices]
    roles = ["coordinator", "team", "consultant", "lead_consultant", "secretariat", "observer"]
    assert offered["vnm"] == ["", "body", "coordinator"]
    assert offered["observer"][-1] == "observer"
    assert offered["secretariat"][-6:] == offered["admin"][-6:] == roles
    answer = sign_in(cast.vnm).post(url, {"name": "For all", "share_with": "observer"})
    assert answer.status_code == 200
    assert not SavedView.objects.exists()
    with pytest.raises(PermissionDenied):
        make.saved_view(cast.vnm, cycle, shared_role="observer")
    with pytest.raises(PermissionDenied):
        make.saved_view(cast.vnm, cycle, shared_body=cast.lao.organisation)


def test_of_a_list_or_a_cycle_that_one_may_not_open_nobody_sees_a_view(cast, cycle):
    make.saved_view(cast.secretariat, None, list_name="people", shared_role="coordinator")
    hidden = make.cycle("hidden", by=cast.secretariat, members=("LAO",))
    make.saved_view(cast.secretariat, hidden, name="hidden", shared_role="coordinator")
    assert seen_by(cast.vnm) == []
    assert seen_by(cast.lao) == ["hidden"]


def test_filters_of_others_do_not_leak(cast, cycle, sign_in):
    """Whoever has no filter by country finds neither its name nor its value: not in the page, not in the address."""
    query = "member_state=LAO&status=open"
    view = make.saved_view(
        cast.secretariat, cycle, list_name="datagap-list", query=query, shared_role="coordinator"
    )
    answer = sign_in(cast.vnm).get(f"{BOARD}datagaps/?open={view.pk}", follow=True)
    assert answer.redirect_chain == [(f"{BOARD}datagaps/?status=open&view={view.pk}", 302)]
    assert "A filter of this view does not exist here, or not for you." in words(answer)
    page = sign_in(cast.vnm).get(reverse("saved-view", args=[view.pk]))
    for shown in (answer, page):
        assert "LAO" not in shown.content.decode()


def test_only_the_owner_changes_a_shared_view(cast, cycle, sign_in):
    view = make.saved_view(cast.vnm, cycle, shared_body=cast.vnm.organisation)
    browser = sign_in(cast.vnm_team)
    assert browser.get(reverse("saved-view", args=[view.pk])).status_code == 200
    of_list = f"?of={quote(f'{BOARD}?with=country')}"
    for step in ("edit", "remove", "over", "take-over"):
        url = reverse(f"saved-view-{step}", args=[view.pk]) + of_list
        assert browser.post(url, {"name": "Theirs", "version": 1}).status_code == 403, step
    view.refresh_from_db()
    assert (view.version, view.name) == (1, "Mine")


def test_whoever_moved_does_not_change_what_the_old_body_sees(cast, cycle):
    view = make.saved_view(cast.vnm, cycle, shared_body=cast.vnm.organisation)
    cast.vnm.change_traced(by=None, expected_version=cast.vnm.version, organisation=cast.lao.organisation)
    with pytest.raises(PermissionDenied):
        view.save_over(by=cast.vnm, expected_version=1, query="with=country")
    view.edit(by=cast.vnm, expected_version=1, name="Mine", shared_role="", shared_body=None)
    assert not view.is_shared


def test_a_view_whose_owner_has_left_is_taken_over(cast, cycle, sign_in):
    view = make.saved_view(cast.vnm, cycle, shared_body=cast.vnm.organisation)
    held = held_by(cast.vnm, cast.secretariat)
    assert [(item.what, item.about, item.url) for item in held] == [
        ("shared view of a list", "Those it is shared with see it.", "")
    ]
    assert [item.about for item in held_by(cast.vnm, cast.vnm_team)] == ["Mine"]
    assert with_held(User.objects.filter(pk=cast.vnm.pk)).get().held == 1
    cast.vnm.change_traced(by=None, expected_version=cast.vnm.version, is_active=False)
    browser = sign_in(cast.vnm_team)
    assert "Take over" in words(browser.get(reverse("saved-view", args=[view.pk])))
    assert browser.post(reverse("saved-view-take-over", args=[view.pk]), {"version": 1}).status_code == 302
    view.refresh_from_db()
    assert view.person == cast.vnm_team


# Saving over


def test_saving_over(cast, cycle, sign_in):
    view, browser = make.saved_view(cast.vnm, cycle), sign_in(cast.vnm)
    opened = {"status": "returned", "view": view.pk}
    assert "Save over" not in words(browser.get(BOARD, opened))
    assert "Save over “Mine”" in words(browser.get(BOARD, opened | {"sort": "-gaps"}))
    url = reverse("saved-view-over", args=[view.pk]) + f"?of={quote(f'{BOARD}?with=country&view=1&page=2')}"
    assert browser.post(url, {"version": 1})["Location"] == f"{BOARD}?open={view.pk}"
    view.refresh_from_db()
    assert (view.query, view.version) == ("with=country", 2)
    assert browser.post(url.replace("country", "consultants"), {"version": 1}).status_code == 409
    other = reverse("saved-view-over", args=[view.pk]) + f"?of={quote(f'{BOARD}datagaps/?status=open')}"
    assert browser.post(other, {"version": 2}).status_code == 404


# The default


def test_a_list_opens_with_the_default_and_can_be_cleared(cast, cycle, sign_in):
    view = make.saved_view(cast.secretariat, cycle, shared_role="coordinator")
    browser = sign_in(cast.vnm)
    assert browser.post(reverse("saved-view-default", args=[view.pk]), {"version": 1}).status_code == 302
    assert browser.get(BOARD)["Location"] == f"{BOARD}?status=returned&view={view.pk}"
    page = browser.get(f"{BOARD}?view=")
    assert page.status_code == 200
    text = page.content.decode()
    assert '<a class="btn btn-secondary btn-sm" href="?view=">Clear</a>' in text
    assert f'<a class="btn btn-secondary btn-sm" href="?open={view.pk}">My default</a>' in text
    assert sign_in(cast.lao).get(BOARD).status_code == 200  # everybody's own choice
    assert browser.get(f"{BOARD}?_export=csv").status_code == 200

    off = reverse("saved-view-no-default", args=[view.pk])
    assert browser.post(off, {"version": 1}).status_code == 302
    assert browser.get(BOARD).status_code == 200
    assert browser.post(off, {"version": 1}).status_code == 409  # from a page that is older


def test_two_windows_choose_a_first_default(cast, cycle):
    first, second = make.saved_view(cast.vnm, cycle), make.saved_view(cast.vnm, cycle, name="Other")
    windows = [DefaultView.of(cast.vnm, view) for view in (first, second)]
    windows[0].choose(by=cast.vnm, expected_version=1, view=first)
    with pytest.raises(EditConflict):
        windows[1].choose(by=cast.vnm, expected_version=1, view=second)
    assert DefaultView.objects.get().view == first


def test_a_default_that_is_removed_or_no_longer_shared_opens_nothing(cast, cycle, sign_in):
    view = make.saved_view(cast.secretariat, cycle, shared_role="coordinator")
    DefaultView.of(cast.vnm, view).choose(by=cast.vnm, expected_version=1, view=view)
    view.edit(by=cast.secretariat, expected_version=1, name="Mine", shared_role="", shared_body=None)
    assert sign_in(cast.vnm).get(BOARD).status_code == 200
    answer = sign_in(cast.vnm).get(f"{BOARD}?open={view.pk}", follow=True)
    assert "no longer shared with you" in words(answer)


def test_removing_the_last_filter_does_not_bring_the_default_back(cast, cycle, sign_in):
    view = make.saved_view(cast.secretariat, cycle, list_name="datagap-list", query="status=open")
    make.default_view(view, cycle)
    answer = sign_in(cast.secretariat).get(f"{BOARD}datagaps/", follow=True)
    remove = re.search(r'<ul class="chips".*?href="([^"]*)"', answer.content.decode(), re.DOTALL)[1]
    assert sign_in(cast.secretariat).get(f"{BOARD}datagaps/{unescape(remove)}").status_code == 200


# Every list, and its columns


def list_pages() -> dict[str, type[ListPage]]:
    return {name: view for name, view in PAGES.items() if view and issubclass(view, ListPage)}


def test_every_list_can_be_saved():
    assert {*list_pages(), "board"} - {"saved-view-list"} == {*ListName.values} == {*READ_PERMISSIONS}
    for name, view in list_pages().items():
        if (
            name in READ_PERMISSIONS
            and "annex" not in name
            and name not in ("progress-list", "report-gaps", "report-findings")
        ):
            assert view.permission == READ_PERMISSIONS[name], name


def test_columns_are_chosen(cast, cycle, report, sign_in):
    make.gap(report, by=cast.vnm)
    browser, url = sign_in(cast.secretariat), f"{BOARD}datagaps/"
    answer = browser.get(url, {"columns": ["code", "status", "raised_at"], "sort": "kind"})
    assert [column.name for column in answer.context["table"].columns] == ["code", "status", "raised_at"]
    assert "Sorted by “Kind”, which is not shown." in words(answer)
    boxes = re.findall(r'name="columns" value="(\w+)"( checked)?', answer.content.decode())
    assert [name for name, on in boxes if on] == ["status", "raised_at"]
    export = b"".join(
        browser.get(url, {"columns": "code,status", "_export": "csv"}).streaming_content
    ).decode()
    assert export.splitlines()[0] == "\ufeffGap,Status"


def test_the_columns_that_identify_a_row_stay(cast, cycle, sign_in):
    make.deadline(cycle, by=cast.secretariat)
    answer = sign_in(cast.secretariat).get(f"{BOARD}deadlines/", {"columns": "due_on"})
    assert [column.name for column in answer.context["table"].columns] == ["number", "title", "due_on"]


def test_exports_of_the_board_hold_the_columns_shown(cast, sign_in):
    answer = sign_in(cast.secretariat).get(BOARD, {"columns": "state,due", "_export": "csv"})
    head = b"".join(answer.streaming_content).decode().splitlines()[0]
    assert head == "\ufeffMember state,Next deadline,Due by,State of the deadline"


def test_a_hidden_column_costs_no_query(cast, cycle, sign_in):
    make.deadline(cycle, by=cast.secretariat)
    browser = sign_in(cast.secretariat)
    for url, columns in (
        (BOARD, "state,due"),
        (f"{BOARD}deadlines/", "number,due_on"),
        (f"{BOARD}deadlines/1/", "due_on"),
    ):
        browser.get(url)
        with CaptureQueriesContext(connection) as whole:
            browser.get(url)
        with CaptureQueriesContext(connection) as part:
            browser.get(url, {"columns": columns})
        assert len(part) < len(whole), url


def test_unknown_columns(cast, cycle, sign_in):
    """Typed into the address they are explained, in a saved view they are left out."""
    browser = sign_in(cast.vnm)
    assert browser.get(f"{BOARD}datagaps/?columns=shoe_size").status_code == 404
    view = make.saved_view(
        cast.vnm, cycle, list_name="datagap-list", query="columns=code,shoe_size,kind&sort=kind"
    )
    answer = browser.get(f"{BOARD}datagaps/?open={view.pk}", follow=True)
    assert answer.redirect_chain == [(f"{BOARD}datagaps/?sort=kind&columns=code%2Ckind&view={view.pk}", 302)]
    assert "A column of this view does not exist any more." in words(answer)


@pytest.mark.parametrize("name", [name for name in ListName.values if name != "board"])
def test_every_list_opens_a_view_of_another_release(name, cast, cycle, report, sign_in):
    """With nothing in it that the list has: never an error."""
    made = steps.world(name, cast, cycle)
    query = "gone=1&status=unheard_of&columns=gone&sort=gone"
    of_cycle = None if name in OF_THE_SITE else cycle
    view = make.saved_view(cast.secretariat, of_cycle, name="Old", list_name=name, query=query)
    answer = sign_in(cast.secretariat).get(f"{steps.address(name, made)}?open={view.pk}", follow=True)
    assert answer.status_code == 200
    assert "was left out" in words(answer)
