"""The agenda: order, what came of each item, and the backlog that the next meeting takes up."""

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from reviews import clock
from reviews.models import ActionPoint, AgendaItem, AgendaStatus, EditConflict, Meeting, NotAllowedNow, Trace
from reviews.models.agenda import AGENDA_TRANSITIONS
from tests.support import make


@pytest.fixture
def meeting(cast: Any, cycle: Any) -> Any:
    return make.meeting(cycle, by=cast.secretariat)


@pytest.fixture
def following(cast: Any, cycle: Any) -> Any:
    """The next meeting of the series."""
    day = date(2020, 9, 8)
    return make.meeting(cycle, by=cast.secretariat, code="4", planned_from=day, planned_to=day, shared=True)


def items(meeting: Any, by: Any, *titles: str) -> list[Any]:
    return [AgendaItem.add_to(meeting, by=by, title=title) for title in titles]


def order(meeting: Any) -> list[str]:
    return [str(item) for item in meeting.agendaitems.all()]


def test_order(cast, meeting):
    by = cast.secretariat
    first, second, third = items(meeting, by, "A", "B", "C")
    third.move_up(by=by, expected_version=1)
    assert order(meeting) == ["1. A", "2. C", "3. B"]
    first.move_down(by=by, expected_version=1)
    assert order(meeting) == ["1. C", "2. A", "3. B"]
    assert [item.number for item in (first, second, third)] == [1, 2, 3]
    with pytest.raises(EditConflict):
        second.move_up(by=by, expected_version=7)
    last = AgendaItem.objects.select_related("meeting__cycle").get(pk=second.pk)
    with pytest.raises(NotAllowedNow, match="end of the agenda"):
        last.move_down(by=by, expected_version=last.version)
    with pytest.raises(PermissionDenied):
        last.move_up(by=cast.vnm, expected_version=last.version)


@pytest.mark.parametrize("status", AgendaStatus.values)
@pytest.mark.parametrize("move", [name for name, row in AGENDA_TRANSITIONS.items() if row.target])
def test_status_by_move(status, move, cast, meeting, following):
    by, item = cast.secretariat, items(meeting, cast.secretariat, "A")[0]
    if status == "concluded":
        item.conclude(by=by, expected_version=1, outcome="decision", outcome_text="Yes.")
    if status in ("backlog", "carried"):
        item.put_off(by=by, expected_version=1)
    if status == "carried":
        item.carry(by=by, expected_version=2)
    verbs: dict[str, dict[str, Any]] = {
        "conclude": {"outcome": "action", "outcome_text": "See 3/1."}, "put_off": {}, "carry": {},
        "reopen": {"note": "Too early."},
    }  # fmt: skip
    with pytest.raises(PermissionDenied):
        getattr(item, move)(by=cast.consultant, expected_version=item.version, **verbs[move])
    if status in AGENDA_TRANSITIONS[move].sources:
        getattr(item, move)(by=by, expected_version=item.version, **verbs[move])
        assert item.status == AGENDA_TRANSITIONS[move].target
    else:
        with pytest.raises(NotAllowedNow):
            getattr(item, move)(by=by, expected_version=item.version, **verbs[move])


def test_an_outcome_has_its_kind_and_its_words(cast, meeting):
    item = items(meeting, cast.secretariat, "A")[0]
    for outcome, words, field in (("", "Yes.", "outcome"), ("decision", " ", "outcome_text")):
        with pytest.raises(ValidationError) as error:
            item.conclude(by=cast.secretariat, expected_version=1, outcome=outcome, outcome_text=words)
        assert list(error.value.message_dict) == [field]


