"""Review cycles and the seats of their members."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Self, TypedDict, Unpack

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Case, F, Q, When
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reviews import clock, policy
from reviews.models.base import NotAllowedNow, Tracked, TrackedQuerySet, Transition
from reviews.models.choices import StatusChoices, choices_rule
from reviews.models.codes import address_word
from reviews.models.framework import Framework
from reviews.models.organisations import Organisation, OrganisationQuerySet
from reviews.models.trace import Verb
from reviews.models.validators import LAST_YEAR
from reviews.text import in_language, isolated

if TYPE_CHECKING:
    from reviews.models import User
    from reviews.models.reports import NationalReportQuerySet


class CycleStatus(StatusChoices):
    PREPARING = "preparing", "neutral", _("being prepared")
    OPEN = "open", "neutral", _("open")
    CLOSED = "closed", "neutral", _("closed")
    EMPTIED = "emptied", "neutral", _("emptied")


S = CycleStatus
BEGUN = (S.OPEN, S.CLOSED)
# From when a member is counted that was taken out before the cycle was opened: nothing is deleted.
NEVER_COUNTED = date(LAST_YEAR, 12, 31)
RUN_CYCLE = "cycle.run"
CYCLE_TRANSITIONS = {
    "edit": Transition((S.PREPARING, S.OPEN), right=RUN_CYCLE),
    "set_up": Transition(
        (S.PREPARING,), right=RUN_CYCLE
    ),  # its framework, members, bodies, deadlines, ladder
    "open": Transition((S.PREPARING,), S.OPEN, RUN_CYCLE, Verb.OPENED),  # by reviews.actions.cycles
    "close": Transition((S.OPEN,), S.CLOSED, RUN_CYCLE, Verb.CLOSED),
    "reopen": Transition((S.CLOSED,), S.OPEN, RUN_CYCLE, Verb.REOPENED),
    # Of a test cycle only, by reviews.actions.test_cycles.
    "empty": Transition((S.PREPARING, S.OPEN, S.CLOSED), S.EMPTIED, RUN_CYCLE, Verb.WITHDRAWN),
}


class CycleFields(TypedDict, total=False):
    """What the Secretariat enters."""

    slug: str
    name_en: str
    name_vi: str
    framework: Framework
    starts_on: date
    ends_on: date
    shared: bool
    is_test: bool


class ReviewCycleQuerySet(TrackedQuerySet["ReviewCycle"]):
    def visible_to(self, user: "User") -> "ReviewCycleQuerySet":
        """Cycles a person may open: members see theirs once opened, observers the shared ones."""
        begun = Q(status__in=BEGUN)
        own = begun & Q(
            memberships__member_state=user.organisation_id, memberships__joined_on__lt=NEVER_COUNTED
        )
        there = self.exclude(status=CycleStatus.EMPTIED)
        return policy.filter_readable(there, user, "cycle.read", own=own, shared=begun & Q(shared=True))

    def emptied(self) -> "ReviewCycleQuerySet":
        """Test cycles of which nobody finds anything any more."""
        return self.filter(status=CycleStatus.EMPTIED)

    def begun(self) -> "ReviewCycleQuerySet":
        """Opened, and perhaps closed since."""
        return self.filter(status__in=BEGUN)

    def last_opened_by(self, user: "User") -> "ReviewCycle | None":
        """The cycle that the person opened last; before that the newest that they may open."""
        last = Case(When(pk=user.last_cycle_id, then=0), default=1)
        return self.visible_to(user).order_by(last, "-starts_on", "slug").first()


class ReviewCycle(Tracked):
    """One review of one framework, with its members, deadlines, meetings and ladder."""

    # Set on cycles that were read `with_seen` (reviews.models.changes).
    seen_trace_id: int | None  # None: the person opens it for the first time
    seen_at: datetime | None
    newest_change: int | None  # by others since; None: nothing has changed

    slug = address_word(_("short name in addresses"), 60, unique=True)
    name_en = models.CharField(_("name"), max_length=200)
    name_vi = models.CharField(_("name in Vietnamese"), max_length=200, blank=True)
    framework = models.ForeignKey(
        Framework, models.PROTECT, related_name="cycles", verbose_name=_("framework")
    )
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("ends on"))
    status = models.CharField(_("status"), max_length=20, choices=S, default=S.PREPARING)
    is_demo = models.BooleanField(_("holds invented values"), default=False)
    shared = models.BooleanField(_("board shared with observers"), default=False)
    is_test = models.BooleanField(
        _("test cycle"),
        default=False,
        db_default=False,
        help_text=_("To rehearse in: marked on every page, sends no mail, can be emptied. It stays one."),
    )

    statuses, transitions = CycleStatus, CYCLE_TRANSITIONS
    lasting_codes = ("slug",)

    objects = ReviewCycleQuerySet.as_manager()

    class Meta:
        verbose_name = _("review cycle")
        verbose_name_plural = _("review cycles")
        ordering = ("-starts_on", "slug")
        constraints = (
            choices_rule("cycle_status_known", "status", CycleStatus),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="cycle_dates_in_order"),
            models.CheckConstraint(
                condition=Q(is_test=True) | ~Q(status=CycleStatus.EMPTIED), name="cycle_emptied_is_test"
            ),
        )

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("board", args=[self.slug])

    @property
    def page_url(self) -> str:
        """The page about the cycle itself; its own address is that of the board."""
        return reverse("cycle", args=[self.slug])

    def clean(self) -> None:
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            raise ValidationError({"ends_on": _("The end comes before the start.")})

    def governing_cycle(self) -> None:
        return None

    def refusal_of(self, part: Tracked) -> str:
        """Closed, everything in it is read-only; emptied, nobody finds anything of it."""
        if self.status == S.EMPTIED:
            return _now("This test cycle was emptied.")
        if not self.is_closed:
            return ""
        text = _now("%(cycle)s is closed and can only be read; the Secretariat can open it again.")
        return text % {"cycle": isolated(self.name)}

    def refusal_reason(self, name: str) -> str:
        if name == "empty" and not self.is_test:
            return _now("Only a test cycle can be emptied; this one is closed in the end.")
        return self.refusal_of(self) or super().refusal_reason(name)

    def target_of(self, name: str) -> str:
        """As the base. Raises NotAllowedNow for emptying another than a test cycle."""
        if name == "empty" and not self.is_test:
            raise NotAllowedNow(self.refusal_reason(name))
        return super().target_of(name)

    def permits(self, name: str, user: "User") -> bool:
        return super().permits(name, user) and (name != "empty" or self.is_test)

    @property
    def name(self) -> str:
        """In the reader's language; a test cycle says that it is one, wherever it is named."""
        name = in_language(self.name_en, self.name_vi)
        return _now("%s (test)") % name if self.is_test else name

    @property
    def area_label(self) -> str:
        """What its framework calls a key result area, as a label."""
        return isolated(capfirst(self.framework.area_name))

    @property
    def sends_mail(self) -> bool:
        """Whether people get mail about what happens in it: whatever writes such a mail asks this first."""
        return not self.is_test

    @property
    def is_open(self) -> bool:
        return self.status == CycleStatus.OPEN

    @property
    def is_closed(self) -> bool:
        return self.status == CycleStatus.CLOSED

    def members(self, on: date | None = None) -> OrganisationQuerySet:
        """The member states counted on a day (today), in neutral order: the denominator of everything."""
        return Organisation.objects.filter(pk__in=self._seats(on)).order_by("sort_key")

    def member_reports(self, on: date | None = None) -> "NationalReportQuerySet":
        """The national reports of the members counted on a day (today), in neutral order."""
        reports = self.reports.seated(on or clock.today())
        return reports.select_related("member_state").order_by("member_state__sort_key")

    def _seats(self, on: date | None) -> "models.QuerySet[CycleMembership, Any]":
        """The ids of the member states that have a seat on a day."""
        return self.memberships.filter(joined_on__lte=on or clock.today()).values("member_state")

    @classmethod
    def prepare(cls, *, by: "User", **values: Unpack[CycleFields]) -> Self:
        """A new cycle, which members do not see until it is opened."""
        policy.require(by, RUN_CYCLE)
        return cls.create_traced(by=by, **values)

    def edit(self, *, by: "User", expected_version: int, **values: Unpack[CycleFields]) -> Self:
        """Change its names, days, or who may look at it."""
        return self.make_transition("edit", by=by, expected_version=expected_version, **values)

    def choose_framework(self, *, by: "User", expected_version: int, framework: Framework) -> Self:
        """Review another framework; until the cycle is opened."""
        return self.make_transition("set_up", by=by, expected_version=expected_version, framework=framework)

    def close(self, *, by: "User", expected_version: int, why: str) -> Self:
        """Make everything in the cycle read-only."""
        return self.make_transition("close", by=by, expected_version=expected_version, note=why)

    def correct(self, *, by: "User", expected_version: int, why: str, **values: object) -> Self:
        """As the base. Raises ValidationError for another framework once the cycle was opened."""
        if values.get("is_test", self.is_test) != self.is_test:
            raise ValidationError({"is_test": _("Whether it is a test cycle does not change any more.")})
        if self.status != S.PREPARING and values.get("framework", self.framework) != self.framework:
            message = _("An opened cycle keeps its framework: its records name the key result areas.")
            raise ValidationError({"framework": message})
        return super().correct(by=by, expected_version=expected_version, why=why, **values)

    def reopen(self, *, by: "User", expected_version: int, why: str) -> Self:
        """Undo the closing; the reason stays in the history."""
        return self.make_transition("reopen", by=by, expected_version=expected_version, note=why)


