"""The form for a calendar address: what the calendar is to contain."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from reviews import policy
from reviews.forms.base import ReviewForm
from reviews.models import CalendarFeed, Organisation, ReviewCycle, User

EVERYTHING = "all"
MADE_ALREADY = _("You have an address of this calendar already.")


def countries_read_by(user: User) -> list[Organisation]:
    """The own country of a national; all member states for those who read all reports."""
    match policy.scope_of(user, "report.read"):
        case policy.Scope.EVERYWHERE:
            return list(
                Organisation.objects.filter(memberships__isnull=False).distinct().order_by("sort_key")
            )
        case policy.Scope.OWN if user.organisation:
            return [user.organisation]
    return []


class CalendarFeedForm(ReviewForm):
    """One calendar among those that the person may read."""

    content = forms.ChoiceField(label=_("What the calendar contains"))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.cycles = {f"cycle-{c.slug}": c for c in ReviewCycle.objects.visible_to(user).distinct()}
        self.countries = {f"country-{state.code}": state for state in countries_read_by(user)}
        content = self.fields["content"]
        assert isinstance(content, forms.ChoiceField)
        content.choices = [
            (EVERYTHING, _("Everything that concerns me, of all review cycles")),
            (_("One review cycle"), [(key, str(cycle)) for key, cycle in self.cycles.items()]),
            (_("The dates of one country"), [(key, str(state)) for key, state in self.countries.items()]),
        ]

    def clean_content(self) -> str:
        content = str(self.cleaned_data["content"])
        if CalendarFeed.objects.filter(person=self.user, **self.values_of(content)).exists():
            raise ValidationError(MADE_ALREADY)
        return content

    def values_of(self, content: str) -> dict[str, Any]:
        return {"cycle": self.cycles.get(content), "member_state": self.countries.get(content)}

    def values(self) -> dict[str, Any]:
        return self.values_of(self.cleaned_data["content"])
