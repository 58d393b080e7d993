"""Private discussion and unapproved advice: a word in each, looked for in everything that the others can fetch."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.urls import reverse

from reviews import guidance
from reviews.models import Advice, DataGap, ThreadEntry
from tests import make
from tests.test_access import body

STATES = ("VNM", "LAO")
# Who reads the word of a channel: of the own country; of the other one it is nobody but staff.
READERS = {
    "request": {"own", "consultant", "lead", "secretariat", "admin"},
    "question": {"own", "consultant", "lead", "secretariat", "admin"},
    "answer": {"own", "consultant", "lead", "secretariat", "admin"},
    "advice": {"own", "consultant", "lead", "secretariat", "admin"},
    "aside": {"own", "consultant", "lead", "secretariat", "admin"},
    "country": {"own"},
    "consultants": {"consultant", "lead"},
    "draft": {"consultant", "lead"},
    "dropped": {"consultant", "lead"},
    "droppedwhy": {"consultant", "lead"},
    "reworded": {"consultant", "lead"},
}
# Of what is grouped over countries: no country at all reads it, but the advice that was approved.
COMMON_READERS = {
    "shareddraft": {"consultant", "lead"},
    "title": {"consultant", "lead", "secretariat", "admin"},
    "sharedadvice": {"own", "consultant", "lead", "secretariat", "admin"},
}


def word(channel: str, state: str = "") -> str:
    return f"Zq{channel}{state}xw"


@pytest.fixture
def planted(cycle: Any, cast: Any) -> SimpleNamespace:
    """A word in every channel and draft of two countries, and in what they share without knowing."""
    people = {"VNM": cast.vnm, "LAO": cast.lao}
    gaps = {state: thread(make.report(cycle, state), people[state], cast) for state in STATES}
    kind = make.kind("completion")
    difficulty = make.difficulty(
        cycle, list(gaps.values()), by=cast.consultant, kind=kind, title=word("title")
    )
    make.approved(by=cast.lead, difficulty=difficulty, text=word("sharedadvice"))
    make.advice(by=cast.consultant, difficulty=difficulty, text=word("shareddraft"))
    note = make.method(by=cast.lead)
    make.meeting(cycle, by=cast.secretariat, shared=True)
    make.deadline(cycle, by=cast.secretariat, shared=True)
    return SimpleNamespace(cycle=cycle, gaps=gaps, difficulty=difficulty, note=note)


def thread(report: Any, person: Any, cast: Any) -> DataGap:
    state, gap = report.code, make.gap(report, by=person)
    gap.ask_guidance(by=person, seen=gap.version, note=word("request", state))
    gap.question(by=cast.consultant, seen=gap.version, text=word("question", state))
    gap.answer(by=person, seen=gap.version, text=word("answer", state))
    ThreadEntry.note(gap, by=person, text=word("country", state))
    ThreadEntry.note(gap, by=cast.consultant, text=word("consultants", state))
    dropped = make.advice(by=cast.consultant, gap=gap, text=word("dropped", state))
    dropped.drop(by=cast.consultant, seen=1, note=word("droppedwhy", state))
    advice = make.advice(by=cast.consultant, gap=gap, text=word("reworded", state))
    advice.edit(by=cast.lead, seen=1, text=word("advice", state))
    guidance.approve_advice(by=cast.lead, advice=advice, seen=advice.version)
    gap.received.get().set_aside(by=person, seen=1, note=word("aside", state))
    make.advice(by=cast.consultant, gap=gap, text=word("draft", state))
    return gap


LISTS = (
    "report-list", "datagap-list", "deadline-list", "meeting-list", "action-list", "difficulty-list", "method-list",
)  # fmt: skip


def everything(made: SimpleNamespace) -> Iterator[str]:
    """Every page and export; who may not open one gets a page that says so, which is searched like the others."""
    slug = made.cycle.slug
    yield reverse("desk")
    for page in ("board", "framework", *LISTS):
        yield reverse(page, args=[slug])
    yield reverse("board", args=[slug]) + "?as_of=2020-08-20"
    yield from (f"{reverse(page, args=[slug])}?_export=csv" for page in LISTS)
    yield f"{reverse('datagap-list', args=[slug])}?q=zq"
    for state, gap in made.gaps.items():
        yield from (reverse(page, args=[slug, state]) for page in ("report", "progress-list"))
        yield from (
            reverse(page, args=[slug, gap.code]) for page in ("datagap", "datagap-edit", "datagap-advise")
        )
    yield from (reverse(p, args=[slug, made.difficulty.number]) for p in ("difficulty", "difficulty-edit"))
    yield from (reverse("advice-edit", args=[slug, pk]) for pk in Advice.objects.values_list("pk", flat=True))
    yield from (reverse(page, args=[slug, made.note.code]) for page in ("method", "method-edit"))
    yield reverse("meeting", args=[slug, "3"])
    yield reverse("deadline", args=[slug, 1])


PEOPLE = ("vnm", "vnm_team", "lao", "consultant", "lead", "secretariat", "observer", "admin")


def allowed(who: str, made: SimpleNamespace) -> set[str]:
    """The words that a person may read anywhere."""
    own = {"vnm": "VNM", "vnm_team": "VNM", "lao": "LAO"}.get(who)
    words = {
        word(channel, state)
        for channel, readers in READERS.items()
        for state in STATES
        if who in readers or ("own" in readers and state == own)
    }
    return words | {
        word(c) for c, readers in COMMON_READERS.items() if who in readers or ("own" in readers and own)
    }


def all_words() -> set[str]:
    return {word(c, s) for c in READERS for s in STATES} | {word(c) for c in COMMON_READERS}


@pytest.mark.parametrize("who", PEOPLE)
def test_each_word_is_read_by_those_it_is_for_and_by_nobody_else(who, planted, cast, sign_in):
    browser, shown = sign_in(getattr(cast, who)), ""
    for url in everything(planted):
        content = body(browser.get(url))
        leaked = {w for w in all_words() - allowed(who, planted) if w in content}
        assert not leaked, url
        shown += content
    # And the words that a person may read are read: the test above looks where they could be.
    assert {w for w in allowed(who, planted) if w not in shown} == set()


def test_a_country_cannot_tell_that_its_gap_is_grouped(planted, cast, sign_in):
    page = body(sign_in(cast.vnm).get(planted.gaps["VNM"].get_absolute_url()))
    assert word("sharedadvice") in page
    assert not [text for text in ("D1", "LAO", "Lao PDR", "difficult/", "/difficulties/") if text in page]


def test_the_conflict_page_tells_nothing_private(planted, cast, sign_in):
    gap = planted.gaps["VNM"]
    url = reverse("datagap-answer", args=[planted.cycle.slug, gap.code])
    answer = sign_in(cast.vnm).post(url, {"text": "Late.", "version": "1"})
    assert answer.status_code == 409
    content = body(answer)
    assert not [w for w in all_words() - allowed("vnm", planted) if w in content]
