"""Data gaps: the difficulties a national team meets, and what became of them."""

from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple, Self, TypedDict, Unpack

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reviews import clock, policy
from reviews.models.base import (
    NotAllowedNow,
    Tracked,
    TrackedQuerySet,
    Transition,
    all_or_nothing,
)
from reviews.models.choices import StatusChoices, choices_rule
from reviews.models.daily_counts import DailyOpenGaps, Place
from reviews.models.difficulties import Difficulty
from reviews.models.disruptions import check_cited, cited_disruption
from reviews.models.framework import check_key_result_area
from reviews.models.guidance import Advice, AdviceUse, ReceivedAdvice
from reviews.models.numbering import next_number
from reviews.models.organisations import Organisation
from reviews.models.threads import EntryKind, ThreadEntry
from reviews.models.trace import Verb
from reviews.models.treatments import (
    ClosingWay,
    Treatment,
    TreatmentFields,
    record_treatment,
    retire_treatments,
    treatments_by_gap,
)
from reviews.text import is_blank

if TYPE_CHECKING:
    from reviews.models import Disruption, FrameworkNode, GapKind, Meeting, NationalReport, User


class GapStatus(StatusChoices):
    OPEN = "open", "warn", _("open")
    GUIDANCE_ASKED = "guidance_asked", "info", _("guidance asked")
    GUIDANCE_GIVEN = "guidance_given", "info", _("guidance given")
    BEING_RESOLVED = "being_resolved", "progress", _("being resolved")
    CLOSED = "closed", "good", _("closed")


S = GapStatus
OPEN = (S.OPEN, S.GUIDANCE_ASKED, S.GUIDANCE_GIVEN, S.BEING_RESOLVED)
EDIT = "datagap.edit"
GAP_TRANSITIONS = {
    "edit": Transition(OPEN, right=EDIT),
    "ask_guidance": Transition(
        (S.OPEN, S.GUIDANCE_GIVEN, S.BEING_RESOLVED), S.GUIDANCE_ASKED, EDIT, Verb.ASKED_GUIDANCE
    ),
    # No button: it follows when advice is approved (see reviews.actions.guidance).
    "give_guidance": Transition(
        (S.GUIDANCE_ASKED,), S.GUIDANCE_GIVEN, "guidance.approve", Verb.GAVE_GUIDANCE
    ),
    "take_up": Transition((S.OPEN, S.GUIDANCE_GIVEN), S.BEING_RESOLVED, EDIT, Verb.TAKEN_UP),
    "close": Transition(OPEN, S.CLOSED, EDIT, Verb.CLOSED, _("Say how the gap was closed.")),
    "reopen": Transition((S.CLOSED,), S.OPEN, EDIT, Verb.REOPENED, _("Say why the gap is opened again.")),
}


class GapFields(TypedDict, total=False):
    """What its people enter."""

    kind: "GapKind"
    key_result_area: "FrameworkNode | None"
    missing: str
    effect: str
    disruption: "Disruption | None"


class GapCount(NamedTuple):
    """How many gaps have all of these in common."""

    status: str
    closing_way: str
    kind: str  # its code
    area: int | None  # a key result area's id
    number: int


