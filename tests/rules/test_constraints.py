"""The database knows the rules too, by name: it refuses what goes past the models."""

from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction

from reviews.models import (
    ActionPoint,
    AgendaItem,
    Beneficiaries,
    CalendarFeed,
    CompletionLevel,
    CoverageStatement,
    DailyOpenGaps,
    DailyProgress,
    DataGap,
    Decision,
    Delegation,
    Delivery,
    Difficulty,
    Explanation,
    FollowUp,
    Minutes,
    MinutesSection,
    NationalReport,
    Notification,
    NotificationEvent,
    NotificationSettings,
    OutgoingMail,
    PrivateReading,
    ProgressUpdate,
    Reminder,
    SearchEntry,
    SeenUntil,
    SentForm,
    SeriesBreak,
    StandIn,
    ThreadEntry,
    Topic,
    Trace,
    UnsavedText,
    User,
    Watch,
)
from tests.support import make
from tests.support.shared_records import shared

UNKNOWN = {"status": "unheard_of"}
# Finished; verified; with what one of high priority owes.
DONE = {"status": "done", "closing_note": "x"}
VERIFIED = DONE | {"status": "verified"}
SHOWN = {"priority": "high", "file": "x.pdf"}
EARLY, LATE = date(2020, 1, 1), date(2020, 12, 31)

