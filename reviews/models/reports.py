"""National reports: a member state's own evaluation, its status and its moves."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reviews import clock, policy
from reviews.models.base import Tracked, TrackedQuerySet, Transition, all_or_nothing
from reviews.models.daily_counts import WORKSTREAMS
from reviews.models.organisations import Organisation
from reviews.models.progress import ProgressUpdate, percentage, percentage_rule
from reviews.models.report_versions import ReportVersion
from reviews.models.trace import Verb
from reviews.uploads import storage


class ReportStatus(models.TextChoices):
    NOT_STARTED = "not_started", _("not started")
    IN_PROGRESS = "in_progress", _("in progress")
    SUBMITTED = "submitted", _("submitted")
    BEING_READ = "being_read", _("being read")
    RETURNED = "returned", _("returned")
    ACCEPTED = "accepted", _("accepted")


S = ReportStatus
REPORT_TRANSITIONS = {
    "update": Transition((S.NOT_STARTED, S.IN_PROGRESS), S.IN_PROGRESS),
    "update_returned": Transition((S.RETURNED,), S.RETURNED),
    "submit": Transition((S.IN_PROGRESS, S.RETURNED), S.SUBMITTED),
    "recall": Transition((S.SUBMITTED,), S.IN_PROGRESS),
    "start_reading": Transition((S.SUBMITTED,), S.BEING_READ),
    "return": Transition((S.BEING_READ,), S.RETURNED),
    "accept": Transition((S.BEING_READ,), S.ACCEPTED),
}
EDITABLE = (S.NOT_STARTED, S.IN_PROGRESS, S.RETURNED)
REPORT_STEPS = {"update": EDITABLE, "appoint": EDITABLE}

# Who can unlock a report that is out of the country's hands: shown with every refusal.
UNLOCKS = {
    S.NOT_STARTED: _("Post a first progress update."),
    S.IN_PROGRESS: _("It is with the national team."),
    S.SUBMITTED: _("It has been submitted; the national coordinator can recall it until reading starts."),
    S.BEING_READ: _("The regional consultants are reading it; they can return it."),
    S.RETURNED: _("It has been returned to the national team."),
    S.ACCEPTED: _("It has been accepted; an administrator can correct it."),
}

# How a status looks: a shape and a colour, beside its word.
REPORT_TONES = {
    S.NOT_STARTED: "neutral", S.IN_PROGRESS: "progress", S.SUBMITTED: "info",
    S.BEING_READ: "info", S.RETURNED: "warn", S.ACCEPTED: "good",
}  # fmt: skip


def workstream_label(name: str) -> str:
    """A workstream in the reader's words."""
    field: Any = NationalReport._meta.get_field(name)
    return str(field.verbose_name)


class NationalReportQuerySet(TrackedQuerySet):
    def visible_to(self, user: Any) -> "NationalReportQuerySet":
        return policy.filter_readable(self, user, "report.read", own=Q(member_state=user.organisation_id))

    def open(self) -> "NationalReportQuerySet":
        """Still in the country's hands."""
        return self.filter(status__in=EDITABLE)

    def to_read(self) -> "NationalReportQuerySet":
        return self.filter(status__in=(S.SUBMITTED, S.BEING_READ))

    def silent_since(self, moment: Any) -> "NationalReportQuerySet":
        """In the country's hands without progress since then; NULL: none was ever posted."""
        return self.open().filter(Q(progressed_at__lt=moment) | Q(progressed_at=None))


