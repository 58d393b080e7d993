"""Forms of guidance: entries in a thread, advice, difficulties, method notes."""

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from reviews.forms.base import RecordForm, ReviewForm, note_field
from reviews.models import Advice, DataGap, Difficulty, GapKind, GapStatus, MethodNote


class EntryForm(ReviewForm):
    """An entry in a thread."""

    text = note_field(_("In words"), required=True)


class AdviceForm(RecordForm):
    class Meta:
        model = Advice
        fields = ("text", "notes")
        widgets = {"text": forms.Textarea(attrs={"rows": 6}), "notes": forms.CheckboxSelectMultiple}
        help_texts = {
            "text": _("A draft until a lead consultant approves it; only then does a country see it."),
            "notes": _("They are shown with the advice."),
        }


class GapsField(forms.ModelMultipleChoiceField):
    """Checkboxes for data gaps: code, kind and the beginning of what is missing."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, gap: DataGap) -> str:
        return f"{gap.code} · {gap.kind} · {Truncator(gap.missing).words(14)}"


class DifficultyForm(RecordForm):
    gaps = GapsField(DataGap.objects.none(), label=_("Data gaps that have it"))

    class Meta:
        model = Difficulty
        fields = ("title", "kind", "gaps")
        help_texts = {"title": _("Without naming a country: what the gaps have in common.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("kind", GapKind.objects.all())
        condition = ~Q(status=GapStatus.CLOSED)
        if self.instance.pk:
            condition |= Q(pk__in=self.instance.gaps.values("pk"))
        gaps = DataGap.objects.filter(condition, cycle=self.instance.cycle)
        gaps = gaps.select_related("member_state", "kind")
        self.offer("gaps", gaps.order_by("kind__position", "member_state__sort_key", "number"))


class MethodNoteForm(RecordForm):
    class Meta:
        model = MethodNote
        fields = ("title", "code", "kind", "text", "source")
        widgets = {"text": forms.Textarea(attrs={"rows": 14})}
        help_texts = {
            "code": _("Lower case words with hyphens, such as series-break."),
            "source": _("Where the method comes from, if it is written down elsewhere."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            del self.fields["code"]  # it is part of the address
