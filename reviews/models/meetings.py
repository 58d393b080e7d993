"""Coordination meetings and the meetings of the ladder, with what was decided and who acts on it."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Self, TypedDict, Unpack
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reviews import clock, policy
from reviews.models import locks
from reviews.models.base import NotAllowedNow, Tracked, TrackedQuerySet, Transition, all_or_nothing
from reviews.models.choices import Confidence, StatusChoices, choices_rule
from reviews.models.codes import address_word
from reviews.models.disruptions import check_cited, cited_disruption
from reviews.models.numbering import next_number, sort_key_column
from reviews.models.trace import Verb
from reviews.models.validators import validate_days

if TYPE_CHECKING:
    from reviews.models import Disruption, Organisation, ReviewCycle, User
    from reviews.models.deadlines import DeadlineQuerySet


class MeetingSeries(models.TextChoices):
    COORDINATION = "coordination", _("coordination meeting")
    SOCA = "soca", _("SOCA")
    COUNCIL = "council", _("ASCC Council")
    SUMMIT = "summit", _("Summit")
    OTHER = "other", _("other meeting")


class MeetingMode(models.TextChoices):
    IN_PERSON = "in_person", _("in person")
    ONLINE = "online", _("online")
    HYBRID = "hybrid", _("in person and online")


class MeetingStatus(StatusChoices):
    PLANNED = "planned", "info", _("planned")
    HELD = "held", "good", _("held")
    CANCELLED = "cancelled", "neutral", _("cancelled")


S = MeetingStatus
RUN = "meeting.run"
WHY_OTHER_DATES = _("Say why the dates are other than planned.")
MEETING_TRANSITIONS = {
    "reschedule": Transition((S.PLANNED,), S.PLANNED, RUN, Verb.MOVED, WHY_OTHER_DATES, "why"),
    "hold": Transition((S.PLANNED,), S.HELD, RUN, Verb.HELD),
    "cancel": Transition((S.PLANNED,), S.CANCELLED, RUN, Verb.CANCELLED, WHY_OTHER_DATES, "why"),
}


class MeetingFields(TypedDict, total=False):
    """What the Secretariat enters."""

    title: str
    series: str
    number: int | None
    code: str
    planned_from: date
    planned_to: date
    start_time: time | None
    end_time: time | None
    video_link: str
    host: "Organisation | None"
    mode: str
    place: str
    time_zone: str
    shared: bool
    disruption: "Disruption | None"
    source: str
    confidence: str


class MeetingQuerySet(TrackedQuerySet["Meeting"]):
    def visible_to(self, user: "User") -> "MeetingQuerySet":
        own = Q(cycle__memberships__member_state=user.organisation_id)
        return policy.filter_readable(self, user, "meeting.read", own=own, shared=Q(shared=True))

    def ahead(self, on: date) -> "MeetingQuerySet":
        """Planned and not over on that day."""
        return self.filter(status=S.PLANNED, planned_to__gte=on)

    def in_series(self, meeting: "Meeting") -> "MeetingQuerySet":
        """The meetings of one series; "other" meetings are no series, and go with all meetings of the cycle."""
        rows = self.filter(cycle=meeting.cycle_id)
        return rows if meeting.series == MeetingSeries.OTHER else rows.filter(series=meeting.series)

    def before(self, meeting: "Meeting") -> "MeetingQuerySet":
        """The earlier meetings of the cycle, of every series: what they left open goes on at this one."""
        same_day = Q(planned_from=meeting.planned_from, pk__lt=meeting.pk)
        return self.filter(cycle=meeting.cycle_id).filter(Q(planned_from__lt=meeting.planned_from) | same_day)

    def planned_after(self, meeting: "Meeting", later: "Meeting") -> bool:
        """Whether `later` is planned, and `meeting` is one of the earlier ones that it follows."""
        return later.status == S.PLANNED and self.before(later).filter(pk=meeting.pk).exists()

    def last_before(self, meeting: "Meeting") -> "Meeting | None":
        """The meeting of the same series that was held last before it."""
        held = self.in_series(meeting).before(meeting).filter(status=S.HELD)
        return held.order_by("planned_from", "pk").last()

    def next_after(self, meeting: "Meeting", *, including: bool = False) -> "Meeting | None":
        """The next planned meeting of the series; with `including`, it may be the meeting itself."""
        planned = self.in_series(meeting).filter(status=S.PLANNED)
        if not including:
            planned = planned.filter(planned_from__gte=meeting.planned_from).exclude(pk=meeting.pk)
        return planned.select_related("cycle").order_by("planned_from", "pk").first()


class Meeting(Tracked):
    """A meeting in a series; the first planned days stay when it is rescheduled."""

    cycle = models.ForeignKey(
        "ReviewCycle", models.PROTECT, related_name="meetings", verbose_name=_("review cycle")
    )
    series = models.CharField(
        _("series"), max_length=20, choices=MeetingSeries, default=MeetingSeries.COORDINATION
    )
    number = models.PositiveSmallIntegerField(_("number in the series"), null=True, blank=True)  # NULL: none
    code = address_word(_("short name in addresses"), 40)
    title = models.CharField(_("title"), max_length=300)
    sort_key = sort_key_column()
    status = models.CharField(_("status"), max_length=20, choices=S, default=S.PLANNED)
    first_planned_from = models.DateField(_("first planned from"), editable=False)
    first_planned_to = models.DateField(_("first planned to"), editable=False)
    planned_from = models.DateField(_("planned from"))
    planned_to = models.DateField(_("planned to"))
    held_from = models.DateField(_("held from"), null=True, blank=True)  # NULL: not held, or day not known
    held_to = models.DateField(_("held to"), null=True, blank=True)  # NULL: not held, or day not known
    # Of each day, in its own time zone. NULL: not known
    start_time = models.TimeField(_("starts at"), null=True, blank=True)
    end_time = models.TimeField(_("ends at"), null=True, blank=True)
    video_link = models.URLField(_("video link"), max_length=500, blank=True, default="", db_default="")
    host = models.ForeignKey(
        "Organisation", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("host")
    )  # NULL: not known
    mode = models.CharField(_("mode"), max_length=20, choices=MeetingMode, default=MeetingMode.ONLINE)
    place = models.CharField(_("place"), max_length=200, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=40, default="Asia/Jakarta")
    disruption = cited_disruption(related_name="meetings")
    shared = models.BooleanField(_("shared with observers"), default=False)
    source = models.CharField(_("source"), max_length=200, blank=True)
    confidence = models.CharField(_("confidence"), max_length=10, choices=Confidence, default=Confidence.HIGH)

    statuses, transitions = MeetingStatus, MEETING_TRANSITIONS
    statuses_not_offered = (S.CANCELLED,)
    verb_labels_before_name = {Verb.HELD: _("recorded as held:")}

    objects = MeetingQuerySet.as_manager()

    past_days = frozenset({"held_from", "held_to"})
    cycle_days = frozenset({"planned_from", "planned_to"}) | past_days
    lasting_codes = ("code",)
    sorted_by, untraced = "title", frozenset({"sort_key"})

    class Meta:
        verbose_name = _("meeting")
        verbose_name_plural = _("meetings")
        ordering = ("-cycle_id", "planned_from", "id")
        constraints = (
            models.UniqueConstraint(fields=("cycle", "code"), name="meeting_code_once"),
            models.UniqueConstraint(fields=("cycle", "series", "number"), name="meeting_number_once"),
            choices_rule("meeting_series_known", "series", MeetingSeries),
            choices_rule("meeting_mode_known", "mode", MeetingMode),
            choices_rule("meeting_status_known", "status", MeetingStatus),
            choices_rule("meeting_confidence_known", "confidence", Confidence),
            models.CheckConstraint(
                condition=Q(planned_to__gte=F("planned_from")), name="meeting_planned_in_order"
            ),
            models.CheckConstraint(
                condition=Q(held_from__isnull=True) | Q(held_to__gte=F("held_from")),
                name="meeting_held_in_order",
            ),
            models.CheckConstraint(
                condition=Q(end_time__isnull=True) | Q(end_time__gt=F("start_time")),
                name="meeting_times_in_order",
            ),
            models.CheckConstraint(
                condition=Q(held_from__isnull=True) | Q(status=S.HELD),
                name="meeting_held_when_held",
                violation_error_message=_("Only a meeting that is held has days on which it was held."),
            ),
        )

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("meeting", args=[self.cycle.slug, self.code])

    def is_read_by(self, user: "User") -> bool:
        """As `visible_to`, for a meeting of the person's cycle, which may be rebuilt as of a past day."""
        return policy.can_read(user, "meeting.read", own=True, shared=self.shared)

    @property
    def anchored_deadlines(self) -> "DeadlineQuerySet":
        """The deadlines set as days before or after it."""
        return self.hanging.all()  # the name that migrations know

    @property
    def starts_on(self) -> date:
        """The day to show: when it was held, else when it is planned."""
        return self.held_from or self.planned_from

    @property
    def ends_on(self) -> date:
        return self.held_to or self.planned_to

    @property
    def starts_at(self) -> datetime | None:
        """The instant at which its first day starts; None where the time is not known."""
        return self._instant(self.start_time)

    @property
    def ends_at(self) -> datetime | None:
        """The instant at which its first day ends; None where the time is not known."""
        return self._instant(self.end_time)

    def _instant(self, of_day: time | None) -> datetime | None:
        return (
            of_day if of_day is None else datetime.combine(self.starts_on, of_day, ZoneInfo(self.time_zone))
        )

    @property
    def is_ahead(self) -> bool:
        """Whether its first day is still to come."""
        return self.status == S.PLANNED and clock.today() < self.starts_on

    @property
    def has_moved(self) -> bool:
        moved = self.held_from is not None or self.planned_from != self.first_planned_from
        return moved and (self.starts_on, self.ends_on) != (self.first_planned_from, self.first_planned_to)

    def clean(self) -> None:
        validate_days(self.planned_from, self.planned_to, "planned_to")
        validate_days(self.held_from, self.held_to, "held_to")
        self._clean_times()
        try:
            ZoneInfo(self.time_zone)
        except (
            ZoneInfoNotFoundError,
            ValueError,
            OSError,
        ) as error:  # unknown; outside the list; a folder of it
            raise ValidationError({"time_zone": _("There is no such time zone.")}) from error
        check_cited(self.disruption, self.cycle)

    def _clean_times(self) -> None:
        if self.end_time is None:
            return
        if self.start_time is None:
            raise ValidationError({"start_time": _("Enter when it starts, too.")})
        if self.end_time <= self.start_time:
            raise ValidationError({"end_time": _("The end comes before the start.")})

    def target_of(self, name: str) -> str:
        """As the base; and a meeting whose country round is going on is not cancelled."""
        target = super().target_of(name)
        if name == "cancel" and self.rounds.open().exists():
            raise NotAllowedNow(
                _now("The country round of this meeting is open: close it before you cancel the meeting.")
            )
        return target

    def refusal_reason(self, name: str) -> str:
        return _now("This meeting is %(status)s; an administrator can correct it.") % {
            "status": self.get_status_display()
        }

    @classmethod
    def plan(cls, cycle: "ReviewCycle", *, by: "User", **values: Unpack[MeetingFields]) -> Self:
        """A new meeting; its first plan is kept for good."""
        policy.require(by, RUN)
        first_from, first_to = values["planned_from"], values["planned_to"]
        return cls.create_traced(
            by=by, cycle=cycle, first_planned_from=first_from, first_planned_to=first_to, **values
        )

    def reschedule(
        self, *, by: "User", expected_version: int, why: str, **values: Unpack[MeetingFields]
    ) -> Self:
        """Change what is planned. Other dates require a reason, and reschedule the deadlines anchored to it."""
        policy.require(by, RUN)
        row = self.transitions["reschedule"]
        has_other_dates = self.has_other_dates(values)
        if has_other_dates:
            self.target_of("reschedule")
            row.require_note(why)
        verb = row.verb if has_other_dates else Verb.CHANGED
        with all_or_nothing():
            self.change_traced(by=by, expected_version=expected_version, verb=verb, why=why, **values)
            self._reschedule_deadlines(by, why)
        return self

    def correct(self, *, by: "User", expected_version: int, why: str, **values: object) -> Self:
        """A correction of the planned days reschedules the deadlines anchored to it as well."""
        with all_or_nothing():
            super().correct(by=by, expected_version=expected_version, why=why, **values)
            if {"planned_from", "planned_to"} & {*values}:
                self._reschedule_deadlines(by, why)
        return self

    def _reschedule_deadlines(self, by: "User", why: str) -> None:
        for deadline in locks.lock_rows(self.anchored_deadlines.all(), exclusive=True):
            deadline.follow(self, by=by, why=why)

    def has_other_dates(self, values: Mapping[str, object]) -> bool:
        """Whether these values are other days than now planned."""
        days = ("planned_from", "planned_to")
        return any(name in values and values[name] != getattr(self, name) for name in days)

    def day_at(self, offset_days: int) -> date:
        """The day so many days before its first day (negative) or after its last."""
        return (self.planned_from if offset_days < 0 else self.planned_to) + timedelta(days=offset_days)

    def hold(
        self,
        *,
        by: "User",
        expected_version: int,
        held_from: date | None,
        held_to: date | None,
        why: str = "",
    ) -> Self:
        """Record that it took place; on other days than planned only with a reason."""
        self.require_transition("hold", by)
        if (held_from, held_to) != (self.planned_from, self.planned_to):
            self.transitions["reschedule"].require_note(why)
        return self.make_transition(
            "hold", by=by, expected_version=expected_version, note=why, held_from=held_from, held_to=held_to
        )

    @all_or_nothing()
    def cancel(self, *, by: "User", expected_version: int, why: str) -> Self:
        """It does not take place. Raises NotAllowedNow while its round is open."""
        policy.require(by, RUN)
        self.lock(expected_version)  # nobody opens a round meanwhile
        return self.make_transition("cancel", by=by, expected_version=expected_version, note=why)