class NationalReport(Tracked):
    """A member state's own evaluation in one review cycle."""

    cycle = models.ForeignKey(
        "ReviewCycle", models.PROTECT, related_name="reports", verbose_name=_("review cycle")
    )
    member_state = models.ForeignKey(
        "Organisation", models.PROTECT, related_name="reports", verbose_name=_("member state")
    )
    status = models.CharField(_("status"), max_length=20, choices=S, default=S.NOT_STARTED)
    data_collection = percentage(_("data collection"))
    analysis = percentage(_("analysis"))
    writing = percentage(_("writing"))
    progressed_at = models.DateTimeField(_("last progress"), null=True, blank=True)  # NULL: none yet
    holder = models.ForeignKey(
        "Organisation", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("who has it")
    )  # NULL: accepted, nobody has to act
    reader = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("reader"),
    )  # NULL: nobody is reading
    held_since = models.DateTimeField(_("since"), default=clock.now)
    handed_in_at = models.DateTimeField(_("handed in"), null=True, blank=True)  # NULL: no submission stands
    return_note = models.TextField(_("note of the return"), blank=True)
    lead_author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("lead author"),
    )  # NULL: not yet named  # fmt: skip
    authors = models.TextField(_("supporting authors"), blank=True)

    steps = REPORT_STEPS

    objects = NationalReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("national report")
        verbose_name_plural = _("national reports")
        ordering = ("-cycle_id", "member_state__name_en")
        constraints = (
            models.UniqueConstraint(fields=("cycle", "member_state"), name="report_once_per_state"),
            models.CheckConstraint(condition=Q(status__in=S.values), name="report_status_known"),
            percentage_rule("report_data_collection_percent", "data_collection"),
            percentage_rule("report_analysis_percent", "analysis"),
            percentage_rule("report_writing_percent", "writing"),
            models.CheckConstraint(
                condition=Q(status=S.ACCEPTED) | Q(holder__isnull=False),
                name="report_has_holder",
                violation_error_message=_("Only an accepted report is with nobody."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.member_state} · {self.cycle}"

    def get_absolute_url(self) -> str:
        return reverse("report", args=[self.cycle.slug, self.member_state.code])

    @property
    def code(self) -> str:
        return self.member_state.code

    @property
    def tone(self) -> str:
        return REPORT_TONES[S(self.status)]

    @property
    def figures(self) -> tuple[int | None, int | None, int | None]:
        return self.data_collection, self.analysis, self.writing

    @property
    def is_complete(self) -> bool:
        return self.figures == (100, 100, 100)

    @property
    def is_editable(self) -> bool:
        return self.status in EDITABLE

    def refusal_reason(self, move: str) -> str:
        return f"{super().refusal_reason(move)} {UNLOCKS[S(self.status)]}"

    def transitions_for(self, user: Any) -> set[str]:
        """What this person may do with the report in its present status: the buttons of its page."""
        if self.cycle.is_closed:
            return set()
        allowed = {name for name, move in REPORT_TRANSITIONS.items() if self.status in move.sources}
        may = policy.allowed_among(user, {f"report.{name}" for name in allowed | {"update"}}, self)
        return {name.removeprefix("report.") for name in may if self.is_editable or name != "report.update"}

    def post_progress(
        self, *, by: Any, expected_version: int, note: str = "", meeting: Any = None, **figures: Any
    ) -> ProgressUpdate:
        """A new progress update; the report shows its figures. Figures go down only with a note."""
        policy.require_at(by, "report.update", self, meeting)
        returned = self.status == S.RETURNED
        status = self.allow(REPORT_TRANSITIONS, "update_returned" if returned else "update")
        self._owe_note(note, figures)
        moment = clock.now()
        with all_or_nothing():
            self.change_traced(
                by=by,
                expected_version=expected_version,
                verb=Verb.PROGRESS,
                why=note,
                status=status,
                progressed_at=moment,
                **figures,
            )
            return ProgressUpdate.create_traced(
                by=by, report=self, note=note, author=by, at=moment, meeting=meeting, **figures
            )

    def submit(
        self,
        *,
        by: Any,
        expected_version: int,
        file: Any,
        on_behalf_of: str = "",
        reason: str = "",
        **clearance: Any,
    ) -> ReportVersion:
        """Hand in the file as the next numbered version. A reason is owed while a workstream is below 100."""
        policy.require(by, "report.submit", self)
        status = self.allow(REPORT_TRANSITIONS, "submit")
        if not self.is_complete and not reason.strip():
            raise ValidationError(
                {"reason": _("A workstream is below 100%: say why you submit all the same.")}
            )
        moment = clock.now()
        with storage.stored(file) as columns, all_or_nothing():
            self.change_traced(
                by=by, expected_version=expected_version, verb=Verb.SUBMITTED, why=reason, status=status, return_note="",
                handed_in_at=self.handed_in_at or moment, **self._held_by(Organisation.objects.evaluators()),
            )  # fmt: skip
            return ReportVersion.create_traced(
                by=by, report=self, number=self.versions.count() + 1, submitted_by=by, submitted_at=moment,
                on_behalf_of=on_behalf_of, reason=reason, **columns, **clearance,
            )  # fmt: skip

    def recall(self, *, by: Any, expected_version: int, note: str = "") -> "NationalReport":
        """Take a submission back, until reading starts."""
        policy.require(by, "report.recall", self)
        status = self.allow(REPORT_TRANSITIONS, "recall")
        latest = self.versions.last()
        # An earlier submission that was read and returned still counts as handed in.
        stands = self.handed_in_at if latest and latest.submitted_at != self.handed_in_at else None
        return self.change_traced(
            by=by, expected_version=expected_version, verb=Verb.RECALLED, why=note, status=status, handed_in_at=stands,
            **self._held_by(self.member_state),
        )  # fmt: skip

    def start_reading(self, *, by: Any, expected_version: int) -> "NationalReport":
        policy.require(by, "report.start_reading", self)
        status = self.allow(REPORT_TRANSITIONS, "start_reading")
        held = self._held_by(Organisation.objects.evaluators(), reader=by)
        return self.change_traced(
            by=by, expected_version=expected_version, verb=Verb.STARTED_READING, status=status, **held
        )

    def return_for_revision(self, *, by: Any, expected_version: int, note: str) -> "NationalReport":
        """Send it back with a note; editing reopens, all versions stay."""
        policy.require(by, "report.return", self)
        status = self.allow(REPORT_TRANSITIONS, "return")
        if not note.strip():
            raise ValidationError({"note": _("Say what has to be revised.")})
        held = self._held_by(self.member_state)
        return self.change_traced(
            by=by,
            expected_version=expected_version,
            verb=Verb.RETURNED,
            why=note,
            status=status,
            return_note=note,
            **held,
        )

    def accept(self, *, by: Any, expected_version: int, note: str = "") -> "NationalReport":
        policy.require(by, "report.accept", self)
        status = self.allow(REPORT_TRANSITIONS, "accept")
        return self.change_traced(
            by=by,
            expected_version=expected_version,
            verb=Verb.ACCEPTED,
            why=note,
            status=status,
            **self._held_by(None),
        )

    def appoint(self, *, by: Any, expected_version: int, lead_author: Any, authors: str) -> "NationalReport":
        """Name who writes the report."""
        policy.require(by, "report.appoint", self)
        self.require_open_for("appoint")
        return self.change_traced(
            by=by, expected_version=expected_version, lead_author=lead_author, authors=authors
        )

    def correct(self, *, by: Any, expected_version: int, why: str, **values: Any) -> "NationalReport":
        """A correction of the figures is a new progress update as well."""
        figures = {name: values.get(name, getattr(self, name)) for name in WORKSTREAMS}
        differ = tuple(figures.values()) != self.figures
        with all_or_nothing():
            super().correct(by=by, expected_version=expected_version, why=why, **values)
            if differ:
                ProgressUpdate.create_traced(
                    by=by, verb=Verb.CORRECTED, report=self, note=why, author=by, at=clock.now(), **figures
                )
        return self

    def _owe_note(self, note: str, figures: dict[str, int | None]) -> None:
        lower = [name for name, value in figures.items() if _went_down(getattr(self, name), value)]
        if lower and not note.strip():
            labels = ", ".join(workstream_label(name) for name in lower)
            raise ValidationError(
                {"note": _now("This lowers an earlier figure (%(figures)s): say why.") % {"figures": labels}}
            )
        if not note.strip() and all(value is None for value in figures.values()):
            raise ValidationError({"note": _("Enter at least one figure or a note.")})

    def _held_by(self, holder: Any, reader: Any = None) -> dict[str, Any]:
        return {"holder": holder, "reader": reader, "held_since": clock.now()}


def _went_down(old: int | None, new: int | None) -> bool:
    return old is not None and (new is None or new < old)
