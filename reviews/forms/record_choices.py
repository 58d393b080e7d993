"""Form fields for a choice among records: what is chosen at present stays offered, and is marked."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import BooleanField, ExpressionWrapper, Model, Q, QuerySet
from django.utils.translation import gettext as _now

if TYPE_CHECKING:
    Base = forms.ModelChoiceField
else:
    Base = object


class RecordChoice(Base):
    """What the fields for one record and for several have in common."""

    present: Any = ()  # ids, or a queryset of them, of what is chosen at present

    def keep_present(self, record: Model, name: str) -> None:
        """Keep what the field `name` of this record holds among what is offered."""
        field = record._meta.get_field(name)
        if not field.many_to_many:
            chosen = getattr(record, field.attname)  # type: ignore[union-attr]  # of a foreign key
            self.present = () if chosen is None else (chosen,)
        elif record.pk is not None:
            self.present = getattr(record, name).order_by().values("pk")
        self.offer(self.queryset)

    def offer(self, records: "QuerySet[Any] | None") -> None:
        """Offer those of these records that can be chosen today, and what is chosen at present."""
        offered: Any = records.offered()  # type: ignore[union-attr]  # of our models
        if not isinstance(self.present, tuple) or self.present:
            offered = with_present(offered, self.present)
        self.queryset = offered.with_choice_labels()

    def label_of(self, record: Any) -> str:
        return str(record.choice_label)

    def label_from_instance(self, record: Any) -> str:
        label = self.label_of(record)
        if getattr(record, "is_offered", True):
            return label
        words = {"record": label, "reason": record.why_not_offered}
        if words["reason"]:
            return _now("%(record)s (no longer offered: %(reason)s)") % words
        return _now("%(record)s (no longer offered)") % words


class RecordField(RecordChoice, forms.ModelChoiceField):
    """A choice of one record."""


class RecordsField(RecordChoice, forms.ModelMultipleChoiceField):
    """A choice of several records."""


def with_present(offered: Any, present: Any) -> Any:
    """Return the records that are offered and those present, each with `is_offered`, in the order of the first."""
    is_offered = Q(pk__in=offered.order_by().values("pk"))
    rows = offered.model._default_manager.filter(is_offered | Q(pk__in=present))
    rows = rows.annotate(is_offered=ExpressionWrapper(is_offered, BooleanField()))
    rows.query.select_related = offered.query.select_related
    return rows.order_by(*offered.query.order_by) if offered.query.order_by else rows
