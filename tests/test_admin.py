"""The administration: who may open what, what is written how, and that nothing is written any other way."""

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.forms import MultiWidget
from django.urls import reverse
from django.utils import translation

from reviews import actions, clock
from reviews.admin import site
from reviews.models import (
    ActionPoint,
    Advice,
    AgendaItem,
    Beneficiaries,
    CompletionLevel,
    CoverageStatement,
    CycleMembership,
    DataGap,
    Deadline,
    Decision,
    Delegation,
    Difficulty,
    Disruption,
    Extension,
    Finding,
    Framework,
    FrameworkNode,
    GapKind,
    Invitation,
    Meeting,
    MethodNote,
    Minutes,
    MinutesSection,
    NationalReport,
    Organisation,
    OutgoingMail,
    PlanStep,
    ProgressUpdate,
    ReceivedAdvice,
    ReportVersion,
    ReviewCycle,
    Round,
    SeriesBreak,
    StandIn,
    StatusAtMeeting,
    ThreadEntry,
    TimelineEvent,
    Trace,
    Tracked,
    Turn,
    User,
)
from tests import make

MODELS = sorted(site._registry, key=lambda model: model.__name__)
REFERENCE: set[Any] = {Organisation, Framework, FrameworkNode, GapKind, TimelineEvent, MethodNote}
IMMUTABLE: set[Any] = {Trace, ProgressUpdate, ReportVersion, StatusAtMeeting, ThreadEntry, OutgoingMail}
INVITING: set[Any] = {Invitation}  # the Secretariat's too
PEOPLE = ("admin", "secretariat", "vnm", "vnm_team", "consultant", "lead", "observer")

TREATED: dict[Any, dict[str, Any]] = {
    StandIn: {"way": "proxy_agreed", "method": "Its neighbour.", "reliance": "low"},
    SeriesBreak: {"way": "limitation", "broke_on": date(2018, 1, 1), "reason": "New definition."},
    Beneficiaries: {"way": "limitation", "basis": "survey", "low": 10, "high": 20},
    CompletionLevel: {"way": "limitation", "done": 1, "ongoing": 1, "not_started": 1, "cannot_tell": 1,
                      "rule": "not_done", "agreed_by": "Team"},
}  # fmt: skip

each_model = pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)


def address(model: Any, page: str, *args: Any) -> str:
    return reverse(f"admin:reviews_{model.__name__.lower()}_{page}", args=args)


def sent(page: Any, **typed: Any) -> dict[str, Any]:
    """What a browser sends from an opened page of the administration, with some fields typed anew."""
    values: dict[str, Any] = {}
    for field in page.context["adminform"].form:
        value, widget = field.value(), field.field.widget
        if isinstance(widget, MultiWidget):
            parts = value if isinstance(value, list) else widget.decompress(value)
            values |= {f"{field.html_name}_{n}": part for n, part in enumerate(parts)}
        else:
            values[field.html_name] = value
    return {
        name: value for name, value in (values | typed).items() if value is not None and value is not False
    }


