"""The backward plan in words: slack, pace and feasibility, each with its arithmetic."""

from datetime import date

from django import template
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reviews.models import StepKind
from reviews.models.reports import WORKSTREAMS, workstream_label
from reviews.queries.plans import CountryPlan, Feasibility, Plan, Verdict
from reviews.queries.schedule import CriticalPath, Pace, Projection

register = template.Library()


@register.filter
def n_days(number: int | None) -> str:
    """Days in words, below zero with a real minus."""
    if number is None:
        return _("not known")
    text = ngettext("%(n)d day", "%(n)d days", abs(number)) % {"n": abs(number)}
    return f"−{text}" if number < 0 else text


@register.inclusion_tag("includes/status.html")
def slack_badge(slack: int | None) -> dict[str, str]:
    """Slack in days; the shape says whether there is any."""
    if slack is None:
        return {"label": n_days(slack), "tone": "neutral"}
    tone = "good" if slack > 0 else "warn"
    return {"label": n_days(slack), "tone": "bad" if slack < 0 else tone}


@register.filter
def pace_words(country: CountryPlan) -> list[str]:
    """One sentence for each workstream that is not complete."""
    named = zip(WORKSTREAMS, country.paces, strict=False)
    incomplete = [(name, pace) for name, pace in named if pace.projection is not Projection.COMPLETE]
    return [_pace(workstream_label(name).capitalize(), pace, country.latest_on) for name, pace in incomplete]


@register.filter
def past_words(country: CountryPlan) -> list[str]:
    """One sentence for each workstream whose pace leads past the latest date."""
    named = zip(WORKSTREAMS, country.paces, strict=False)
    past = [(name, pace) for name, pace in named if pace.passes(country.latest_on)]
    return [_pace(workstream_label(name).capitalize(), pace, country.latest_on) for name, pace in past]


def _pace(name: str, pace: Pace, latest: date | None) -> str:
    if pace.projection is Projection.NOT_REPORTED:
        return _("%(what)s: not yet reported, so nothing follows from it.") % {"what": name}
    values = {"what": name, "value": pace.value, "day": _day(pace.told_on)}
    if pace.projection is Projection.FIRST:
        return _("%(what)s: %(value)s %% on %(day)s is the only figure, so there is no pace yet.") % values
    values |= {"before": _day(pace.before_on), "over": n_days(pace.over)}
    if pace.projection is Projection.STANDS:
        text = _("%(what)s: %(value)s %% on %(day)s, no gain since %(before)s: no day follows from it.")
        return text % values
    values |= {"gain": pace.gain, "sum": _sum(pace), "end": _day(pace.ends_on)}
    text = _("%(what)s: %(value)s %% on %(day)s, +%(gain)s points in %(over)s. %(sum)s to 100 %%: %(end)s")
    limit = "." if latest is None else _(", latest date %(day)s.") % {"day": _day(latest)}
    return f"{text % values}{limit}"


def _sum(pace: Pace) -> str:
    """(100 − 20) ÷ 5 × 7 = 112 days"""
    left = 100 - (pace.value or 0)
    exact = left * pace.over % pace.gain == 0
    sign = "=" if exact else "≈"
    return f"(100 − {pace.value}) ÷ {pace.gain} × {pace.over} {sign} {n_days(pace.days or 0)}"


@register.simple_tag
def reach_words(plan: Plan, reach: Feasibility) -> list[str]:
    """Whether a step can be reached, with the count of days, and what would have to be shortened."""
    if reach.verdict is Verdict.OVER:
        return []
    sentences = [_count(plan, reach.critical_path), _distance(reach), *_consequences(plan, reach)]
    return [sentence for sentence in sentences if sentence]


def _consequences(plan: Plan, reach: Feasibility) -> list[str]:
    if reach.verdict is Verdict.WAITS and reach.waits_for:
        return [_("It depends on “%(step)s” still taking place before.") % {"step": reach.waits_for.step}]
    if reach.verdict is Verdict.TOO_LATE:
        return [_("Later than that, what follows cannot be reached."), _shorten(plan, reach)]
    if reach.verdict is not Verdict.MISSED:
        return []
    if reach.line.step.kind == StepKind.LADDER:
        return [_("As planned it goes to the next meeting of this body."), _shorten(plan, reach)]
    return [_("It would have to be held later, or without what is not there yet."), _shorten(plan, reach)]


def _count(plan: Plan, path: CriticalPath | None) -> str:
    """Regional draft 28 Sep 2020 + 8 days = 6 Oct 2020."""
    if path is None:
        return ""
    start, days = path.start, [str(row.stage.days) for row in path.stages if row.stage.days]
    slips = [str(row.stage.slip) for row in path.stages[:-1] if row.stage.slip]
    return _("%(start)s %(day)s + %(days)s days = %(ready)s.") % {
        "start": plan.title(start), "day": _day(start.expected_on), "days": " + ".join(days + slips) or "0",
        "ready": _day(path.stages[-1].ready_on),
    }  # fmt: skip


def _distance(reach: Feasibility) -> str:
    row = reach.line.leg
    days = {"ready": _day(row.ready_on), "fixed": _day(row.stage.fixed_on), "latest": _day(row.latest_on)}
    if row.slack is None:
        return _("The dates around it are not known, so neither is its slack.")
    days["n"] = n_days(abs(row.slack))
    if row.stage.fixed_on is None:
        return _unknown(row.slack) % days
    if row.late_by:
        return _("That is %(n)s after %(fixed)s.") % (days | {"n": n_days(row.late_by)})
    if row.slack < 0:
        return _("Its own day %(fixed)s lies %(n)s after %(latest)s, when what follows needs it.") % days
    if row.slack == 0:
        return _("That is the day on which it is needed, without a day to spare.")
    return _("%(n)s before it is needed on %(latest)s.") % days


def _unknown(slack: int) -> str:
    if slack >= 0:
        return _("Date not known: possible from %(ready)s on, needed by %(latest)s, %(n)s to spare.")
    return _("Date not known: possible from %(ready)s on, needed by %(latest)s, %(n)s earlier.")


def _shorten(plan: Plan, reach: Feasibility) -> str:
    """How many of which days would have to be saved."""
    late = max(reach.line.leg.late_by, -(reach.line.leg.slack or 0))
    path = reach.critical_path
    if path is None or not path.needed:
        return ""
    parts = [f"{plan.title(row)} {row.stage.days}" for row in path.stages if row.stage.days]
    words = {"late": n_days(late), "all": path.needed, "parts": "; ".join(parts)}
    if late > path.needed:
        return _("%(late)s would have to be saved; the work takes %(all)s in all (%(parts)s).") % words
    return _("To be in time, %(late)s of these %(all)s would have to be saved: %(parts)s.") % words


def _day(day: date | None) -> str:
    return date_format(day) if day else _("date not known")
