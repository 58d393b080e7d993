"""The three workstreams of a national report, each with a figure from 0 to 100 percent."""

from typing import Protocol, TypedDict

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

WORKSTREAMS = ("data_collection", "analysis", "writing")
_LABELS = {"data_collection": _("data collection"), "analysis": _("analysis"), "writing": _("writing")}


class Figures(TypedDict, total=False):
    """The figures of a progress update; None for "not yet reported"."""

    data_collection: int | None
    analysis: int | None
    writing: int | None


class WithFigures(Protocol):
    """A record with a column for each workstream."""

    data_collection: int | None
    analysis: int | None
    writing: int | None


def figures_of(record: WithFigures) -> tuple[int | None, int | None, int | None]:
    """The figures of a record, in the order of WORKSTREAMS."""
    return record.data_collection, record.analysis, record.writing


def workstream_label(name: str) -> str:
    """A workstream in the reader's words."""
    return str(_LABELS[name])


def percentage(name: str) -> "models.PositiveSmallIntegerField[int | None, int | None]":
    """The column of a workstream: 0 to 100; NULL: not yet reported, which is not 0."""
    between = MaxValueValidator(100, _("Enter a whole number from 0 to 100."))
    return models.PositiveSmallIntegerField(_LABELS[name], null=True, blank=True, validators=[between])


def percentage_rules(prefix: str) -> tuple[models.CheckConstraint, ...]:
    """The database's own rule for each figure."""
    return tuple(
        models.CheckConstraint(
            condition=Q(**{f"{name}__isnull": True}) | Q(**{f"{name}__range": (0, 100)}),
            name=f"{prefix}_{name}_percent",
        )
        for name in WORKSTREAMS
    )
