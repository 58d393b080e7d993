"""Tables: statuses and transitions, constraints, queryset methods, verbs that change one record, and the trace.

May import: uploads, policy, clock, text, request_context. Knows no request and no page.
"""

from reviews.models.actionpoints import ActionPoint, ActionStatus, Priority
from reviews.models.agenda import AgendaItem, AgendaOutcome, AgendaStatus
from reviews.models.base import EditConflict, NotAllowedNow, Tracked
from reviews.models.bodies import BodyRole, CycleRole
from reviews.models.calendars import CalendarFeed
from reviews.models.changes import SeenUntil
from reviews.models.choices import Confidence
from reviews.models.coverage import Coverage, CoverageStatement
from reviews.models.cycles import CycleMembership, CycleStatus, ReviewCycle
from reviews.models.daily_counts import DailyOpenGaps, DailyProgress
from reviews.models.datagaps import DataGap, GapStatus
from reviews.models.deadlines import Deadline, DeadlineOutput, DeadlineState, DeadlineStatus, NotRequired
from reviews.models.decisions import Decision
from reviews.models.delegations import Delegation
from reviews.models.deliveries import Delivery
from reviews.models.difficulties import Difficulty
from reviews.models.disruptions import Disruption, DisruptionKind
from reviews.models.extensions import Extension, ExtensionStatus
from reviews.models.findings import Finding, FindingKind, FindingStatus
from reviews.models.follow_ups import FollowUp, FollowUpKind
from reviews.models.framework import Framework, FrameworkLevel, FrameworkNode, GapKind
from reviews.models.guidance import Advice, AdviceStatus, AdviceUse, ReceivedAdvice
from reviews.models.invitations import Invitation, InvitationStatus
from reviews.models.meetings import Meeting, MeetingMode, MeetingPart, MeetingSeries, MeetingStatus
from reviews.models.methods import MethodNote
from reviews.models.minutes import Minutes, MinutesSection, MinutesStatus, SectionKind
from reviews.models.notification_settings import NotificationSettings
from reviews.models.notifications import Frequency, Notification, NotificationEvent, Topic
from reviews.models.operations import JobRun, MailState, OutgoingMail
from reviews.models.organisations import Organisation, OrganisationKind
from reviews.models.people import User
from reviews.models.plans import PlanStep, StepKind, StepStatus
from reviews.models.progress import ProgressUpdate
from reviews.models.reminders import Explanation, Reminder, ReminderSchedule
from reviews.models.report_versions import ReportVersion
from reviews.models.reports import NationalReport, ReportStatus
from reviews.models.rounds import Round, RoundOrder, RoundStatus, StatusAtMeeting, Turn, TurnStatus
from reviews.models.saved_views import DefaultView, ListName, SavedView
from reviews.models.search import SearchEntry
from reviews.models.search_kinds import SearchKind
from reviews.models.sent_forms import SentForm
from reviews.models.sign_in_attempts import SignInGuess
from reviews.models.threads import EntryKind, PrivateReading, ThreadEntry
from reviews.models.timeline import TimelineEvent
from reviews.models.trace import Trace, TraceLink, Verb
from reviews.models.treatments import (
    Beneficiaries,
    ClosingWay,
    CompletionLevel,
    CountBasis,
    EstimateConfidence,
    OngoingRule,
    SeriesBreak,
    StandIn,
    Treatment,
)
from reviews.models.unsaved_texts import UnsavedText
from reviews.models.watches import Watch
from reviews.policy import Channel, Role

__all__ = [
    "ActionPoint",
    "ActionStatus",
    "Advice",
    "AdviceStatus",
    "AdviceUse",
    "AgendaItem",
    "AgendaOutcome",
    "AgendaStatus",
    "Beneficiaries",
    "BodyRole",
    "CalendarFeed",
    "Channel",
    "ClosingWay",
    "CompletionLevel",
    "Confidence",
    "CountBasis",
    "Coverage",
    "CoverageStatement",
    "CycleMembership",
    "CycleRole",
    "CycleStatus",
    "DailyOpenGaps",
    "DailyProgress",
    "DataGap",
    "Deadline",
    "DeadlineOutput",
    "DeadlineState",
    "DeadlineStatus",
    "Decision",
    "DefaultView",
    "Delegation",
    "Delivery",
    "Difficulty",
    "Disruption",
    "DisruptionKind",
    "EditConflict",
    "EntryKind",
    "EstimateConfidence",
    "Explanation",
    "Extension",
    "ExtensionStatus",
    "Finding",
    "FindingKind",
    "FindingStatus",
    "FollowUp",
    "FollowUpKind",
    "Framework",
    "FrameworkLevel",
    "FrameworkNode",
    "Frequency",
    "GapKind",
    "GapStatus",
    "Invitation",
    "InvitationStatus",
    "JobRun",
    "ListName",
    "MailState",
    "Meeting",
    "MeetingMode",
    "MeetingPart",
    "MeetingSeries",
    "MeetingStatus",
    "MethodNote",
    "Minutes",
    "MinutesSection",
    "MinutesStatus",
    "NationalReport",
    "NotAllowedNow",
    "NotRequired",
    "Notification",
    "NotificationEvent",
    "NotificationSettings",
    "OngoingRule",
    "Organisation",
    "OrganisationKind",
    "OutgoingMail",
    "PlanStep",
    "Priority",
    "PrivateReading",
    "ProgressUpdate",
    "ReceivedAdvice",
    "Reminder",
    "ReminderSchedule",
    "ReportStatus",
    "ReportVersion",
    "ReviewCycle",
    "Role",
    "Round",
    "RoundOrder",
    "RoundStatus",
    "SearchEntry",
    "SearchKind",
    "SectionKind",
    "SavedView",
    "SeenUntil",
    "SentForm",
    "SeriesBreak",
    "SignInGuess",
    "StandIn",
    "StatusAtMeeting",
    "StepKind",
    "StepStatus",
    "ThreadEntry",
    "TimelineEvent",
    "Topic",
    "Trace",
    "TraceLink",
    "Tracked",
    "Treatment",
    "Turn",
    "TurnStatus",
    "UnsavedText",
    "User",
    "Verb",
    "Watch",
]
