"""National reports: a member state's own evaluation, its status and its transitions."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, Self, Unpack

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from reviews import clock, policy
from reviews.models import locks
from reviews.models.base import NotAllowedNow, Tracked, TrackedQuerySet, Transition, all_or_nothing
from reviews.models.choices import StatusChoices, choices_rule
from reviews.models.cycles import CycleMembership
from reviews.models.organisations import Organisation
from reviews.models.progress import ProgressUpdate, require_note_for, require_unchanged
from reviews.models.report_versions import ReportVersion, Submission, next_receipt_number
from reviews.models.trace import Verb
from reviews.models.validators import validate_between, validate_offered
from reviews.models.workstreams import (
    WORKSTREAMS,
    Figures,
    figures_of,
    percentage,
    percentage_rules,
)
from reviews.text import is_blank, isolated
from reviews.uploads import storage
from reviews.uploads.documents import Document

if TYPE_CHECKING:
    from reviews.models import Deadline, Meeting, User


class ReportStatus(StatusChoices):
    NOT_STARTED = "not_started", "neutral", _("not started")
    IN_PROGRESS = "in_progress", "progress", _("in progress")
    SUBMITTED = "submitted", "info", _("submitted")
    BEING_READ = "being_read", "info", _("being read")
    RETURNED = "returned", "warn", _("returned")
    ACCEPTED = "accepted", "good", _("accepted")


S = ReportStatus
EDITABLE = (S.NOT_STARTED, S.IN_PROGRESS, S.RETURNED)
SAY_WHAT = _("Say what has to be revised.")
REASON_NEEDED = _("A workstream is below 100%: say why you submit all the same.")
IS_COMPLETE = Q(**dict.fromkeys(WORKSTREAMS, 100))
SILENT_DAYS = 14  # after so many without progress, somebody may want to ask
LONGEST_REVISION = 366  # days, once the cycle should have ended
REPORT_TRANSITIONS = {
    "update": Transition((S.NOT_STARTED, S.IN_PROGRESS), S.IN_PROGRESS, "report.update", Verb.PROGRESS),
    "update_returned": Transition((S.RETURNED,), S.RETURNED, "report.update", Verb.PROGRESS),
    "appoint": Transition(EDITABLE, right="report.appoint"),
    "submit": Transition((S.IN_PROGRESS, S.RETURNED), S.SUBMITTED, "report.submit", Verb.SUBMITTED),
    "record_submission": Transition(
        EDITABLE, S.SUBMITTED, "record.correct", Verb.SUBMITTED, _("Say how and when it came."), "why"
    ),
    "recall": Transition((S.SUBMITTED,), S.IN_PROGRESS, "report.recall", Verb.RECALLED),
    "start_reading": Transition((S.SUBMITTED,), S.BEING_READ, "report.start_reading", Verb.STARTED_READING),
    "return": Transition((S.BEING_READ,), S.RETURNED, "report.return", Verb.RETURNED, SAY_WHAT),
    "accept": Transition((S.BEING_READ,), S.ACCEPTED, "report.accept", Verb.ACCEPTED),
}

# Who can unlock a report that is out of the country's hands: shown with every refusal.
UNLOCKS = {
    S.NOT_STARTED: _("Post a first progress update."),
    S.IN_PROGRESS: _("It is with the national team."),
    S.SUBMITTED: _("It has been submitted; the national coordinator can recall it until reading starts."),
    S.BEING_READ: _("The regional consultants are reading it; they can return it."),
    S.RETURNED: _("It has been returned to the national team."),
    S.ACCEPTED: _("It has been accepted; an administrator can correct it."),
}


class NationalReportQuerySet(TrackedQuerySet["NationalReport"]):
    def visible_to(self, user: "User") -> "NationalReportQuerySet":
        return policy.filter_readable(self, user, "report.read", own=Q(member_state=user.organisation_id))

    def held_by(self, organisation_id: int | None) -> "NationalReportQuerySet":
        return self.filter(holder=organisation_id, holder__isnull=False)

    def waiting_for(self, user: "User") -> "NationalReportQuerySet":
        """With the person's body, unless somebody else there is reading it."""
        readers = policy.roles_with("report.accept")
        is_free = Q(reader=None) | Q(reader=user) | ~Q(reader__role__in=readers)
        is_free |= Q(reader__is_active=False) | Q(reader__active_until__lt=clock.today())
        return self.held_by(user.organisation_id).filter(is_free | Q(status__in=EDITABLE))

    def waiting_since_before(self, moment: datetime) -> "NationalReportQuerySet":
        """As `waiting_since` of one says."""
        waiting = self.with_seat().filter(held_since__lt=moment, holder__isnull=False)
        heard = Q(status=S.IN_PROGRESS) & (Q(progressed_at__gte=moment) | IS_COMPLETE)
        return waiting.exclude(heard).exclude(seated_on__gt=clock.day_of(moment))

    def with_seat(self) -> "NationalReportQuerySet":
        """With `seated_on`, so that it takes no query of its own."""
        seats = CycleMembership.objects.filter(cycle=OuterRef("cycle"), member_state=OuterRef("member_state"))
        return self.annotate(  # type: ignore[no-redef]  # takes the place of the property
            seated_on=Subquery(seats.values("joined_on")[:1])
        )

    def seated(self, on: date) -> "NationalReportQuerySet":
        """Of the members that are counted on a day."""
        return self.with_seat().filter(seated_on__lte=on)