def one_of_each(cast: SimpleNamespace, n: int) -> dict[type[Any], Any]:
    """A record of every kind; `n` keeps several sets apart."""
    by = cast.secretariat
    kind, area = make.kind(f"kind_{n}"), make.area(f"A.{n}")
    part = FrameworkNode.record_new(
        by=by, framework=make.framework(), parent=area, level="indicator", code=f"A.{n}.1", title="Indicator"
    )
    event = TimelineEvent.record_new(
        by=by, code=f"event-{n}", kind="meeting", title="Event", source="000",
        planned_from=date(2020, 2, n), planned_to=date(2020, 2, n), confidence="check",
    )  # fmt: skip
    cycle = make.cycle(f"cycle-{n}", by=by, starts_on=date(2020, n, 1))
    report = make.report(cycle, "VNM")
    gap = make.gap(report, by=cast.vnm, kind=kind, key_result_area=area)
    deadline = make.deadline(cycle, by=by, only_for=[cast.vnm.organisation, cast.lao.organisation])
    extension = Extension.ask_for(
        report, deadline, by=cast.vnm, asked_until=date(2020, 10, n), reason="Floods"
    )
    meeting = make.meeting(cycle, by=by, confidence="check")
    parts = {
        AgendaItem: meeting.record(AgendaItem, by=by, title="Opening"),
        Delegation: meeting.record(Delegation, by=by, organisation=cast.vnm.organisation),
        Decision: meeting.record(Decision, by=by, text="Agreed."),
        ActionPoint: meeting.record(
            ActionPoint, by=by, text="Send it.", owner=cast.vnm, due_on=date(2020, 9, n)
        ),
    }
    treatments = {model: model.record_new(by=by, gap=gap, **values) for model, values in TREATED.items()}
    note = make.method(f"note-{n}", by=cast.lead, kind=kind)
    difficulty = make.difficulty(cycle, [gap], by=cast.lead, kind=kind)
    guided = {
        MethodNote: note, Difficulty: difficulty, ThreadEntry: ThreadEntry.note(gap, by=cast.vnm, text="Among us."),
        Advice: make.approved(by=cast.lead, difficulty=difficulty, notes=[note]), ReceivedAdvice: gap.received.get(),
    }  # fmt: skip
    make.submitted(report, by=cast.vnm)
    minutes = Minutes.record_new(by=by, meeting=meeting)
    minutes_section = MinutesSection.record_new(
        by=by, minutes=minutes, kind="decisions", position=1, text="Agreed."
    )
    country_round = make.frozen(meeting, by=by)
    return {
        **treatments, Disruption: make.disruption(cycle, by=by, countries=[cast.vnm.organisation]),
        CoverageStatement: CoverageStatement.state(report, area, by=cast.vnm, seen=0, coverage="reported"),
        Organisation: make.organisation(f"X{n}", confidence="check"),
        Framework: Framework.record_new(by=by, code=f"framework-{n}", title="Plan"),
        FrameworkNode: part, GapKind: kind, TimelineEvent: event, ReviewCycle: cycle,
        CycleMembership: CycleMembership.objects.filter(cycle=cycle).first(),
        NationalReport: report, ProgressUpdate: report.progress_updates.get(),
        ReportVersion: report.versions.get(),
        Finding: make.finding(report, by=cast.vnm),
        DataGap: gap, Deadline: deadline, Extension: extension, Meeting: meeting, **parts,
        PlanStep: make.step(cycle, by=by),
        Minutes: minutes, MinutesSection: minutes_section,
        Round: country_round, Turn: country_round.turns.first(),
        StatusAtMeeting: country_round.statuses.first(),
        **guided,
        User: make.user(f"person-{n}", "team", cast.vnm.organisation),
        Invitation: make.invitation(by=by, email=f"new-{n}@vnm.example")[0],
        Trace: Trace.objects.on_page(report).first(),
        OutgoingMail: OutgoingMail.objects.create(sender="a@b.example", to=["c@d.example"], subject="Hello"),
    }  # fmt: skip


@pytest.fixture
def records(cast):
    return one_of_each(cast, 1)


# --- who may open what


def test_every_kind_of_record_is_there():
    ours = set(apps.get_app_config("reviews").get_models())
    tracked = {model for model in ours if issubclass(model, Tracked)}
    assert tracked | {Trace} <= set(MODELS)


def expected(person: str, model: Any, page: str) -> int:
    allowed = person == "admin" or (person == "secretariat" and model in REFERENCE | INVITING)
    return 200 if allowed and not (page == "add" and model in IMMUTABLE) else 403


@each_model
def test_pages_by_person(model, cast, records, sign_in):
    pages = {"changelist": (), "add": (), "change": [records[model].pk], "history": [records[model].pk]}
    for person in PEOPLE:
        browser = sign_in(getattr(cast, person))
        for page, args in pages.items():
            answer = browser.get(address(model, page, *args)).status_code
            assert (person, page, answer) == (person, page, expected(person, model, page))


@each_model
def test_visitors_sign_in_on_the_sites_own_page(model, records, client):
    for page, args in {"changelist": (), "add": (), "change": [records[model].pk]}.items():
        url = address(model, page, *args)
        answer = client.get(url)
        assert (answer.status_code, answer["Location"]) == (
            302,
            f"{reverse('account_login')}?next={url}",
        )


@pytest.mark.parametrize("name", ["index", "jsi18n", "autocomplete", "password_change"])
def test_visitors_are_sent_to_sign_in_from_everywhere(name, db, client):
    answer = client.get(reverse(f"admin:{name}"))
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_login") + "?next=/admin/")


def test_the_admins_own_sign_in_leads_to_the_sites(db, client):
    answer = client.get(reverse("admin:login"), {"next": "/admin/reviews/user/"})
    assert answer["Location"] == reverse("account_login") + "?next=/admin/reviews/user/"


def test_somebody_signed_in_is_not_sent_in_circles(cast, sign_in):
    answer = sign_in(cast.vnm).get(reverse("admin:login"), follow=True)
    assert (answer.status_code, answer.redirect_chain) == (403, [(reverse("admin:index"), 302)])