# A value that breaks the rule, written over a row that keeps it.
BROKEN: dict[str, tuple[str, dict[str, Any]]] = {
    "feed_of_one_or_the_other": ("feed_of_cycle", {"member_state": 1}),
    "user_days_in_order": ("user", {"active_from": LATE, "active_until": EARLY}),
    "user_away_in_order": ("user", {"away_from": LATE, "away_until": EARLY}),
    "mail_state_known": ("outgoingmail", {"state": "lost"}),
    "mail_sent_has_instant": ("outgoingmail", {"state": "sent"}),
    "watch_kind_known": ("watch", {"model": "reviews.user"}),
    "watch_of_country_placed": ("watch_of_country", {"cycle": None}),
    "notification_topic_known": ("notification", {"topic": "weather"}),
    **{f"notify_{topic}_known": ("notificationsettings", {topic.value: "hourly"}) for topic in Topic},
    "reminder_by_hand_or_schedule": ("reminder", {"days": 7}),
    "follow_up_kind_known": ("followup", {"kind": "user"}),
    "follow_up_done_by_somebody": ("followup", {"done_at": datetime(2020, 8, 20, tzinfo=UTC)}),
    "explanation_answered_by_somebody": ("explanation", {"answer": "A ministry moved."}),
    "invitation_status_known": ("invitation", UNKNOWN),
    "invitation_role_known": ("invitation", {"role": "unheard_of"}),
    "invitation_accepted_by": ("invitation", {"status": "accepted"}),
    "trace_audience_known": ("trace", {"audience": "everybody"}),
    "gap_closed_with_advice": ("datagap", {"closed_with": 1}),
    "deadline_offset_range": ("deadline", {"anchor": 1, "offset_days": 30_000}),
    "deadline_anchor_with_offset": ("deadline", {"offset_days": 3}),
    "trace_verb_known": ("trace", {"verb": "unheard_of"}),
    "organisation_kind_known": ("organisation", {"kind": "unheard_of"}),
    "organisation_confidence_known": ("organisation", {"confidence": "rumour"}),
    "member_state_has_joined": ("organisation", {"joined_on": None}),
    "framework_node_level_known": ("frameworknode", {"level": "unheard_of"}),
    "framework_node_confidence_known": ("frameworknode", {"confidence": "rumour"}),
    "framework_node_not_own_parent": ("frameworknode", {"parent": models.F("id")}),
    "timeline_confidence_known": ("timelineevent", {"confidence": "rumour"}),
    "timeline_planned_in_order": ("timelineevent", {"planned_from": LATE, "planned_to": EARLY}),
    "timeline_held_in_order": ("timelineevent", {"held_from": LATE, "held_to": EARLY}),
    "cycle_status_known": ("reviewcycle", UNKNOWN),
    "cycle_dates_in_order": ("reviewcycle", {"ends_on": EARLY}),
    "cycle_emptied_is_test": ("reviewcycle", {"status": "emptied"}),
    "gap_status_known": ("datagap", UNKNOWN),
    "gap_closing_way_known": (
        "datagap",
        {"closing_way": "forgotten", "status": "closed", "closing_note": "x"},
    ),
    "gap_closed_with_a_way": ("datagap", {"status": "closed"}),
    "gap_has_holder": ("datagap", {"holder": None}),
    "deadline_other_named": ("deadline", {"output": "other"}),
    "deadline_output_known": ("deadline", {"output": "unheard_of"}),
    "deadline_due_after_opening": ("deadline", {"due_on": EARLY}),
    "deadline_last_after_due": ("deadline", {"last_on": EARLY}),
    "extension_status_known": ("extension", UNKNOWN),
    "extension_granted_until_a_day": ("extension", {"status": "granted"}),
    "extension_asks_for_later": ("extension", {"asked_until": date(2020, 9, 7)}),
    "extension_grants_later": ("extension", {"status": "granted", "granted_until": date(2020, 9, 7)}),
    "saved_view_role_known": ("savedview", {"shared_role": "unheard_of"}),
    "saved_view_shared_once": ("savedview", {"shared_role": "team", "shared_body": 1}),
    "default_view_list_known": ("defaultview", {"list_name": "unheard_of"}),
    "saved_view_list_known": ("savedview", {"list_name": "unheard_of"}),
    "body_role_known": ("bodyrole", {"role": "unheard_of"}),
    "body_role_days_in_order": ("bodyrole", {"until_on": EARLY}),
    "extension_asked_or_set": ("extension", {"asked_by": None}),
    "meeting_series_known": ("meeting", {"series": "unheard_of"}),
    "meeting_mode_known": ("meeting", {"mode": "by pigeon"}),
    "meeting_status_known": ("meeting", UNKNOWN),
    "meeting_confidence_known": ("meeting", {"confidence": "rumour"}),
    "meeting_planned_in_order": ("meeting", {"planned_to": EARLY}),
    "meeting_times_in_order": ("meeting", {"start_time": time(12), "end_time": time(9)}),
    "meeting_held_in_order": ("meeting", {"status": "held", "held_from": LATE, "held_to": EARLY}),
    "meeting_held_when_held": ("meeting", {"held_from": EARLY, "held_to": EARLY}),
    "action_status_known": ("actionpoint", {"status": "unheard_of", "closing_note": "x"}),
    "action_has_one_owner": ("actionpoint", {"owner_body": None}),
    "action_closed_with_note": ("actionpoint", {"status": "done"}),
    "user_role_known": ("user", {"role": "unheard_of"}),
    "user_of_a_country": ("user", {"organisation": None}),
    "report_status_known": ("nationalreport", UNKNOWN),
    "report_data_collection_percent": ("nationalreport", {"data_collection": 101}),
    "report_analysis_percent": ("nationalreport", {"analysis": 101}),
    "report_writing_percent": ("nationalreport", {"writing": 101}),
    "report_has_holder": ("nationalreport", {"holder": None}),
    "update_data_collection_percent": ("progressupdate", {"data_collection": 101}),
    "update_analysis_percent": ("progressupdate", {"analysis": 101}),
    "update_writing_percent": ("progressupdate", {"writing": 101}),
    "version_number_from_one": ("reportversion", {"number": 0}),
    "version_not_empty": ("reportversion", {"size": 0}),
    "disruption_kind_known": ("disruption", {"kind": "unheard_of"}),
    "disruption_dates_in_order": ("disruption", {"ends_on": EARLY}),
    "action_priority_known": ("actionpoint", {"priority": "unheard_of"}),
    "action_high_done_with_document": ("actionpoint", DONE | {"priority": "high"}),
    "action_verified_when_high": ("actionpoint", VERIFIED | {"finished_by": 1, "verified_by": 2}),
    "action_verified_by_somebody": ("actionpoint", VERIFIED | SHOWN),
    "action_verified_by_another": ("actionpoint", VERIFIED | SHOWN | {"finished_by": 1, "verified_by": 1}),
    "agenda_status_known": ("agendaitem", UNKNOWN),
    "agenda_outcome_known": (
        "agendaitem",
        {"status": "concluded", "outcome": "unheard_of", "outcome_text": "x"},
    ),
    "agenda_concluded_with_outcome": ("agendaitem", {"status": "concluded"}),
    "agenda_duration_minutes": ("agendaitem", {"duration": 481}),
    "coverage_known": ("coveragestatement", {"coverage": "unheard_of"}),
    "coverage_not_applicable_says_why": ("coveragestatement", {"coverage": "not_applicable"}),
    "coverage_not_collected_says_why": ("coveragestatement", {"coverage": "not_collected"}),
    "advice_status_known": ("advice", UNKNOWN),
    "advice_on_one_thing": ("advice", {"gap": None}),
    "advice_approved_by_somebody": ("advice", {"status": "approved"}),
    "received_use_known": ("receivedadvice", {"use": "unheard_of"}),
    "received_use_said_by_somebody": ("receivedadvice", {"said_at": None}),
    "entry_kind_known": ("threadentry", {"kind": "unheard_of"}),
    "entry_private_if_note": ("threadentry", {"kind": "note"}),
    "private_reading_channel_known": ("privatereading", {"channel": "everybody"}),
    "private_reading_of_one_thing": ("privatereading", {"gap": None}),
    "stand_in_way_known": ("standin", {"way": "unheard_of"}),
    "stand_in_reliance_known": ("standin", {"reliance": "blind"}),
    "series_break_way_known": ("seriesbreak", {"way": "unheard_of"}),
    "beneficiaries_way_known": ("beneficiaries", {"way": "unheard_of"}),
    "beneficiaries_basis_known": ("beneficiaries", {"basis": "rumour"}),
    "beneficiaries_numbers_by_basis": ("beneficiaries", {"basis": "not_quantifiable"}),
    "beneficiaries_range_in_order": ("beneficiaries", {"low": 21}),
    "completion_way_known": ("completionlevel", {"way": "unheard_of"}),
    "completion_rule_known": ("completionlevel", {"rule": "unheard_of"}),
    "completion_items_counted": ("completionlevel", {"ongoing": -1}),
    "completion_has_items": ("completionlevel", {"done": 0}),
    "method_confidence_known": ("methodnote", {"confidence": "rumour"}),
    "minutes_status_known": ("minutes", UNKNOWN),
    "minutes_circulated_since": ("minutes", {"circulated_at": None}),
    "minutes_adopted_by_somebody": ("minutes", {"status": "adopted"}),
    "minutes_section_kind_known": ("minutessection", {"kind": "unheard_of"}),
    "plan_step_kind_known": ("planstep", {"kind": "unheard_of"}),
    "plan_step_outcome_fits": ("planstep", {"status": "done"}),
    "plan_step_position_from_one": ("planstep", {"position": 0}),
    "plan_step_days_in_range": ("planstep", {"days": 367}),
    "plan_step_one_date": ("planstep", {"meeting": 1}),
    "plan_step_took_place_with_outcome": ("planstep", {"actual_on": EARLY}),
    "finding_kind_known": ("finding", {"kind": "unheard_of"}),
    "finding_status_known": ("finding", UNKNOWN),
    "round_status_known": ("round", UNKNOWN),
    "round_order_known": ("round", {"order": "by_size"}),
    "round_closed_when_frozen": ("round", {"frozen_at": None}),
    "turn_status_known": ("turn", UNKNOWN),
    "turn_position_from_one": ("turn", {"position": 0}),
    "status_at_meeting_status_known": ("statusatmeeting", UNKNOWN),
    "status_at_meeting_data_collection_percent": ("statusatmeeting", {"data_collection": 101}),
    "status_at_meeting_analysis_percent": ("statusatmeeting", {"analysis": 101}),
    "status_at_meeting_writing_percent": ("statusatmeeting", {"writing": 101}),
}

