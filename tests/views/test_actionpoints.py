"""Action points: one of high priority owes a document and a second person."""

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from reviews.models import ActionPoint, ActionStatus, NotAllowedNow, Role
from reviews.models.actionpoints import ACTION_TRANSITIONS
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
    assert {name for name, desk in desks.items() if "Verify an action point" in desk} == {"lead"}
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


@pytest.mark.parametrize("shared", [True, False])
def test_a_desk_names_no_action_of_a_meeting_that_its_owner_does_not_read(shared, cast, cycle, sign_in):
    meeting = make.meeting(cycle, by=cast.secretariat, shared=shared)
    for owner in ({"owner": cast.observer}, {"owner_body": cast.observer.organisation}):
        text = f"Action-Kiwi of {next(iter(owner))}"
        ActionPoint.add_to(meeting, by=cast.secretariat, text=text, due_on=date(2020, 9, 1), **owner)
    page = sign_in(cast.observer).get("/").content.decode()
    assert page.count("Action-Kiwi") == (2 if shared else 0)
