"""The outlook of a country's report, in one word with its reason: whether it will be there in time.

Silence is never good news, and finished work is never late.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple

from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from reviews import clock
from reviews.models import DeadlineState, DeadlineStatus
from reviews.models.choices import StatusChoices
from reviews.models.reports import SILENT_DAYS
from reviews.models.workstreams import WORKSTREAMS, workstream_label
from reviews.queries.plans import CountryPlan
from reviews.queries.schedule import Pace, Projection
from reviews.text import isolated


class OutlookWord(StatusChoices):
    """In the order in which somebody may have to act."""

    LATE = "late", "bad", _("Late")
    AT_RISK = "at_risk", "warn", _("At risk")
    CANNOT_TELL = "cannot_tell", "neutral", _("Cannot tell")
    ON_COURSE = "on_course", "good", _("On course")


class Outlook(NamedTuple):
    word: OutlookWord
    reason: str  # one sentence


W = OutlookWord
FAR_DAYS = 180  # so long after the day that decides, an estimated day says no more than "long after"


def outlook_of(plan: CountryPlan, statuses: Iterable[DeadlineStatus], on: date) -> Outlook:
    """Return the outlook of a country on a day, from its dates, its pace and the statuses of its deadlines."""
    if plan.is_handed_in:
        return Outlook(W.ON_COURSE, _handed_in(plan))
    return _late(plan, statuses, on) or _at_risk(plan, on) or _cannot_tell(plan, on) or _on_course(plan)


def _handed_in(plan: CountryPlan) -> str:
    if plan.report.holder_id is None:
        return gettext("The report has been accepted.")
    return gettext("The report was submitted on %(day)s.") % {"day": _day(plan.due_on)}


def _late(plan: CountryPlan, statuses: Iterable[DeadlineStatus], on: date) -> Outlook | None:
    """Something that is asked of the country has not come by its own day, whatever the plan would need."""
    overdue = [status for status in statuses if status.state == DeadlineState.OVERDUE]
    if overdue:
        first = min(overdue, key=lambda status: status.due_on)
        return Outlook(W.LATE, f"{isolated(first.deadline.title)}: {first.text}.")
    if plan.date_in_force and plan.date_in_force < on:
        reason = gettext("The report had to arrive by %(day)s.") % {"day": _day(plan.date_in_force)}
        return Outlook(W.LATE, reason)
    return None


def _at_risk(plan: CountryPlan, on: date) -> Outlook | None:
    """Its date, or the pace of a figure, leads past the day by which the report must arrive."""
    if plan.latest_on and plan.latest_on < on and plan.due_on is None:
        text = gettext("No deadline asks for it, and %(day)s, by which the plan needs it, has passed.")
        return Outlook(W.AT_RISK, text % {"day": _day(plan.latest_on)})
    if plan.slack is not None and plan.slack < 0:
        text = ngettext(
            "Its date %(day)s is %(n)s day after %(latest)s, by which it must arrive.",
            "Its date %(day)s is %(n)s days after %(latest)s, by which it must arrive.",
            -plan.slack,
        )
        values = {"day": _day(plan.arrives_on), "n": -plan.slack, "latest": _day(plan.latest_on)}
        return Outlook(W.AT_RISK, text % values)
    needed_by = _needed_by(plan)
    past = [(name, pace) for name, pace in _named(plan) if pace.passes(needed_by)]
    if not past:
        return None
    name, slowest = max(past, key=lambda one: one[1].ends_on or date.min)
    values = {"what": workstream_label(name), "end": _day(slowest.ends_on), "day": _day(needed_by)}
    if slowest.passes(needed_by and needed_by + timedelta(days=FAR_DAYS)):
        return Outlook(W.AT_RISK, gettext("At this rate %(what)s is complete long after %(day)s.") % values)
    text = gettext("At this rate %(what)s is complete on %(end)s, after %(day)s.")
    return Outlook(W.AT_RISK, text % values)


def _cannot_tell(plan: CountryPlan, on: date) -> Outlook | None:
    """Nothing is known of the work, or nothing recent, or not enough to estimate its end."""
    if plan.is_silent:
        return Outlook(W.CANNOT_TELL, gettext("No figure has been posted."))
    if _needed_by(plan) is None:
        return Outlook(W.CANNOT_TELL, gettext("No day has been set by which the report is needed."))
    open_paces = [(name, pace) for name, pace in _named(plan) if pace.projection is not Projection.COMPLETE]
    silent_from = clock.day_of(plan.report.silent_from)
    if open_paces and silent_from + timedelta(days=SILENT_DAYS) < on:
        text = gettext("No progress has been posted since %(day)s.")
        return Outlook(W.CANNOT_TELL, text % {"day": _day(silent_from)})
    unknown = [name for name, pace in open_paces if pace.ends_on is None]
    if unknown:
        text = gettext("It cannot be estimated yet when this is complete: %(what)s.")
        return Outlook(W.CANNOT_TELL, text % {"what": ", ".join(map(workstream_label, unknown))})
    return None


def _on_course(plan: CountryPlan) -> Outlook:
    ends = [pace.ends_on for pace in plan.paces if pace.ends_on]
    values = {"day": _day(_needed_by(plan)), "end": _day(max(ends, default=None))}
    if not ends:
        return Outlook(
            W.ON_COURSE, gettext("All figures are complete; the report is due on %(day)s.") % values
        )
    text = gettext("At this rate all figures are complete on %(end)s; needed by %(day)s.")
    return Outlook(W.ON_COURSE, text % values)


def _needed_by(plan: CountryPlan) -> date | None:
    """The day that decides: by when the plan needs the report, else the country's own date."""
    return plan.latest_on or plan.due_on


def _named(plan: CountryPlan) -> Iterable[tuple[str, Pace]]:
    return zip(WORKSTREAMS, plan.paces, strict=True) if plan.paces else ()


def _day(day: date | None) -> str:
    return date_format(day) if day else gettext("not known")