def test_what_was_not_reached_goes_into_the_next_meeting(cast, meeting, following, sign_in):
    by = cast.secretariat
    item = AgendaItem.add_to(
        meeting, by=by, title="Next steps", presenter="ASEC", paper="Paper 5", duration=20
    )
    browser = sign_in(by)
    assert "Next steps" not in browser.get(following.get_absolute_url()).content.decode()
    item.put_off(by=by, expected_version=1, note="No time.")
    meeting.hold(by=by, expected_version=1, held_from=meeting.planned_from, held_to=meeting.planned_to)
    assert "Next steps" in browser.get(following.get_absolute_url()).content.decode()
    answer = browser.post(f"{meeting.get_absolute_url()}agenda/{item.pk}/carry/", {"version": 2})
    assert answer["Location"] == following.get_absolute_url()
    taken = following.agendaitems.get()
    assert (taken.title, taken.presenter, taken.paper, taken.duration) == (
        "Next steps",
        "ASEC",
        "Paper 5",
        20,
    )
    assert taken.carried_from == item
    assert "Not reached at the Meeting 3" in browser.get(following.get_absolute_url()).content.decode()
    verbs = Trace.objects.filter(model="reviews.agendaitem").values_list("verb", flat=True)
    assert list(verbs) == ["created", "moved", "passed", "created"]


@pytest.fixture
def wrap_up(cast: Any, meeting: Any) -> Any:
    """A meeting that belongs to no series, in October."""
    days = {"planned_from": date(2020, 10, 6), "planned_to": date(2020, 10, 6)}
    return make.meeting(meeting.cycle, by=cast.secretariat, code="wrap-up", series="other", **days)


def test_a_meeting_of_no_series_follows_all_others(cast, meeting, wrap_up, sign_in):
    """It opens with what they left over, and takes their items."""
    by, body = cast.secretariat, cast.vnm.organisation
    left_over, not_reached = items(meeting, by, "Left-over", "Not-reached")
    ActionPoint.add_to(meeting, by=by, text="Open-one", owner_body=body, due_on=date(2020, 9, 1))
    for item in (left_over, not_reached):
        item.put_off(by=by, expected_version=item.version)
    with pytest.raises(NotAllowedNow, match="plan it first"):
        left_over.carry(by=by, expected_version=left_over.version)
    meeting.hold(by=by, expected_version=1, held_from=meeting.planned_from, held_to=meeting.planned_to)
    assert Meeting.objects.last_before(wrap_up) == meeting
    browser = sign_in(by)
    page = browser.get(wrap_up.get_absolute_url()).content.decode()
    assert ("Left-over" in page, "Open-one" in page) == (True, True)
    url = f"{meeting.get_absolute_url()}agenda/{left_over.pk}/carry/"
    answer = browser.post(url, {"version": left_over.version, "into": "wrap-up"})
    assert answer["Location"] == wrap_up.get_absolute_url()
    assert wrap_up.agendaitems.get().carried_from == left_over
    item_of_wrap_up = items(wrap_up, by, "Later")[0]
    item_of_wrap_up.put_off(by=by, expected_version=1)
    with pytest.raises(NotAllowedNow, match="is not a later meeting"):
        item_of_wrap_up.carry(by=by, expected_version=2, into=meeting)


def test_nothing_is_carried_where_no_meeting_is_planned(cast, meeting):
    item = items(meeting, cast.secretariat, "A")[0]
    item.put_off(by=cast.secretariat, expected_version=1)
    with pytest.raises(NotAllowedNow, match="plan it first"):
        item.carry(by=cast.secretariat, expected_version=2)
    item.refresh_from_db()
    assert item.status == "backlog"


def test_the_next_meeting_opens_with_what_is_still_open(cast, meeting, following, sign_in):
    by, body = cast.secretariat, cast.vnm.organisation
    points: Any = [
        ActionPoint.add_to(meeting, by=by, text=text, owner_body=body, due_on=date(2020, 9, 1))
        for text in ("Open-one", "Done-two")
    ]
    points[1].finish(by=by, expected_version=1, note="Sent.")
    page = sign_in(cast.vnm).get(following.get_absolute_url()).content.decode()
    assert ("Open-one" in page, "Done-two" in page) == (True, True)  # done since the meeting before
    with clock.at(date(2020, 8, 25)):
        days = {"planned_from": date(2020, 8, 24), "planned_to": date(2020, 8, 24)}
        between = make.meeting(meeting.cycle, by=by, code="5", **days)
        between.hold(by=by, expected_version=1, held_from=between.planned_from, held_to=between.planned_to)
    page = sign_in(cast.vnm).get(following.get_absolute_url()).content.decode()
    assert ("Open-one" in page, "Done-two" in page) == (True, False)  # done before it
    # Meeting 3 was not shared with observers, so that its actions are not on the shared page either.
    assert "Open-one" not in sign_in(cast.observer).get(following.get_absolute_url()).content.decode()


