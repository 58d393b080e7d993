"""Forms about a data gap."""

from typing import Any

from django import forms
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from reviews.forms.base import RecordForm, ReviewForm, note_field
from reviews.models import ClosingWay, DataGap, FrameworkNode, GapKind, Level, ReceivedAdvice


class DataGapForm(RecordForm):
    class Meta:
        model = DataGap
        fields = ("kind", "key_result_area", "missing", "effect")
        widgets = {name: forms.Textarea(attrs={"rows": 3}) for name in ("missing", "effect")}
        help_texts = {"missing": _("In neutral words: the cause may be method, not failure.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        areas = FrameworkNode.objects.filter(
            framework=self.instance.cycle.framework_id, level=Level.KEY_RESULT_AREA
        )
        self.fields["kind"].queryset = GapKind.objects.all()  # type: ignore[attr-defined]
        self.fields["key_result_area"].queryset = areas  # type: ignore[attr-defined]
        self.fields["key_result_area"].empty_label = _("the whole report")  # type: ignore[attr-defined]


class AdviceField(forms.ModelChoiceField):
    """Advice that a gap received, by its day and first words."""

    def label_from_instance(self, received: Any) -> str:
        return f"{received.day}: {Truncator(received.advice.text).words(10)}"


class CloseGapForm(ReviewForm):
    way = forms.ChoiceField(label=_("How it was closed"), choices=[("", "—"), *ClosingWay.choices])
    note = note_field(_("Note"), required=True)
    advice = AdviceField(
        label=_("Closed with"), queryset=ReceivedAdvice.objects.none(), required=False,
        empty_label=_("no advice, or another way"),
    )  # fmt: skip

    def __init__(self, *args: Any, gap: DataGap, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        received = gap.received.select_related("advice")
        if received:
            self.fields["advice"].queryset = received  # type: ignore[attr-defined]
        else:
            del self.fields["advice"]
