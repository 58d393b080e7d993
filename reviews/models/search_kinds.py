"""The kinds of records that can be searched for: their pages, their readers, and what their entries follow from."""

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from reviews.models import search, search_texts
from reviews.models.actionpoints import ActionPoint
from reviews.models.agenda import AgendaItem
from reviews.models.cycles import CycleMembership, ReviewCycle
from reviews.models.datagaps import DataGap
from reviews.models.deadlines import Deadline
from reviews.models.decisions import Decision
from reviews.models.difficulties import Difficulty
from reviews.models.disruptions import Disruption
from reviews.models.findings import Finding
from reviews.models.guidance import Advice, ReceivedAdvice
from reviews.models.meetings import Meeting
from reviews.models.methods import MethodNote
from reviews.models.minutes import Minutes, MinutesSection
from reviews.models.organisations import Organisation
from reviews.models.people import User
from reviews.models.reports import NationalReport
from reviews.models.search import SearchKind
from reviews.models.threads import ThreadEntry


def visible_seats(user: User) -> QuerySet[CycleMembership]:
    return CycleMembership.objects.counted().filter(cycle__in=ReviewCycle.objects.visible_to(user))


def visible_sections(user: User) -> QuerySet[MinutesSection]:
    return MinutesSection.objects.filter(minutes__in=Minutes.objects.visible_to(user))


def visible_decisions(user: User) -> QuerySet[Decision]:
    return Decision.objects.filter(meeting__in=Meeting.objects.visible_to(user))


search.register(
    SearchKind(
        "country",
        CycleMembership,
        _("Country"),
        "cycle.read",
        "board",
        ("joined_on",),
        search_texts.country_texts,
        visible_seats,
        ("member_state",),
    ),
    SearchKind(
        "report",
        NationalReport,
        _("National report"),
        "report.read",
        "report",
        ("return_note", "authors"),
        search_texts.report_texts,
        NationalReport.objects.visible_to,
        ("member_state",),
    ),
    SearchKind(
        "datagap",
        DataGap,
        _("Data gap"),
        "datagap.read",
        "datagap",
        ("missing", "effect", "closing_note"),
        search_texts.gap_texts,
        DataGap.objects.visible_to,
        ("member_state",),
    ),
    SearchKind(
        "finding",
        Finding,
        _("Finding or recommendation"),
        "finding.read",
        "finding",
        ("text", "kind"),
        search_texts.finding_texts,
        Finding.objects.visible_to,
        ("member_state",),
    ),
    SearchKind(
        "thread",
        ThreadEntry,
        _("Guidance"),
        "datagap.read",
        "datagap",
        ("text", "channel"),
        search_texts.thread_texts,
        ThreadEntry.objects.visible_to,
        ("gap__member_state",),
    ),
    SearchKind(
        "advice",
        Advice,
        _("Advice"),
        "datagap.read",
        "datagap",
        ("text", "status"),
        search_texts.advice_texts,
        Advice.objects.visible_to,
        ("gap__member_state", "difficulty"),
    ),
    SearchKind(
        "difficulty",
        Difficulty,
        _("Shared difficulty"),
        "difficulty.read",
        "difficulty",
        ("title",),
        search_texts.difficulty_texts,
        Difficulty.objects.visible_to,
    ),
    SearchKind(
        "method",
        MethodNote,
        _("Method note"),
        "method.read",
        "method",
        ("title", "text", "source", "code"),
        search_texts.method_texts,
        MethodNote.objects.visible_to,
    ),
    SearchKind(
        "disruption",
        Disruption,
        _("Disruption"),
        "disruption.read",
        "disruption",
        ("title", "effect"),
        search_texts.disruption_texts,
        Disruption.objects.visible_to,
    ),
    SearchKind(
        "deadline",
        Deadline,
        _("Deadline"),
        "deadline.read",
        "deadline",
        ("title", "output_name", "confidence_note", "shared", "only_for"),
        search_texts.deadline_texts,
        Deadline.objects.visible_to,
    ),
    SearchKind(
        "meeting",
        Meeting,
        _("Meeting"),
        "meeting.read",
        "meeting",
        ("title", "place", "shared", "code"),
        search_texts.meeting_texts,
        Meeting.objects.visible_to,
    ),
    SearchKind(
        "agenda",
        AgendaItem,
        _("Agenda item"),
        "meeting.read",
        "meeting",
        ("title", "section", "presenter", "paper", "outcome_text"),
        search_texts.agenda_texts,
        AgendaItem.objects.visible_to,
        ("meeting",),
    ),
    SearchKind(
        "decision",
        Decision,
        _("Decision"),
        "meeting.read",
        "meeting",
        ("text",),
        search_texts.decision_texts,
        visible_decisions,
        ("meeting",),
    ),
    SearchKind(
        "action",
        ActionPoint,
        _("Action point"),
        "meeting.read",
        "meeting",
        ("text", "closing_note"),
        search_texts.action_texts,
        ActionPoint.objects.visible_to,
        ("meeting",),
    ),
    SearchKind(
        "minutes",
        MinutesSection,
        _("Minutes"),
        "minutes.read",
        "minutes",
        ("text",),
        search_texts.minutes_texts,
        visible_sections,
        ("minutes__meeting",),
    ),
    SearchKind(
        "person",
        User,
        _("Person"),
        "people.read",
        "person",
        ("name",),
        search_texts.person_texts,
        User.objects.visible_to,
    ),
)

# What the entries of other records follow from, besides these records.
search.DEPENDENTS |= {
    Organisation: search.Dependents(
        lambda body: [body.memberships.all(), body.reports.all(), body.datagaps.all(), body.findings.all()],
        ("name_en", "name_vi", "code"),
    ),
    DataGap: search.Dependents(
        lambda gap: [
            ThreadEntry.objects.filter(gap=gap),
            Advice.objects.filter(Q(gap=gap) | Q(received__gap=gap)).distinct(),
        ],
    ),
    Difficulty: search.Dependents(lambda difficulty: [Advice.objects.filter(difficulty=difficulty)]),
    Meeting: search.Dependents(
        lambda meeting: [
            AgendaItem.objects.filter(meeting=meeting),
            Decision.objects.filter(meeting=meeting),
            ActionPoint.objects.filter(meeting=meeting),
            MinutesSection.objects.filter(minutes__meeting=meeting),
        ],
        ("shared", "code", "title"),
    ),
    Minutes: search.Dependents(lambda minutes: [minutes.sections.all()], ("status", "circulated_at")),
    ReceivedAdvice: search.Dependents(
        lambda received: [Advice.objects.filter(pk=received.advice_id)], follow_new=True
    ),
}
