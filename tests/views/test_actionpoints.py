"""Action points: one of high priority owes a document and a second person."""

from datetime import date
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, models, transaction
from django.db.migrations.loader import MigrationLoader

from reviews import clock
from reviews.models import ActionPoint, ActionStatus, GapKind, NotAllowedNow, Role, Trace, User
from reviews.models.actionpoints import ACTION_TRANSITIONS
from reviews.queries import comparison
from reviews.queries.trace import current_counts
from tests.admin.pages import correct
from tests.support import make

PAGE = "/cycles/mtr/actions/"


@pytest.fixture
def meeting(cast: Any, cycle: Any) -> Any:
    return make.meeting(cycle, by=cast.secretariat, shared=True)


def point(meeting: Any, cast: Any, priority: str = "high") -> Any:
    """Viet Nam's to do."""
    return ActionPoint.add_to(
        meeting, by=cast.secretariat, text="Send the annex", owner_body=cast.vnm.organisation,
        due_on=date(2020, 9, 1), priority=priority,
    )  # fmt: skip


def brought_to(status: str, made: Any, cast: Any) -> Any:
    if status in ("done", "verified"):
        made.finish(by=cast.vnm, expected_version=1, note="Sent.", file=make.pdf() if made.is_high else None)
    if status == "verified":
        made.verify(by=cast.secretariat, expected_version=2)
    if status == "dropped":
        made.drop(by=cast.secretariat, expected_version=1, note="Not needed.")
    return made


@pytest.mark.parametrize("status", ActionStatus.values)
@pytest.mark.parametrize("move", ACTION_TRANSITIONS)
def test_status_by_move(status, move, cast, meeting):
    made = brought_to(status, point(meeting, cast), cast)
    more = {"file": make.pdf()} if move == "finish" else {}
    if status in ACTION_TRANSITIONS[move].sources:
        getattr(made, move)(by=cast.secretariat, expected_version=made.version, note="Because.", **more)
        assert made.status == ACTION_TRANSITIONS[move].target
    else:
        with pytest.raises(NotAllowedNow):
            getattr(made, move)(by=cast.secretariat, expected_version=made.version, note="Because.", **more)


def test_high_priority_owes_a_document(cast, meeting, sign_in):
    made = point(meeting, cast)
    with pytest.raises(ValidationError) as error:
        made.finish(by=cast.vnm, expected_version=1, note="Sent.")
    assert list(error.value.message_dict) == ["file"]
    browser, url = sign_in(cast.vnm), f"{PAGE}{made.pk}/finish/"
    assert browser.post(url, {"note": "Sent.", "version": 1}).status_code == 200
    wrong = make.pdf("annex.pdf", b"no PDF at all")
    assert browser.post(url, {"note": "Sent.", "version": 1, "file": wrong}).status_code == 200
    made.refresh_from_db()
    assert (made.status, made.file.name) == ("open", "")
    assert browser.post(url, {"note": "Sent.", "version": 1, "file": make.pdf()}).status_code == 302
    made.refresh_from_db()
    assert (made.status, made.status_text, made.finished_by) == ("done", "done, to be verified", cast.vnm)


def test_the_same_document_again_is_recognised(cast, meeting, sign_in):
    made, seen = brought_to("done", point(meeting, cast), cast), []
    for content in (make.PDF, make.PDF + b"\n"):
        made.reopen(by=cast.secretariat, expected_version=made.version, note="Please revise it.")
        file = make.pdf(content=content)
        made.finish(by=cast.vnm, expected_version=made.version, note="Revised.", file=file)
        for person in (cast.vnm, cast.secretariat):
            page = sign_in(person).get(meeting.get_absolute_url()).content.decode()
            seen.append("the same document as before it was reopened" in page)
    assert seen == [True, True, False, False]


def test_no_file_stays_when_the_step_fails(cast, meeting, files_folder):
    made = point(meeting, cast)
    for note, expected_version in ((" ", 1), ("Sent.", 9)):
        with pytest.raises(Exception, match="Say what|no longer"):
            made.finish(by=cast.vnm, expected_version=expected_version, note=note, file=make.pdf())
    assert not [path for path in files_folder.rglob("*") if path.is_file()]


def test_normal_priority_closes_with_a_note(cast, meeting):
    made = brought_to("done", point(meeting, cast, "normal"), cast)
    assert not made.waits_for_verification
    with pytest.raises(NotAllowedNow, match="high priority"):
        made.verify(by=cast.secretariat, expected_version=2)


