"""Forms about a review cycle: its names and days, a copy of another one, and the seats of its members."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from reviews.actions.setup import Part, copied_end, parts_for
from reviews.forms.base import RecordForm, ReviewForm
from reviews.forms.fields import DayField, TextField
from reviews.forms.record_choices import RecordField
from reviews.models import CycleMembership, Framework, Organisation, ReviewCycle, User


class CycleForm(RecordForm):
    class Meta:
        model = ReviewCycle
        fields: tuple[str, ...] = ("name_en", "name_vi", "starts_on", "ends_on", "shared")
        help_texts = {"shared": _("Observers see the board, and the deadlines and meetings that are shared.")}


class NewCycleForm(CycleForm):
    class Meta(CycleForm.Meta):
        fields = ("name_en", "name_vi", "starts_on", "ends_on", "framework", "slug", "shared", "is_test")
        help_texts = CycleForm.Meta.help_texts | {
            "slug": _("Such as ascc-2025-mtr. It stays: links lead to it. Empty: made of the name."),
            "framework": _("Leave it open to import a framework, or to copy one, in the next steps."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["slug"].required = self.fields["framework"].required = False
        self.offer("framework", Framework.objects.all(), _("import or copy one in the next steps"))


PARTS = (
    (Part.MEMBERS, _("members")),
    (Part.BODIES, _("roles of bodies, but not the chair")),
    (Part.DEADLINES, _("deadlines, with their dates moved")),
    (Part.LADDER, _("ladder and the other steps of the plan, with their dates moved")),
)


class CopyCycleForm(ReviewForm):
    """A new cycle made of another one."""

    source = RecordField(label=_("Copy from"), queryset=ReviewCycle.objects.none())
    name_en = TextField(label=_("Name"), max_length=200)
    name_vi = TextField(label=_("Name in Vietnamese"), max_length=200, required=False)
    starts_on = DayField(
        label=_("Starts on"),
        help_text=_("All dates move by as many whole weeks as lie between the two starts."),
    )
    ends_on = DayField(label=_("Ends on"), required=False, help_text=_("Empty: as long as the other one."))
    parts = forms.MultipleChoiceField(
        label=_("What to copy"),
        required=False,
        choices=(),
        widget=forms.CheckboxSelectMultiple,
    )
    own_framework = forms.BooleanField(
        label=_("Copy the framework too, to change it for this cycle"),
        required=False,
        help_text=_("Otherwise both review the same framework."),
    )
    is_test = forms.BooleanField(
        label=_("Test cycle"),
        required=False,
        help_text=ReviewCycle._meta.get_field("is_test").help_text,
    )

    def __init__(self, *args: Any, cycles: "QuerySet[ReviewCycle]", user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        may_copy, parts = parts_for(user), self.fields["parts"]
        assert isinstance(parts, forms.MultipleChoiceField)
        parts.choices = [(part, label) for part, label in PARTS if part in may_copy]
        parts.initial = may_copy
        choice = self.fields["source"]
        assert isinstance(choice, RecordField)
        choice.offer(cycles)

    def clean(self) -> dict[str, Any]:
        """Let the end follow from the other cycle's length."""
        values = super().clean() or self.cleaned_data
        source, starts_on, ends_on = (values.get(name) for name in ("source", "starts_on", "ends_on"))
        if source and starts_on and "ends_on" not in self.errors:
            values["ends_on"] = ends_on or copied_end(source, starts_on)
            if values["ends_on"] < starts_on:
                self.add_error("ends_on", _("The end comes before the start."))
        return values


class SeatForm(RecordForm):
    class Meta:
        model = CycleMembership
        fields = ("member_state", "joined_on")
        help_texts = {
            "joined_on": _("From this day on its reports are counted, and deadlines ask something of it.")
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cycle = self.instance.cycle
        seated = cycle.memberships.counted().values("member_state")
        self.offer("member_state", Organisation.objects.member_states(cycle.ends_on).exclude(pk__in=seated))

    def validate_unique(self) -> None:
        """Nothing: `seat_member` judges it, and gives a member that was taken out its own seat again."""
