"""Data gaps: the difficulties a national team meets, and what became of them."""

from typing import Any, NamedTuple

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reviews import clock, policy
from reviews.models.base import (
    EditConflict,
    NotAllowedNow,
    Tracked,
    TrackedQuerySet,
    Transition,
    all_or_nothing,
)
from reviews.models.daily_counts import DailyOpenGaps, Place
from reviews.models.disruptions import check_cited
from reviews.models.framework import FrameworkLevel, Organisation
from reviews.models.guidance import Advice, AdviceUse, ReceivedAdvice
from reviews.models.threads import EntryKind, ThreadEntry
from reviews.models.trace import Verb
from reviews.models.treatments import ClosingWay, Treatment, retire, treatment_for, treatments_of


class GapStatus(models.TextChoices):
    OPEN = "open", _("open")
    GUIDANCE_ASKED = "guidance_asked", _("guidance asked")
    GUIDANCE_GIVEN = "guidance_given", _("guidance given")
    BEING_RESOLVED = "being_resolved", _("being resolved")
    CLOSED = "closed", _("closed")


S = GapStatus
GAP_TRANSITIONS = {
    "ask_guidance": Transition((S.OPEN, S.GUIDANCE_GIVEN, S.BEING_RESOLVED), S.GUIDANCE_ASKED),
    "give_guidance": Transition((S.GUIDANCE_ASKED,), S.GUIDANCE_GIVEN),
    "take_up": Transition((S.OPEN, S.GUIDANCE_GIVEN), S.BEING_RESOLVED),
    "close": Transition((S.OPEN, S.GUIDANCE_ASKED, S.GUIDANCE_GIVEN, S.BEING_RESOLVED), S.CLOSED),
    "reopen": Transition((S.CLOSED,), S.OPEN),
}
GAP_STEPS = dict.fromkeys(("edit", "close", "advice"), GAP_TRANSITIONS["close"].sources)
GAP_TONES = {
    S.OPEN: "warn", S.GUIDANCE_ASKED: "info", S.GUIDANCE_GIVEN: "info", S.BEING_RESOLVED: "progress", S.CLOSED: "good",
}  # fmt: skip
# The right that each move needs.
GAP_RIGHTS = {
    "ask_guidance": "datagap.edit",
    "give_guidance": "guidance.approve",
    "take_up": "datagap.edit",
    "close": "datagap.edit",
    "reopen": "datagap.edit",
}


class GapCount(NamedTuple):
    """How many gaps have all of these in common."""

    status: str
    closing_way: str
    kind: str  # its code
    area: int | None  # a key result area's id
    number: int


class DataGapQuerySet(TrackedQuerySet):
    def visible_to(self, user: Any) -> "DataGapQuerySet":
        return policy.filter_readable(self, user, "datagap.read", own=Q(member_state=user.organisation_id))

    def open(self) -> "DataGapQuerySet":
        return self.exclude(status=S.CLOSED)

    def held_by(self, organisation_id: int | None) -> "DataGapQuerySet":
        return self.open().filter(holder=organisation_id)

    def open_first(self) -> "DataGapQuerySet":
        return self.annotate(is_over=Q(status=S.CLOSED)).order_by("is_over", "number")

    def counted(self) -> list["GapCount"]:
        """How many there are of each status, way of closing, kind and key result area."""
        columns = ("status", "closing_way", "kind__code", "key_result_area")
        rows = self.order_by().values_list(*columns).annotate(number=models.Count("pk"))
        return [GapCount(*row) for row in rows]

    def with_question(self) -> "DataGapQuerySet":
        """With `has_question`: the consultants asked, and neither an answer nor advice came since."""
        answers = ThreadEntry.objects.filter(
            gap=OuterRef("gap"), kind=EntryKind.ANSWER, pk__gt=OuterRef("pk")
        )
        advice = ReceivedAdvice.objects.filter(gap=OuterRef("gap"), received_at__gt=OuterRef("at"))
        asked = ThreadEntry.objects.filter(gap=OuterRef("pk"), kind=EntryKind.QUESTION)
        return self.annotate(has_question=Exists(asked.filter(~Exists(answers), ~Exists(advice))))

    def with_advice(self) -> "DataGapQuerySet":
        """With `has_advice`: of some advice its country has not said yet whether it uses it."""
        unsaid = ReceivedAdvice.objects.filter(gap=OuterRef("pk"), use=AdviceUse.RECEIVED)
        return self.annotate(has_advice=Exists(unsaid))

    def with_guidance(self) -> "DataGapQuerySet":
        """With which guidance there is at all, so that a page asks for no other: most gaps never had any."""
        mine, grouping = {"gap": OuterRef("pk")}, self.model.difficulties.through.objects
        return self.annotate(
            was_discussed=Exists(ThreadEntry.objects.filter(**mine)),
            was_advised=Exists(ReceivedAdvice.objects.filter(**mine)),
            was_drafted_on=Exists(Advice.objects.filter(**mine)),
            is_grouped=Exists(grouping.filter(datagap=OuterRef("pk"))),
        )

    def without_draft(self) -> "DataGapQuerySet":
        """For which no draft of advice waits for approval, neither its own nor one on its difficulty."""
        drafts = Advice.objects.drafts()
        own, shared = drafts.filter(gap=OuterRef("pk")), drafts.filter(difficulty__gaps=OuterRef("pk"))
        return self.filter(~Exists(own), ~Exists(shared))


