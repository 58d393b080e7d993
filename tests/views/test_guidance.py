"""Pages about guidance: the thread, drafts, difficulties, method notes, the desk; and what they cost."""

from typing import Any

import pytest
from django.urls import reverse

from reviews.actions import guidance
from reviews.models import Advice, DataGap, Difficulty, MethodNote, ThreadEntry
from tests.support import make
from tests.support.browsers import body
from tests.support.desks import tasks_on_desk


@pytest.fixture
def gap(report, cast) -> DataGap:
    gap = make.gap(report, by=cast.vnm)
    return gap.ask_guidance(by=cast.vnm, expected_version=gap.version, note="Which year?")


def url(page: str, *codes: Any) -> str:
    return reverse(page, args=["mtr", *codes])


def test_from_the_question_to_the_closing(gap, cast, sign_in):
    """The story of one gap, each step from its own page."""
    vnm, consultant, lead = (sign_in(person) for person in (cast.vnm, cast.consultant, cast.lead))
    consultant.post(url("datagap-question", "VNM-1"), {"text": "Any overlap?", "version": gap.version})
    assert "Any overlap?" in body(vnm.get(url("datagap", "VNM-1")))
    vnm.post(url("datagap-answer", "VNM-1"), {"text": "In 2016.", "version": gap.version + 1})
    note = make.method(by=cast.lead)
    consultant.post(url("datagap-advise", "VNM-1"), {"text": "Mark it.", "notes": [note.pk]})
    advice = Advice.objects.get()
    assert "Mark it." not in body(vnm.get(url("datagap", "VNM-1")))
    lead.post(url("advice-approve", advice.pk), {"version": advice.version})
    page = body(vnm.get(url("datagap", "VNM-1")))
    assert "Mark it." in page
    assert url("method", note.code) in page
    received = gap.received.get()
    vnm.post(url("datagap-adopt", "VNM-1", received.pk), {"version": received.version})
    gap.refresh_from_db()
    closing = {"way": "limitation", "note": "Named.", "advice": received.pk, "version": gap.version}
    vnm.post(url("datagap-close", "VNM-1"), closing)
    gap.refresh_from_db()
    assert (gap.status, gap.closed_with, gap.received.get().use) == ("closed", received, "adopted")


@pytest.mark.parametrize(("author", "told"), [("lead", True), ("consultant", False)])
def test_a_lead_consultant_who_approves_an_own_draft_is_reminded(author, told, gap, cast, sign_in):
    advice = make.advice(by=getattr(cast, author), gap=gap)
    lead = sign_in(cast.lead)
    assert ("You drafted this yourself" in body(lead.get(url("datagap", "VNM-1")))) is told
    assert lead.post(url("advice-approve", advice.pk), {"version": advice.version}).status_code == 302
    advice.refresh_from_db()
    assert (advice.drafted_by, advice.approved_by) == (getattr(cast, author), cast.lead)


def test_closing_with_another_gaps_advice_is_no_choice(gap, report, cast, sign_in):
    other = make.gap(report, by=cast.vnm)
    make.approved(by=cast.lead, gap=other)
    make.approved(by=cast.lead, gap=gap)
    gap.refresh_from_db()
    typed = {"way": "limitation", "note": "Named.", "advice": other.received.get().pk, "version": gap.version}
    answer = sign_in(cast.vnm).post(url("datagap-close", "VNM-1"), typed)
    assert answer.status_code == 200
    assert "Named." in body(answer)


def test_someone_was_faster_and_what_was_typed_stays(gap, cast, sign_in):
    advice = make.advice(by=cast.consultant, gap=gap)
    advice.edit(by=cast.lead, expected_version=1, text="Shorter.")
    answer = sign_in(cast.consultant).post(url("advice-edit", advice.pk), {"text": "Longer.", "version": "1"})
    assert answer.status_code == 409
    assert "Longer." in body(answer)
    assert "Shorter." in body(answer)
    late = sign_in(cast.lead).post(url("advice-approve", advice.pk), {"version": "1"})
    assert late.status_code == 409
    assert Advice.objects.get().status == "draft"


def test_grouping_and_what_became_of_the_advice(gap, cycle, cast, sign_in):
    others = [make.gap(make.report(cycle, "LAO"), by=cast.lao) for _ in range(2)]
    lead = sign_in(cast.lead)
    typed = {"title": "Series end", "kind": make.kind().pk, "gaps": [g.pk for g in (gap, *others)]}
    answer = lead.post(url("difficulty-add"), typed)
    assert answer["Location"] == url("difficulty", 1)
    lead.post(url("difficulty-advise", 1), {"text": "Two periods."})
    lead.post(url("advice-approve", Advice.objects.get().pk), {"version": 1})
    first, second = (other.received.get() for other in others)
    first.adopt(by=cast.lao, expected_version=1)
    others[1].close(by=cast.lao, expected_version=1, way="limitation", note="Named.", advice=second)
    page = body(sign_in(cast.secretariat).get(url("difficulty", 1)))
    for words in ("VNM-1", "received", "adopted", "closed with it", "Two periods."):
        assert words in page
    row = body(sign_in(cast.secretariat).get(url("difficulty-list") + "?_export=csv")).splitlines()[1]
    assert row == "D1,Series end,Missing,3,3,1,1"