@each_model
def test_nothing_is_deleted(model, cast, records, sign_in):
    browser, record = sign_in(cast.admin), records[model]
    url = address(model, "delete", record.pk)
    answers = [browser.get(url), browser.post(url, {"post": "yes"})]
    delete = {"action": "delete_selected", "_selected_action": record.pk, "post": "yes"}
    browser.post(address(model, "changelist"), delete)
    assert [answer.status_code for answer in answers] == [403, 403]
    assert model.objects.filter(pk=record.pk).exists()


@pytest.mark.parametrize("model", [m for m in MODELS if m in IMMUTABLE], ids=lambda m: m.__name__)
def test_what_is_immutable_cannot_be_sent(model, cast, records, sign_in):
    browser, before = sign_in(cast.admin), Trace.objects.count()
    answers = [browser.post(address(model, page, *args), {"why": "x", "version": "1", "note": "x"})
               for page, args in {"add": (), "change": [records[model].pk]}.items()]  # fmt: skip
    assert [answer.status_code for answer in answers] == [403, 403]
    assert Trace.objects.count() == before


def test_the_secretariat_cannot_send_what_it_cannot_open(cast, records, sign_in):
    browser, before = sign_in(cast.secretariat), Trace.objects.count()
    for model in [model for model in MODELS if model not in REFERENCE | INVITING]:
        for page, args in {"add": (), "change": [records[model].pk]}.items():
            assert browser.post(address(model, page, *args), {"why": "x", "version": "1"}).status_code == 403
    assert Trace.objects.count() == before


def test_first_page(cast, sign_in):
    shelves = {
        person: [shelf["name"] for shelf in sign_in(getattr(cast, person)).get("/admin/").context["app_list"]]
        for person in ("admin", "secretariat")
    }
    assert shelves["secretariat"] == ["People", "Reference data"]  # of people: the invitations
    assert shelves["admin"] == [
        "Review cycles", "National reports", "Meetings", "People", "Reference data", "History"
    ]  # fmt: skip


def test_signing_out(cast, sign_in, client):
    browser = sign_in(cast.admin)
    browser.post(reverse("admin:logout"))
    assert browser.get("/admin/").status_code == 302
    assert client.post(reverse("admin:logout")).status_code == 302


# --- the pages themselves


@each_model
def test_lists_ask_the_database_the_same_for_one_and_three(
    model, cast, records, sign_in, django_assert_max_num_queries
):
    browser, counts = sign_in(cast.admin), []
    for n in (1, 2, 3):
        if n > 1:
            one_of_each(cast, n)
        with django_assert_max_num_queries(16) as queries:
            assert browser.get(address(model, "changelist")).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[2]


@pytest.mark.parametrize("model", [NationalReport, Meeting, ReviewCycle, Deadline, Framework, DataGap, User])
def test_pages_with_many_rows_ask_no_more(model, cast, records, sign_in, django_assert_max_num_queries):
    browser, url, counts = sign_in(cast.admin), address(model, "change", records[model].pk), []
    for n in (1, 2, 3):
        if n > 1:
            more_below(records, cast, n)
        with django_assert_max_num_queries(24) as queries:
            assert browser.get(url).status_code == 200
        counts.append(len(queries))
    assert counts[1] == counts[2]


def more_below(records: Any, cast: SimpleNamespace, n: int) -> None:
    """One more row in each inline, and one more choice in each list."""
    by, report = cast.secretariat, NationalReport.objects.get(pk=records[NationalReport].pk)
    report.recall(by=cast.vnm, seen=report.version)
    make.submitted(report, by=cast.vnm)
    meeting, body = records[Meeting], make.organisation(f"Y{n}")
    meeting.record(AgendaItem, by=by, title="Item")
    meeting.record(Delegation, by=by, organisation=body)
    meeting.record(Decision, by=by, text="Agreed.")
    meeting.record(ActionPoint, by=by, text="Send it.", owner_body=body, due_on=date(2020, 9, n))
    actions.seat_member(by=by, cycle=records[ReviewCycle], member_state=body, joined_on=date(2020, 3, 1))
    theirs = make.report(records[ReviewCycle], f"Y{n}")
    person = make.user(f"y{n}", "coordinator", body)
    Extension.ask_for(theirs, records[Deadline], by=person, asked_until=date(2020, 11, n), reason="Floods")
    make.area(f"B.{n}")


@each_model
def test_searching_and_sorting(model, cast, records, sign_in):
    browser = sign_in(cast.admin)
    columns = len(site.get_model_admin(model).list_display)
    for query in ({"q": "Việt Nam 3%'\""}, *({"o": f"-{n}"} for n in range(1, columns + 1))):
        assert browser.get(address(model, "changelist"), query).status_code == 200


