"""Forms about findings and recommendations."""

from typing import Any

from django import forms

from reviews.forms.base import RecordForm
from reviews.models import Finding, FrameworkLevel, FrameworkNode


class FindingForm(RecordForm):
    class Meta:
        model = Finding
        fields = ("kind", "key_result_area", "text")
        widgets = {"text": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        areas = FrameworkNode.objects.filter(
            framework=self.instance.cycle.framework_id, level=FrameworkLevel.KEY_RESULT_AREA
        )
        self.offer("key_result_area", areas)
        if self.instance.pk:
            del self.fields["kind"]  # its number depends on it
