"""Forms about the backward plan: a step's dates and outcome, and what if something is later."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from reviews.forms.base import RecordForm, ReviewForm, note_field
from reviews.forms.fields import DayField, RangeField
from reviews.models import Organisation, OrganisationKind, PlanStep

MAX_DAYS_LATER = 366  # days
MOST_STEPS = 200
OUTCOME_LABELS = {
    "finish": _("done"),
    "note": _("noted"),
    "endorse": _("endorsed"),
    "adopt": _("adopted"),
    "send_back": _("sent back"),
}


class PlanStepForm(RecordForm):
    why = note_field(
        _("Why the date moves"), rows=2, help_text=_("Required if a known date changes; the first one stays.")
    )

    class Meta:
        model = PlanStep
        fields: tuple[str, ...] = ("title", "body", "paper", "days", "meeting", "planned_on", "note")
        help_texts = {
            "body": _("Empty: every member state for itself."),
            "meeting": _("With a meeting its days count, also when it moves."),
            "planned_on": _("Empty: the date is not known, or it is the meeting's."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        meetings = self.instance.cycle.meetings.order_by("planned_from", "pk")
        self.offer("meeting", meetings, _("none, or not yet known"))
        self.offer("body", Organisation.objects.exclude(kind=OrganisationKind.MEMBER_STATE))
        if self.instance.pk is None:
            del self.fields["why"]


class NewStepForm(PlanStepForm):
    position = RangeField(
        1,
        MOST_STEPS,
        label=_("Position"),
        help_text=_("Its place in the plan. If it is taken, the steps from there on move one place on."),
    )

    class Meta(PlanStepForm.Meta):
        fields = ("position", "title", "code", "kind", *PlanStepForm.Meta.fields[1:])
        help_texts = PlanStepForm.Meta.help_texts | {
            "code": _("Such as soca-29. It stays: links lead to it."),
        }

    def validate_unique(self) -> None:
        """As the base, without the position: entering a step makes room for it."""
        self.instance.position = None
        super().validate_unique()


class OutcomeForm(ReviewForm):
    """What became of the paper."""

    outcome = forms.ChoiceField(label=_("Outcome"), widget=forms.RadioSelect)
    actual_on = DayField(
        label=_("Took place on"), past=True, required=False, help_text=_("Empty: the day is not known.")
    )
    note = note_field(_("Note"), help_text=_("Required if it was sent back."))

    def __init__(self, *args: Any, transitions: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["outcome"].choices = [(name, OUTCOME_LABELS[name]) for name in transitions]  # type: ignore[attr-defined]


class WhatIfForm(forms.Form):
    """Suppose that one thing is so many days later. Nothing is stored."""

    what = forms.ChoiceField(label=_("If this is delayed"))
    days = RangeField(1, MAX_DAYS_LATER, label=_("by days"), initial=14)

    def __init__(self, *args: Any, choices: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choices = choices
        self.fields["what"].choices = list(choices.items())  # type: ignore[attr-defined]
