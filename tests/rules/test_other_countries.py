"""What one country writes does not exist for another, nor for observers."""

from collections.abc import Iterator
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from django.urls import reverse

from reviews.actions import guidance
from tests.support import make, steps
from tests.support.browsers import body
from tests.support.shared_records import shared

SECRETS = {
    "gap": "Gap-Kiwi",
    "note": "Note-Mango",
    "return": "Return-Papaya",
    "ask": "Ask-Durian",
    "guide": "Guide-Lime",
    "finding": "Finding-Guava",
}


@shared
def secrets(cast: Any, cycle: Any) -> SimpleNamespace:
    """Viet Nam has told what Lao PDR and the observers must not read."""
    report = make.report(cycle, "VNM")
    report.post_progress(
        by=cast.vnm, expected_version=report.version, data_collection=100, note=SECRETS["note"]
    )
    make.submitted(report, by=cast.vnm)
    report.start_reading(by=cast.consultant, expected_version=report.version)
    report.return_for_revision(
        by=cast.consultant,
        expected_version=report.version,
        note=SECRETS["return"],
        revise_by=date(2020, 8, 31),
    )
    gap = make.gap(report, by=cast.vnm, missing=SECRETS["gap"])
    gap.ask_guidance(by=cast.vnm, expected_version=gap.version)
    advice = make.advice(by=cast.consultant, gap=gap, text=SECRETS["guide"])
    guidance.approve_advice(by=cast.lead, advice=advice, expected_version=advice.version)
    deadline = make.deadline(cycle, by=cast.secretariat, shared=True)
    asked = make.extension(
        report, deadline, by=cast.vnm, asked_until=date(2020, 9, 21), reason=SECRETS["ask"]
    )
    meeting = make.meeting(cycle, by=cast.secretariat, shared=True)
    finding = make.finding(report, by=cast.vnm, text=SECRETS["finding"])
    return SimpleNamespace(
        report=report, gap=gap, finding=finding, deadline=deadline, extension=asked, meeting=meeting
    )


EVERYBODYS = (
    "desk",
    "board",
    "framework",
    "plan",
    "round",
    "compare",
    "deadline-list",
    "deadline",
    "meeting-list",
    "meeting",
    "action-list",
)
LISTS = (
    "report-list", "datagap-list", "finding-list", "deadline-list", "meeting-list", "action-list", "coverage",
    "disruption-list",
)  # fmt: skip


def pages_of(made: Any) -> Iterator[str]:
    """All pages that everybody may open, today's and past ones, and every list taken away."""
    made.action = made.agenda = made.advice = made.received = made.difficulty = made.body = SimpleNamespace(
        pk=1, number=1
    )
    yield from (steps.address(page, made) for page in {*EVERYBODYS, *LISTS})
    yield steps.address("board", made) + "?as_of=2020-08-20"
    yield from (f"{steps.address(page, made)}?_export={kind}" for page in LISTS for kind in ("csv",))


@pytest.mark.parametrize("name", ["lao", "observer"])
def test_nothing_of_another_country_leaks(name, cast, secrets, sign_in):
    browser = sign_in(getattr(cast, name))
    for url in pages_of(secrets):
        answer = browser.get(url)
        assert answer.status_code == (404 if name == "observer" and hidden_from_observers(url) else 200)
        assert not [word for word in SECRETS.values() if word in body(answer)], url


HIDDEN = ("reports", "datagaps", "findings", "plan", "coverage", "disruptions")


def hidden_from_observers(url: str) -> bool:
    return any(f"/{noun}/" in url for noun in HIDDEN)


def test_the_same_pages_show_it_to_those_who_may(cast, secrets, sign_in):
    """So that the test above cannot pass because nothing is ever shown."""
    browser = sign_in(cast.vnm)
    shown = "".join(body(browser.get(url)) for url in [*pages_of(secrets), secrets.gap.get_absolute_url()])
    shown += body(browser.get(secrets.report.get_absolute_url()))
    assert [word for word in SECRETS.values() if word not in shown] == []


PAIRS = [
    ("report", ["VNM"], ["XYZ"]), ("progress-list", ["VNM"], ["XYZ"]), ("report-update", ["VNM"], ["XYZ"]),
    ("report-version", ["VNM", 1], ["XYZ", 1]), ("report-version-file", ["VNM", 1], ["VNM", 7]),
    ("datagap", ["VNM-1"], ["VNM-9"]), ("datagap-edit", ["VNM-1"], ["VNM-9"]), ("report-submit", ["VNM"], ["XYZ"]),
    ("datagap-close", ["VNM-1"], ["VNM-9"]), ("extension-decide", [1], [999_999_999]),
]  # fmt: skip


@pytest.mark.parametrize(("page", "foreign", "absent"), PAIRS, ids=lambda value: str(value))
@pytest.mark.parametrize("method", ["get", "post"])
def test_foreign_and_absent_look_the_same(method, page, foreign, absent, cast, secrets, sign_in):
    """Nobody learns from an answer what another country has."""
    browser = sign_in(cast.lao)
    real = [secrets.extension.pk] if page == "extension-decide" else foreign
    answers = [getattr(browser, method)(reverse(page, args=["mtr", *codes])) for codes in (real, absent)]
    status = 405 if (method, page) == ("post", "progress-list") else 404
    assert [answer.status_code for answer in answers] == [status, status]
    shown = [body(answer).replace(answer.wsgi_request.path, "…") for answer in answers]
    assert shown[0] == shown[1]  # but for their own address