def test_a_later_meeting_of_no_series_opens_with_what_is_still_open(cast, cycle, sign_in):
    by, day = cast.secretariat, date(2020, 10, 6)
    first = make.meeting(cycle, by=by, code="talk", series="other")
    ActionPoint.add_to(
        first, by=by, text="Open-one", owner_body=cast.vnm.organisation, due_on=date(2020, 9, 1)
    )
    later = make.meeting(cycle, by=by, code="wrap-up", series="other", planned_from=day, planned_to=day)
    assert "Open-one" in sign_in(cast.vnm).get(later.get_absolute_url()).content.decode()


def test_queries_of_the_meeting_page(cast, meeting, following, sign_in, django_assert_max_num_queries):
    by, browser = cast.secretariat, sign_in(cast.secretariat)
    browser.get(following.get_absolute_url())  # the first visit is remembered
    with django_assert_max_num_queries(13):
        assert browser.get(following.get_absolute_url()).status_code == 200
    for item in items(meeting, by, "A", "B", "C"):
        item.put_off(by=by, expected_version=1)
    items(following, by, "D", "E", "F")
    make.deadline(meeting.cycle, by=by, anchor=following, offset_days=-3)
    for _n in range(3):
        ActionPoint.add_to(
            meeting, by=by, text="T", owner_body=cast.vnm.organisation, due_on=date(2020, 9, 1)
        )
    with django_assert_max_num_queries(13):
        assert browser.get(following.get_absolute_url()).status_code == 200


# Filling and ordering it


def test_the_usual_agenda_is_two_presses_away(cast, meeting, sign_in):
    browser, page = sign_in(cast.secretariat), meeting.get_absolute_url()
    assert f'href="{page}agenda/copy/"' in browser.get(page).content.decode()
    answer = browser.post(f"{page}agenda/copy/", {"source": "template"})
    assert answer["Location"] == f"{page}#agenda"
    titles = [item.title for item in meeting.agendaitems.all()]
    assert (titles[0], titles[-1], len(titles)) == ("Opening and adoption of the agenda", "Closing", 6)
    assert browser.get(page).content.decode().count('<h3 class="agenda-section">') == 3


def test_an_agenda_is_taken_over_without_its_papers(cast, meeting, following, sign_in):
    by, browser = cast.secretariat, sign_in(cast.secretariat)
    values = {"section": "Progress", "title": "Round", "presenter": "Teams", "duration": 60, "paper": "CM/2"}
    item = AgendaItem.add_to(meeting, by=by, file=make.pdf(), **values)
    item.conclude(by=by, expected_version=1, outcome="information", outcome_text="Noted.")
    url = f"{following.get_absolute_url()}agenda/copy/"
    assert "Meeting 3" in browser.get(url).content.decode()
    assert browser.post(url, {"source": "3"}).status_code == 302
    copied = following.agendaitems.get()
    assert copied.outline == item.outline
    assert (copied.paper, copied.file.name, copied.status) == ("", "", "planned")


def test_the_agenda_is_put_in_order_as_a_whole(cast, meeting, sign_in):
    a, b, c = items(meeting, cast.secretariat, "A", "B", "C")
    browser, url = sign_in(cast.secretariat), f"{meeting.get_absolute_url()}agenda/order/"
    typed = {"seen": f"{a.pk}.{b.pk}.{c.pk}", "order": f"{c.pk}.{a.pk}.{b.pk}"}
    assert browser.post(url, typed).status_code == 302
    assert order(meeting) == ["1. C", "2. A", "3. B"]
    # By now it has another order than this page has seen; and what is no order of its items is none.
    bad = [typed, {"seen": typed["order"], "order": f"{c.pk}.{c.pk}.{b.pk}"}]
    assert [browser.post(url, values).status_code for values in bad] == [409, 409]
    assert browser.post(url, {"seen": "A.B", "order": ""}).status_code == 200
    assert order(meeting) == ["1. C", "2. A", "3. B"]


