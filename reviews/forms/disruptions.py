"""The register of disruptions, and citing one from another form."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from reviews.forms.base import RecordForm
from reviews.models import Disruption, ReviewCycle


class DisruptionForm(RecordForm):
    class Meta:
        model = Disruption
        fields = ("title", "kind", "starts_on", "ends_on", "countries", "effect")
        widgets = {
            "countries": forms.CheckboxSelectMultiple,
            "effect": forms.Textarea(attrs={"rows": 4}),
        }
        help_texts = {
            "ends_on": _("Empty: it goes on."),
            "countries": _("None ticked: all members."),
            "effect": _("What it delayed or made impossible."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cycle = self.instance.cycle
        self.offer("countries", cycle.members(cycle.ends_on))


def offer_disruptions(form: RecordForm, cycle: ReviewCycle, member_state_id: int | None = None) -> None:
    """Let a form cite a disruption of its cycle: of one country those that concern it."""
    disruptions = Disruption.objects.filter(cycle=cycle)
    if member_state_id:
        concerning = Disruption.objects.concerning(member_state_id)
        disruptions = disruptions.filter(pk__in=concerning.values("pk"))
    form.offer("disruption", disruptions, _("no disruption"))