def test_a_second_person_verifies(cast, meeting, sign_in):
    made = point(meeting, cast)
    made.finish(by=cast.secretariat, expected_version=1, note="Sent.", file=make.pdf())
    with pytest.raises(NotAllowedNow, match="second person"):
        made.verify(by=cast.secretariat, expected_version=2)
    for person in (cast.vnm, cast.consultant, cast.observer, cast.admin):
        with pytest.raises(PermissionDenied):
            made.verify(by=person, expected_version=2)
    desks = {name: sign_in(person).get("/").content.decode() for name, person in vars(cast).items()}
    assert {name for name, desk in desks.items() if "Verify the action point" in desk} == {"lead"}
    other = make.user("second.officer", Role.SECRETARIAT, cast.secretariat.organisation)
    made.verify(by=other, expected_version=2, note="Read.")
    assert (made.status, made.verified_by) == ("verified", other)


def test_the_database_knows_it_too(cast, meeting):
    made = brought_to("done", point(meeting, cast), cast)
    wrong: list[dict[str, Any]] = [
        {"status": "verified"}, {"file": ""}, {"status": "verified", "verified_by": cast.vnm},
        {"priority": "low"}, {"priority": "normal", "status": "verified", "verified_by": cast.lead},
    ]  # fmt: skip
    for values in wrong:
        with pytest.raises(IntegrityError), transaction.atomic():
            ActionPoint.objects.filter(pk=made.pk).update_if_version(made.version, **values)


def test_reopened_it_owes_everything_again(cast, meeting):
    made = brought_to("verified", point(meeting, cast), cast)
    made.reopen(by=cast.secretariat, expected_version=3, note="The wrong annex.")
    assert (made.status, made.finished_by, made.verified_by, made.closing_note) == ("open", None, None, "")
    with pytest.raises(ValidationError):
        made.finish(by=cast.vnm, expected_version=4, note="Again.")


def test_the_priority_is_settled_while_it_is_open(cast, meeting):
    made = brought_to("done", point(meeting, cast, "normal"), cast)
    with pytest.raises(ValidationError, match="Reopen"):
        made.edit(by=cast.secretariat, expected_version=2, priority="high")


def test_who_opens_the_document(cast, meeting, sign_in):
    made = brought_to("done", point(meeting, cast), cast)
    url = f"{PAGE}{made.pk}/file/"
    assert made.file.name.startswith("actions/")
    assert "report" not in made.file.name
    public = sign_in(cast.observer).get(meeting.get_absolute_url()).content.decode()
    assert not [word for word in (made.file.name, "report.pdf", made.sha256) if word in public]
    answer = sign_in(cast.vnm).get(url)
    assert answer["Content-Disposition"] == 'attachment; filename="action-3-1.pdf"'
    assert b"".join(answer.streaming_content) == make.PDF
    page = meeting.get_absolute_url()
    opens = {name for name, who in vars(cast).items() if url in sign_in(who).get(page).content.decode()}
    assert opens == {"vnm", "vnm_team", "consultant", "lead", "secretariat", "admin"}
    assert {name for name, who in vars(cast).items() if sign_in(who).get(url).status_code == 200} == opens


def of_a_person(meeting: Any, cast: Any) -> Any:
    """Given to somebody of Viet Nam's team, who then works for Lao PDR."""
    made = ActionPoint.add_to(
        meeting, by=cast.secretariat, text="Send the annex", owner=cast.vnm_team, due_on=date(2020, 9, 1)
    )
    person = User.objects.get(pk=cast.vnm_team.pk)
    person.change_traced(by=cast.admin, expected_version=1, organisation=cast.lao.organisation)
    return ActionPoint.objects.get(pk=made.pk)


def test_an_action_point_stays_with_the_country_of_who_left(cast, cycle, meeting):
    made = of_a_person(meeting, cast)
    person, (vnm, lao) = User.objects.get(pk=cast.vnm_team.pk), (cast.vnm.organisation, cast.lao.organisation)
    assert made.holder_text == "vnm.team (has left)"
    assert list(ActionPoint.objects.of_country(vnm)) == [made]
    assert not ActionPoint.objects.of_country(lao).exists()
    assert [point.actions for point in snapshots_of(cycle, vnm, lao)] == [1, 0]
    for user, is_theirs in ((person, False), (cast.lao, False), (cast.vnm, True)):
        assert made.is_of(user) == ActionPoint.objects.owned_by(user).exists() == is_theirs
    with pytest.raises(PermissionDenied):
        made.finish(by=person, expected_version=1, note="Sent.")
    made.finish(by=cast.vnm, expected_version=1, note="Sent.")


