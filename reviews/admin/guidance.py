"""Guidance: threads, advice, shared difficulties, method notes."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import truncatechars
from django.utils.translation import gettext_lazy as _

from reviews import clock
from reviews.admin.admin_site import site
from reviews.admin.base import (
    HISTORY,
    OCCURRING,
    PRIVATE,
    REFERENCE,
    REPORTS,
    ReadOnlyInline,
    TrackedAdmin,
    confidence_mark,
    section,
    shared_text,
)
from reviews.admin.forms import Values
from reviews.models import (
    Advice,
    AdviceStatus,
    AdviceUse,
    Channel,
    Difficulty,
    MethodNote,
    PrivateReading,
    ReceivedAdvice,
    ThreadEntry,
)
from reviews.models.numbering import next_number
from reviews.request_context import SignedInRequest

OF_GAP = ("gap__member_state", OCCURRING)
ABOUT_GAP = ("gap__cycle", "gap__member_state")
ABOUT_SUBJECT = (*ABOUT_GAP, "difficulty__cycle")


@admin.register(ThreadEntry, site=site)
class ThreadEntryAdmin(TrackedAdmin[ThreadEntry]):
    group, immutable = REPORTS, True
    list_display = ("at", "gap", "channel", "kind", "author", "beginning")
    list_filter = ("gap__cycle", "channel", "kind", OF_GAP)
    list_select_related = ("author", *ABOUT_GAP)
    search_fields = ("shared_text", "gap__member_state__name_en", "gap__member_state__code", "author__name")
    date_hierarchy = "at"
    fieldsets = [
        section(
            None,
            "gap channel kind at author text",
            about=_(
                "What was said is never changed. Whoever opens a private note here leaves a line in the history of the"
                " gap, once a day, which that side reads."
            ),
        )
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ThreadEntry]:
        return super().get_queryset(request).annotate(shared_text=shared_text("text", channel=Channel.SHARED))

    @admin.display(description=_("in words"))
    def beginning(self, entry: ThreadEntry) -> str:
        return truncatechars(entry.text, 80) if entry.channel == Channel.SHARED else str(PRIVATE)


@admin.register(PrivateReading, site=site)
class PrivateReadingAdmin(TrackedAdmin[PrivateReading]):
    group, immutable = HISTORY, True
    list_display = ("on", "reader", "gap", "difficulty", "channel")
    list_filter = ("channel", ("reader", OCCURRING))
    list_select_related = ("reader", *ABOUT_SUBJECT)
    search_fields = (
        "reader__name",
        "gap__member_state__name_en",
        "gap__member_state__code",
        "difficulty__title",
    )
    date_hierarchy = "on"
    fieldsets = [section(None, "gap difficulty channel reader on")]

    def record_reading(self, request: SignedInRequest, record: PrivateReading) -> None:
        """Nothing: who read something is not what was read."""


class ReceivedAdviceInline(ReadOnlyInline):
    model = ReceivedAdvice
    fields = ("gap", "received_at", "use", "said_by")
    select_related = ("said_by", *ABOUT_GAP)


@admin.register(Advice, site=site)
class AdviceAdmin(TrackedAdmin[Advice]):
    group = REPORTS
    list_display = ("subject", "status", "drafted_by", "drafted_at", "approved_by", "beginning")
    list_filter = ("status", "gap__cycle", OF_GAP)
    list_select_related = ("drafted_by", "approved_by", *ABOUT_SUBJECT)
    search_fields = ("approved_text", "gap__member_state__name_en", "difficulty__title")
    date_hierarchy = "drafted_at"
    autocomplete_fields = ("gap", "difficulty", "notes")
    readonly_fields = ("drafted_by", "drafted_at", "approved_by", "approved_at")
    set_once = ("gap", "difficulty")
    hidden_when_adding = ("status",)
    inlines = (ReceivedAdviceInline,)
    fieldsets = [
        section(
            None, "gap difficulty text notes", about=_("On one gap, or on a difficulty: one of the two.")
        ),
        section(
            _("Approval"),
            "status drafted_by drafted_at approved_by approved_at",
            about=_(
                "A status corrected to “approved” sends nothing: a lead consultant approves on the page."
            ),
        ),
    ]

    def defaults_for_new(self, request: SignedInRequest, values: Values) -> Values:
        return {"drafted_by": request.user, "drafted_at": clock.now()}

    def derived_values(self, request: SignedInRequest, record: Advice, values: Values) -> Values:
        """A corrected status is a decision of whoever corrects it."""
        if "status" not in values:
            return {}
        approved = values["status"] == AdviceStatus.APPROVED
        return {
            "approved_by": request.user if approved else None,
            "approved_at": clock.now() if approved else None,
        }

    @admin.display(description=_("on"))
    def subject(self, advice: Advice) -> str:
        return str(advice.subject)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Advice]:
        approved = shared_text("text", status=AdviceStatus.APPROVED)
        return super().get_queryset(request).annotate(approved_text=approved)

    @admin.display(description=_("advice"))
    def beginning(self, advice: Advice) -> str:
        approved = advice.status == AdviceStatus.APPROVED
        return truncatechars(advice.text, 80) if approved else str(PRIVATE)


@admin.register(ReceivedAdvice, site=site)
class ReceivedAdviceAdmin(TrackedAdmin[ReceivedAdvice]):
    group = REPORTS
    list_display = ("gap", "received_at", "use", "said_by", "said_at")
    list_filter = ("use", "gap__cycle", OF_GAP)
    list_select_related = ("said_by", *ABOUT_GAP)
    search_fields = ("advice__text", "note", "gap__member_state__name_en", "gap__member_state__code")
    date_hierarchy = "received_at"
    autocomplete_fields = ("gap", "advice")
    readonly_fields = ("received_at", "said_by", "said_at")
    set_once = ("gap", "advice")
    hidden_when_adding = ("use", "note")
    fieldsets = [
        section(None, "gap advice received_at"),
        section(_("What the country says"), "use note said_by said_at"),
    ]

    def defaults_for_new(self, request: SignedInRequest, values: Values) -> Values:
        return {"received_at": clock.now()}

    def derived_values(self, request: SignedInRequest, record: ReceivedAdvice, values: Values) -> Values:
        """A corrected use is a decision of whoever corrects it."""
        if "use" not in values:
            return {}
        decided = values["use"] != AdviceUse.RECEIVED
        return {"said_by": request.user if decided else None, "said_at": clock.now() if decided else None}


@admin.register(Difficulty, site=site)
class DifficultyAdmin(TrackedAdmin[Difficulty]):
    group = REPORTS
    list_display = ("code", "title", "kind", "cycle")
    list_display_links = ("code", "title")
    list_filter = ("cycle", "kind")
    list_select_related = ("cycle", "kind")
    search_fields = ("title",)
    autocomplete_fields = ("cycle", "kind", "gaps")
    readonly_fields = ("number",)
    set_once = ("cycle",)
    fieldsets = [section(None, "cycle number title kind gaps")]

    def defaults_for_new(self, request: SignedInRequest, values: Values) -> Values:
        return {"number": next_number(values["cycle"].difficulties.all())}

    @admin.display(description=_("number"), ordering="number")
    def code(self, difficulty: Difficulty) -> str:
        return difficulty.code


@admin.register(MethodNote, site=site)
class MethodNoteAdmin(TrackedAdmin[MethodNote]):
    group, reference = REFERENCE, True
    list_display = ("title", "code", "kind", confidence_mark)
    list_filter = ("kind", "confidence")
    list_select_related = ("kind",)
    search_fields = ("title", "code", "text")
    autocomplete_fields = ("kind",)
    fieldsets = [
        section(None, "code kind title text"),
        section(_("How far this may be trusted"), "source confidence"),
    ]