# What breaks these breaks a second rule too, and one of the databases names that one first.
NAMED_FIRST = {
    "round_status_known": "round_closed_when_frozen",  # a status that is neither has no right moment
    "completion_items_counted": "ongoing",  # the column's own rule that it is not negative
}

# A second row like the first; what it needs to differ in, so that it breaks this rule alone.
TWICE: dict[str, tuple[str, dict[str, Any]]] = {
    "trace_once_per_version": ("trace", {}),
    "framework_node_code": ("frameworknode", {}),
    "evaluation_team_once": ("organisation", {"code": "TWO", "kind": "evaluation_team"}),
    "membership_once": ("cyclemembership", {}),
    "body_role_once": ("bodyrole", {}),
    "gap_number_once": ("datagap", {}),
    "open_gaps_once_a_day": ("dailyopengaps", {}),
    "progress_once_a_day": ("dailyprogress", {}),
    "deadline_number_once": ("deadline", {}),
    "saved_view_name_once": ("savedview", {}),
    "saved_view_of_site_name_once": ("savedview_of_site", {}),
    "default_view_of_cycle_once": ("defaultview", {}),
    "default_view_of_site_once": ("defaultview_of_site", {}),
    "feed_of_person_once": ("calendarfeed", {}),
    "feed_of_cycle_once": ("feed_of_cycle", {}),
    "feed_of_country_once": ("feed_of_country", {}),
    "search_entry_once": ("searchentry", {}),
    "unsaved_text_once": ("unsavedtext", {}),
    "watch_once": ("watch", {}),
    "seen_until_once": ("seenuntil", {}),
    "extension_asked_once": ("extension", {}),
    "meeting_code_once": ("meeting", {"number": 9}),
    "meeting_number_once": ("meeting", {"code": "nine"}),
    "agenda_number_once": ("agendaitem", {}),
    "delegation_once": ("delegation", {}),
    "decision_number_once": ("decision", {}),
    "action_number_once": ("actionpoint", {}),
    "user_name_once": ("user", {"username": "VNM.Coordinator", "email": ""}),
    "user_email_once": ("user", {"username": "linh", "email": "linh@VNM.example"}),
    "report_once_per_state": ("nationalreport", {}),
    "version_number_once": (
        "reportversion",
        {"receipt": "00000000-0000-4000-8000-000000000000", "receipt_number": "VNM-2020-09"},
    ),
    "version_receipt_number_once": (
        "reportversion",
        {"receipt": "00000000-0000-4000-8000-000000000000", "number": 9},
    ),
    "delivery_once_per_state": ("delivery", {}),
    "notification_once": ("notification", {}),
    "reminder_once_a_day": ("reminder", {}),
    "reminder_once_per_rung": ("by_schedule", {"on": LATE}),
    "follow_up_once": ("followup", {}),
    "explanation_asked_once": ("explanation", {}),
    "disruption_number_once": ("disruption", {}),
    "coverage_once": ("coveragestatement", {}),
    "received_once_per_gap": ("receivedadvice", {}),
    "private_reading_of_gap_once_a_day": ("privatereading", {}),
    "private_reading_of_difficulty_once_a_day": ("read_difficulty", {}),
    "stand_in_in_force_once": ("standin", {}),
    "series_break_in_force_once": ("seriesbreak", {}),
    "beneficiaries_in_force_once": ("beneficiaries", {}),
    "completion_in_force_once": ("completionlevel", {}),
    "difficulty_number_once": ("difficulty", {}),
    "minutes_section_once": ("minutessection", {}),
    "plan_step_position_once": ("planstep", {"code": "nine"}),
    "plan_step_code_once": ("planstep", {"position": 9}),
    "plan_reports_once": ("national_reports", {"code": "nine", "position": 9}),
    "plan_draft_once": ("regional_draft", {"code": "nine", "position": 9}),
    "finding_number_once": ("finding", {}),
    "round_once_per_meeting": ("round", {}),
    "turn_once": ("turn", {"position": 9}),
    "turn_position_once": ("turn", {"member_state_id": 999_999}),
    "status_at_meeting_once": ("statusatmeeting", {}),
    "sent_content_once": ("sentform", {"key": "another"}),
}