class CycleMembershipQuerySet(TrackedQuerySet["CycleMembership"]):
    def counted(self) -> "CycleMembershipQuerySet":
        """Without members that were taken out before the cycle was opened."""
        return self.filter(joined_on__lt=NEVER_COUNTED)


class CycleMembership(Tracked):
    """A member state's seat in a review cycle, from a day on."""

    cycle = models.ForeignKey(
        ReviewCycle, models.PROTECT, related_name="memberships", verbose_name=_("review cycle")
    )
    member_state = models.ForeignKey(
        Organisation, models.PROTECT, related_name="memberships", verbose_name=_("member state")
    )
    joined_on = models.DateField(_("counted from"))

    class Meta:
        verbose_name = _("membership of a cycle")
        verbose_name_plural = _("memberships of cycles")
        ordering = ("-cycle_id", "member_state")
        constraints = (models.UniqueConstraint(fields=("cycle", "member_state"), name="membership_once"),)

    objects = CycleMembershipQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{isolated(str(self.cycle))}: {self.member_state}"

    def history_owner(self) -> Tracked:
        return self.cycle

    def visible_to_all_members(self) -> bool:
        return True

    def clean(self) -> None:
        if self.member_state_id and not self.member_state.is_member_state:
            raise ValidationError({"member_state": _("Only member states can be members of a cycle.")})
        joined = self.member_state.joined_on if self.member_state_id else None
        if joined and self.joined_on and self.joined_on < joined:
            raise ValidationError({"joined_on": _("It had not joined ASEAN by that day.")})