class NationalReport(Tracked):
    """A member state's own evaluation in one review cycle."""

    cycle = models.ForeignKey(
        "ReviewCycle", models.PROTECT, related_name="reports", verbose_name=_("review cycle")
    )
    member_state = models.ForeignKey(
        "Organisation", models.PROTECT, related_name="reports", verbose_name=_("member state")
    )
    status = models.CharField(_("status"), max_length=20, choices=S, default=S.NOT_STARTED)
    data_collection = percentage("data_collection")
    analysis = percentage("analysis")
    writing = percentage("writing")
    progressed_at = models.DateTimeField(_("last progress"), null=True, blank=True)  # NULL: none yet
    holder = models.ForeignKey(
        "Organisation", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("responsible")
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
    handed_in_at = models.DateTimeField(_("handed in"), null=True, blank=True)  # NULL: none is in force
    return_note = models.TextField(_("note of the return"), blank=True)
    returned_at = models.DateTimeField(
        _("returned"), null=True, blank=True, editable=False
    )  # NULL: never, or before this was recorded
    revise_by = models.DateField(_("to be revised by"), null=True, blank=True)  # NULL: as above
    lead_author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("lead author"),
    )  # NULL: not yet named  # fmt: skip
    authors = models.TextField(_("supporting authors"), blank=True)

    statuses, transitions = ReportStatus, REPORT_TRANSITIONS
    verb_labels_before_name: ClassVar = {Verb.PROGRESS: _("posted progress on")}

    objects = NationalReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("national report")
        verbose_name_plural = _("national reports")
        ordering = ("-cycle_id", "member_state__sort_key")
        constraints = (
            models.UniqueConstraint(fields=("cycle", "member_state"), name="report_once_per_state"),
            choices_rule("report_status_known", "status", ReportStatus),
            *percentage_rules("report"),
            models.CheckConstraint(
                condition=Q(status=S.ACCEPTED) | Q(holder__isnull=False),
                name="report_has_holder",
                violation_error_message=_("Only an accepted report is with nobody."),
            ),
        )

    def __str__(self) -> str:
        return f"{isolated(str(self.member_state))} · {self.cycle}"

    def get_absolute_url(self) -> str:
        return reverse("report", args=[self.cycle.slug, self.member_state.code])

    @property
    def code(self) -> str:
        return self.member_state.code

    @cached_property
    def seated_on(self) -> date | None:
        """The day from which its country is counted in the cycle; None: it has no seat. See with_seat()."""
        seats = CycleMembership.objects.filter(cycle=self.cycle_id, member_state=self.member_state_id)
        return seats.values_list("joined_on", flat=True).first()

    @property
    def silent_from(self) -> datetime:
        """Since when nothing was heard: the last progress, or later the day it came to the country or it its seat."""
        moments = [self.held_since, self.progressed_at or self.held_since]
        if self.seated_on:
            moments.append(clock.start_of(self.seated_on))
        return max(moments)

    def is_silent_since(self, moment: datetime) -> bool:
        """Whether it has been in the country's hands since then without progress, and some is still to come.

        Of a report that was returned something is: its figures are those from before.
        """
        is_finished = self.is_complete and self.status != S.RETURNED
        return self.status in EDITABLE and not is_finished and self.silent_from < moment

    @property
    def waiting_since(self) -> datetime | None:
        """Since when it waits for whoever has it; None: for nobody, or its country goes on with it.

        In the country's hands for the first time it waits since nothing was heard, and once complete for nothing but
        its deadline.
        """
        is_over = self.status == S.IN_PROGRESS and self.is_complete
        if self.holder_id is None or is_over:
            return None
        return self.silent_from if self.status in (S.NOT_STARTED, S.IN_PROGRESS) else self.held_since

    @property
    def is_to_read(self) -> bool:
        return self.status in (S.SUBMITTED, S.BEING_READ)

    @property
    def figures(self) -> tuple[int | None, int | None, int | None]:
        return figures_of(self)

    @property
    def is_complete(self) -> bool:
        return self.figures == (100, 100, 100)

    @property
    def is_editable(self) -> bool:
        return self.status in EDITABLE

    @property
    def is_to_revise(self) -> bool:
        """Whether it was handed in and sent back, so that the country owes it again."""
        return self.handed_in_at is not None and self.is_editable

    @property
    def revision_due_on(self) -> date | None:
        """By when it has to be back; None: it is not sent back, or no day was named."""
        return self.revise_by if self.is_to_revise else None

    def refusal_reason(self, name: str) -> str:
        return f"{super().refusal_reason(name)} {UNLOCKS[S(self.status)]}"

    def refusal_of(self, part: Tracked) -> str:
        """Accepted, what the country says in it is locked: its coverage, findings and recommendations."""
        return self.refusal_reason("") if self.status == S.ACCEPTED else ""

    def transitions_for(self, user: "User") -> set[str]:
        """As for every record; progress on a returned report is an "update" as well."""
        return {name.removesuffix("_returned") for name in super().transitions_for(user)}

    def require_open_for(self, name: str = "") -> None:
        super().require_open_for(self._row_for(name))

    def post_progress(
        self,
        *,
        by: "User",
        expected_version: int,
        note: str = "",
        no_change: bool = False,
        meeting: "Meeting | None" = None,
        **figures: Unpack[Figures],
    ) -> ProgressUpdate:
        """A new progress update; the report shows its figures. A figure goes down only with a note.

        `no_change`: the country says that the figures are those of its last update.
        """
        policy.require_at(by, "report.update", self, meeting)
        status = self.target_of(self._row_for("update"))
        if no_change:
            require_unchanged(self.figures, figures)
        else:
            require_note_for(self.figures, figures, note)
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
                by=by,
                report=self,
                note=note,
                no_change=no_change,
                by_country=by.organisation_id == self.member_state_id,
                author=by,
                at=moment,
                meeting=meeting,
                **figures,
            )

    def hand_in(
        self,
        *,
        by: "User",
        expected_version: int,
        find_lock: "Callable[[], Deadline | None]",
        file: Document,
        reason: str = "",
        **submission: Unpack[Submission],
    ) -> ReportVersion:
        """Store the file as the next numbered version. A reason is required while a workstream is below 100.

        `find_lock` finds the deadline whose last acceptable day has passed for this country, which refuses it: see
        `reviews.actions.reports.submit_report`.
        """
        self.require_permission("submit", by)
        with storage.stored(file) as columns, all_or_nothing():
            self.lock(expected_version)
            if locked_by := find_lock():
                raise NotAllowedNow(locked_by.lock_reason)
            self.target_of("submit")
            if not self.is_complete and is_blank(reason):
                raise ValidationError({"reason": REASON_NEEDED})
            return self._receive("submit", by, expected_version, clock.now(), reason, columns, **submission)

    def record_past_submission(
        self,
        *,
        by: "User",
        expected_version: int,
        submitted_on: date,
        why: str,
        file: Document,
        **submission: Unpack[Submission],
    ) -> ReportVersion:
        """Record, as an administrator, what was handed in on an earlier day by another way; `why` says how it came."""
        self.require_permission("record_submission", by)
        with storage.stored(file) as columns, all_or_nothing():
            self.lock(expected_version)
            self.require_transition("record_submission", by, why)
            latest = self.versions.last()
            known = [latest.submitted_at if latest else None, self.returned_at if self.is_to_revise else None]
            first = max([self.cycle.starts_on, *(clock.day_of(moment) for moment in known if moment)])
            validate_between(submitted_on, first, clock.today(), "submitted_on")
            moment = min(clock.noon_of(submitted_on), clock.now())
            name = "record_submission"
            return self._receive(name, by, expected_version, moment, why, columns, **submission)

    def recall(self, *, by: "User", expected_version: int, note: str = "") -> Self:
        """Take a submission back, until reading starts."""
        latest = self.versions.last()
        # An earlier submission that was read and returned still counts as handed in.
        earlier = self.handed_in_at if latest and latest.submitted_at != self.handed_in_at else None
        return self._hand_over("recall", self.member_state, by, expected_version, note, handed_in_at=earlier)

    def start_reading(self, *, by: "User", expected_version: int) -> Self:
        evaluators = Organisation.objects.evaluators()
        return self._hand_over("start_reading", evaluators, by, expected_version, reader=by)

    def return_for_revision(
        self, *, by: "User", expected_version: int, note: str, revise_by: date | None
    ) -> Self:
        """Send it back with a note, to be back by a day; editing reopens, all versions stay."""
        self.require_transition("return", by, note)
        self._require_sensible_revision(revise_by)
        return self._hand_over(
            "return",
            self.member_state,
            by,
            expected_version,
            note,
            return_note=note,
            returned_at=clock.now(),
            revise_by=revise_by,
        )

    def accept(self, *, by: "User", expected_version: int, note: str = "") -> Self:
        return self._hand_over("accept", None, by, expected_version, note)

    def appoint(self, *, by: "User", expected_version: int, lead_author: "User | None", authors: str) -> Self:
        """Name who writes the report."""
        validate_offered(lead_author, "lead_author", self.lead_author)
        return self.make_transition(
            "appoint", by=by, expected_version=expected_version, lead_author=lead_author, authors=authors
        )

    def correct(self, *, by: "User", expected_version: int, why: str, **values: object) -> Self:
        """A correction of the figures is a new progress update as well."""
        figures = {name: values.get(name, getattr(self, name)) for name in WORKSTREAMS}
        differ = tuple(figures.values()) != self.figures
        with all_or_nothing():
            super().correct(by=by, expected_version=expected_version, why=why, **values)
            if differ:
                verb, now = Verb.CORRECTED, clock.now()
                ProgressUpdate.create_traced(
                    by=by, verb=verb, why="", report=self, note=why, author=by, at=now, **figures
                )
        return self

    def _row_for(self, name: str) -> str:
        """The row of the table: an update leaves a returned report returned."""
        return "update_returned" if name == "update" and self.status == S.RETURNED else name

    def _require_sensible_revision(self, revise_by: date | None) -> None:
        """Raise ValidationError unless the day is from today to the end of the cycle."""
        if revise_by is None:
            raise ValidationError({"revise_by": _("Say by which day it has to be back.")})
        today, last = clock.today(), self.cycle.ends_on
        if last < today:  # the cycle should have ended
            last = today + timedelta(days=LONGEST_REVISION)
        validate_between(revise_by, today, last, "revise_by")

    def _receive(
        self,
        name: str,
        by: "User",
        expected_version: int,
        moment: datetime,
        reason: str,
        file_columns: storage.FileColumns,
        **submission: Unpack[Submission],
    ) -> ReportVersion:
        """Record the stored file as the next version, handed in at a moment; the consultants have the report then."""
        number = self.versions.count() + 1
        # Its reports of two cycles would get one receipt number.
        locks.lock(self.member_state, exclusive=True)
        year, is_test = clock.day_of(moment).year, self.cycle.is_test
        self._hand_over(
            name,
            Organisation.objects.evaluators(),
            by,
            expected_version,
            reason,
            return_note="",
            handed_in_at=self.handed_in_at or moment,
        )
        return ReportVersion.create_traced(
            by=by,
            report=self,
            number=number,
            reason=reason,
            submitted_by=by,
            submitted_at=moment,
            receipt_number=next_receipt_number(self.member_state, year, is_test=is_test),
            **file_columns,
            **submission,
        )

    def _hand_over(
        self,
        name: str,
        holder: Organisation | None,
        by: "User",
        expected_version: int,
        note: str = "",
        *,
        reader: "User | None" = None,
        **values: object,
    ) -> Self:
        """Make a transition after which `holder` has the report, and `reader` reads it; nobody has an accepted one."""
        values |= {"holder": holder, "reader": reader, "held_since": clock.now()}
        return self.make_transition(name, by=by, expected_version=expected_version, note=note, **values)