class DataGapQuerySet(TrackedQuerySet["DataGap"]):
    def visible_to(self, user: "User") -> "DataGapQuerySet":
        return policy.filter_readable(self, user, "datagap.read", own=Q(member_state=user.organisation_id))

    def open(self) -> "DataGapQuerySet":
        return self.exclude(status=S.CLOSED)

    def held_by(self, organisation_id: int | None) -> "DataGapQuerySet":
        return self.open().filter(holder=organisation_id)

    def waiting_for(self, user: "User") -> "DataGapQuerySet":
        """What the person's side has to do; a draft of advice waits for a lead consultant, and not its gap."""
        gaps = self.held_by(user.organisation_id)
        return gaps.without_draft() if policy.may(user, "guidance.write") else gaps

    def waiting_since_before(self, moment: datetime) -> "DataGapQuerySet":
        return self.open().filter(held_since__lt=moment)

    def open_first(self) -> "DataGapQuerySet":
        return self.annotate(is_over=Q(status=S.CLOSED)).order_by("is_over", "number")

    def counted(self) -> list["GapCount"]:
        """Return how many there are of each status, way of closing, kind and key result area."""
        columns = ("status", "closing_way", "kind__code", "key_result_area")
        rows = self.order_by().values_list(*columns).annotate(number=models.Count("pk"))
        return [GapCount(*row) for row in rows]

    def with_question(self) -> "DataGapQuerySet":
        """Annotate `has_question`: the consultants asked, and neither an answer nor advice came since."""
        answers = ThreadEntry.objects.filter(
            gap=OuterRef("gap"), kind=EntryKind.ANSWER, pk__gt=OuterRef("pk")
        )
        advice = ReceivedAdvice.objects.filter(gap=OuterRef("gap"), received_at__gt=OuterRef("at"))
        questions = ThreadEntry.objects.filter(gap=OuterRef("pk"), kind=EntryKind.QUESTION)
        unanswered = Exists(questions.filter(~Exists(answers), ~Exists(advice)))
        return self.annotate(has_question=unanswered)  # type: ignore[no-redef]  # DataGap names it

    def with_advice(self) -> "DataGapQuerySet":
        """Annotate `has_advice`: its country has not said yet of some advice whether it uses it."""
        undecided = ReceivedAdvice.objects.filter(gap=OuterRef("pk"), use=AdviceUse.RECEIVED)
        return self.annotate(has_advice=Exists(undecided))  # type: ignore[no-redef]  # DataGap names it

    def with_guidance(self) -> "DataGapQuerySet":
        """Annotate which guidance there is, so that a page queries for no other: most gaps never had any."""
        gap = OuterRef("pk")
        return self.annotate(  # type: ignore[no-redef]  # DataGap names these attributes
            was_discussed=Exists(ThreadEntry.objects.filter(gap=gap)),
            was_advised=Exists(ReceivedAdvice.objects.filter(gap=gap)),
            was_drafted_on=Exists(Advice.objects.filter(gap=gap)),
            is_grouped=Exists(Difficulty.gaps.through.objects.filter(datagap=gap)),
        )

    def without_draft(self) -> "DataGapQuerySet":
        """Those without a draft of advice that waits for approval, on the gap itself or on its difficulty."""
        drafts = Advice.objects.drafts()
        own, shared = drafts.filter(gap=OuterRef("pk")), drafts.filter(difficulty__gaps=OuterRef("pk"))
        return self.filter(~Exists(own), ~Exists(shared))