# What may stand beside the first row all the same.
BESIDE: list[tuple[str, dict[str, Any]]] = [
    ("privatereading", {"on": date(2020, 8, 21)}),
    ("extension", {"status": "refused"}),
    ("meeting", {"code": "nine", "number": None}),
    ("meeting", {"code": "nine", "series": "soca"}),
    ("datagap", {"number": 9}),
    ("standin", {"in_force": False}),
    ("seriesbreak", {"in_force": False}),
    ("beneficiaries", {"in_force": False}),
    ("completionlevel", {"in_force": False}),
    ("planstep", {"code": "nine", "position": 9}),
    ("finding", {"kind": "recommendation"}),
    ("sentform", {"key": "another", "repeatable": True}),
]
# What looks like a broken rule, written over the first row, and is taken.
TAKEN: list[tuple[str, dict[str, Any]]] = [
    ("coveragestatement", {"coverage": said, "note": note})
    for said, note in (("not_collected", "No survey."), ("not_applicable", "No coast."), ("nothing", ""))
]


@shared
def rows(cast: Any, cycle: Any) -> dict[str, Any]:
    """One row of each model that has rules."""
    report, by = make.report(cycle, "VNM"), cast.secretariat
    cycle = report.cycle
    deadline, meeting = make.deadline(cycle, by=by), make.meeting(cycle, by=by)
    vnm, day = cast.vnm.organisation, date(2020, 9, 21)
    asked = make.extension(report, deadline, by=cast.vnm, asked_until=day)
    report = make.submitted(report, by=cast.vnm)
    cast.vnm.change_traced(by=None, expected_version=cast.vnm.version, email="Linh@vnm.example")
    records = [
        make.invitation(by=cast.admin)[0],
        report, cycle, deadline, meeting, vnm, cast.vnm, make.gap(report, by=cast.vnm), make.area(), event(),
        cycle.memberships.first(), report.versions.get(), ProgressUpdate.objects.get(), Trace.objects.first(),
        asked,
        AgendaItem.add_to(meeting, by=by, title="Opening"), Decision.add_to(meeting, by=by, text="Agreed"),
        Delegation.add_to(meeting, by=by, organisation=vnm),
        ActionPoint.add_to(meeting, by=by, text="Send", owner_body=vnm, due_on=day),
        OutgoingMail.objects.create(sender="a@b.example", to=["c@d.example"], subject="Hello"),
    ]  # fmt: skip
    records += [
        Delivery.record(make.deadline(cycle, by=by, output="comments"), vnm, by=by, met_on=date(2020, 8, 19)),
        make.saved_view(cast.vnm, cycle),
        CalendarFeed.make_for(cast.lao),
        SeenUntil.objects.create(person=cast.vnm, cycle=cycle, trace_id=1),
        SentForm.objects.create(key="one", user=cast.vnm, content="x", repeatable=False),
        DailyProgress.objects.get(),
        make.body_role(cycle, by=by),
        DailyOpenGaps.objects.first(),
        SearchEntry.objects.first(),
        UnsavedText.keep(cast.vnm, "/a/", page="/a/", title="A", fields={"note": ["Text"]}, edits=True),
        *newer(cast, report, meeting),
        *guided(cast, make.gap(report, by=cast.vnm)),
    ]
    # Two steps of which a plan has one each go by their kinds, because a third one goes by its model.
    steps = {
        kind: make.step(cycle, by=by, code=kind, kind=kind) for kind in ("national_reports", "regional_draft")
    }
    feeds: dict[str, Any] = {
        "feed_of_cycle": CalendarFeed.make_for(cast.lao, cycle=cycle),
        "feed_of_country": CalendarFeed.make_for(cast.lao, member_state=vnm),
    }
    view = make.saved_view(cast.vnm, None)
    views = {
        "savedview_of_site": view,
        "defaultview": make.default_view(view, cycle),
        "defaultview_of_site": make.default_view(view, None),
    }
    for name, watched in (("watch_of_country", report), ("watch", meeting)):
        Watch.start(cast.vnm, watched)
        feeds[name] = Watch.objects.get(model=watched._meta.label_lower)
    by_model = {record._meta.model_name: record for record in records}
    return by_model | steps | feeds | views | read_privately(cast) | followed_up(cast, deadline)


