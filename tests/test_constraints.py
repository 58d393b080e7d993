"""The database knows the rules too, by name: it refuses what goes past the models."""

from datetime import date
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction

from reviews.models import (
    ActionPoint,
    AgendaItem,
    CoverageStatement,
    Decision,
    Delegation,
    Extension,
    NationalReport,
    ProgressUpdate,
    Trace,
    User,
)
from tests import make

UNKNOWN = {"status": "unheard_of"}
EARLY, LATE = date(2020, 1, 1), date(2020, 12, 31)

# A value that breaks the rule, written over a row that keeps it.
BROKEN: dict[str, tuple[str, dict[str, Any]]] = {
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
    "gap_status_known": ("datagap", UNKNOWN),
    "gap_closing_way_known": (
        "datagap",
        {"closing_way": "forgotten", "status": "closed", "closing_note": "x"},
    ),
    "gap_closed_with_a_way": ("datagap", {"status": "closed"}),
    "gap_has_holder": ("datagap", {"holder": None}),
    "deadline_output_known": ("deadline", {"output": "unheard_of"}),
    "deadline_due_after_opening": ("deadline", {"due_on": EARLY}),
    "deadline_last_after_due": ("deadline", {"last_on": EARLY}),
    "extension_status_known": ("extension", UNKNOWN),
    "extension_granted_until_a_day": ("extension", {"status": "granted"}),
    "extension_asks_for_later": ("extension", {"asked_until": date(2020, 9, 7)}),
    "extension_grants_later": ("extension", {"status": "granted", "granted_until": date(2020, 9, 7)}),
    "meeting_series_known": ("meeting", {"series": "unheard_of"}),
    "meeting_mode_known": ("meeting", {"mode": "by pigeon"}),
    "meeting_status_known": ("meeting", UNKNOWN),
    "meeting_confidence_known": ("meeting", {"confidence": "rumour"}),
    "meeting_planned_in_order": ("meeting", {"planned_to": EARLY}),
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
    "coverage_known": ("coveragestatement", {"coverage": "unheard_of"}),
    "coverage_not_applicable_says_why": ("coveragestatement", {"coverage": "not_applicable"}),
    "coverage_not_collected_says_why": ("coveragestatement", {"coverage": "not_collected"}),
}

# A second row like the first; what it needs to differ in, so that it breaks this rule alone.
TWICE: dict[str, tuple[str, dict[str, Any]]] = {
    "trace_once_per_version": ("trace", {}),
    "framework_node_code": ("frameworknode", {}),
    "membership_once": ("cyclemembership", {}),
    "gap_number_once": ("datagap", {}),
    "deadline_number_once": ("deadline", {}),
    "extension_asked_once": ("extension", {}),
    "meeting_code_once": ("meeting", {"number": 9}),
    "meeting_number_once": ("meeting", {"code": "nine"}),
    "agenda_number_once": ("agendaitem", {}),
    "delegation_once": ("delegation", {}),
    "decision_number_once": ("decision", {}),
    "action_number_once": ("actionpoint", {}),
    "user_name_once": ("user", {"username": "VNM.Coordinator"}),
    "report_once_per_state": ("nationalreport", {}),
    "coverage_once": ("coveragestatement", {}),
    "version_number_once": ("reportversion", {"receipt": "00000000-0000-4000-8000-000000000000"}),
}

# What may stand beside the first row all the same.
BESIDE: list[tuple[str, dict[str, Any]]] = [
    ("extension", {"status": "refused"}),
    ("meeting", {"code": "nine", "number": None}),
    ("meeting", {"code": "nine", "series": "soca"}),
    ("datagap", {"number": 9}),
]
# What looks like a broken rule, written over the first row, and is taken.
TAKEN: list[tuple[str, dict[str, Any]]] = [
    ("coveragestatement", {"coverage": said, "note": note})
    for said, note in (("not_collected", "No survey."), ("not_applicable", "No coast."), ("nothing", ""))
]


@pytest.fixture
def rows(cast: Any, report: Any) -> dict[str, Any]:
    """One row of each model that has rules."""
    cycle, by = make.submitted(report, by=cast.vnm).cycle, cast.secretariat
    deadline, meeting = make.deadline(cycle, by=by), make.meeting(cycle, by=by)
    vnm, day = cast.vnm.organisation, date(2020, 9, 21)
    records = [
        report, cycle, deadline, meeting, vnm, cast.vnm, make.gap(report, by=cast.vnm), make.area(), event(),
        cycle.memberships.first(), report.versions.get(), ProgressUpdate.objects.get(), Trace.objects.first(),
        Extension.ask_for(report, deadline, by=cast.vnm, asked_until=day, reason="Floods"),
        meeting.record(AgendaItem, by=by, title="Opening"), meeting.record(Decision, by=by, text="Agreed"),
        meeting.record(Delegation, by=by, organisation=vnm),
        meeting.record(ActionPoint, by=by, text="Send", owner_body=vnm, due_on=day),
        CoverageStatement.state(report, make.area(), by=cast.vnm, seen=0, coverage="reported"),
    ]  # fmt: skip
    return {record._meta.model_name: record for record in records}


def event() -> Any:
    model = apps.get_model("reviews", "TimelineEvent")
    return model.record_new(by=None, code="soca-28", kind="meeting", title="28th SOCA", source="000")


# Not broken here yet: the rules of what guidance, meetings, findings and the plan brought. Some of them are in
# the files of their nouns.
NOT_HERE = {
    "ActionPoint", "Advice", "AgendaItem", "Beneficiaries", "CompletionLevel", "Difficulty",
    "Disruption", "Finding", "MethodNote", "Minutes", "MinutesSection", "PlanStep", "ReceivedAdvice", "Round",
    "SeriesBreak", "StandIn", "StatusAtMeeting", "ThreadEntry", "Turn",
}  # fmt: skip


def ours() -> list[Any]:
    models_ = [m for m in apps.get_app_config("reviews").get_models() if m.__name__ not in NOT_HERE]
    return [c for model in models_ for c in model._meta.constraints]


def elsewhere() -> set[str]:
    """The rules of the models that are not all here; some of them are broken below all the same."""
    every = apps.get_app_config("reviews").get_models()
    return {c.name for m in every if m.__name__ in NOT_HERE for c in m._meta.constraints}


def test_every_rule_is_broken_below():
    assert {c.name for c in ours() if isinstance(c, models.CheckConstraint)} == set(BROKEN) - elsewhere()
    assert {c.name for c in ours() if isinstance(c, models.UniqueConstraint)} == set(TWICE) - elsewhere()


def overwrite(record: Any, values: dict[str, Any]) -> None:
    """Past the model and its manager."""
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
    assert name in refused(overwrite, rows[noun], values)


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
        ("Minutes", "meeting"), ("AgendaItem", "carried_from"),
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
