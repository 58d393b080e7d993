"""A record that cannot be changed now: its forms do not open, and what was typed before is not lost."""

from datetime import date
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from reviews.actions.cycles import open_cycle
from reviews.models import AgendaItem, NationalReport
from reviews.views.form_pages import FormPage, TransitionPage
from tests.rules.test_access import GETS, POSTS, list_in_order, patterns
from tests.support import grids, make, steps

CLOSED = "MTR is closed and can only be read; the Secretariat can open it again."
# Notes on methods and a new cycle belong to no review cycle; they are read within one.
OF_NO_CYCLE = {"method-add", "method-edit", "cycle-add", "cycle-copy"}
OF_NO_CYCLE |= {
    "saved-view-add",
    "saved-view-edit",
    "saved-view-remove",
    "saved-view-over",
    "saved-view-default",
    "saved-view-no-default",
    "saved-view-take-over",
    "notification-settings",
}  # a person's own
OF_NO_CYCLE |= {"calendar-add", "calendar-renew", "calendar-revoke", "mail-again"}  # as well
OF_NO_CYCLE |= {"invite", "invite-sheet", "invitation-withdraw", "person-alternate"}
OF_NO_CYCLE |= {"watches", "watch-start", "watch-stop", "mark-seen"}
OF_NO_CYCLE |= {"away", "away-act", "away-end", "person-away"}
# They open a cycle, which is not open then.
OPENING = {"cycle-open", "cycle-reopen"}
# They set up a cycle before it is opened; emptying a test cycle is possible in any status.
SETTING_UP = set(steps.SETTING_UP) - {"cycle-setup"}
OF_ANY_STATUS = {"cycle-empty"}
# Closing it twice is closing it once; who rehearses has nothing to save.
NOT_OF_ALL = {"cycle-close", "round-end-rehearsal"}


def classes(found: Any) -> dict[str, Any]:
    """The class of each page, by its name."""
    kept = {}
    for entry in found.url_patterns:
        if isinstance(entry, URLPattern):
            kept[entry.name] = getattr(entry.callback, "view_class", None)
        elif entry.namespace != "admin":
            kept |= classes(entry)
    return kept


PAGES = classes(get_resolver())
ACTS = [page for page in list_in_order(POSTS) if PAGES[page] and issubclass(PAGES[page], FormPage)]
FORMS = [page for page in ACTS if not issubclass(PAGES[page], TransitionPage)]


def test_every_form_is_known():
    """Also those of a new address: the lists above miss none."""
    opened = [page for page, row in grids.read(GETS) if "200" in row.values()]
    assert set(FORMS) <= set(opened) <= set(patterns(get_resolver()))
    assert len(FORMS) > 25


def one_who_may(page: str, cast: Any, sign_in: Any) -> Client:
    """A browser of somebody whose step it is."""
    who = next(name for name, code in dict(grids.read(POSTS))[page].items() if code == "302")
    return sign_in(cast.vnm_team if who == "team" else getattr(cast, who))


def words(answer: Any) -> str:
    return unescape(answer.content.decode())


def closed(cycle: Any, cast: Any) -> None:
    cycle.refresh_from_db()
    cycle.close(by=cast.secretariat, expected_version=cycle.version, why="Adopted.")


# A closed cycle


@pytest.mark.parametrize("page", [page for page in FORMS if page not in OPENING | SETTING_UP | OF_ANY_STATUS])
def test_no_form_opens_in_a_closed_cycle(page, cast, cycle, sign_in):
    """Nobody types what cannot be saved; the page says why, who can unlock it, and leads back."""
    made = steps.world(page, cast, cycle)
    browser, url = one_who_may(page, cast, sign_in), steps.address(page, made)
    assert browser.get(url).status_code == 200
    closed(cycle, cast)
    answer = browser.get(url)
    assert answer.status_code == (200 if page in OF_NO_CYCLE else 409)
    assert (CLOSED in words(answer)) is (page not in OF_NO_CYCLE)
    if page not in OF_NO_CYCLE:
        assert browser.get(answer.context["back_url"]).status_code == 200


@pytest.mark.parametrize(
    "page",
    [page for page in ACTS if page not in OF_NO_CYCLE | OPENING | NOT_OF_ALL | SETTING_UP | OF_ANY_STATUS],
)
def test_a_cycle_closed_while_somebody_types(page, cast, cycle, sign_in):
    """The form again with the reason, everything typed, and nothing written."""
    made = steps.world(page, cast, cycle)
    browser, values = one_who_may(page, cast, sign_in), steps.typed(page, made)
    closed(cycle, cast)
    before = grids.fingerprint()
    answer = browser.post(steps.address(page, made), values)
    assert (answer.status_code, grids.changed(before)) == (409, set())
    form = answer.context["form"]
    assert form.non_field_errors() == [CLOSED]
    assert words(answer).count(CLOSED) == 1
    for name in form.fields.keys() & values.keys() - {"file", "version"}:
        typed = values[name]
        assert form[name].value() in (as_kept(typed), [as_kept(typed)]), name
        is_text = isinstance(typed, str) and typed != "on" and not hasattr(form.fields[name], "choices")
        assert not is_text or typed in words(answer), name