def newer(cast: Any, report: Any, meeting: Any) -> list[Any]:
    """What a report, a meeting and a plan have besides; the round is closed, the minutes circulated."""
    by, cycle = cast.secretariat, report.cycle
    country_round = make.frozen(meeting, by=by)
    minutes = Minutes.create_traced(by=by, meeting=meeting)
    part = MinutesSection.create_traced(by=by, minutes=minutes, kind="decisions", position=1)
    minutes.circulate(by=by, expected_version=1)
    return [
        CoverageStatement.state(report, make.area("A.2"), by=cast.vnm, expected_version=0, coverage="reported"),
        make.disruption(cycle, by=by), make.finding(report, by=cast.vnm), make.step(cycle, by=by),
        country_round, country_round.turns.first(), country_round.statuses.first(),
        minutes, part,
    ]  # fmt: skip


def followed_up(cast: Any, deadline: Any) -> dict[str, Any]:
    """Reminders by hand and by the schedule, a request to explain, a notification and who wants it."""
    state, by = cast.vnm.organisation, cast.secretariat
    values = {"deadline": deadline, "member_state": state, "due_on": deadline.due_on}
    event = NotificationEvent.objects.first()
    assert event is not None
    return {
        "reminder": Reminder.create_traced(by=by, sent_by=by, **values),
        "by_schedule": Reminder.create_traced(by=None, role="team", days=-7, **values),
        "followup": FollowUp.mark(deadline, by=by),
        "explanation": Explanation.request(deadline, state, by=by, question="Why?"),
        "notificationsettings": NotificationSettings.of(cast.vnm).save_choice(
            by=cast.vnm, expected_version=1
        ),
        "notification": Notification.objects.create(
            event=event, person=cast.vnm, topic="meetings", due_at=event.written_at
        ),
    }