class DataGap(Tracked):
    """A difficulty of one of six kinds; the cause may be method, not failure. Numbered per country."""

    # Set on gaps that were read `with_question`, `with_advice` and `with_guidance`.
    has_question: bool
    has_advice: bool
    was_discussed: bool
    was_advised: bool
    was_drafted_on: bool
    is_grouped: bool

    cycle = models.ForeignKey(
        "ReviewCycle", models.PROTECT, related_name="datagaps", verbose_name=_("review cycle")
    )
    member_state = models.ForeignKey(
        "Organisation", models.PROTECT, related_name="datagaps", verbose_name=_("member state")
    )
    number = models.PositiveIntegerField(_("number"))
    kind = models.ForeignKey("GapKind", models.PROTECT, related_name="datagaps", verbose_name=_("kind"))
    key_result_area = models.ForeignKey(
        "FrameworkNode", models.PROTECT, null=True, blank=True, related_name="datagaps",
        verbose_name=_("key result area"),
    )  # NULL: concerns the whole report  # fmt: skip
    missing = models.TextField(_("what is missing"))
    effect = models.TextField(_("effect on the evaluation"), blank=True)
    status = models.CharField(_("status"), max_length=20, choices=S, default=S.OPEN)
    holder = models.ForeignKey(
        "Organisation", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("responsible")
    )  # NULL: closed
    held_since = models.DateTimeField(_("since"), default=clock.now)
    closing_way = models.CharField(_("closed by"), max_length=20, choices=ClosingWay, blank=True)
    closing_note = models.TextField(_("closing note"), blank=True)
    closed_with = models.ForeignKey(
        "ReceivedAdvice", models.PROTECT, null=True, blank=True, related_name="closed_gaps",
        verbose_name=_("closed with"),
    )  # NULL: not closed, or without naming advice  # fmt: skip
    disruption = cited_disruption(related_name="datagaps")
    raised_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("raised by")
    )
    raised_at = models.DateTimeField(_("raised"), default=clock.now)
    # Read together with the cycle alone, so it needs no index of its own.
    meeting = models.ForeignKey(
        "Meeting",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        db_index=False,
        related_name="datagaps",
        verbose_name=_("at meeting"),
    )  # NULL: between meetings
    search = models.TextField(editable=False, default="")  # on PostgreSQL with an index by its trigrams

    searched = ("missing", "effect", "closing_note")
    statuses, transitions = GapStatus, GAP_TRANSITIONS
    verb_labels = {Verb.ASKED: _("asked a question")}
    verb_labels_before_name = {
        Verb.ASKED_GUIDANCE: _("asked for guidance on"),
        Verb.GAVE_GUIDANCE: _("gave guidance on"),
        Verb.ASKED: _("asked a question on"),
        Verb.ANSWERED: _("answered the consultants on"),
    }

    objects = DataGapQuerySet.as_manager()

    class Meta:
        verbose_name = _("data gap")
        verbose_name_plural = _("data gaps")
        ordering = ("-cycle_id", "member_state__sort_key", "number")
        indexes = (
            models.Index(fields=("cycle", "status", "member_state"), name="gap_of_cycle"),
            # The register sorts by these, and shows its first page without reading the rest.
            models.Index(fields=("cycle", "-held_since"), name="gap_by_held_since"),
            models.Index(fields=("cycle", "-raised_at"), name="gap_by_raised_at"),
            # The keys of a page are found in these alone: without the table, where a row is ten times as wide.
            models.Index(fields=("cycle", "holder", "id"), name="gap_by_holder"),
            models.Index(
                fields=("cycle", "member_state", "number", "kind", "status", "id"), name="gap_by_country"
            ),
        )
        constraints = (
            models.UniqueConstraint(fields=("cycle", "member_state", "number"), name="gap_number_once"),
            choices_rule("gap_status_known", "status", GapStatus),
            choices_rule("gap_closing_way_known", "closing_way", ClosingWay, blank=True),
            models.CheckConstraint(
                condition=(Q(status=S.CLOSED) & ~Q(closing_way="") & ~Q(closing_note=""))
                | (~Q(status=S.CLOSED) & Q(closing_way="")),
                name="gap_closed_with_a_way",
                violation_error_message=_("A closed gap says how and with a note; any other says neither."),
            ),
            models.CheckConstraint(
                condition=Q(status=S.CLOSED) | Q(closed_with__isnull=True),
                name="gap_closed_with_advice",
                violation_error_message=_("Only a closed gap says with which advice it was closed."),
            ),
            models.CheckConstraint(
                condition=Q(status=S.CLOSED) | Q(holder__isnull=False),
                name="gap_has_holder",
                violation_error_message=_("Only a closed gap is with nobody."),
            ),
        )

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        return reverse("datagap", args=[self.cycle.slug, self.code])

    @staticmethod
    def are_read_by(user: "User", country: policy.OfMemberState) -> bool:
        """As `visible_to`, for a country's gaps that were counted: whether the person may know their kinds."""
        return policy.may(user, "datagap.read", country)

    @property
    def code(self) -> str:
        return f"{self.member_state.code}-{self.number}"

    @property
    def is_open(self) -> bool:
        return self.status != S.CLOSED

    def clean(self) -> None:
        if self.cycle_id:
            check_key_result_area(self.key_result_area, self.cycle)
            check_cited(self.disruption, self.cycle)

    def update_daily_counts(self, before: Self | None) -> None:
        DailyOpenGaps.objects.recount(before.count_place if before else None, self.count_place)

    @property
    def count_place(self) -> Place | None:
        """Where it is counted as open; None for a closed gap."""
        return Place(self.cycle_id, self.member_state_id, self.kind_id) if self.is_open else None

    def refusal_reason(self, name: str) -> str:
        if self.status == S.CLOSED:
            return _now("This gap is closed; its national team can reopen it.")
        return super().refusal_reason(name)

    def transitions_for(self, user: "User") -> set[str]:
        return super().transitions_for(user) - {"give_guidance"}

    @classmethod
    @all_or_nothing()
    def raise_for(
        cls,
        report: "NationalReport",
        *,
        by: "User",
        meeting: "Meeting | None" = None,
        **values: Unpack[GapFields],
    ) -> Self:
        """Raise a new gap of the report's country, with that country's next number."""
        policy.require_at(by, EDIT, report, meeting)
        report.lock()  # two people of one team raising gaps at once wait for each other here: numbers stay apart
        cycle, state, now = report.cycle, report.member_state, clock.now()
        number = next_number(cls.objects.filter(cycle=cycle, member_state=state))
        return cls.create_traced(
            by=by,
            cycle=cycle,
            member_state=state,
            number=number,
            holder=state,
            held_since=now,
            raised_by=by,
            raised_at=now,
            meeting=meeting,
            **values,
        )

    def edit(self, *, by: "User", expected_version: int, **values: Unpack[GapFields]) -> Self:
        return self.make_transition("edit", by=by, expected_version=expected_version, **values)

    @all_or_nothing()
    def ask_guidance(self, *, by: "User", expected_version: int, note: str = "") -> Self:
        """Hand the question to the regional consultants."""
        self._hand_over("ask_guidance", Organisation.objects.evaluators(), by, expected_version, note)
        if not is_blank(note):
            ThreadEntry.add(self, by=by, kind=EntryKind.REQUEST, text=note)
        return self

    def question(self, *, by: "User", expected_version: int, text: str) -> Self:
        """The consultants ask back; a gap that waits for guidance waits for the country meanwhile."""
        policy.require(by, "guidance.write", self)
        return self._discuss(
            EntryKind.QUESTION, Verb.ASKED, by, expected_version, text, holder=self.member_state
        )

    def answer(self, *, by: "User", expected_version: int, text: str) -> Self:
        """The country answers; a gap that waits for guidance is with the consultants again."""
        policy.require(by, EDIT, self)
        team = Organisation.objects.evaluators()
        return self._discuss(EntryKind.ANSWER, Verb.ANSWERED, by, expected_version, text, holder=team)

    def give_guidance(self, *, by: "User", expected_version: int) -> Self:
        """Approved advice arrived; the gap goes back to the country."""
        return self._hand_over("give_guidance", self.member_state, by, expected_version)

    def take_up(self, *, by: "User", expected_version: int, note: str = "") -> Self:
        """The country starts to resolve it."""
        return self._hand_over("take_up", self.member_state, by, expected_version, note)

    @all_or_nothing()
    def close(
        self,
        *,
        by: "User",
        expected_version: int,
        way: str,
        note: str,
        advice: ReceivedAdvice | None = None,
        **treatment: Unpack[TreatmentFields],
    ) -> Self:
        """Close it; `advice` is the received advice that it was closed with, if any.

        `treatment` holds the fields of the model that `treatments.treatment_for(way, kind)` names.
        """
        self.require_permission("close", by)
        self.lock(expected_version)  # two people closing at once wait here; the second gets the conflict
        self.target_of("close")
        if is_blank(way):
            raise ValidationError({"way": _("Choose how the gap was closed.")})
        self.transitions["close"].require_note(note)
        if advice and advice.gap_id != self.pk:
            raise ValidationError({"advice": _("This gap did not receive that advice.")})
        record_treatment(self, by=by, way=way, why=note, values=treatment)
        closing = {"closing_way": way, "closing_note": note, "closed_with": advice}
        self._hand_over("close", None, by, expected_version, note, **closing)
        ThreadEntry.add(self, by=by, kind=EntryKind.CONCLUSION, text=note)
        return self

    @all_or_nothing()
    def reopen(self, *, by: "User", expected_version: int, note: str) -> Self:
        """Open it again; how it had been closed and treated stays on record."""
        self.require_permission("reopen", by)
        self.lock(expected_version)
        self.require_transition("reopen", by, note)
        retire_treatments(self, by=by, why=note)
        closing = {"closing_way": "", "closing_note": "", "closed_with": None}
        return self._hand_over("reopen", self.member_state, by, expected_version, note, **closing)

    def treatments(self) -> list[Treatment]:
        """What was done about it at its closings, the one in force first."""
        return sorted(treatments_by_gap([self])[self.pk], key=lambda t: not t.in_force)

    def _hand_over(
        self,
        name: str,
        holder: Organisation | None,
        by: "User",
        expected_version: int,
        note: str = "",
        **values: object,
    ) -> Self:
        """Make a transition after which `holder` has the gap; nobody (None) has a closed one."""
        values |= {"holder": holder, "held_since": clock.now()}
        return self.make_transition(name, by=by, expected_version=expected_version, note=note, **values)

    @all_or_nothing()
    def _discuss(
        self, kind: str, verb: str, by: "User", expected_version: int, text: str, *, holder: Organisation
    ) -> Self:
        """Add an entry, with which the gap gets a new version: whoever writes at the same moment reads it first."""
        if not self.is_open:
            raise NotAllowedNow(self.refusal_reason(kind))
        moves = self.status == S.GUIDANCE_ASKED and self.holder_id != holder.pk
        handed_over: dict[str, Any] = {"holder": holder, "held_since": clock.now()} if moves else {}
        ThreadEntry.add(self, by=by, kind=kind, text=text)
        return self.change_traced(by=by, expected_version=expected_version, verb=verb, **handed_over)