class MeetingPart(Tracked):
    """Base of what belongs to one meeting and is shown on its page."""

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="%(class)ss", verbose_name=_("meeting"))

    class Meta:
        abstract = True

    @property
    def cycle(self) -> "ReviewCycle":
        return self.meeting.cycle

    def history_owner(self) -> Tracked:
        return self.meeting

    @property
    def anchor(self) -> str:
        """Its place on the meeting's page."""
        return f"{self._meta.model_name}-{self.pk}"

    def get_absolute_url(self) -> str:
        return self.meeting.get_absolute_url()

    @classmethod
    def numbers_for_new(cls, meeting: Meeting) -> dict[str, int]:
        """The values that number a new part within its meeting."""
        return {"number": next_number(cls.objects.filter(meeting=meeting))}

    @classmethod
    @all_or_nothing()
    def _add_to(cls, meeting: Meeting, by: "User", **values: object) -> Self:
        """Record a new part of a meeting, under the next number."""
        policy.require(by, RUN)
        meeting.lock()  # numbers stay apart
        numbers = cls.numbers_for_new(meeting)
        return cls.create_traced(by=by, verb=Verb.CREATED, why="", meeting=meeting, **numbers, **values)

    def _edit(self, by: "User", expected_version: int, **values: object) -> Self:
        policy.require(by, RUN)
        return self.change_traced(
            by=by, expected_version=expected_version, verb=Verb.CHANGED, why="", **values
        )


def number_rule(name: str) -> models.UniqueConstraint:
    return models.UniqueConstraint(fields=("meeting", "number"), name=name)