@each_model
def test_nothing_inline_for_the_content_security_policy(model, cast, records, sign_in):
    browser = sign_in(cast.admin)
    pages = {"changelist": (), "change": [records[model].pk], "history": [records[model].pk]}
    for page, args in pages.items():
        html = browser.get(address(model, page, *args)).content.decode()
        assert " style=" not in html
        assert " onclick=" not in html
        assert "<style" not in html
        assert html.count("<script") == html.count("src=") - html.count("<img")


def test_pages_in_vietnamese(cast, records, sign_in):
    browser = sign_in(cast.admin)
    with translation.override("vi"):
        for model in MODELS:
            assert browser.get(address(model, "change", records[model].pk)).status_code == 200


@pytest.mark.parametrize(
    "model", [Organisation, FrameworkNode, TimelineEvent, Meeting], ids=lambda m: m.__name__
)
def test_what_is_to_be_checked_stands_out(model, cast, records, sign_in):
    FrameworkNode.record_new(
        by=None, framework=make.framework(), level="activity", code="Z", title="Z", confidence="check"
    )
    assert b"<mark" in sign_in(cast.admin).get(address(model, "changelist")).content


def test_finding_a_gap_by_its_number_and_without_accents(cast, report, sign_in):
    first = make.gap(report, by=cast.vnm, missing="Số liệu ở Đà Nẵng")
    make.gap(report, by=cast.vnm, missing="Something else")
    browser = sign_in(cast.admin)
    for words in ("VNM-1", "vnm-1", "da nang", "ĐÀ NẴNG"):
        found = browser.get(address(DataGap, "changelist"), {"q": words}).context["cl"].queryset
        assert list(found) == [first]


def test_choosing_an_organisation_by_its_name(cast, sign_in):
    field = {"app_label": "reviews", "model_name": "nationalreport", "field_name": "holder"}
    found = sign_in(cast.admin).get(reverse("admin:autocomplete"), {"term": "viet", **field}).json()
    assert [row["text"] for row in found["results"]] == ["Viet Nam"]


# --- adding


def test_the_secretariat_adds_reference_data(cast, sign_in):
    browser, url = sign_in(cast.secretariat), address(Organisation, "add")
    typed = {"code": "UNX", "kind": "partner", "name_en": "A partner", "why": "New partner"}
    answer = browser.post(url, sent(browser.get(url), **typed))
    assert answer.status_code == 302
    row = Trace.objects.since_version(Organisation.objects.get(code="UNX"), 0).get()
    assert (row.by, row.verb, row.why) == (cast.secretariat, "created", "New partner")


def test_adding_needs_no_reason_but_every_field_that_is_owed(cast, sign_in):
    browser, url = sign_in(cast.admin), address(Organisation, "add")
    answer = browser.post(url, sent(browser.get(url), code="UNX", kind="partner"))
    assert answer.context["adminform"].form.errors == {"name_en": ["This field is required."]}
    assert not Organisation.objects.filter(code="UNX").exists()


@each_model
def test_an_empty_form_is_an_error_and_no_failure(model, cast, records, sign_in):
    before = Trace.objects.count()
    answer = sign_in(cast.admin).post(address(model, "add"), {})
    assert answer.status_code == (403 if model in IMMUTABLE else 200)
    assert Trace.objects.count() == before


def test_a_code_that_is_taken(cast, sign_in):
    browser, url = sign_in(cast.admin), address(Organisation, "add")
    answer = browser.post(url, sent(browser.get(url), code="VNM", kind="partner", name_en="Again"))
    assert "code" in answer.context["adminform"].form.errors


def test_a_code_that_somebody_takes_at_the_same_moment(cast, sign_in, monkeypatch):
    """The form finds nothing wrong, the database does."""
    monkeypatch.setattr(Organisation, "validate_unique", lambda *args, **kwargs: None)
    browser, url = sign_in(cast.admin), address(Organisation, "add")
    answer = browser.post(url, sent(browser.get(url), code="VNM", kind="partner", name_en="Again"))
    assert answer.status_code == 200
    assert "Another record has these values already" in answer.content.decode()
    assert "Again" in answer.content.decode()