class DataGap(Tracked):
    """A difficulty of one of six kinds; the cause may be method, not failure. Numbered per country."""

    # Known of gaps that were read `with_guidance`.
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
        "Organisation", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("who has it")
    )  # NULL: closed
    held_since = models.DateTimeField(_("since"), default=clock.now)
    closing_way = models.CharField(_("closed by"), max_length=20, choices=ClosingWay, blank=True)
    closing_note = models.TextField(_("closing note"), blank=True)
    closed_with = models.ForeignKey(
        "ReceivedAdvice", models.PROTECT, null=True, blank=True, related_name="closed_gaps",
        verbose_name=_("closed with"),
    )  # NULL: not closed, or without naming advice  # fmt: skip
    disruption = models.ForeignKey(
        "Disruption",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="datagaps",
        verbose_name=_("caused by"),
    )  # NULL: no disruption is cited
    raised_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("raised by")
    )
    raised_at = models.DateTimeField(_("raised"), default=clock.now)
    search = models.TextField(editable=False, default="")  # on PostgreSQL with an index by its trigrams

    searched = ("missing", "effect", "closing_note")
    steps = GAP_STEPS

    objects = DataGapQuerySet.as_manager()

    class Meta:
        verbose_name = _("data gap")
        verbose_name_plural = _("data gaps")
        ordering = ("-cycle_id", "member_state__name_en", "number")
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
            models.CheckConstraint(condition=Q(status__in=S.values), name="gap_status_known"),
            models.CheckConstraint(
                condition=Q(closing_way__in=["", *ClosingWay.values]), name="gap_closing_way_known"
            ),
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

    @property
    def code(self) -> str:
        return f"{self.member_state.code}-{self.number}"

    @property
    def tone(self) -> str:
        return GAP_TONES[S(self.status)]

    @property
    def is_open(self) -> bool:
        return self.status != S.CLOSED

    def clean(self) -> None:
        area = self.key_result_area if self.cycle_id else None
        if area and (
            area.level != FrameworkLevel.KEY_RESULT_AREA or area.framework_id != self.cycle.framework_id
        ):
            raise ValidationError({"key_result_area": _("Choose a key result area of this framework.")})
        check_cited(self.disruption, self.cycle)

    def update_daily_counts(self, before: "DataGap | None") -> None:
        DailyOpenGaps.objects.move(before._place() if before else None, self._place())

    def _place(self) -> Place | None:
        """Where it counts as open."""
        return Place(self.cycle_id, self.member_state_id, self.kind_id) if self.is_open else None

    def refusal_reason(self, move: str) -> str:
        if self.status == S.CLOSED:
            return _now("This gap is closed; its national team can reopen it.")
        return super().refusal_reason(move)

    def transitions_for(self, user: Any) -> set[str]:
        """What this person may do with the gap now: the buttons of its page."""
        if self.cycle.is_closed:
            return set()
        allowed = {name for name, move in GAP_TRANSITIONS.items() if self.status in move.sources}
        allowed.discard("give_guidance")  # no button: it follows when advice is approved
        moves = {name for name in allowed if policy.may(user, GAP_RIGHTS[name], self)}
        return moves | ({"edit"} if self.is_open and policy.may(user, "datagap.edit", self) else set())

    @classmethod
    @all_or_nothing()
    def raise_for(cls, report: Any, *, by: Any, meeting: Any = None, **values: Any) -> "DataGap":
        """A new gap of the report's country, with that country's next number."""
        policy.require_at(by, "datagap.edit", report, meeting)
        # Two people of one team raising gaps at once wait for each other here, so that numbers stay apart.
        type(report).objects.select_for_update().get(pk=report.pk)
        theirs = cls.objects.filter(cycle=report.cycle, member_state=report.member_state)
        number = (theirs.aggregate(last=models.Max("number"))["last"] or 0) + 1
        return cls.create_traced(
            by=by, cycle=report.cycle, member_state=report.member_state, number=number,
            holder=report.member_state, raised_by=by, raised_at=clock.now(), held_since=clock.now(), **values,
        )  # fmt: skip

    def edit(self, *, by: Any, expected_version: int, **values: Any) -> "DataGap":
        policy.require(by, "datagap.edit", self)
        self.require_open_for("edit")
        return self.change_traced(by=by, expected_version=expected_version, **values)

    @all_or_nothing()
    def ask_guidance(self, *, by: Any, expected_version: int, note: str = "") -> "DataGap":
        """Hand the question to the regional consultants."""
        status = self._permit("ask_guidance", by)
        team = Organisation.objects.evaluators()
        self._move(status, Verb.ASKED_GUIDANCE, by, expected_version, note, holder=team)
        if note.strip():
            ThreadEntry.say(self, by=by, kind=EntryKind.REQUEST, text=note)
        return self

    def question(self, *, by: Any, expected_version: int, text: str) -> "DataGap":
        """The consultants ask back; a gap that waits for guidance waits for the country meanwhile."""
        policy.require(by, "guidance.write", self)
        return self._say(EntryKind.QUESTION, Verb.ASKED, by, expected_version, text, holder=self.member_state)

    def answer(self, *, by: Any, expected_version: int, text: str) -> "DataGap":
        """The country answers; a gap that waits for guidance is with the consultants again."""
        policy.require(by, "datagap.edit", self)
        team = Organisation.objects.evaluators()
        return self._say(EntryKind.ANSWER, Verb.ANSWERED, by, expected_version, text, holder=team)

    def give_guidance(self, *, by: Any, expected_version: int) -> "DataGap":
        """Approved advice arrived (see reviews.actions.guidance); the gap goes back to the country."""
        status = self._permit("give_guidance", by)
        return self._move(status, Verb.GAVE_GUIDANCE, by, expected_version, "", holder=self.member_state)

    def take_up(self, *, by: Any, expected_version: int, note: str = "") -> "DataGap":
        """The country works on it."""
        status = self._permit("take_up", by)
        return self._move(status, Verb.TAKEN_UP, by, expected_version, note, holder=self.member_state)

    @all_or_nothing()
    def close(
        self, *, by: Any, expected_version: int, way: str, note: str, advice: Any = None, **treatment: Any
    ) -> "DataGap":
        """Close it; `advice`: the received advice that it was closed with, if any.

        `treatment` holds the fields of what `treatment_for(way, kind)` asks to be recorded.
        """
        status = self._permit("close", by)
        _owed("way", way, _("Choose how the gap was closed."))
        _owed("note", note, _("Say how the gap was closed."))
        if advice and advice.gap_id != self.pk:
            raise ValidationError({"advice": _("This gap did not receive that advice.")})
        self._wait_for(expected_version)
        retire(self, by=by, why=note)  # what an administrator's correction may have left in force
        self._record_treatment(by, way, treatment)
        closing = {"closing_way": way, "closing_note": note, "closed_with": advice, "holder": None}
        self._move(status, Verb.CLOSED, by, expected_version, note, **closing)
        ThreadEntry.say(self, by=by, kind=EntryKind.CONCLUSION, text=note)
        return self

    @all_or_nothing()
    def reopen(self, *, by: Any, expected_version: int, note: str) -> "DataGap":
        """Open it again; how it had been closed and treated stays on record."""
        status = self._permit("reopen", by)
        _owed("note", note, _("Say why the gap is opened again."))
        retire(self, by=by, why=note)
        opening = {"closing_way": "", "closing_note": "", "closed_with": None, "holder": self.member_state}
        return self._move(status, Verb.REOPENED, by, expected_version, note, **opening)

    def treatments(self) -> list[Treatment]:
        """What was done about it at its closings, the one in force first."""
        return sorted(treatments_of([self])[self.pk], key=lambda t: not t.in_force)

    def _wait_for(self, expected_version: int) -> None:
        """Two people closing at once wait for each other here; the second is told of the first."""
        if type(self).objects.select_for_update().get(pk=self.pk).version != expected_version:
            raise EditConflict(self, expected_version)

    def _record_treatment(self, by: Any, way: str, values: dict[str, Any]) -> None:
        kind = treatment_for(way, self.kind.code)
        if kind:
            kind.create_traced(by=by, gap=self, way=way, **values)
        elif values:
            raise TypeError(f"Closing {self} by {way} records no treatment.")

    def _permit(self, move: str, by: Any) -> str:
        policy.require(by, GAP_RIGHTS[move], self)
        return self.allow(GAP_TRANSITIONS, move)

    def _move(
        self, status: str, verb: str, by: Any, expected_version: int, why: str, **values: Any
    ) -> "DataGap":
        return self.change_traced(
            by=by,
            expected_version=expected_version,
            verb=verb,
            why=why,
            status=status,
            held_since=clock.now(),
            **values,
        )

    @all_or_nothing()
    def _say(
        self, kind: str, verb: str, by: Any, expected_version: int, text: str, *, holder: Any
    ) -> "DataGap":
        if not self.is_open:
            raise NotAllowedNow(self.refusal_reason(kind))
        if self.version != expected_version:
            raise EditConflict(self, expected_version)
        ThreadEntry.say(self, by=by, kind=kind, text=text)
        if self.status == S.GUIDANCE_ASKED and self.holder_id != holder.pk:
            self.change_traced(
                by=by, expected_version=expected_version, verb=verb, holder=holder, held_since=clock.now()
            )
        return self


def _owed(field: str, text: str, message: Any) -> None:
    if not text.strip():
        raise ValidationError({field: message})
