"""The agenda of a meeting: items in order, what came of each, and what was not reached."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple, Self, TypedDict, Unpack

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from reviews import policy
from reviews.models.base import NotAllowedNow, TrackedQuerySet, Transition, all_or_nothing
from reviews.models.choices import StatusChoices, choices_rule
from reviews.models.meetings import RUN, Meeting, MeetingPart, MeetingStatus, number_rule
from reviews.models.numbering import next_number
from reviews.models.trace import Verb
from reviews.text import is_blank, isolated
from reviews.uploads import storage

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from reviews.models import User
    from reviews.uploads.documents import Document

DOCUMENT_COLUMNS = ("file", "original_name", "size", "sha256", "pages")
LONGEST_ITEM = 480  # minutes: a day of eight hours


class AgendaStatus(StatusChoices):
    PLANNED = "planned", "neutral", _("to be taken")
    CONCLUDED = "concluded", "good", _("concluded")
    BACKLOG = "backlog", "warn", _("not reached: in the backlog")
    CARRIED = "carried", "info", _("taken into a later meeting")


class AgendaOutcome(models.TextChoices):
    DECISION = "decision", _("decision")
    RECOMMENDATION = "recommendation", _("recommendation")
    ACTION = "action", _("action")
    INFORMATION = "information", _("information")


S = AgendaStatus
AGENDA_TRANSITIONS = {
    "edit": Transition((S.PLANNED, S.CONCLUDED, S.BACKLOG), right=RUN),
    "conclude": Transition((S.PLANNED, S.CONCLUDED), S.CONCLUDED, RUN, Verb.DONE),
    "put_off": Transition((S.PLANNED,), S.BACKLOG, RUN, Verb.PASSED),
    "carry": Transition((S.BACKLOG,), S.CARRIED, RUN, Verb.MOVED),
    "reopen": Transition((S.CONCLUDED, S.BACKLOG), S.PLANNED, RUN, Verb.REOPENED, _("Say why.")),
}


class AgendaFields(TypedDict, total=False):
    """What the Secretariat enters."""

    section: str
    title: str
    presenter: str
    paper: str
    duration: int | None


class TemplateItem(NamedTuple):
    """An item of the agenda that most coordination meetings have."""

    section: "str | Promise"
    title: "str | Promise"
    duration: int  # minutes


TEMPLATE = (
    TemplateItem(_("Opening"), _("Opening and adoption of the agenda"), 15),
    TemplateItem(_("Opening"), _("Action points of earlier meetings"), 20),
    TemplateItem(_("Progress"), _("Country round: progress, difficulties, preliminary findings"), 100),
    TemplateItem(_("Progress"), _("Methods and tools"), 40),
    TemplateItem(pgettext_lazy("meeting", "Closing"), _("Next steps"), 15),
    TemplateItem(pgettext_lazy("meeting", "Closing"), pgettext_lazy("meeting", "Closing"), 5),
)


class AgendaItemQuerySet(TrackedQuerySet["AgendaItem"]):
    def backlog(self) -> "AgendaItemQuerySet":
        return self.filter(status=S.BACKLOG)

    def planned(self) -> "AgendaItemQuerySet":
        return self.filter(status=S.PLANNED)

    def visible_to(self, user: "User") -> "AgendaItemQuerySet":
        return self.filter(meeting__in=Meeting.objects.visible_to(user))


class AgendaItem(MeetingPart):
    """One item of a meeting's agenda; `position` orders it, `number` stays what it was."""

    number = models.PositiveSmallIntegerField(_("number"))
    position = models.PositiveSmallIntegerField(_("position on the agenda"), default=1, editable=False)
    section = models.CharField(
        _("section of the agenda"), max_length=200, blank=True, default="", db_default=""
    )
    title = models.CharField(_("title"), max_length=300)
    presenter = models.CharField(_("presenter"), max_length=200, blank=True)
    paper = models.CharField(_("paper"), max_length=300, blank=True)
    duration = models.PositiveSmallIntegerField(
        _("time in minutes"), null=True, blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST_ITEM)],
    )  # NULL: no time is set aside  # fmt: skip
    # The paper as a file; empty: none, or it is only named.
    file = models.FileField(
        _("document"), max_length=200, blank=True, editable=False, default="", db_default=""
    )
    original_name = models.CharField(
        _("name of the file when uploaded"),
        max_length=255,
        blank=True,
        editable=False,
        default="",
        db_default="",
    )
    size = models.PositiveBigIntegerField(
        _("size in bytes"), null=True, blank=True, editable=False
    )  # NULL: none
    sha256 = models.CharField(
        _("SHA-256"), max_length=64, blank=True, editable=False, default="", db_default=""
    )
    pages = models.PositiveIntegerField(
        _("pages"), null=True, blank=True, editable=False
    )  # NULL: no document, a Word file, or not counted
    repeats_document = models.BooleanField(
        _("the same document as before"), default=False, db_default=False, editable=False
    )
    status = models.CharField(_("status"), max_length=20, choices=S, default=S.PLANNED)
    outcome = models.CharField(_("outcome"), max_length=20, choices=AgendaOutcome, blank=True)
    outcome_text = models.TextField(_("outcome in words"), blank=True)
    carried_from = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, editable=False, related_name="carried_to",
        verbose_name=_("taken over from"),
    )  # NULL: new on this agenda  # fmt: skip

    statuses, transitions = AgendaStatus, AGENDA_TRANSITIONS
    verb_labels = {Verb.DONE: _("concluded"), Verb.PASSED: _("put off")}

    objects = AgendaItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("agenda item")
        verbose_name_plural = _("agenda items")
        ordering = ("meeting_id", "position", "number")
        constraints = (
            number_rule("agenda_number_once"),
            choices_rule("agenda_status_known", "status", AgendaStatus),
            choices_rule("agenda_outcome_known", "outcome", AgendaOutcome, blank=True),
            models.CheckConstraint(
                condition=(Q(status=S.CONCLUDED) & ~Q(outcome="") & ~Q(outcome_text=""))
                | (~Q(status=S.CONCLUDED) & Q(outcome="")),
                name="agenda_concluded_with_outcome",
            ),
            models.CheckConstraint(
                condition=Q(duration__isnull=True) | Q(duration__range=(1, LONGEST_ITEM)),
                name="agenda_duration_minutes",
            ),
        )

    def __str__(self) -> str:
        return f"{self.position}. {self.title}"

    @property
    def from_where(self) -> str:
        """The meeting whose backlog it came from; empty for an item of this meeting."""
        return str(self.carried_from.meeting) if self.carried_from else ""

    @property
    def download_name(self) -> str:
        """The name we give the document: never the uploader's."""
        return f"agenda-{self.meeting.code}-{self.number}.{self.file.name.rpartition('.')[2]}"

    @classmethod
    def numbers_for_new(cls, meeting: Meeting) -> dict[str, int]:
        items = cls.objects.filter(meeting=meeting)
        return {"number": next_number(items), "position": next_number(items, "position")}

    def refusal_reason(self, name: str) -> str:
        if self.status == S.CARRIED:
            return _now("This item was taken into a later meeting; its outcome is recorded there.")
        return super().refusal_reason(name)

    @property
    def possible_transitions(self) -> set[str]:
        """Names of the transitions that the status allows whoever runs the meeting."""
        return {name for name, row in self.transitions.items() if self.status in row.sources}

    @classmethod
    def add_to(
        cls, meeting: Meeting, *, by: "User", file: "Document | None" = None, **values: Unpack[AgendaFields]
    ) -> Self:
        policy.require(by, RUN)  # before the file is written
        with _stored(file) as columns:
            return cls._add_to(meeting, by, **values, **columns)

    def edit(
        self,
        *,
        by: "User",
        expected_version: int,
        file: "Document | None" = None,
        **values: Unpack[AgendaFields],
    ) -> Self:
        """A new document takes the place of the one before; without one, that stays."""
        self.require_transition("edit", by)  # before the file is written
        with _stored(file) as columns:
            if columns:
                columns["repeats_document"] = columns["sha256"] == self.sha256
            return self.make_transition(
                "edit", by=by, expected_version=expected_version, note="", **values, **columns
            )

    def conclude(self, *, by: "User", expected_version: int, outcome: str, outcome_text: str) -> Self:
        """Record what came of it; again, to word it better."""
        self.require_transition("conclude", by)
        if not outcome:
            raise ValidationError({"outcome": _("Choose the outcome.")})
        if is_blank(outcome_text):
            raise ValidationError({"outcome_text": _("Describe the outcome.")})
        values = {"outcome": outcome, "outcome_text": outcome_text}
        return self.make_transition("conclude", by=by, expected_version=expected_version, **values)

    def put_off(self, *, by: "User", expected_version: int, note: str = "") -> Self:
        """Put an item that was not reached into the backlog, for the next meeting of the series."""
        return self.make_transition("put_off", by=by, expected_version=expected_version, note=note)

    def reopen(self, *, by: "User", expected_version: int, note: str) -> Self:
        """Plan it again, without an outcome."""
        values = {"outcome": "", "outcome_text": ""}
        return self.make_transition("reopen", by=by, expected_version=expected_version, note=note, **values)

    @all_or_nothing()
    def carry(self, *, by: "User", expected_version: int, into: Meeting | None = None) -> "AgendaItem":
        """Take it from the backlog into a later meeting, the next of the series; the new item, last on that agenda."""
        self.require_transition("carry", by)
        later = into or Meeting.objects.next_after(self.meeting)
        if later is None:
            raise NotAllowedNow(_now("No later meeting of this series is planned yet: plan it first."))
        later.lock()  # nobody cancels it meanwhile
        if later.status != MeetingStatus.PLANNED or (
            into and not Meeting.objects.planned_after(self.meeting, into)
        ):
            raise NotAllowedNow(
                _now("%(meeting)s is not a later meeting that is planned.")
                % {"meeting": isolated(str(later))}
            )
        self.make_transition("carry", by=by, expected_version=expected_version, note=str(later))
        document = {name: getattr(self, name) for name in DOCUMENT_COLUMNS}
        return self._add_to(later, by, carried_from=self, paper=self.paper, **self.outline, **document)

    @property
    def outline(self) -> AgendaFields:
        """What an item of another agenda takes over: all but the paper and what came of it."""
        return {
            "section": self.section,
            "title": self.title,
            "presenter": self.presenter,
            "duration": self.duration,
        }

    def move_up(self, *, by: "User", expected_version: int) -> Self:
        return self._swap(by, expected_version, Q(position__lt=self.position), "-position")

    def move_down(self, *, by: "User", expected_version: int) -> Self:
        return self._swap(by, expected_version, Q(position__gt=self.position), "position")

    @all_or_nothing()
    def _swap(self, by: "User", expected_version: int, beyond: Q, order: str) -> Self:
        """Change places with the next item in that direction."""
        policy.require(by, RUN)
        self.meeting.lock()  # two people ordering one agenda wait for each other here: no place is taken twice
        items = AgendaItem.objects.filter(beyond, meeting=self.meeting_id)
        neighbour = items.select_related("meeting__cycle").order_by(order).first()
        if neighbour is None:
            raise NotAllowedNow(_now("It is at this end of the agenda already."))
        here, there = self.position, neighbour.position
        self.change_traced(by=by, expected_version=expected_version, position=there)
        neighbour.change_traced(by=by, expected_version=neighbour.version, position=here)
        return self


@contextmanager
def _stored(file: "Document | None") -> Iterator[dict[str, object]]:
    """The columns of the document, which stays stored if the block runs through; none without one."""
    if file is None:
        yield {}
        return
    with storage.stored(file, "agenda") as columns:
        yield {**columns}


def planned_minutes(items: list[AgendaItem]) -> int:
    """The sum of the times of the items, in minutes; an item without a time counts as none."""
    return sum(item.duration or 0 for item in items)
