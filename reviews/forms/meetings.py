"""Forms about a meeting and what is recorded at it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from reviews.forms.base import RecordForm, ReviewForm, note_field
from reviews.forms.disruptions import offer_disruptions
from reviews.forms.fields import DayField
from reviews.models import Decision, Delegation, Meeting, Organisation, OrganisationKind


class MeetingForm(RecordForm):
    why = note_field(
        _("Why the dates move"),
        rows=2,
        help_text=_("Required if the planned days change; the first plan stays."),
    )

    class Meta:
        model = Meeting
        fields = (
            "title",
            "series",
            "number",
            "code",
            "planned_from",
            "planned_to",
            "host",
            "mode",
            "place",
            "time_zone",
            "shared",
            "disruption",
        )
        help_texts = {
            "code": _("Such as 3 for the third coordination meeting, or soca-29."),
            "disruption": _("What made it move, if it is on the register of disruptions."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("host", Organisation.objects.all())
        offer_disruptions(self, self.instance.cycle)
        if self.instance.pk is None:
            del self.fields["why"], self.fields["disruption"]


class HoldForm(ReviewForm):
    held_from = DayField(label=_("Held from"), past=True)
    held_to = DayField(label=_("Held to"), past=True)
    why = note_field(_("Why on other days than planned"), rows=2)


class DelegationForm(RecordForm):
    class Meta:
        model = Delegation
        fields = ("organisation", "present", "head", "size")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("organisation", Organisation.objects.exclude(kind=OrganisationKind.SECTORAL_BODY))


class DecisionForm(RecordForm):
    class Meta:
        model = Decision
        fields = ("text",)
        widgets = {"text": forms.Textarea(attrs={"rows": 3})}
