"""Forms about a review cycle: its names and days, and the seats of its members."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from reviews.forms.base import RecordForm
from reviews.models import CycleMembership, Organisation, ReviewCycle


class CycleForm(RecordForm):
    class Meta:
        model = ReviewCycle
        fields: tuple[str, ...] = ("name_en", "name_vi", "starts_on", "ends_on", "shared")
        help_texts = {"shared": _("Observers see the board, and the deadlines and meetings that are shared.")}


class NewCycleForm(CycleForm):
    class Meta(CycleForm.Meta):
        fields = ("name_en", "name_vi", "slug", "framework", "starts_on", "ends_on", "shared")
        help_texts = CycleForm.Meta.help_texts | {
            "slug": _("Such as ascc-2025-mtr. It stays: links lead to it."),
            "framework": _("Frameworks and their areas are entered in the administration."),
        }


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
        seated = cycle.memberships.values("member_state")
        self.offer("member_state", Organisation.objects.member_states(cycle.ends_on).exclude(pk__in=seated))