def snapshots_of(cycle: Any, *states: Any) -> list[Any]:
    records, counts = comparison.current_records(cycle), current_counts(cycle)
    found = comparison.snapshots(records, counts, GapKind.objects.all())
    return [found[state.pk] for state in states]


def test_changing_its_text_does_not_move_it_with_its_owner(cast, meeting):
    made = of_a_person(meeting, cast)
    values = {"text": "Send both", "owner": made.owner, "owner_body": None, "due_on": made.due_on}
    made.edit(by=cast.secretariat, expected_version=1, **values)
    assert made.responsible_body == cast.vnm.organisation
    made.edit(by=cast.secretariat, expected_version=2, **values | {"owner": cast.lao})
    assert (made.responsible_body, made.owner_has_left) == (cast.lao.organisation, False)
    made.edit(by=cast.secretariat, expected_version=3, owner=None, owner_body=cast.vnm.organisation)
    assert (made.responsible_body, made.holder_text) == (cast.vnm.organisation, "Viet Nam")


def test_the_body_acts_for_who_cannot_sign_in_any_more(cast, meeting):
    made = ActionPoint.add_to(
        meeting, by=cast.secretariat, text="Send", owner=cast.vnm_team, due_on=date(2020, 9, 1)
    )
    assert not made.is_of(cast.vnm)
    cast.vnm_team.change_traced(by=cast.admin, expected_version=1, is_active=False)
    made = ActionPoint.objects.get(pk=made.pk)
    assert made.is_of(cast.vnm)
    assert list(ActionPoint.objects.owned_by(cast.vnm)) == [made]
    assert not ActionPoint.objects.owned_by(cast.lao).exists()


def test_administrators_without_a_body_do_not_share_what_they_have(cast, meeting):
    alone, other = (
        User.objects.create_superuser(name, name=name, email=f"{name}@a.example") for name in ("one", "two")
    )
    made = ActionPoint.add_to(meeting, by=cast.secretariat, text="Send", owner=alone, due_on=date(2020, 9, 1))
    assert (made.is_of(alone), made.is_of(other)) == (True, False)
    assert list(ActionPoint.objects.owned_by(alone)) == [made]
    assert not ActionPoint.objects.owned_by(other).exists()


def test_in_the_administration_too(cast, meeting, sign_in):
    made = of_a_person(meeting, cast)
    browser = sign_in(cast.admin)
    assert correct(browser, made, text="Send both", why="x").status_code == 302
    assert ActionPoint.objects.get().responsible_body == cast.vnm.organisation
    assert correct(browser, ActionPoint.objects.get(), owner=cast.lao.pk, why="x").status_code == 302
    assert ActionPoint.objects.get().responsible_body == cast.lao.organisation


def test_the_past_of_earlier_releases_is_read_as_the_day_it_was_given(cast, cycle, meeting):
    """Their rows of the trace do not say whose it was; the migration has filled the column."""
    made = of_a_person(meeting, cast)
    rows = Trace.objects.as_of(ActionPoint.objects.all(), clock.now())
    rows[0].responsible_body_id = None
    comparison._add_missing_bodies(rows, clock.now())
    assert rows[0].responsible_body_id == cast.vnm.organisation_id
    migration = import_module("reviews.migrations.0026_action_points_of_bodies")
    assert migration.body_when_named(apps, made) == cast.vnm.organisation_id
    models.QuerySet.update(ActionPoint.objects.all(), responsible_body=None)
    migration.fill(MigrationLoader(connection).project_state().apps, None)  # models that leave no trace
    assert ActionPoint.objects.get().responsible_body_id == cast.vnm.organisation_id


@pytest.mark.parametrize("shared", [True, False])
def test_a_desk_names_no_action_of_a_meeting_that_its_owner_does_not_read(shared, cast, cycle, sign_in):
    meeting = make.meeting(cycle, by=cast.secretariat, shared=shared)
    for owner in ({"owner": cast.observer}, {"owner_body": cast.observer.organisation}):
        text = f"Action-Kiwi of {next(iter(owner))}"
        ActionPoint.add_to(meeting, by=cast.secretariat, text=text, due_on=date(2020, 9, 1), **owner)
    page = sign_in(cast.observer).get("/").content.decode()
    assert page.count("Action-Kiwi") == (2 if shared else 0)