def test_a_method_note_is_written_and_read(cycle, cast, sign_in):
    typed = {"title": "Chaining", "code": "chaining", "kind": make.kind().pk, "text": "Link the two."}
    answer = sign_in(cast.consultant).post(url("method-add"), typed)
    assert answer["Location"] == url("method", "chaining")
    assert "Link the two." in body(sign_in(cast.vnm).get(url("method", "chaining")))
    sign_in(cast.lead).post(url("method-edit", "chaining"), typed | {"text": "Link them.", "version": 1})
    assert MethodNote.objects.get().text == "Link them."


# --- the desk


def waits(person: Any, cycle: Any) -> list[str]:
    return [item.what for item in tasks_on_desk(person, cycle)]


def advised(person: Any, cycle: Any) -> list[str]:
    """The gaps of which the desk says that there is advice to answer."""
    tasks = [item.what for item in tasks_on_desk(person, cycle)]
    return [what.partition(":")[0] for what in tasks if what.endswith("decide on the advice")]


def test_whose_turn_it_is_on_the_desks(gap, cycle, cast):
    step, question, approve = (
        "VNM-1: give guidance",
        "VNM-1: answer the question of the consultants",
        "VNM-1: approve the advice",
    )
    assert step in waits(cast.consultant, cycle)
    assert step in waits(cast.lead, cycle)
    gap.question(by=cast.consultant, expected_version=gap.version, text="Any overlap?")
    assert question in waits(cast.vnm, cycle)
    assert step not in waits(cast.consultant, cycle)
    gap.answer(by=cast.vnm, expected_version=gap.version, text="In 2016.")
    advice = make.advice(by=cast.consultant, gap=gap)
    assert approve in waits(cast.lead, cycle)
    assert step not in waits(cast.lead, cycle)
    assert waits(cast.consultant, cycle) == []
    guidance.approve_advice(by=cast.lead, advice=advice, expected_version=1)
    assert "VNM-1: decide on the advice" in waits(cast.vnm, cycle)
    assert advised(cast.vnm, cycle) == ["VNM-1"]
    assert advised(cast.lead, cycle) == advised(cast.lao, cycle) == []
    gap.received.get().adopt(by=cast.vnm, expected_version=1)
    assert advised(cast.vnm, cycle) == []
    assert waits(cast.lead, cycle) == []
    assert approve not in waits(cast.secretariat, cycle)


# --- what they cost


def crowd(gap: DataGap, cast: Any, number: int) -> Difficulty:
    """`number` of everything that a page lists."""
    kind, note = make.kind(), make.method(f"note-{number}", by=cast.lead)
    difficulty = make.difficulty(gap.cycle, [gap], by=cast.lead)
    for n in range(number):
        gaps = [
            make.gap(make.report(gap.cycle, code), by=by)
            for code, by in (("VNM", cast.vnm), ("LAO", cast.lao))
        ]
        difficulty.edit(
            by=cast.lead,
            expected_version=difficulty.version,
            gaps=[*difficulty.gaps.all(), *gaps],
            title="All",
            kind=kind,
        )
        make.approved(by=cast.lead, difficulty=difficulty, text=f"Advice {n}", notes=[note])
        make.approved(by=cast.lead, gap=gap, notes=[note])
        make.advice(by=cast.lead, gap=gap, notes=[note])
        make.advice(by=cast.lead, difficulty=difficulty, notes=[note])
        make.difficulty(gap.cycle, [gap], by=cast.lead)
        make.method(f"other-{number}-{n}", by=cast.lead)
        ThreadEntry.note(gap, by=cast.lead, text="Among us.")
        gap.question(
            by=cast.lead, expected_version=DataGap.objects.get(pk=gap.pk).version, text="When?"
        ) if n < 0 else None
    return difficulty


PAGES = ("datagap", "difficulty", "difficulty-list", "method-list", "method")


@pytest.mark.parametrize("who", ["lead", "vnm"])
@pytest.mark.parametrize("page", PAGES)
def test_as_many_queries_for_many_rows(page, who, gap, cast, sign_in, django_assert_max_num_queries):
    if who == "vnm" and page.startswith("difficulty"):
        return
    browser, counts = sign_in(getattr(cast, who)), []
    for number in (1, 3):
        difficulty = crowd(gap, cast, number)
        gap = DataGap.objects.select_related("cycle").get(pk=gap.pk)
        codes: dict[str, list[Any]] = {
            "datagap": ["VNM-1"],
            "difficulty": [difficulty.number],
            "method": [f"note-{number}"],
        }
        where = url(page, *codes.get(page, []))
        browser.get(where)  # the first visit is remembered
        with django_assert_max_num_queries(16) as queries:
            assert browser.get(where).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[1] <= (8 if page.endswith("-list") else 12)
