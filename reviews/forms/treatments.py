"""Closing a data gap: the way, and what that way has to record."""

from typing import Any

from django import forms
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from reviews.forms.base import RecordForm, ReviewForm, note_field
from reviews.forms.record_choices import RecordField
from reviews.models import (
    Beneficiaries,
    ClosingWay,
    CompletionLevel,
    DataGap,
    OngoingRule,
    ReceivedAdvice,
    SeriesBreak,
    StandIn,
    Treatment,
)


class WayForm(forms.Form):
    """How the gap is closed: asked first, as it decides what has to be recorded."""

    way = forms.ChoiceField(
        label=_("How was it closed?"), choices=ClosingWay.choices, widget=forms.RadioSelect
    )


class AdviceField(RecordField):
    """A choice of received advice, shown by its day and first words."""

    def label_of(self, received: ReceivedAdvice) -> str:
        return f"{received.day}: {Truncator(received.advice.text).words(10)}"


class CloseGapForm(ReviewForm):
    """The way, and a note in words."""

    way = forms.ChoiceField(label=_("How it was closed"), choices=[("", "—"), *ClosingWay.choices])
    note = note_field(_("Note"), required=True)
    advice = AdviceField(
        label=_("Closed with"),
        queryset=ReceivedAdvice.objects.none(),
        required=False,
        empty_label=_("no advice, or another way"),
    )

    def offer_advice(self, gap: DataGap) -> None:
        """Offer the advice that the gap received, if any."""
        received = gap.received.select_related("advice")
        if received:
            self.fields["advice"].queryset = received  # type: ignore[attr-defined]
        else:
            del self.fields["advice"]

    def fix_way(self, way: str) -> None:
        """Keep the way that was chosen as a hidden field."""
        self.fields["way"].initial = way
        self.fields["way"].widget = forms.HiddenInput()


class TreatmentForm(CloseGapForm, RecordForm):
    """CloseGapForm with the fields of one kind of treatment first."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(["way", *(self._meta.fields or ()), "note", "advice"])


class StandInForm(TreatmentForm):
    class Meta:
        model = StandIn
        fields = ("method", "reliance", "value")
        widgets = {"method": forms.Textarea(attrs={"rows": 3}), "reliance": forms.RadioSelect}
        help_texts = {
            "method": _("What replaces the missing data, and how it was worked out."),
            "value": _("If one value is used: with its unit and year."),
        }


class SeriesBreakForm(TreatmentForm):
    class Meta:
        model = SeriesBreak
        fields = ("broke_on", "reason")
        widgets = {"reason": forms.Textarea(attrs={"rows": 3})}
        help_texts = {"broke_on": _("The first day to which the new definition or source applies.")}


class BeneficiariesForm(TreatmentForm):
    class Meta:
        model = Beneficiaries
        fields = ("basis", "low", "high", "overlap")
        widgets = {"basis": forms.RadioSelect, "overlap": forms.Textarea(attrs={"rows": 2})}
        help_texts = {
            "low": _("People. An exact count has the same number twice; what is not quantifiable has none."),
            "overlap": _("Who may have been counted more than once, and between which activities."),
        }


class CompletionLevelForm(TreatmentForm):
    class Meta:
        model = CompletionLevel
        fields = ("done", "ongoing", "not_started", "cannot_tell", "rule", "agreed_by")
        widgets = {"rule": forms.RadioSelect}
        help_texts = {
            "done": _(
                "The level becomes a range: at least what is done; at most also what cannot be assessed."
            ),
            "rule": _("Decides the upper end of the range."),
            "agreed_by": _("Who agreed to this rule, such as the steering committee."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["rule"].choices = OngoingRule.choices  # type: ignore[attr-defined]


CLOSING_FORMS: dict[type[Treatment] | None, type[CloseGapForm]] = {
    None: CloseGapForm,
    StandIn: StandInForm,
    SeriesBreak: SeriesBreakForm,
    Beneficiaries: BeneficiariesForm,
    CompletionLevel: CompletionLevelForm,
}
