"""Choices: labels looked up once, statuses with the tone of their badge, their check constraints; records to choose."""

from functools import cache
from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.db import models
from django.utils.encoding import force_str
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import Promise


class StatusChoices(models.TextChoices):
    """Statuses of a record, each with the tone of its badge: neutral, info, progress, warn, good or bad.

    DRAFT = "draft", "progress", _("draft")
    """

    tone: str

    def __new__(cls, value: str, tone: str = "neutral") -> Self:
        status = str.__new__(cls, value)
        status._value_ = value
        status.tone = tone
        return status


class Confidence(models.TextChoices):
    """How far a row of reference data may be trusted."""

    HIGH = "high", _("confirmed")
    CHECK = "check", _("to be checked against the published text")


def choices_rule(
    name: str, field: str, choices: type[models.TextChoices], *, blank: bool = False
) -> models.CheckConstraint:
    """The database's own rule that a column holds one of its choices; with `blank`, it may be empty."""
    values = ["", *choices.values] if blank else choices.values
    return models.CheckConstraint(condition=models.Q(**{f"{field}__in": values}), name=name)


Row = TypeVar("Row", bound=models.Model, covariant=True)


class OfferedQuerySet(models.QuerySet[Row]):
    """Records as forms offer them for a choice."""

    def offered(self) -> Self:
        """Without those that nobody should choose any more, such as a cancelled meeting."""
        not_offered = getattr(self.model, "statuses_not_offered", ())
        return self.exclude(status__in=not_offered) if not_offered else self

    def with_choice_labels(self) -> Self:
        """With what `choice_label` needs, so that no label takes a query of its own."""
        return self


class Labelled(models.Model):
    """Base of the models: the labels of a field's choices are cached for the life of the process.

    Django translates and hashes all the labels of a field each time that one is needed: in a history of thirty rows
    that was a fifth of the time of the page.
    """

    statuses_not_offered: tuple[str, ...] = ()  # of a noun that has a status: in these no form offers it

    class Meta:
        abstract = True

    @property
    def choice_label(self) -> str:
        """The record's line in a choice: enough to tell it from all others."""
        return str(self)

    @property
    def why_not_offered(self) -> "str | Promise":
        """In a few words, if no form offers the record any more."""
        status = getattr(self, "status", "")
        if status not in self.statuses_not_offered:
            return ""
        return str(_labels(self._meta.get_field("status"))[status])

    def _get_FIELD_display(self, field: "models.Field[Any, Any]") -> object:  # noqa: N802 - Django's hook
        value = getattr(self, field.attname)
        return force_str(_labels(field).get(value, value), strings_only=True)


@cache
def _labels(field: "models.Field[Any, Any]") -> dict[object, object]:
    return dict(field.flatchoices)
