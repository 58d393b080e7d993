"""National reports with their progress updates and submitted versions."""

from django.contrib import admin
from django.template.defaultfilters import filesizeformat, truncatechars
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from reviews import clock
from reviews.admin.admin_site import site
from reviews.admin.base import OCCURRING, REPORTS, ReadOnlyInline, TrackedAdmin, section
from reviews.admin.forms import Values
from reviews.models import NationalReport, ProgressUpdate, ReportVersion
from reviews.request_context import SignedInRequest

ABOUT_REPORT = ("report__cycle", "report__member_state")


class VersionsInline(ReadOnlyInline):
    model = ReportVersion
    fields = ("number", "submitted_at", "submitted_by", "on_behalf_of")
    select_related = ("submitted_by", *ABOUT_REPORT)


class UpdatesInline(ReadOnlyInline):
    model = ProgressUpdate
    fields = ("at", "data_collection", "analysis", "writing", "note", "author", "meeting")
    select_related = ("author", "meeting", *ABOUT_REPORT)


@admin.register(NationalReport, site=site)
class NationalReportAdmin(TrackedAdmin[NationalReport]):
    group = REPORTS
    list_display = (
        "member_state",
        "cycle",
        "status",
        "data_collection",
        "analysis",
        "writing",
        "holder",
        "progressed_at",
    )
    list_filter = ("cycle", "status", "holder__kind")
    list_select_related = ("member_state", "cycle", "holder")
    search_fields = (
        "member_state__name_en",
        "member_state__code",
        "cycle__name_en",
        "cycle__slug",
        "authors",
    )
    autocomplete_fields = ("cycle", "member_state", "holder", "reader", "lead_author")
    readonly_fields = ("held_since", "progressed_at", "datagaps")
    set_once = ("cycle", "member_state")
    hidden_when_adding = (
        "status",
        "holder",
        "reader",
        "data_collection",
        "analysis",
        "writing",
        "handed_in_at",
        "return_note",
    )
    resets_held_since = ("status", "holder")
    inlines = (VersionsInline, UpdatesInline)
    fieldsets = [
        section(
            None,
            "cycle member_state status holder reader held_since datagaps",
            about=_(
                "Reports are made when their cycle opens. A corrected status does not choose the holder:"
                " give both. Only an accepted report has none."
            ),
        ),
        section(
            _("Progress"),
            "data_collection analysis writing progressed_at",
            about=_(
                "0 to 100. Empty means not yet reported, which is not 0. Corrected figures become a"
                " progress update of their own; the earlier ones stay."
            ),
        ),
        section(_("Submission"), "handed_in_at return_note"),
        section(_("Authors"), "lead_author authors"),
    ]

    def defaults_for_new(self, request: SignedInRequest, values: Values) -> Values:
        return {"holder": values["member_state"], "held_since": clock.now()}

    @admin.display(description=_("data gaps"))
    def datagaps(self, report: NationalReport) -> SafeString:
        filters = {"cycle__id__exact": report.cycle_id, "member_state__id__exact": report.member_state_id}
        url = f"{reverse('admin:reviews_datagap_changelist')}?{urlencode(filters)}"
        return format_html('<a href="{}">{}</a>', url, _("Data gaps of this country"))


@admin.register(ProgressUpdate, site=site)
class ProgressUpdateAdmin(TrackedAdmin[ProgressUpdate]):
    group, immutable = REPORTS, True
    list_display = (
        "at",
        "member_state",
        "data_collection",
        "analysis",
        "writing",
        "author",
        "meeting",
        "beginning",
    )
    list_filter = ("report__cycle", ("report__member_state", OCCURRING))
    list_select_related = ("author", "meeting", *ABOUT_REPORT)
    search_fields = ("note", "report__member_state__name_en", "report__member_state__code", "author__name")
    date_hierarchy = "at"
    fieldsets = [
        section(
            None,
            "report at author meeting",
            about=_("Updates are never changed. To correct figures, correct the report: that adds one."),
        ),
        section(_("Progress"), "data_collection analysis writing no_change by_country note"),
    ]

    @admin.display(description=_("member state"), ordering="report__member_state__sort_key")
    def member_state(self, update: ProgressUpdate) -> str:
        return str(update.report.member_state)

    @admin.display(description=_("note"))
    def beginning(self, update: ProgressUpdate) -> str:
        return truncatechars(update.note, 80)


@admin.register(ReportVersion, site=site)
class ReportVersionAdmin(TrackedAdmin[ReportVersion]):
    group, immutable = REPORTS, True
    list_display = ("report", "number", "submitted_at", "submitted_by", "on_behalf_of", "volume")
    list_filter = ("report__cycle", ("report__member_state", OCCURRING))
    list_select_related = ("submitted_by", *ABOUT_REPORT)
    search_fields = (
        "report__member_state__name_en",
        "report__member_state__code",
        "receipt",
        "sha256",
        "original_name",
    )
    search_help_text = _("Country, receipt, SHA-256, or the name of the file when uploaded")
    date_hierarchy = "submitted_at"
    fieldsets = [
        section(None, "report number submitted_at submitted_by on_behalf_of reason receipt"),
        section(_("File"), "download original_name volume sha256"),
        section(_("National clearance"), "cleared_by cleared_on clearance_letter"),
    ]

    @admin.display(description=_("file"))
    def download(self, version: ReportVersion) -> SafeString:
        """The page that asks for permission; files have no address of their own."""
        url = reverse("report-version-file", args=[version.cycle.slug, version.report.code, version.number])
        return format_html('<a href="{}">{}</a>', url, version.download_name)

    @admin.display(description=_("size"), ordering="size")
    def volume(self, version: ReportVersion) -> str:
        return filesizeformat(version.size)