def read_privately(cast: Any) -> dict[str, PrivateReading]:
    """What an administrator opened: of a gap, and of a difficulty."""
    for subject in (DataGap.objects.first(), Difficulty.objects.first()):
        PrivateReading.record(subject, channel="consultants", by=cast.admin)
    readings = PrivateReading.objects.order_by("pk")
    return dict(zip(("privatereading", "read_difficulty"), readings, strict=True))


def guided(cast: Any, gap: Any) -> list[Any]:
    """What is said about a gap, and what was done about it; the advice it received is adopted, a draft is not."""
    make.approved(by=cast.lead, gap=gap)
    counts = {"done": 1, "ongoing": 0, "not_started": 0, "cannot_tell": 0, "rule": "not_done"}
    treated = {
        StandIn: {"method": "Its neighbour.", "reliance": "low"},
        SeriesBreak: {"broke_on": EARLY, "reason": "New definition."},
        Beneficiaries: {"basis": "survey", "low": 10, "high": 20},
        CompletionLevel: counts | {"agreed_by": "Team"},
    }
    return [
        make.advice(by=cast.consultant, gap=gap), gap.received.get().adopt(by=cast.vnm, expected_version=1),
        ThreadEntry.add(gap, by=cast.vnm, kind="answer", text="Yes."),
        make.difficulty(gap.cycle, [gap], by=cast.lead), make.method(by=cast.lead),
        *(model.create_traced(by=cast.vnm, gap=gap, way="limitation", **values) for model, values in treated.items()),
    ]  # fmt: skip


