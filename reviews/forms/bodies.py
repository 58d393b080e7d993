"""Forms about the roles of bodies in a cycle."""

from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from reviews.actions.bodies import Holder, first_holders
from reviews.forms.base import RecordForm, ReviewForm
from reviews.forms.fields import DayField
from reviews.forms.record_choices import RecordField
from reviews.models import BodyRole, CycleRole, Organisation, OrganisationKind, ReviewCycle

# Who can have a role at all: not the ministries and partners, of which there are many.
BODIES = (
    OrganisationKind.OVERSIGHT_BODY,
    OrganisationKind.SECTORAL_BODY,
    OrganisationKind.SECRETARIAT,
    OrganisationKind.EVALUATION_TEAM,
)
KINDS = {
    CycleRole.SECRETARIAT: (OrganisationKind.SECRETARIAT,),
    CycleRole.EVALUATION_TEAM: (OrganisationKind.EVALUATION_TEAM,),
    CycleRole.CHAIR: (OrganisationKind.MEMBER_STATE, OrganisationKind.OVERSIGHT_BODY),
}  # the others: any body that oversees or carries the work
DECIDING = (OrganisationKind.OVERSIGHT_BODY, OrganisationKind.SECTORAL_BODY)


class BodyRolesForm(ReviewForm):
    """The first body of each role in a draft; the chair with its days."""

    chair_from = DayField(label=_("Chair and host from"), required=False)
    chair_until = DayField(
        label=_("Chair and host until"),
        required=False,
        help_text=_("A next chair is added on the page of the cycle."),
    )

    def __init__(self, *args: Any, cycle: ReviewCycle, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cycle, self.present = cycle, first_holders(cycle)
        for role in CycleRole:
            row = self.present.get(role)
            field = RecordField(
                label=capfirst(str(role.label)),
                queryset=Organisation.objects.none(),
                required=False,
                initial=row and row.body_id,
                empty_label=_("not entered"),
            )
            field.present = (row.body_id,) if row else ()
            field.offer(Organisation.objects.filter(kind__in=KINDS.get(role, DECIDING)))
            self.fields[role.value] = field
        self.order_fields([*CycleRole.values, "chair_from", "chair_until"])
        chair = self.present.get(CycleRole.CHAIR)
        self.fields["chair_from"].initial = chair.from_on if chair else cycle.starts_on
        self.fields["chair_until"].initial = chair and chair.until_on

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        first, last = values.get("chair_from") or self.cycle.starts_on, values.get("chair_until")
        if last and last < first:
            self.add_error("chair_until", _("The last day comes before the first."))
        return values

    def values(self) -> dict[str, Any]:
        values, holders = super().values(), {}
        for role in CycleRole:
            row = self.present.get(role)
            days = (row.from_on, row.until_on) if row else (self.cycle.starts_on, None)
            if role == CycleRole.CHAIR:
                days = (values["chair_from"] or self.cycle.starts_on, values["chair_until"])
            holders[role.value] = Holder(values[role.value], *days)
        return {"holders": holders}


class BodyRoleForm(RecordForm):
    class Meta:
        model = BodyRole
        fields = ("role", "body", "from_on", "until_on")
        help_texts = {"until_on": _("Empty: no end is known. A chair of a year has one.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = (*BODIES, OrganisationKind.MEMBER_STATE)
        self.offer("body", Organisation.objects.filter(kind__in=kinds))
