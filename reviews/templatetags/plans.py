"""The backward plan in words: slack, pace and feasibility, each with its arithmetic."""

from collections.abc import Callable
from datetime import date

from django import template
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reviews import clock
from reviews.models import StepKind
from reviews.models.workstreams import WORKSTREAMS, workstream_label
from reviews.queries.plans import CountryPlan, Feasibility, Plan, Verdict
from reviews.queries.schedule import Pace, Projection, ScheduledStage
from reviews.text import isolated

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
    """Days to spare; the shape says whether there is any."""
    if slack is None:
        return {"label": n_days(slack), "tone": "neutral"}
    tone = "good" if slack > 0 else "warn"
    return {"label": n_days(slack), "tone": "bad" if slack < 0 else tone}


@register.inclusion_tag("includes/status.html")
def country_slack(country: CountryPlan) -> dict[str, str]:
    """The slack of a country's report; of one that has posted no figure nobody can tell it."""
    if country.cannot_tell_slack:
        return {"label": _("cannot tell"), "tone": "neutral"}
    return slack_badge(country.slack)


@register.filter
def pace_words(country: CountryPlan) -> list[str]:
    """One sentence for each workstream that is not complete."""
    named = zip(WORKSTREAMS, country.paces, strict=False)
    incomplete = [(name, pace) for name, pace in named if pace.projection is not Projection.COMPLETE]
    return [_pace_sentence(name, pace, country.latest_on) for name, pace in incomplete]


@register.filter
def past_words(country: CountryPlan) -> list[str]:
    """One sentence for each workstream whose pace leads past the latest date."""
    named = zip(WORKSTREAMS, country.paces, strict=False)
    past = [(name, pace) for name, pace in named if pace.passes(country.latest_on)]
    return [_pace_sentence(name, pace, country.latest_on) for name, pace in past]


def _pace_sentence(workstream: str, pace: Pace, latest: date | None) -> str:
    label = workstream_label(workstream).capitalize()
    if pace.projection is Projection.NOT_REPORTED:
        return _("%(what)s: not yet reported, so it cannot be estimated.") % {"what": label}
    values = {"what": label, "value": pace.value, "day": _day(pace.updated_on)}
    if pace.projection is Projection.FIRST:
        return _("%(what)s: %(value)s %% on %(day)s is the only figure, so there is no pace yet.") % values
    values |= {"before": _day(pace.before_on), "over": n_days(pace.over)}
    if pace.projection is Projection.NO_GAIN:
        text = _("%(what)s: %(value)s %% on %(day)s, no gain since %(before)s: the day cannot be estimated.")
        return text % values

    # The arithmetic: (100 − 20) ÷ 5 × 7 = 112 days
    left = 100 - (pace.value or 0)
    sign = "=" if left * pace.over % pace.gain == 0 else "≈"
    arithmetic = f"(100 − {pace.value}) ÷ {pace.gain} × {pace.over} {sign} {n_days(pace.days or 0)}"
    values |= {"gain": pace.gain, "sum": arithmetic, "end": _day(pace.ends_on)}
    text = _("%(what)s: %(value)s %% on %(day)s, +%(gain)s points in %(over)s. %(sum)s to 100 %%: %(end)s")
    limit = "." if latest is None else _("; it must arrive by %(day)s.") % {"day": _day(latest)}
    return f"{text % values}{limit}"


@register.simple_tag
def feasibility_words(plan: Plan, feasibility: Feasibility) -> list[str]:
    """Whether a step can be reached, with its arithmetic, and what would have to be shortened."""
    if feasibility.verdict is Verdict.OVER:
        return []
    sentences = []
    path = feasibility.critical_path
    if path:
        # Regional draft 28 Sep 2020 + 8 days = 6 Oct 2020.
        days = [str(row.stage.days) for row in path.stages if row.stage.days]
        days += [str(row.stage.slip) for row in path.stages[:-1] if row.stage.slip]
        values = {
            "start": isolated(plan.title(path.start)),
            "day": _day(path.start.expected_on, clock.short_day),
            "days": " + ".join(days) or "0",
            "ready": _day(path.stages[-1].ready_on, clock.short_day),
        }
        sentences.append(_("%(start)s %(day)s + %(days)s days = %(ready)s.") % values)
    sentences += [_slack_sentence(feasibility.line.scheduled), *_consequences(plan, feasibility)]
    return [sentence for sentence in sentences if sentence]


def _slack_sentence(scheduled: ScheduledStage) -> str:
    """How far what a step needs is from its day, or from the latest date of a step without one."""
    slack, fixed_on = scheduled.slack, scheduled.stage.fixed_on
    if slack is None:
        return _("The dates around it are not known, so the days to spare cannot be estimated.")
    values = {
        "ready": _day(scheduled.ready_on),
        "fixed": _day(fixed_on),
        "latest": _day(scheduled.latest_on),
        "n": n_days(scheduled.late_by or abs(slack)),
    }
    if fixed_on is None and slack >= 0:
        text = _("Date not known: possible from %(ready)s on, needed by %(latest)s, %(n)s to spare.")
    elif fixed_on is None:
        text = _("Date not known: possible from %(ready)s on, needed by %(latest)s, %(n)s earlier.")
    elif scheduled.late_by:
        text = _("That is %(n)s after %(fixed)s.")
    elif slack < 0:
        text = _("Its own day %(fixed)s lies %(n)s after %(latest)s, when what follows needs it.")
    elif slack == 0:
        text = _("That is the day on which it is needed, with no days to spare.")
    else:
        text = _("%(n)s before it is needed on %(latest)s.")
    return text % values


def _consequences(plan: Plan, feasibility: Feasibility) -> list[str]:
    """What follows from a missed step, or for one that waits for it, and how many of which days have to be saved."""
    verdict, step, path = feasibility.verdict, feasibility.line.step, feasibility.critical_path
    if verdict is Verdict.WAITS and feasibility.waits_for:
        return [
            _("It depends on “%(step)s” still taking place before.")
            % {"step": isolated(str(feasibility.waits_for.step))}
        ]
    if verdict is Verdict.TOO_LATE:
        sentences = [_("Later than that, what follows cannot be reached.")]
    elif verdict is Verdict.MISSED and step.kind == StepKind.LADDER:
        sentences = [_("As planned it goes to the next meeting of this body.")]
    elif verdict is Verdict.MISSED:
        sentences = [_("It would have to be held later, or without what is not there yet.")]
    else:
        return []

    if path and path.needed:
        scheduled = feasibility.line.scheduled
        late = max(scheduled.late_by, -(scheduled.slack or 0))
        parts = [f"{isolated(plan.title(row))} {row.stage.days}" for row in path.stages if row.stage.days]
        values = {"late": n_days(late), "all": path.needed, "parts": "; ".join(parts)}
        text = _("To be in time, %(late)s of these %(all)s would have to be saved: %(parts)s.")
        if late > path.needed:
            text = _("%(late)s would have to be saved; the work takes %(all)s in all (%(parts)s).")
        sentences.append(text % values)
    return sentences


def _day(day: date | None, written: Callable[[date], str] = date_format) -> str:
    return str(written(day)) if day else _("date not known")
