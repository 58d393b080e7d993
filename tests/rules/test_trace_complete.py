"""For each way to write: what changed is what the trace tells, with who, in which request, and why where owed."""

from datetime import date
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.urls import reverse

from reviews import clock
from reviews.actions.cycles import seat_member
from reviews.models import DataGap, Framework, Invitation, NationalReport, ReviewCycle, Trace, User
from tests.admin.pages import IMMUTABLE, MODELS, address, sent
from tests.admin.records import one_of_each
from tests.rules.test_access import POSTS
from tests.support import grids, make, steps
from tests.support.browsers import undone
from tests.support.completeness import watched

NEW = "another long password"
REASONS = ("note", "why", "reason")
OTHER_WORDS = "Other words than before"
# Steps of an account's own keys, and mails that are counted: no records of the review.
BESIDES = {"mfa_edit_webauthn", "mfa_remove_webauthn", "account_reset_password"}
BESIDES |= {"mail-again"}  # the same mail once more
BESIDES |= {"watches", "watch-start", "watch-stop", "mark-seen"}  # what a person watches, and has seen
# The first person of each line for whom the step is done.
DOERS = {
    page: next(name for name, answer in row.items() if answer == "302" and name != "visitor")
    for page, row in grids.read(POSTS)
    if "302" in {**row, "visitor": ""}.values() and page not in BESIDES | {"login", "invitation"}
}
PEOPLE = {"team": "vnm_team"}


def test_there_are_many_steps():
    assert len(DOERS) > 60


@pytest.mark.parametrize("page", DOERS)
def test_steps(page, cast, cycle, sign_in):
    """As a form, and as htmx sends it."""
    who = getattr(cast, PEOPLE.get(DOERS[page], DOERS[page]))
    made = steps.world(page, cast, cycle)
    for headers in ({}, {"HX-Request": "true"}):
        with undone():
            browser, typed = sign_in(who), steps.typed(page, made)
            with watched() as written:
                answer = browser.post(steps.address(page, made), typed, headers=headers)
            assert answer.status_code == 302
            tells_who_and_where(written.rows, who, answer)
            reasons = {typed[name] for name in REASONS if typed.get(name)}
            assert all(any(is_told(row, reason) for row in written.rows) for reason in reasons)


def test_accepting_an_invitation(cast, client):
    """By a visitor: the account is made by nobody, and the invitation accepted by the account."""
    url = reverse("invitation", args=[make.invitation(by=cast.admin)[1]])
    with watched() as written:
        answer = client.post(url, steps.TYPED["invitation"])
    assert answer.status_code == 302
    account = User.objects.get(username="new.person")
    assert [(row.model, row.by) for row in written.rows] == [
        ("reviews.user", None), ("reviews.invitation", account)
    ]  # fmt: skip
    assert {str(row.request_id) for row in written.rows} == {answer["X-Request-ID"]}


def test_withdrawing_an_invitation(cast, sign_in):
    made, _key = make.invitation(by=cast.admin)
    with watched() as written:
        url = address(Invitation, "withdraw", made.pk)
        answer = sign_in(cast.admin).post(url, {"why": "Wrong body", "version": made.version})
    tells_who_and_where(written.rows, cast.admin, answer)
    assert [row.why for row in written.rows] == ["Wrong body"]


def tells_who_and_where(rows: list[Trace], who: Any, answer: Any) -> None:
    assert rows
    assert {row.by for row in rows} == {who}
    assert {str(row.request_id) for row in rows} == {answer["X-Request-ID"]}


def is_told(row: Trace, reason: str) -> bool:
    return reason == row.why or reason in row.after.values()


# --- the administration