def event() -> Any:
    model = apps.get_model("reviews", "TimelineEvent")
    return model.create_traced(by=None, code="soca-28", kind="meeting", title="28th SOCA", source="000")


def ours() -> list[Any]:
    return [c for model in apps.get_app_config("reviews").get_models() for c in model._meta.constraints]


def test_every_rule_is_broken_below():
    assert {c.name for c in ours() if isinstance(c, models.CheckConstraint)} == set(BROKEN)
    assert {c.name for c in ours() if isinstance(c, models.UniqueConstraint)} == set(TWICE)


def overwrite(record: Any, values: dict[str, Any]) -> None:
    """Past the model and its manager."""
    if isinstance(record, Trace):  # no row of the history is ever overwritten
        repeat(record, {"version": 1_000} | values)
        return
    row = models.QuerySet(type(record)).filter(pk=record.pk)
    row.update(**values)


def repeat(record: Any, values: dict[str, Any]) -> None:
    """A second row with the values of the first."""
    columns = {
        f.attname: getattr(record, f.attname) for f in record._meta.concrete_fields if not f.primary_key
    }
    models.QuerySet(type(record)).bulk_create([type(record)(**columns | values)])


def refused(write: Any, record: Any, values: dict[str, Any]) -> str:
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        write(record, values)
    return str(caught.value)


@pytest.mark.parametrize("name", BROKEN)
def test_a_value_that_breaks_a_rule(name, rows):
    noun, values = BROKEN[name]
    told = refused(overwrite, rows[noun], values)
    assert name in told or NAMED_FIRST.get(name, name) in told


@pytest.mark.parametrize("name", TWICE)
def test_a_second_row_that_breaks_a_rule(name, rows):
    noun, values = TWICE[name]
    told = refused(repeat, rows[noun], values)
    # SQLite names the columns of a plain unique rule, and not the rule.
    assert name in told or (connection.vendor == "sqlite" and "UNIQUE constraint failed" in told)


@pytest.mark.parametrize(("noun", "values"), BESIDE, ids=lambda value: str(value))
def test_what_only_looks_like_the_same_is_taken(noun, values, rows):
    repeat(rows[noun], values)
    assert type(rows[noun]).objects.filter(**values).exists()


@pytest.mark.parametrize(("noun", "values"), TAKEN, ids=lambda value: str(value))
def test_what_only_looks_broken_is_taken(noun, values, rows):
    overwrite(rows[noun], values)
    assert type(rows[noun]).objects.filter(**values).exists()


UNIQUE = [
    (model, field.name)
    for model in apps.get_app_config("reviews").get_models()
    for field in model._meta.fields
    if field.unique and not field.primary_key
]


def test_every_code_in_an_address_is_unique():
    assert {(model.__name__, name) for model, name in UNIQUE} == {
        ("Organisation", "code"), ("Framework", "code"), ("GapKind", "code"), ("TimelineEvent", "code"),
        ("ReviewCycle", "slug"), ("User", "username"), ("ReportVersion", "receipt"), ("MethodNote", "code"),
        ("Minutes", "meeting"), ("AgendaItem", "carried_from"), ("TraceLink", "trace"), ("JobRun", "job"),
        ("Invitation", "key_digest"), ("Invitation", "account"), ("SentForm", "key"),
        ("NotificationEvent", "trace"), ("NotificationSettings", "person"), ("ReminderSchedule", "cycle"),
    }  # fmt: skip


@pytest.mark.parametrize("value", [0, 100, None])
def test_the_ends_of_a_percentage_are_taken(value, rows):
    overwrite(rows["nationalreport"], {"analysis": value})
    assert NationalReport.objects.get(pk=rows["nationalreport"].pk).analysis == value


def test_what_reference_data_others_stand_on_cannot_be_deleted(cast, rows):
    """Not even past the models: the rows of a country hold it."""
    with pytest.raises(models.ProtectedError):
        models.QuerySet(type(rows["organisation"])).filter(pk=rows["organisation"].pk).delete()
    assert User.objects.filter(organisation=rows["organisation"]).exists()