def test_what_follows_when_records_are_added(cast, cycle, report, sign_in):
    browser, vnm = sign_in(cast.admin), cast.vnm.organisation
    days = {"opens_on": "2020-08-01", "due_on": "2020-09-01"}
    plan = {"planned_from": "2020-08-11", "planned_to": "2020-08-12"}
    added = {
        Deadline: {"cycle": cycle.pk, "title": "D", "output": "progress", "only_for": [vnm.pk], **days},
        DataGap: {"cycle": cycle.pk, "member_state": vnm.pk, "kind": make.kind().pk, "missing": "M"},
        Meeting: {"cycle": cycle.pk, "code": "3", "title": "M", **plan},
    }  # fmt: skip
    for model, typed in added.items():
        url = address(model, "add")
        answer = browser.post(url, sent(browser.get(url), **typed))
        assert answer.status_code == 302, answer.context["adminform"].form.errors
    deadline, gap, meeting = Deadline.objects.get(), DataGap.objects.get(), Meeting.objects.get()
    assert (deadline.number, deadline.first_due_on, deadline.only_ids) == (1, date(2020, 9, 1), [vnm.pk])
    assert (gap.code, gap.holder, gap.raised_by) == ("VNM-1", vnm, cast.admin)
    assert (meeting.first_planned_from, meeting.first_planned_to) == (date(2020, 8, 11), date(2020, 8, 12))
    assert list(Trace.objects.filter(by=cast.admin).values_list("verb", flat=True)) == ["created"] * 3


def test_parts_of_a_meeting_get_the_next_number(cast, cycle, sign_in):
    meeting = make.meeting(cycle, by=cast.secretariat)
    meeting.record(Decision, by=cast.secretariat, text="First")
    browser, url = sign_in(cast.admin), address(Decision, "add")
    browser.post(url, sent(browser.get(url), meeting=meeting.pk, text="Second"))
    assert Decision.objects.get(text="Second").number == 2


def test_an_extension_is_asked_from_the_date_in_force(cast, cycle, report, sign_in):
    deadline = make.deadline(cycle, by=cast.secretariat)
    browser, url = sign_in(cast.admin), address(Extension, "add")
    typed = {"deadline": deadline.pk, "member_state": cast.vnm.organisation_id, "reason": "Floods"}
    early = browser.post(url, sent(browser.get(url), asked_until="2020-09-07", **typed))
    assert "asked_until" in early.context["adminform"].form.errors
    browser.post(url, sent(browser.get(url), asked_until="2020-09-08", **typed))
    assert Extension.objects.get().due_when_asked == date(2020, 9, 7)


def test_a_seat_in_an_open_cycle_comes_with_its_report(cast, cycle, sign_in):
    browser, url = sign_in(cast.admin), address(CycleMembership, "add")
    khm = make.organisation("KHM")
    typed = {"cycle": cycle.pk, "member_state": khm.pk, "joined_on": "2020-03-01"}
    assert browser.post(url, sent(browser.get(url), **typed)).status_code == 302
    assert NationalReport.objects.get(member_state=khm).holder == khm


def test_no_seat_in_a_closed_cycle(cast, cycle, sign_in):
    cycle.close(by=cast.secretariat, seen=cycle.version, why="Over")
    browser, url = sign_in(cast.admin), address(CycleMembership, "add")
    typed = {"cycle": cycle.pk, "member_state": make.organisation("KHM").pk, "joined_on": "2020-03-01"}
    answer = browser.post(url, sent(browser.get(url), **typed))
    assert "is closed" in str(answer.context["adminform"].form.non_field_errors())


# --- correcting


def correct(browser: Any, record: Any, **typed: Any) -> Any:
    url = address(type(record), "change", record.pk)
    return browser.post(url, sent(browser.get(url), **typed))


def test_a_correction_leaves_its_trace(cast, records, sign_in):
    area = records[FrameworkNode]
    answer = correct(sign_in(cast.secretariat), area, title="Better", why="Typing error")
    assert answer.status_code == 302
    row = Trace.objects.since_version(area, 1).get()
    assert (row.by, row.verb, row.why, row.version) == (cast.secretariat, "corrected", "Typing error", 2)
    assert (row.before, row.after["title"]) == ({"title": "Indicator", "version": 1}, "Better")
    assert FrameworkNode.objects.get(pk=area.pk).version == 2


@each_model
def test_every_kind_of_record_can_be_sent_back_as_it_is(model, cast, records, sign_in):
    """Without a change nothing is written, and the form has no trouble with what is stored."""
    if model in IMMUTABLE | INVITING:  # an invitation is withdrawn, and another one sent
        return
    before = Trace.objects.count()
    answer = correct(sign_in(cast.admin), records[model], why="Nothing")
    assert "Nothing differs" in str(answer.context["adminform"].form.errors)
    assert len(answer.context["adminform"].form.errors) == 1
    assert Trace.objects.count() == before


def test_corrected_figures_are_a_progress_update_too(cast, report, sign_in):
    report.post_progress(by=cast.vnm, seen=report.version, data_collection=80, analysis=60)
    answer = correct(sign_in(cast.admin), report, data_collection=70, why="Counted twice")
    assert answer.status_code == 302
    newest, first = report.progress_updates.order_by("-id")
    assert (newest.data_collection, newest.analysis, newest.writing) == (70, 60, None)
    assert (newest.note, newest.author) == ("Counted twice", cast.admin)
    assert first.data_collection == 80
    row = Trace.objects.since_version(report, 2).get()
    assert [tuple(change) for change in row.differences] == [("data collection", "80", "70")]


