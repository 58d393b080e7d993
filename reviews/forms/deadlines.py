"""Forms about deadlines and extensions."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from reviews import clock
from reviews.forms.base import RecordForm, ReviewForm, note_field
from reviews.forms.disruptions import offer_disruptions
from reviews.forms.fields import DayField, TextField
from reviews.forms.record_choices import RecordsField
from reviews.models import Deadline, Extension, Organisation
from reviews.models.deadlines import DeadlineFields, anchored_due_day


class DeadlineForm(RecordForm):
    why = note_field(
        _("Why the dates move"), rows=2, help_text=_("Required if a date of an existing deadline changes.")
    )

    class Meta:
        model = Deadline
        fields = (
            "title",
            "output",
            "output_name",
            "anchor",
            "offset_days",
            "opens_on",
            "due_on",
            "last_on",
            "only_for",
            "shared",
            "confidence_note",
        )
        widgets = {"only_for": forms.CheckboxSelectMultiple}
        help_texts = {
            "output_name": _("Only for “other”: what is asked for, such as “list of participants”."),
            "anchor": _("It moves with that meeting; empty: it has dates of its own."),
            "offset_days": _("Such as 5, or -5 for five days before it. The due day follows from it."),
            "due_on": _("A day in Jakarta; “by” includes the day."),
            "last_on": _("After this day submission is locked; empty: never."),
            "only_for": _("None ticked: all members."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cycle = self.instance.cycle
        self.offer("only_for", cycle.members(cycle.ends_on))
        self.offer("anchor", cycle.meetings.all(), _("no meeting"))
        self.fields["due_on"].required = False
        if self.instance.pk is None:
            del self.fields["why"]

    def clean(self) -> dict[str, Any]:
        """Require the due day, unless it follows from a meeting."""
        values = super().clean() or self.cleaned_data
        values["due_on"] = anchored_due_day(cast(DeadlineFields, values))
        if not values["due_on"] and "due_on" not in self.errors:
            self.add_error("due_on", self.fields["due_on"].error_messages["required"])
        return values


class RecordDeliveriesForm(ReviewForm):
    """Which countries have met a deadline, and when."""

    states = RecordsField(
        label=_("Countries that have met it"),
        queryset=Organisation.objects.none(),
        widget=forms.CheckboxSelectMultiple,
    )
    met_on = DayField(label=_("Met on"), past=True, initial=clock.today)
    note = note_field(_("Note"), rows=2)

    def __init__(self, *args: Any, owing: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["states"]
        assert isinstance(field, RecordsField)
        field.offer(Organisation.objects.filter(pk__in=owing).order_by("sort_key"))


class DeliverForm(ReviewForm):
    """A country says that it has met a deadline."""

    met_on = DayField(label=_("Done on"), past=True, initial=clock.today)
    note = note_field(_("Note"), required=True, help_text=_("What was sent, to whom and how."))


class ExtensionForm(RecordForm):
    class Meta:
        model = Extension
        fields: tuple[str, ...] = ("asked_until", "reason", "disruption")
        widgets = {"reason": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_disruptions(self, self.instance.deadline.cycle, self.instance.member_state_id)


class AnotherDayForm(ExtensionForm):
    """Another day for one country that has not asked, with what the person was shown."""

    until = DayField(
        label=_("Due by, for this country"), help_text=_("A day in Jakarta; “by” includes the day.")
    )
    due_seen = DayField(required=False, widget=forms.HiddenInput)  # the date in force
    seen = TextField(required=False, max_length=200, widget=forms.HiddenInput)  # the effect shown above
    field_order = ("until", "reason", "disruption")

    class Meta(ExtensionForm.Meta):
        fields = ("reason", "disruption")
        help_texts = {"reason": _("The country reads it.")}


class DecideForm(ReviewForm):
    """The Secretariat's answer to a request."""

    decision = forms.ChoiceField(
        label=_("Decision"),
        choices=[("grant", _("grant")), ("refuse", _("refuse"))],
        widget=forms.RadioSelect,
    )
    until = DayField(label=_("Granted until"), required=False, help_text=_("The asked day, or another."))
    note = note_field(_("Note"), help_text=_("Required if the request is refused."))
    seen = TextField(required=False, max_length=200, widget=forms.HiddenInput)  # the effect shown above
