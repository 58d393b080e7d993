"""Tables: statuses and transitions, constraints, queryset words, verbs that change one record, and the trace.

May import: uploads, policy, clock, text, request_context. Knows no request and no page.
"""

from reviews.models.actionpoints import ActionPoint, ActionStatus, Priority
from reviews.models.agenda import AgendaItem, AgendaStatus, Outcome
from reviews.models.base import Refused, Stale, Tracked
from reviews.models.coverage import Coverage, CoverageStatement
from reviews.models.daily_counts import OpenGaps, ProgressDay
from reviews.models.datagaps import DataGap, GapStatus
from reviews.models.deadlines import Deadline, Output, Standing, State
from reviews.models.difficulties import Difficulty
from reviews.models.disruptions import Disruption, DisruptionKind
from reviews.models.extensions import Extension, ExtensionStatus
from reviews.models.framework import (
    Confidence,
    CycleMembership,
    CycleStatus,
    Framework,
    FrameworkNode,
    GapKind,
    Level,
    Organisation,
    OrganisationKind,
    ReviewCycle,
    TimelineEvent,
)
from reviews.models.guidance import Advice, AdviceStatus, AdviceUse, ReceivedAdvice
from reviews.models.invitations import Invitation, InvitationStatus
from reviews.models.meetings import (
    Decision,
    Delegation,
    Meeting,
    MeetingPart,
    MeetingStatus,
    Mode,
    Series,
)
from reviews.models.methods import MethodNote
from reviews.models.minutes import Minutes, MinutesSection, MinutesStatus, SectionKind
from reviews.models.operations import JobRun, MailState, OutgoingMail
from reviews.models.people import User
from reviews.models.plans import PlanStep, StepKind, StepStatus
from reviews.models.progress import ProgressUpdate
from reviews.models.recommendations import Finding, FindingKind, FindingStatus
from reviews.models.report_versions import ReportVersion
from reviews.models.reports import NationalReport, ReportStatus
from reviews.models.rounds import Round, RoundOrder, RoundStatus, StatusAtMeeting, Turn, TurnStatus
from reviews.models.sign_in_attempts import SignInGuess
from reviews.models.threads import EntryKind, ThreadEntry
from reviews.models.trace import Trace, TraceLink, Verb
from reviews.models.treatments import (
    Basis,
    Beneficiaries,
    ClosingWay,
    CompletionLevel,
    OngoingRule,
    Reliance,
    SeriesBreak,
    StandIn,
    Treatment,
)
from reviews.policy import Channel, Role

__all__ = [
    "ActionPoint", "ActionStatus", "AgendaItem", "ClosingWay", "Confidence", "CycleMembership", "CycleStatus",
    "DataGap", "Deadline", "Decision", "Delegation", "Extension", "ExtensionStatus", "Framework",
    "Disruption", "DisruptionKind", "Finding", "FindingKind", "FindingStatus",
    "FrameworkNode", "GapKind", "GapStatus", "Level", "Meeting", "MeetingPart", "MeetingStatus", "Mode",
    "NationalReport", "Organisation", "OrganisationKind", "Output", "ProgressUpdate", "Refused",
    "ReportStatus", "ReportVersion", "ReviewCycle", "Role", "Series", "Stale", "Standing", "State",
    "Round", "RoundOrder", "RoundStatus", "StatusAtMeeting", "Turn", "TurnStatus",
    "TimelineEvent", "Trace", "TraceLink", "Tracked", "User", "Verb",
    "PlanStep", "StepKind", "StepStatus",
    "AgendaStatus", "Minutes", "MinutesSection", "MinutesStatus", "Outcome", "Priority", "SectionKind",
    "Basis", "Beneficiaries", "CompletionLevel", "Coverage", "CoverageStatement", "OngoingRule", "Reliance",
    "SeriesBreak", "StandIn", "Treatment",
    "Advice", "AdviceStatus", "AdviceUse", "Channel", "Difficulty", "EntryKind", "MethodNote", "ReceivedAdvice",
    "ThreadEntry", "Invitation", "InvitationStatus", "SignInGuess",
    "OpenGaps", "ProgressDay",
    "JobRun", "MailState", "OutgoingMail",
]  # fmt: skip