def test_a_corrected_status_moves_the_clock_of_its_holder(cast, report, sign_in):
    ret = Organisation.objects.evaluators()
    with clock.at(date(2020, 9, 1)):
        answer = correct(sign_in(cast.admin), report, status="submitted", holder=ret.pk, why="Came by mail")
    assert answer.status_code == 302
    now = NationalReport.objects.get(pk=report.pk)
    assert (now.status, now.holder) == ("submitted", ret)
    assert clock.day_of(now.held_since) == date(2020, 9, 1)
    assert not now.progress_updates.exists()


def test_a_corrected_decision_names_who_decided(cast, cycle, report, sign_in):
    deadline = make.deadline(cycle, by=cast.secretariat)
    asked = Extension.ask_for(report, deadline, by=cast.vnm, asked_until=date(2020, 9, 20), reason="Floods")
    browser = sign_in(cast.admin)
    correct(browser, asked, status="granted", granted_until="2020-09-15", why="Decided by telephone")
    now = Extension.objects.get(pk=asked.pk)
    assert (now.status, now.granted_until, now.decided_by) == ("granted", date(2020, 9, 15), cast.admin)
    correct(browser, now, status="asked", granted_until="", why="It was not")
    now = Extension.objects.get(pk=asked.pk)
    assert (now.status, now.decided_by, now.decided_at) == ("asked", None, None)


def test_a_moved_deadline_keeps_its_first_date(cast, cycle, sign_in):
    deadline = make.deadline(cycle, by=cast.secretariat)
    states = [cast.vnm.organisation_id]
    correct(sign_in(cast.admin), deadline, due_on="2020-09-30", only_for=states, why="Agreed on 11 August")
    now = Deadline.objects.get(pk=deadline.pk)
    assert (now.due_on, now.first_due_on, now.only_ids) == (date(2020, 9, 30), date(2020, 9, 7), states)
    row = Trace.objects.since_version(deadline, 1).get()
    assert set(row.before) == {"due_on", "only_for", "version"}


def test_records_of_a_closed_cycle_can_be_corrected(cast, cycle, report, sign_in):
    cycle.close(by=cast.secretariat, seen=cycle.version, why="Over")
    assert correct(sign_in(cast.admin), report, authors="Team B", why="Names").status_code == 302


def test_no_reason_no_correction(cast, records, sign_in):
    before = Trace.objects.count()
    for why in ("", "   "):
        answer = correct(sign_in(cast.admin), records[Organisation], name_en="Typed name", why=why)
        assert list(answer.context["adminform"].form.errors) == ["why"]
        assert "Typed name" in answer.content.decode()
    assert Trace.objects.count() == before


@pytest.mark.parametrize(
    ("model", "typed", "wrong"),
    [
        (NationalReport, {"data_collection": "101"}, "data_collection"),
        (NationalReport, {"data_collection": "-1"}, "data_collection"),
        (NationalReport, {"data_collection": "many"}, "data_collection"),
        (NationalReport, {"status": "lost"}, "status"),
        (NationalReport, {"holder": "99999"}, "holder"),
        (NationalReport, {"holder": ""}, "__all__"),
        (NationalReport, {"version": ""}, "version"),
        (NationalReport, {"version": "x"}, "version"),
        (NationalReport, {"version": "-3"}, "version"),
        (Deadline, {"due_on": "2020-07-01"}, "due_on"),
        (Deadline, {"due_on": "2020-13-01"}, "due_on"),
        (DataGap, {"status": "closed"}, "__all__"),
        (Meeting, {"status": "held", "held_from": "2020-08-11"}, "held_to"),
        (ReviewCycle, {"ends_on": "2019-01-01"}, "ends_on"),
        (ActionPoint, {"owner": ""}, "owner_body"),
        (Organisation, {"joined_on": ""}, "joined_on"),
        (User, {"organisation": ""}, "organisation"),
        (User, {"role": ""}, "role"),
    ],
    ids=str,
)  # fmt: skip
def test_bad_input(model, typed, wrong, cast, records, sign_in):
    before = Trace.objects.count()
    answer = correct(sign_in(cast.admin), records[model], why="Try", **typed)
    assert answer.status_code == 200
    assert list(answer.context["adminform"].form.errors) == [wrong]
    assert Trace.objects.count() == before


