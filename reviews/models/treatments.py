"""Treatments: what was done about a data gap when it was closed; one small model for each kind of treatment."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, TypedDict

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reviews.models.base import Tracked
from reviews.models.choices import choices_rule
from reviews.models.trace import Verb
from reviews.text import isolated, percent

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    from reviews.models import DataGap, ReviewCycle, User

MOST_PEOPLE, MOST_ITEMS = 10_000_000_000, 1_000_000


class ClosingWay(models.TextChoices):
    DATA_FOUND = "data_found", _("data found")
    PROXY_AGREED = "proxy_agreed", _("proxy agreed")
    ESTIMATE_AGREED = "estimate_agreed", _("estimate agreed")
    LIMITATION = "limitation", _("accepted as limitation")
    OUT_OF_SCOPE = "out_of_scope", _("out of scope")


class EstimateConfidence(models.TextChoices):
    """How far a proxy or an estimate may be relied on."""

    LOW = "low", _("low")
    MEDIUM = "medium", _("medium")
    HIGH = "high", _("high")


class CountBasis(models.TextChoices):
    """What a number of beneficiaries rests on."""

    EXACT = "exact", _("exact count")
    ADMINISTRATIVE = "administrative", _("administrative records")
    SURVEY = "survey", _("survey")
    ESTIMATE = "estimate", _("estimate")
    NOT_QUANTIFIABLE = "not_quantifiable", _("not quantifiable")


class OngoingRule(models.TextChoices):
    """Whether an item under way may count as done in the upper end of a completion level."""

    NOT_DONE = "not_done", _("what is under way counts as not done")
    MAY_BE_DONE = "may_be_done", _("what is under way may count as done")


def completion_range(
    done: int, ongoing: int, not_started: int, cannot_tell: int, rule: str
) -> tuple[int, int]:
    """Return the lowest and highest completion level in whole percent, rounded outwards so that the truth is inside.

    Lowest: what is done. Highest: also what nobody can tell and, by the rule, what is under way.
    Raises ValueError without any item.
    """
    total = done + ongoing + not_started + cannot_tell
    if not total:
        raise ValueError("A completion level needs at least one item.")
    most = done + cannot_tell + (ongoing if rule == OngoingRule.MAY_BE_DONE else 0)
    return 100 * done // total, -(-100 * most // total)


class TreatmentFields(TypedDict, total=False):
    """What is entered at a closing: the fields of all kinds of treatment, of which each has some."""

    method: str
    reliance: str
    value: str
    broke_on: date
    reason: str
    basis: str
    low: int | None
    high: int | None
    overlap: str
    done: int
    ongoing: int
    not_started: int
    cannot_tell: int
    rule: str
    agreed_by: str


class Treatment(Tracked):
    """What was done about a gap at one closing. Opening the gap again retires it; it stays on record."""

    gap = models.ForeignKey("DataGap", models.PROTECT, related_name="+", verbose_name=_("data gap"))
    way = models.CharField(_("closed by"), max_length=20, choices=ClosingWay)
    in_force = models.BooleanField(_("in force"), default=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self.gap)

    def get_absolute_url(self) -> str:
        return str(self.gap.get_absolute_url())

    @property
    def cycle(self) -> "ReviewCycle":
        return self.gap.cycle

    @property
    def member_state_id(self) -> int:
        return self.gap.member_state_id

    def history_owner(self) -> Tracked:
        return self.gap

    @property
    def in_words(self) -> str:
        """The treatment as one line of text, for pages, annex and exports."""
        raise NotImplementedError

    @property
    def facts(self) -> "list[tuple[str | _StrPromise, object]]":
        """The treatment field by field: label and value in words; empty fields are left out."""
        rows: list[tuple[str | _StrPromise, object]] = []
        for field in self._meta.concrete_fields:
            if field.name in ("id", "version", "gap", "way", "in_force"):
                continue
            attribute = f"get_{field.name}_display" if field.choices else field.name
            value = getattr(self, attribute)
            value = value() if field.choices else value
            if value not in (None, ""):
                rows.append((field.verbose_name, value))
        return rows


def _common_rules(name: str) -> tuple[models.BaseConstraint, ...]:
    """Constraints of every kind of treatment."""
    return (
        models.UniqueConstraint(fields=("gap",), condition=Q(in_force=True), name=f"{name}_in_force_once"),
        choices_rule(f"{name}_way_known", "way", ClosingWay),
    )


class StandIn(Treatment):
    """A proxy or an estimate that stands in for data nobody has."""

    method = models.TextField(_("method"))
    reliance = models.CharField(_("confidence"), max_length=10, choices=EstimateConfidence)
    value = models.CharField(_("value used"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("proxy or estimate")
        verbose_name_plural = _("proxies and estimates")
        ordering = ("gap_id", "-id")
        constraints = (
            *_common_rules("stand_in"),
            choices_rule("stand_in_reliance_known", "reliance", EstimateConfidence),
        )

    @property
    def in_words(self) -> str:
        text = _now("%(method)s (confidence: %(reliance)s)") % {
            "method": self.method, "reliance": self.get_reliance_display()
        }  # fmt: skip
        return f"{text}: {self.value}" if self.value else text


class SeriesBreak(Treatment):
    """A break in a series: values before and after it are not compared."""

    broke_on = models.DateField(_("day of the break"))
    reason = models.TextField(_("reason of the break"))

    first_years = MappingProxyType({"broke_on": 1900})  # series are older than the review

    class Meta:
        verbose_name = _("series break")
        verbose_name_plural = _("series breaks")
        ordering = ("gap_id", "-id")
        constraints = _common_rules("series_break")

    @property
    def in_words(self) -> str:
        values = {"day": date_format(self.broke_on), "reason": self.reason}
        return _now("Break in the series on %(day)s: %(reason)s") % values


class Beneficiaries(Treatment):
    """How many people were reached: a range, and what it rests on."""

    basis = models.CharField(_("basis"), max_length=20, choices=CountBasis)
    low = models.PositiveBigIntegerField(
        _("at least"), null=True, blank=True, validators=[MaxValueValidator(MOST_PEOPLE)]
    )  # NULL: not quantifiable
    high = models.PositiveBigIntegerField(
        _("at most"), null=True, blank=True, validators=[MaxValueValidator(MOST_PEOPLE)]
    )  # NULL: not quantifiable
    overlap = models.TextField(_("overlap"), blank=True)

    class Meta:
        verbose_name = _("number of beneficiaries")
        verbose_name_plural = _("numbers of beneficiaries")
        ordering = ("gap_id", "-id")
        constraints = (
            *_common_rules("beneficiaries"),
            choices_rule("beneficiaries_basis_known", "basis", CountBasis),
            models.CheckConstraint(
                condition=Q(basis=CountBasis.NOT_QUANTIFIABLE, low__isnull=True, high__isnull=True)
                | (~Q(basis=CountBasis.NOT_QUANTIFIABLE) & Q(low__isnull=False, high__isnull=False)),
                name="beneficiaries_numbers_by_basis",
            ),
            models.CheckConstraint(
                condition=Q(low__isnull=True) | Q(low__gte=0, high__gte=F("low")),
                name="beneficiaries_range_in_order",
            ),
        )

    def clean(self) -> None:
        empty = [name for name in ("low", "high") if getattr(self, name) is None]
        if self.basis == CountBasis.NOT_QUANTIFIABLE:
            filled = [name for name in ("low", "high") if name not in empty]
            if filled:
                raise ValidationError(dict.fromkeys(filled, _("What is not quantifiable has no number.")))
            return
        if empty:
            raise ValidationError(
                dict.fromkeys(empty, _("Give both ends; an exact count has the same twice."))
            )
        if self.low > self.high:  # type: ignore[operator]
            raise ValidationError({"high": _("“At most” is less than “at least”.")})
        if self.basis == CountBasis.EXACT and self.low != self.high:
            raise ValidationError({"high": _("An exact count has the same number twice.")})

    @property
    def in_words(self) -> str:
        text = self.get_basis_display()
        if self.low is not None:
            low, high = (number_format(n or 0, force_grouping=True) for n in (self.low, self.high))
            if low == high:
                people = _now("%(n)s people") % {"n": low}
            else:
                people = _now("%(low)s to %(high)s people") % {"low": low, "high": high}
            text = f"{people} ({text})"
        if not self.overlap:
            return text
        return _now("%(text)s; overlap: %(overlap)s") % {"text": text, "overlap": isolated(self.overlap)}


def _item_count(label: "_StrPromise") -> models.PositiveIntegerField:
    return models.PositiveIntegerField(label, validators=[MaxValueValidator(MOST_ITEMS)])


class CompletionLevel(Treatment):
    """How much of a plan was carried out: a count of its items, as a range."""

    done = _item_count(_("items done"))
    ongoing = _item_count(_("items under way"))
    not_started = _item_count(_("items not started"))
    cannot_tell = _item_count(_("items that cannot be assessed"))
    rule = models.CharField(_("rule"), max_length=20, choices=OngoingRule)
    agreed_by = models.CharField(_("agreed by"), max_length=200)

    class Meta:
        verbose_name = _("completion level")
        verbose_name_plural = _("completion levels")
        ordering = ("gap_id", "-id")
        constraints = (
            *_common_rules("completion"),
            choices_rule("completion_rule_known", "rule", OngoingRule),
            models.CheckConstraint(
                condition=Q(done__gte=0, ongoing__gte=0, not_started__gte=0, cannot_tell__gte=0),
                name="completion_items_counted",
            ),
            models.CheckConstraint(
                condition=Q(done__gt=0) | Q(ongoing__gt=0) | Q(not_started__gt=0) | Q(cannot_tell__gt=0),
                name="completion_has_items",
            ),
        )

    def clean(self) -> None:
        if not any(self.counts):
            raise ValidationError({"done": _("Count at least one item.")})

    @property
    def counts(self) -> tuple[int, int, int, int]:
        return self.done, self.ongoing, self.not_started, self.cannot_tell

    @property
    def level(self) -> str:
        """The range in words: "25 % to 75 %"; one figure only where both ends are the same."""
        low, high = completion_range(*self.counts, self.rule)
        ends = {"low": percent(low), "high": percent(high)}
        return ends["low"] if low == high else _now("%(low)s to %(high)s") % ends

    @property
    def in_words(self) -> str:
        values = {"level": self.level, "total": sum(self.counts), "rule": self.get_rule_display()}
        text = _now("%(level)s of %(total)s items; rule: %(rule)s") % values
        return _now("%(text)s; agreed by %(who)s") % {"text": text, "who": self.agreed_by}

    @property
    def facts(self) -> "list[tuple[str | _StrPromise, object]]":
        return [(_("completion level"), self.level), *super().facts]


TREATMENTS: tuple[type[Treatment], ...] = (StandIn, SeriesBreak, Beneficiaries, CompletionLevel)
# By kind of gap, where the kind asks for more than a stand-in does.
_BY_KIND: dict[str, type[Treatment]] = {
    "beneficiaries_unquantified": Beneficiaries, "completion_unclear": CompletionLevel,
}  # fmt: skip
# What a closing records, by its way; other ways and kinds need only the closing note.
_RECORDED: dict[str, dict[str, type[Treatment]]] = {
    ClosingWay.PROXY_AGREED: {},
    ClosingWay.ESTIMATE_AGREED: _BY_KIND,
    ClosingWay.LIMITATION: _BY_KIND | {"discontinuous": SeriesBreak},
}


def treatment_for(way: str, kind_code: str) -> type[Treatment] | None:
    """Return the model that records closing a gap of this kind in this way; None: the closing note is enough."""
    by_kind = _RECORDED.get(way)
    if by_kind is None:
        return None
    return by_kind.get(kind_code, None if way == ClosingWay.LIMITATION else StandIn)


def treatments_by_gap(gaps: "Iterable[DataGap]", **conditions: object) -> dict[int, list[Treatment]]:
    """Return the treatments of each gap by its id, newest first. One query per kind of treatment."""
    treatments: dict[int, list[Treatment]] = defaultdict(list)
    by_id = {gap.pk: gap for gap in gaps}
    for model in TREATMENTS:
        for treatment in model.objects.filter(gap__in=list(by_id), **conditions).order_by("-pk"):
            treatment.gap = by_id[treatment.gap_id]
            treatments[treatment.gap_id].append(treatment)
    return treatments


def retire_treatments(gap: "DataGap", *, by: "User", why: str) -> None:
    """Take the treatments of a closing that is undone out of force."""
    for treatment in treatments_by_gap([gap], in_force=True)[gap.pk]:
        treatment.change_traced(
            by=by, expected_version=treatment.version, verb=Verb.WITHDRAWN, why=why, in_force=False
        )


def record_treatment(gap: "DataGap", *, by: "User", way: str, why: str, values: TreatmentFields) -> None:
    """Record what was done about a gap that is being closed. Raises TypeError for values that no model takes."""
    retire_treatments(gap, by=by, why=why)  # what an administrator's correction may have left in force
    model = treatment_for(way, gap.kind.code)
    if model:
        model.create_traced(by=by, gap=gap, way=way, **values)
    elif values:
        raise TypeError(f"Closing {gap} by {way} records no treatment.")
