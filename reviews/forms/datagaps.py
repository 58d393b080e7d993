"""Forms about a data gap."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from reviews.forms.base import RecordForm, note_field
from reviews.forms.disruptions import offer_disruptions
from reviews.models import DataGap, FrameworkLevel, FrameworkNode, GapKind


class DataGapForm(RecordForm):
    class Meta:
        model = DataGap
        fields = ("kind", "key_result_area", "missing", "effect", "disruption")
        widgets = {
            "kind": forms.RadioSelect(),
            "missing": forms.Textarea(attrs={"rows": 3}),
            "effect": forms.Textarea(attrs={"rows": 3}),
        }
        help_texts = {"missing": _("In neutral words: the cause may be method, not failure.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        areas = FrameworkNode.objects.filter(
            framework=self.instance.cycle.framework_id, level=FrameworkLevel.KEY_RESULT_AREA
        )
        self.offer("kind", GapKind.objects.all())
        self.offer("key_result_area", areas, _("the whole report"))
        offer_disruptions(self, self.instance.cycle, self.instance.member_state_id)


class AddDataGapForm(DataGapForm):
    """A new gap; the question to the consultants can go with it."""

    asks_guidance = forms.BooleanField(
        label=_("Ask the regional consultants for guidance at once"), required=False
    )
    question = note_field(_("Question to the consultants"))