def test_a_verbs_error_about_a_field_that_is_not_shown(cast, records, sign_in):
    """A seat of what is no member state any more: the field to blame is not on the form."""
    seat = records[CycleMembership]
    correct(sign_in(cast.admin), seat.member_state, kind="partner", why="Wrong kind")
    answer = correct(sign_in(cast.admin), seat, joined_on="2020-05-01", why="Later")
    assert "Only member states" in str(answer.context["adminform"].form.non_field_errors())


# --- accounts


NEW = {"username": "new.person", "name": "New Person", "role": "observer"}


def test_adding_a_person(cast, sign_in, client):
    browser, url = sign_in(cast.admin), address(User, "add")
    passwords = {"password1": "correct horse battery", "password2": "correct horse battery"}
    answer = browser.post(url, sent(browser.get(url), **NEW, **passwords))
    assert answer.status_code == 302
    assert client.login(username="new.person", password="correct horse battery")
    row = Trace.objects.since_version(User.objects.get(username="new.person"), 0).get()
    assert row.by == cast.admin
    assert "password" not in row.after


@pytest.mark.parametrize(
    ("passwords", "wrong"),
    [
        (("", ""), ["password1", "password2"]),
        (("correct horse battery", "other horse battery"), ["password2"]),
        (("short", "short"), ["password2"]),
        (("new.person1", "new.person1"), ["password2"]),
    ],
)
def test_bad_passwords(passwords, wrong, cast, sign_in):
    browser, url = sign_in(cast.admin), address(User, "add")
    typed = dict(zip(("password1", "password2"), passwords, strict=True))
    answer = browser.post(url, sent(browser.get(url), **NEW, **typed))
    assert list(answer.context["adminform"].form.errors) == wrong
    assert not User.objects.filter(username="new.person").exists()


def test_setting_a_password(cast, sign_in, client):
    url = address(User, "password", cast.vnm.pk)
    browser = sign_in(cast.admin)
    passwords = {"password1": "correct horse battery", "password2": "correct horse battery"}
    answer = browser.post(url, {"version": cast.vnm.version, **passwords})
    assert answer["Location"] == address(User, "change", cast.vnm.pk)
    assert client.login(username="vnm.coordinator", password="correct horse battery")
    row = Trace.objects.since_version(cast.vnm, cast.vnm.version).get()
    assert (row.by, row.why) == (cast.admin, "password set")
    assert "argon2" not in str((row.before, row.after))
    assert "md5$" not in str((row.before, row.after))


def test_setting_ones_own_password_signs_nobody_out(cast, sign_in):
    browser = sign_in(cast.admin)
    passwords = {"password1": "correct horse battery", "password2": "correct horse battery"}
    browser.post(address(User, "password", cast.admin.pk), {"version": cast.admin.version, **passwords})
    assert browser.get("/admin/").status_code == 200


def test_setting_a_bad_password(cast, sign_in):
    url, before = address(User, "password", cast.vnm.pk), User.objects.get(pk=cast.vnm.pk).password
    answer = sign_in(cast.admin).post(url, {"version": "1", "password1": "vnm.coordinator", "password2": "x"})
    assert answer.context["form"].errors
    assert User.objects.get(pk=cast.vnm.pk).password == before


def test_only_administrators_set_passwords(cast, sign_in):
    for person in (cast.secretariat, cast.vnm):
        assert sign_in(person).post(address(User, "password", cast.vnm.pk), {}).status_code == 403


def test_the_stored_password_is_never_shown(cast, sign_in):
    html = sign_in(cast.admin).get(address(User, "change", cast.vnm.pk)).content.decode()
    assert "md5" not in html
    assert "password_hash" not in html


def test_changing_a_persons_duty(cast, sign_in):
    answer = correct(sign_in(cast.admin), cast.vnm_team, role="coordinator", why="Promoted")
    assert answer.status_code == 302
    assert User.objects.get(pk=cast.vnm_team.pk).role == "coordinator"


@pytest.mark.parametrize("field", ["is_active", "is_superuser"])
def test_nobody_locks_himself_out(field, cast, sign_in):
    User.objects.get(pk=cast.admin.pk).correct(
        by=None, seen=1, why="So that only one thing is wrong", role="observer"
    )
    answer = correct(sign_in(cast.admin), cast.admin, **{field: False}, why="Oops")
    assert list(answer.context["adminform"].form.errors) == [field]
    assert getattr(User.objects.get(pk=cast.admin.pk), field) is True
    assert correct(sign_in(cast.admin), cast.vnm, is_active=False, why="Left").status_code == 302


def test_names_that_differ_in_capitals_only(cast, sign_in):
    answer = correct(sign_in(cast.admin), cast.lao, username="VNM.Coordinator", why="Same")
    assert list(answer.context["adminform"].form.errors) == ["username"]


# --- steps of a cycle