# What is typed where no text is left to be written anew.
TYPED: dict[str, dict[str, Any]] = {
    "CycleMembership": {"joined_on": "2020-02-02"}, "Minutes": {"status": "circulated"},
    "Round": {"order": "own"}, "FrameworkNode": {"title": OTHER_WORDS}, "Organisation": {"name_en": OTHER_WORDS},
    "Beneficiaries": {"low": "11"}, "BodyRole": {"from_on": "2020-02-25"},
    "CompletionLevel": {"agreed_by": OTHER_WORDS}, "User": {"name": OTHER_WORDS},
}  # fmt: skip
TEXTS = (
    "title",
    "text",
    "name_en",
    "note",
    "missing",
    "label_en",
    "authors",
    "reason",
    "method",
    "head",
    "effect",
    "question",
)


def edited(page: Any, model: Any) -> dict[str, Any]:
    fields = page.context["adminform"].form.fields
    return TYPED.get(model.__name__) or {next(name for name in TEXTS if name in fields): OTHER_WORDS}


# An invitation is withdrawn, never corrected.
CHANGEABLE = [model for model in MODELS if model not in IMMUTABLE and model is not Invitation]


@pytest.mark.parametrize("model", CHANGEABLE, ids=lambda model: model.__name__)
def test_corrections_in_the_administration(model, cast, sign_in):
    record, browser = one_of_each(cast, 1)[model], sign_in(cast.admin)
    url = address(model, "change", record.pk)
    page = browser.get(url)
    with watched() as written:
        answer = browser.post(url, sent(page, **edited(page, model), why="Typing error"))
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    tells_who_and_where(written.rows, cast.admin, answer)
    assert {row.why for row in written.rows} == {"Typing error"}


def test_adding_in_the_administration(cast, cycle, report, sign_in):
    """A plain record, and one that brings another along (a seat in an open cycle: its report)."""
    browser, khm = sign_in(cast.admin), make.organisation("KHM")
    seat = {"cycle": cycle.pk, "member_state": khm.pk, "joined_on": "2020-03-01"}
    for kind, typed, rows in (
        ("framework", {"code": "plan", "title": "Plan"}, 1),
        ("cyclemembership", seat, 2),
    ):
        url = reverse(f"admin:reviews_{kind}_add")
        page = browser.get(url)
        with watched() as written:
            answer = browser.post(url, sent(page, **typed))
        assert len(written.rows) == rows
        tells_who_and_where(written.rows, cast.admin, answer)


def test_steps_of_the_administration(cast, cycle, sign_in):
    browser = sign_in(cast.admin)
    password = {"password1": NEW, "password2": NEW, "version": cast.vnm.version}
    taken = {
        address(ReviewCycle, "close", cycle.pk): ({"why": "Over", "version": cycle.version}, "Over"),
        address(User, "password", cast.vnm.pk): (password, "password set"),
    }
    for url, (typed, why) in taken.items():
        with watched() as written:
            answer = browser.post(url, typed)
        assert answer.status_code == 302, answer.context["form"].errors
        tells_who_and_where(written.rows, cast.admin, answer)
        assert {row.why for row in written.rows} == {why}


def test_the_actions_of_the_lists_write_nothing(cast, sign_in):
    """There are none; one that comes needs a line here."""
    from django.contrib.admin import ModelAdmin

    from reviews.admin import site

    offered = {name for admin in site._registry.values() for name in (admin.actions or ())}
    assert offered == set()
    assert ModelAdmin.actions == ()
    assert dict(site.actions).keys() <= {"delete_selected"}  # refused: tests/admin/test_who.py


# --- without a browser


def test_loading(db, settings):
    settings.DEBUG, settings.REVIEWTRACKER_TODAY = True, date(2020, 8, 20)
    for command, options in (
        ("load_reference", {}),
        ("load_demo", {"password": make.PASSWORD}),
        ("load_demo", {"password": NEW}),
    ):
        with watched() as written:
            call_command(command, stdout=StringIO(), **options)
        assert written.rows
        assert {row.request_id for row in written.rows} == {None}
    assert {row.why for row in written.rows} == {"password set by load_demo"}