@pytest.mark.parametrize("page", sorted(OPENING))
def test_an_open_cycle_is_not_opened_again(page, cast, cycle, sign_in):
    browser, url = sign_in(cast.secretariat), reverse(page, args=["mtr"])
    for answer in (browser.get(url), browser.post(url, {"version": cycle.version, "why": "Again."})):
        assert answer.status_code == 409
        assert "This is not possible while the status is “open”." in words(answer)


@pytest.mark.parametrize("page", sorted(SETTING_UP))
def test_an_open_cycle_is_not_set_up(page, cast, cycle, sign_in):
    """Its steps do not open, and one that was open meanwhile writes nothing."""
    made = steps.world(page, cast, cycle)
    browser, url, values = sign_in(cast.secretariat), steps.address(page, made), steps.typed(page, made)
    open_cycle(by=cast.secretariat, cycle=made.cycle, expected_version=made.cycle.version)
    values["version"] = made.cycle.version
    before = grids.fingerprint()
    for answer in (browser.get(url), browser.post(url, values)):
        assert answer.status_code == 409
        assert "This is not possible while the status is “open”." in words(answer)
    assert grids.changed(before) == set()


def as_kept(typed: Any) -> Any:
    """How a form has what was sent to it."""
    if isinstance(typed, list):
        return [str(value) for value in typed]
    return True if typed == "on" else str(typed)


# A record in a status that does not allow it


def test_forms_of_a_report_that_is_handed_in(cast, report, sign_in):
    report = make.in_status("submitted", report, cast)
    for page in ("report-update", "report-authors"):
        answer = sign_in(cast.vnm).get(reverse(page, args=["mtr", "VNM"]))
        assert answer.status_code == 409
        assert "the national coordinator can recall it until reading starts" in words(answer)
        assert answer.context["back_url"] == report.get_absolute_url()


@pytest.mark.parametrize("page", ["datagap-edit", "datagap-close", "datagap-advise"])
def test_forms_of_a_closed_gap(page, cast, report, sign_in):
    gap = steps.gap_in("closed", report, cast)
    browser = sign_in(cast.consultant if page == "datagap-advise" else cast.vnm)
    for query in ("", "?way=data_found"):
        answer = browser.get(reverse(page, args=["mtr", gap.code]) + query)
        assert answer.status_code == 409
        assert "This gap is closed; its national team can reopen it." in words(answer)


def test_other_forms_of_what_is_settled(cast, cycle, sign_in):
    """A decided request, final finding, approved advice, held meeting, carried item, adopted minutes, opened round."""
    made = steps.world("minutes-section", cast, cycle)
    extension, finding, section = made.extension, made.finding, made.section
    extension.grant(by=cast.secretariat, expected_version=extension.version, until=extension.asked_until)
    finding.finalise(by=cast.vnm, expected_version=finding.version)
    made.minutes = section.minutes
    made.minutes.refresh_from_db()
    made.minutes.circulate(by=cast.secretariat, expected_version=made.minutes.version)
    made.minutes.adopt(by=cast.secretariat, expected_version=made.minutes.version, note="By mail.")
    carried(made, cast)
    told = {
        "extension-decide": "This request has been decided already.",
        "finding-edit": "Only a preliminary one can be edited; its national team can reopen it.",
        "advice-edit": "This was approved and sent; draft another piece of advice.",
        "meeting-hold": "This meeting is held; an administrator can correct it.",
        "meeting-cancel": "This meeting is held; an administrator can correct it.",
        "meeting-edit-part": "This item was taken into a later meeting; its outcome is recorded there.",
        "agenda-conclude": "This item was taken into a later meeting; its outcome is recorded there.",
        "minutes-section": "An administrator can correct it in the administration, with a reason.",
        "round-open": "The round of this meeting has been opened already.",
    }
    for page, why in told.items():
        answer = one_who_may(page, cast, sign_in).get(steps.address(page, made))
        assert (page, answer.status_code) == (page, 409)
        assert why in words(answer)