@pytest.fixture
def prepared(cast):
    made = ReviewCycle.record_new(
        by=None, slug="next", name_en="Next", framework=make.framework(),
        starts_on=date(2020, 1, 1), ends_on=date(2020, 12, 31),
    )  # fmt: skip
    actions.seat_member(
        by=cast.secretariat, cycle=made, member_state=cast.vnm.organisation, joined_on=date(2020, 1, 1)
    )
    return made


def test_opening_closing_and_reopening_a_cycle(cast, prepared, sign_in):
    browser = sign_in(cast.admin)
    for version, (step, why, status) in enumerate(
        [("open", "", "open"), ("close", "Over", "closed"), ("reopen", "Annex", "open")], start=1
    ):
        offered = browser.get(address(ReviewCycle, "change", prepared.pk)).context["steps"]
        assert address(ReviewCycle, step, prepared.pk) in [url for url, _ in offered]
        assert browser.get(address(ReviewCycle, step, prepared.pk)).status_code == 200
        answer = browser.post(address(ReviewCycle, step, prepared.pk), {"version": version, "why": why})
        assert answer.status_code == 302
        assert ReviewCycle.objects.get(pk=prepared.pk).status == status
    told = Trace.objects.since_version(prepared, 1).values_list("verb", "why")
    assert list(told) == [("opened", ""), ("closed", "Over"), ("reopened", "Annex")]
    assert NationalReport.objects.get(cycle=prepared).member_state == cast.vnm.organisation


def test_a_cycle_is_not_closed_without_a_reason_or_before_it_opens(cast, prepared, sign_in):
    url, browser = address(ReviewCycle, "close", prepared.pk), sign_in(cast.admin)
    assert "why" in browser.post(url, {"version": 1}).context["form"].errors
    answer = browser.post(url, {"version": 1, "why": "Over"})
    assert "being prepared" in str(answer.context["form"].non_field_errors())
    assert ReviewCycle.objects.get(pk=prepared.pk).version == 1


def test_a_step_on_a_cycle_that_somebody_changed(cast, prepared, sign_in):
    prepared.correct(by=cast.secretariat, seen=1, why="Agreed name", name_en="New name")
    url, browser = address(ReviewCycle, "open", prepared.pk), sign_in(cast.admin)
    answer = browser.post(url, {"version": 1})
    assert answer.status_code == 409
    assert "Agreed name" in answer.content.decode()
    assert ReviewCycle.objects.get(pk=prepared.pk).status == "preparing"
    assert browser.post(url, {"version": answer.context["form"]["version"].value()}).status_code == 302


def test_steps_are_for_administrators(cast, prepared, sign_in):
    for person in (cast.secretariat, cast.vnm):
        assert (
            sign_in(person).post(address(ReviewCycle, "open", prepared.pk), {"version": 1}).status_code == 403
        )
    assert sign_in(cast.admin).get(address(ReviewCycle, "open", 99999)).status_code == 404


# --- history and files


def test_history_tells_who_what_and_why(cast, report, sign_in):
    browser = sign_in(cast.admin)
    correct(browser, report, authors="Team B", why="Names were missing")
    html = browser.get(address(NationalReport, "history", report.pk)).content.decode()
    for words in (
        "secretariat",
        "created",
        "admin",
        "corrected",
        "supporting authors",
        "Team B",
        "Names were missing",
    ):
        assert words in html


def test_the_administrations_own_log_stays_empty(cast, report, sign_in):
    correct(sign_in(cast.admin), report, authors="Team B", why="Names")
    assert not apps.get_model("admin.LogEntry").objects.exists()


def test_trace_rows_are_found_by_kind_person_and_words(cast, report, sign_in):
    browser = sign_in(cast.admin)
    correct(browser, report, authors="Team B", why="Names were missing")
    for query in (
        {"kind": "reviews.nationalreport", "verb__exact": "corrected"},
        {"by__id__exact": cast.admin.pk},
        {"q": "names were"},
    ):
        found = browser.get(address(Trace, "changelist"), query).context["cl"].queryset
        assert [(row.by, row.verb) for row in found] == [(cast.admin, "corrected")]


def test_a_file_is_reached_through_its_page_only(cast, records, sign_in):
    version = records[ReportVersion]
    html = sign_in(cast.admin).get(address(ReportVersion, "change", version.pk)).content.decode()
    assert reverse("report-version-file", args=["cycle-1", "VNM", 1]) in html
    assert version.file.name not in html


def test_writing_around_the_trace_is_an_error(cast, records):
    """What the administration relies on: a record cannot be saved or deleted directly."""
    with pytest.raises(TypeError):
        records[Organisation].save()
    with pytest.raises((TypeError, ValidationError)):
        records[Organisation].delete()