def test_accounts_from_the_command_line(cast, monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", make.PASSWORD)
    with watched() as written:
        call_command(
            "createsuperuser",
            interactive=False,
            username="root",
            name="Root",
            email="root@asean.example",
            stdout=StringIO(),
        )
    assert [(row.verb, row.by) for row in written.rows] == [("created", None)]
    monkeypatch.setattr("getpass.getpass", lambda prompt: NEW)
    with watched() as written:
        call_command("changepassword", "root", stdout=StringIO())
    assert [row.why for row in written.rows] == ["password set"]


def test_reading_and_signing_in_write_nothing(cast, report, client):
    with watched() as written:
        assert client.login(username="vnm.coordinator", password=make.PASSWORD)
        for page in ("desk", "board", "report"):
            args = [] if page == "desk" else ["mtr"] if page == "board" else ["mtr", "VNM"]
            client.get(reverse(page, args=args))
    assert written.rows == []


# --- the id of a request


def test_each_request_has_an_id_of_its_own_making(client, db):
    ids = {client.get("/", headers={"X-Request-ID": "chosen"})["X-Request-ID"] for _ in range(3)}
    assert len(ids) == 3
    assert "chosen" not in ids


def test_an_error_page_has_an_id_too(cast, sign_in, monkeypatch):
    browser = sign_in(cast.vnm)
    browser.raise_request_exception = False
    monkeypatch.setattr("reviews.views.desk.render", lambda *args, **kwargs: 1 / 0)
    answer = browser.get("/")
    assert (answer.status_code, len(answer["X-Request-ID"])) == (500, 36)


def test_what_comes_after_a_request_is_not_of_it(cast, report, sign_in):
    sign_in(cast.vnm).get("/")
    make.gap(report, by=cast.vnm)
    assert Trace.objects.order_by("-pk").first().request_id is None


# --- the watch itself


def plain_update(gap: DataGap) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE reviews_datagap SET effect = 'x' WHERE id = %s", [gap.pk])


def versioned_update(gap: DataGap) -> None:
    type(gap).objects.filter(pk=gap.pk).update_if_version(gap.version, effect="x")


def another_table(gap: DataGap) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO reviews_framework (version, code, title) VALUES (1, 'x', 'x')")


def a_row_for_nothing(gap: DataGap) -> None:
    gap.version += 1
    Trace.objects.record(gap, by=None, verb="changed", why="", before={})


def of_many(gap: DataGap) -> None:
    deadline = make.deadline(gap.cycle, by=User.objects.get(username="secretariat"))
    del deadline  # told; the next line is not
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO reviews_deadline_only_for (deadline_id, organisation_id)"
            " SELECT d.id, o.id FROM reviews_deadline d, reviews_organisation o WHERE o.code = 'VNM' AND d.id ="
            " (SELECT min(id) FROM reviews_deadline)"
        )


@pytest.mark.parametrize("write", [plain_update, versioned_update, another_table, a_row_for_nothing, of_many])
def test_an_untraced_write_is_noticed(write, cast, report, sign_in, monkeypatch):
    """Planted behind a step of the site that leaves its trace as it should."""
    make.deadline(report.cycle, by=cast.secretariat)
    gap = make.gap(report, by=cast.vnm)
    honest = NationalReport.post_progress

    def posting(self: Any, **values: Any) -> Any:
        write(gap)
        return honest(self, **values)

    monkeypatch.setattr(NationalReport, "post_progress", posting)
    url, typed = (
        reverse("report-update", args=["mtr", "VNM"]),
        {"data_collection": "30", "version": report.version},
    )
    with pytest.raises(AssertionError), watched():
        assert sign_in(cast.vnm).post(url, typed).status_code == 302


def test_a_step_that_leaves_its_trace_is_not(cast, cycle, report):
    with watched() as written, clock.at(date(2020, 8, 21)):
        seat_member(
            by=cast.secretariat,
            cycle=cycle,
            member_state=make.organisation("KHM"),
            joined_on=date(2020, 3, 1),
        )
    assert [row.model.partition(".")[2] for row in written.rows] == [
        "organisation", "cyclemembership", "nationalreport"
    ]  # fmt: skip
    assert Framework.objects.exists()