def carried(made: Any, cast: Any) -> None:
    item, by = AgendaItem.objects.get(pk=made.agenda.pk), cast.secretariat
    days = {"planned_from": date(2020, 9, 8), "planned_to": date(2020, 9, 8)}
    make.meeting(made.meeting.cycle, by=by, code="4", **days)
    item.put_off(by=by, expected_version=item.version)
    item.carry(by=by, expected_version=item.version)


def test_a_second_request_for_an_extension(cast, cycle, sign_in):
    """One at a time: no button and no form for a second; another country has both."""
    made = steps.world("extension-decide", cast, cycle)
    url = reverse("extension-ask", args=["mtr", made.deadline.number])
    for name, status in (("vnm", 409), ("lao", 200)):
        browser = sign_in(getattr(cast, name))
        assert browser.get(url).status_code == status
        assert (url in words(browser.get(made.deadline.get_absolute_url()))) is (status == 200)
    assert "still waits for the Secretariat's decision" in words(sign_in(cast.vnm).get(url))


def test_a_step_of_the_plan_that_a_body_has_decided(cast, cycle, sign_in):
    """It says in which status it is, not that a body has no such answer."""
    made = steps.world("plan-outcome", cast, cycle)
    made.plan.record_outcome(by=cast.secretariat, expected_version=made.plan.version, outcome="adopt")
    answer = sign_in(cast.secretariat).get(steps.address("plan-outcome", made))
    assert answer.status_code == 409
    assert "while the status is “adopted”. An administrator can correct it." in words(answer)


def test_nothing_is_chosen_beforehand(cast, report, sign_in):
    """A required choice says so, and offers no dash among its answers."""
    gap, browser = make.gap(report, by=cast.vnm), sign_in(cast.vnm)
    kinds = browser.get(reverse("datagap-add", args=["mtr"])).context["form"]["kind"]
    assert [radio.data["selected"] for radio in kinds.subwidgets] == [False]
    grouping = sign_in(cast.lead).get(reverse("difficulty-add", args=["mtr"]))
    assert "please choose</option>" in words(grouping)
    form = browser.get(reverse("datagap-close", args=["mtr", gap.code]) + "?way=proxy_agreed").context["form"]
    assert [value for value, _label in form.fields["reliance"].choices] == ["low", "medium", "high"]


def test_a_form_says_what_it_is_about(cast, cycle, sign_in):
    deadline = make.deadline(cycle, by=cast.secretariat)
    page = words(sign_in(cast.vnm).get(reverse("extension-ask", args=["mtr", deadline.number])))
    assert f'<p class="lead">{deadline.title} · due 7 Sep 2020</p>' in page


# Locked by somebody else while the form was open


def test_a_gap_that_a_colleague_closed_meanwhile(cast, report, sign_in):
    """Who closed it, why nothing can be saved, and no promise that saving again would do."""
    gap = make.gap(report, by=cast.vnm)
    typed = {"missing": "Typed for long", "effect": "", "kind": gap.kind_id, "version": gap.version}
    gap.close(by=cast.vnm_team, expected_version=gap.version, way="data_found", note="Found in the archive.")
    answer = sign_in(cast.vnm).post(reverse("datagap-edit", args=["mtr", gap.code]), typed)
    assert answer.status_code == 409
    for said in (
        "while you were editing",
        "Found in the archive.",
        "its national team can reopen it",
        "Typed for long",
    ):
        assert said in words(answer)
    assert "Saving again" not in words(answer)


def test_a_report_that_was_submitted_meanwhile(cast, report, sign_in):
    report = make.in_status("submitted", report, cast)
    typed = {"data_collection": "70", "analysis": "x", "note": "Typed for long", "version": report.version}
    answer = sign_in(cast.vnm_team).post(reverse("report-update", args=["mtr", "VNM"]), typed)
    assert answer.status_code == 409  # the lock is said together with the wrong figure
    for said in (
        "can recall it until reading starts",
        "Enter a whole number from 0 to 100.",
        "Typed for long",
    ):
        assert said in words(answer)
    assert NationalReport.objects.get(pk=report.pk).data_collection != 70


def test_a_dropped_draft_can_still_be_read(cast, report, sign_in):
    """By the consultants, on the gap's page: its form is closed."""
    gap = make.gap(report, by=cast.vnm)
    advice = make.advice(by=cast.consultant, gap=gap, text="Wait for the census")
    advice.drop(by=cast.consultant, expected_version=advice.version, note="Too late.")
    assert "Wait for the census" in words(sign_in(cast.lead).get(gap.get_absolute_url()))
    assert "Wait for the census" not in words(sign_in(cast.vnm).get(gap.get_absolute_url()))
    assert sign_in(cast.lead).get(reverse("advice-edit", args=["mtr", advice.pk])).status_code == 409
