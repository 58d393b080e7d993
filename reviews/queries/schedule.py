"""The arithmetic of the backward plan: dates in, dates out, no database.

A plan is a list of stages in order. `days` is what each needs after the end of the one before. Counting
back from the fixed dates gives the latest date of each; counting on from what has happened, when each can be
expected. The days between the two are its slack.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import Enum


@dataclass(frozen=True)
class Stage:
    """A step of the plan, as far as the arithmetic needs it."""

    key: str
    days: int = 0  # from the end of the stage before to this one
    fixed_on: date | None = None  # the day of a meeting; None: not known, or it depends on the work
    planned_on: date | None = None  # not before this day
    done_on: date | None = None  # it has happened
    slip: int = 0  # days later, in a what-if


@dataclass(frozen=True)
class ScheduledStage:
    """A stage with its dates: by when at the latest, and when it can be expected."""

    stage: Stage
    latest_on: date | None  # None: no fixed date follows
    ready_on: date | None  # the stage before and `days`; None: nothing is known of what comes before
    expected_on: date | None  # done, its fixed day if that can be met, else as soon as the work before allows

    @property
    def slack(self) -> int | None:
        """Days it may still be later without harm; negative: too late. None: not known, or over."""
        arrives = self.arrives_on
        if self.stage.done_on or self.latest_on is None or arrives is None:
            return None
        return (self.latest_on - arrives).days

    @property
    def arrives_on(self) -> date | None:
        """When what it needs is ready; of a meeting that is too late itself, its day."""
        fixed = self.stage.fixed_on
        if fixed is None or self.stage.done_on:
            return self.expected_on
        if self.latest_on is not None and fixed > self.latest_on:
            return max(fixed, self.ready_on or fixed)
        return self.ready_on

    @property
    def late_by(self) -> int:
        """Days by which what it needs comes after its fixed day; 0: in time, or no day is fixed."""
        fixed = self.stage.fixed_on
        if self.stage.done_on or fixed is None or self.ready_on is None:
            return 0
        return max((self.ready_on - fixed).days, 0)

    @property
    def waits_for_previous(self) -> bool:
        """Whether the date of the stage is decided by the stage before it."""
        if self.stage.done_on or self.ready_on is None or self.expected_on is None:
            return False
        return self.expected_on == self.ready_on + timedelta(days=self.stage.slip)


def schedule_stages(stages: Sequence[Stage], on: date) -> list[ScheduledStage]:
    """Return each stage with its dates, as of a day."""
    latest = latest_dates(stages)
    scheduled: list[ScheduledStage] = []
    for stage, last in zip(stages, latest, strict=True):
        before = scheduled[-1].expected_on if scheduled else None
        ready = before and before + timedelta(days=stage.days)
        known = [day for day in (ready, stage.planned_on) if day]
        expected: date | None = None
        if stage.done_on:
            expected = stage.done_on
        elif stage.fixed_on:
            expected = max(stage.fixed_on, ready) if ready else stage.fixed_on
        elif known:
            expected = max(*known, on) + timedelta(days=stage.slip)
        scheduled.append(ScheduledStage(stage, last, ready, expected))
    return scheduled


def latest_dates(stages: Sequence[Stage]) -> list[date | None]:
    """Return the latest date of each stage: its own fixed day, or that of the next less what the next needs."""
    latest: list[date | None] = []
    following: date | None = None  # what the stage after allows
    for stage in reversed(stages):
        own = stage.done_on if stage.fixed_on and stage.done_on else stage.fixed_on
        last = min((day for day in (own, following) if day), default=None)
        latest.append(last)
        following = last and last - timedelta(days=stage.days)
    return latest[::-1]


def with_delays(stages: Sequence[Stage], slips: Mapping[str, int]) -> list[Stage]:
    """Return the plan with some stages so many days later: a meeting on another day, work that takes longer."""
    delayed = []
    for stage in stages:
        days = slips.get(stage.key, 0)
        if stage.done_on:
            delayed.append(stage)
        elif stage.fixed_on:
            delayed.append(replace(stage, fixed_on=stage.fixed_on + timedelta(days=days)))
        else:
            delayed.append(replace(stage, slip=stage.slip + days))
    return delayed


@dataclass(frozen=True)
class CriticalPath:
    """The critical path to a stage: those that lead to it without a pause, from a day, so many days for each."""

    start: ScheduledStage  # whose date the count begins with
    stages: tuple[ScheduledStage, ...]  # those whose days are counted, the stage itself last

    @property
    def needed(self) -> int:
        """Days that the work of all of them takes: what could be shortened."""
        return sum(row.stage.days for row in self.stages)

    @property
    def slip(self) -> int:
        """Days that are only supposed: the slip of stages on the way."""
        return sum(row.stage.slip for row in self.stages[:-1])

    @property
    def total(self) -> int:
        return self.needed + self.slip


def critical_path(scheduled: Sequence[ScheduledStage], index: int) -> CriticalPath | None:
    """Return the stages that decide when the one at `index` can be ready; None: nothing comes before it."""
    first = index
    while first > 0 and (first == index or scheduled[first].waits_for_previous):
        first -= 1
    if first == index or scheduled[first].expected_on is None:
        return None
    return CriticalPath(scheduled[first], tuple(scheduled[first + 1 : index + 1]))


class Projection(Enum):
    """Whether a figure and the one before it allow a day on which 100 is reached."""

    NOT_REPORTED = "not reported"
    COMPLETE = "complete"
    FIRST = "first"  # one figure: no pace yet
    NO_GAIN = "no gain"  # no day follows
    GROWING = "growing"


@dataclass(frozen=True)
class Pace:
    """How one figure grew between its last two updates, and where that leads."""

    value: int | None = None  # per cent; None: not yet reported
    updated_on: date | None = None
    before_on: date | None = None  # the update before; None: there was none
    gain: int = 0  # points since then

    @property
    def projection(self) -> Projection:
        if self.value is None:
            return Projection.NOT_REPORTED
        if self.value >= 100:
            return Projection.COMPLETE
        if self.before_on is None:
            return Projection.FIRST
        return Projection.GROWING if self.gain > 0 else Projection.NO_GAIN

    @property
    def over(self) -> int:
        """Days between the two updates."""
        return (self.updated_on - self.before_on).days if self.updated_on and self.before_on else 0

    @property
    def days(self) -> int | None:
        """Days from the last update to 100 per cent, rounded up; None: no day follows."""
        if self.projection is not Projection.GROWING or self.value is None:
            return None
        return -(-(100 - self.value) * self.over // self.gain)

    @property
    def ends_on(self) -> date | None:
        if self.days is None or self.updated_on is None:
            return None
        # A crawling figure ends on the last day a calendar has.
        return self.updated_on + timedelta(days=min(self.days, (date.max - self.updated_on).days))

    def passes(self, latest: date | None) -> bool:
        """Whether 100 is reached after a date only."""
        return latest is not None and self.ends_on is not None and self.ends_on > latest


def pace(updates: Sequence[tuple[date, int | None]]) -> Pace:
    """Return the pace of a figure from its updates, oldest first; of one day the last counts."""
    day, value = updates[-1] if updates else (None, None)
    if day is None or value is None:
        return Pace()
    earlier = ((on, figure) for on, figure in reversed(updates) if figure is not None and on < day)
    before = next(earlier, None)
    if before is None:
        return Pace(value, day)
    return Pace(value, day, before[0], value - before[1])
