"""Progress updates: three figures and a note, as a national team posted them on one day."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reviews import clock
from reviews.models.base import Tracked
from reviews.models.daily_counts import NO_FIGURES, DailyProgress
from reviews.models.workstreams import (
    WORKSTREAMS,
    Figures,
    percentage,
    percentage_rules,
    workstream_label,
)
from reviews.text import is_blank

if TYPE_CHECKING:
    from reviews.models import Organisation, ReviewCycle


class ProgressUpdate(Tracked):
    """Three figures and a note, as a national team posted them. Append-only; a correction is a new update."""

    report = models.ForeignKey(
        "NationalReport", models.PROTECT, related_name="progress_updates", verbose_name=_("national report")
    )
    data_collection = percentage("data_collection")
    analysis = percentage("analysis")
    writing = percentage("writing")
    no_change = models.BooleanField(_("no change since the last update"), default=False, db_default=False)
    note = models.TextField(_("note"), blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("who")
    )
    at = models.DateTimeField(_("when"), default=clock.now)
    # Kept, since its author may work for somebody else later.
    by_country = models.BooleanField(
        _("posted by the country itself"), default=False, db_default=False, editable=False
    )
    meeting = models.ForeignKey(
        "Meeting", models.PROTECT, null=True, blank=True, related_name="progress_updates",
        verbose_name=_("at meeting"),
    )  # NULL: between meetings  # fmt: skip

    never_changed = _("Progress updates are never changed; a correction is a new update.")

    class Meta:
        verbose_name = _("progress update")
        verbose_name_plural = _("progress updates")
        ordering = ("-at", "-id")
        indexes = (models.Index(fields=("report", "-at", "-id"), name="progress_of_report"),)
        constraints = percentage_rules("update")

    def __str__(self) -> str:
        return f"{self.report} · {clock.day_of(self.at)}"

    @property
    def cycle(self) -> "ReviewCycle":
        return self.report.cycle

    @property
    def member_state(self) -> "Organisation":
        return self.report.member_state

    @property
    def member_state_id(self) -> int:
        return self.report.member_state_id

    @property
    def note_text(self) -> str:
        """The note, after what the country says of its figures."""
        words = [_now("No change since the last update.")] if self.no_change else []
        return "\n".join([*words, self.note]) if self.note else "".join(words)

    def update_daily_counts(self, before: "ProgressUpdate | None") -> None:
        DailyProgress.objects.add(self)


def require_unchanged(current: tuple[int | None, ...], figures: Figures) -> None:
    """Raise ValidationError if "no change" is said of other figures than the current ones, or of none."""
    if current == NO_FIGURES:
        message = _("No figure has been posted yet, so there is none that could be unchanged.")
        raise ValidationError({"no_change": message})
    by_name = dict(zip(WORKSTREAMS, current, strict=True))
    if any(by_name[name] != value for name, value in figures.items()):
        message = _(
            "A figure above is another than in the last update: enter the earlier one, or leave this open."
        )
        raise ValidationError({"no_change": message})


def require_note_for(current: tuple[int | None, ...], figures: Figures, note: str) -> None:
    """Raise ValidationError if a figure goes down, or nothing at all is entered, without a note."""
    if not is_blank(note):
        return
    by_name, lower = dict(zip(WORKSTREAMS, current, strict=True)), []
    for name, value in figures.items():
        before = by_name[name]
        # From a number to "not yet reported" is down as well.
        if before is not None and (value is None or value < before):  # type: ignore[operator]
            lower.append(workstream_label(name))
    if lower:
        message = _now("This lowers an earlier figure (%(figures)s): say why.")
        raise ValidationError({"note": message % {"figures": ", ".join(lower)}})
    if all(value is None for value in figures.values()):
        raise ValidationError({"note": _("Enter at least one figure or a note.")})