def test_a_paper_is_a_file_that_who_reads_the_meeting_downloads(cast, meeting, sign_in):
    browser, page = sign_in(cast.secretariat), meeting.get_absolute_url()
    typed = {"title": "Methods", "file": SimpleUploadedFile("Note on methods.pdf", make.PDF)}
    assert browser.post(f"{page}agenda/add/", typed).status_code == 302
    item = meeting.agendaitems.get()
    url = f"{page}agenda/{item.pk}/paper/"
    reader = sign_in(cast.vnm)
    assert url in reader.get(page).content.decode()
    answer = reader.get(url)
    assert b"".join(answer.streaming_content) == make.PDF
    assert answer["Content-Disposition"] == 'attachment; filename="agenda-3-1.pdf"'
    assert sign_in(cast.observer).get(url).status_code == 404


def test_a_chosen_paper_survives_an_error_elsewhere(cast, meeting, sign_in):
    browser, url = sign_in(cast.secretariat), f"{meeting.get_absolute_url()}agenda/add/"
    file = SimpleUploadedFile("Note on methods.pdf", make.PDF)
    answer = browser.post(url, {"title": "Methods", "duration": "481", "file": file})
    page = answer.content.decode()
    assert "Note on methods.pdf" in page
    token = page.partition('name="file-kept" value="')[2].partition('"')[0]
    assert browser.post(url, {"title": "Methods", "duration": "40", "file-kept": token}).status_code == 302
    assert meeting.agendaitems.get().original_name == "Note on methods.pdf"


def test_another_paper_takes_the_place_of_the_one_before(cast, meeting):
    by = cast.secretariat
    item = AgendaItem.add_to(meeting, by=by, title="Methods", file=make.pdf("one.pdf"))
    item.edit(by=by, expected_version=1, title="Methods and tools")
    assert item.original_name == "one.pdf"
    item.edit(by=by, expected_version=2, title="Methods", file=make.pdf("two.pdf"))
    assert item.original_name == "two.pdf"


def test_the_same_paper_again_is_recognised(cast, meeting, sign_in):
    """By who sends it and by who reads it."""
    item = AgendaItem.add_to(meeting, by=cast.secretariat, title="Methods", file=make.pdf("one.pdf"))
    told = []
    for content in (make.PDF, make.PDF + b"\n"):
        file = make.pdf("two.pdf", content=content)
        item.edit(by=cast.secretariat, expected_version=item.version, title="Methods", file=file)
        for person in (cast.secretariat, cast.vnm):
            page = sign_in(person).get(meeting.get_absolute_url()).content.decode()
            told.append("the same document as before" in page)
    assert told == [True, True, False, False]


@pytest.mark.parametrize("kind", ["agenda", "decisions"])
def test_save_and_add_another(kind, cast, meeting, sign_in):
    browser, url = sign_in(cast.secretariat), f"{meeting.get_absolute_url()}{kind}/add/"
    typed = {"title": "Opening", "text": "Agreed"}
    assert browser.post(url, typed | {"another": "1"})["Location"] == url
    assert (
        browser.post(url, typed | {"title": "Round", "text": "Noted"})["Location"]
        == meeting.get_absolute_url()
    )


def test_one_outcome_after_the_other(cast, meeting, sign_in):
    a, b = items(meeting, cast.secretariat, "A", "B")
    browser, page = sign_in(cast.secretariat), meeting.get_absolute_url()
    typed = {"outcome": "information", "outcome_text": "Noted.", "version": 1}
    assert "Save and next: B" in browser.get(f"{page}agenda/{a.pk}/conclude/").content.decode()
    answer = browser.post(f"{page}agenda/{a.pk}/conclude/", typed | {"next": "1"})
    assert answer["Location"] == f"{page}agenda/{b.pk}/conclude/"
    assert "Save and next" not in browser.get(answer["Location"]).content.decode()
    answer = browser.post(answer["Location"], typed | {"next": "1"})
    assert answer["Location"] == f"{page}#agendaitem-{b.pk}"
