"""Absences: the days on which somebody is away, and acting for somebody who is."""

from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from reviews.accounts import standing_in
from reviews.forms.absences import AbsenceForm
from reviews.forms.base import ReviewForm
from reviews.models import User
from reviews.views.form_pages import FormPage, TransitionPage
from reviews.views.people import PeoplePage, person_or_404


class AbsencePage(FormPage):
    """The person's own days away; for whom he or she may act."""

    form_class: type[ReviewForm] = AbsenceForm
    verb, template_name = "set_away", "absences/away.html"
    title, submit_label, success_message = _("Days away"), _("Save days"), _("The days are saved.")

    def get_cycle(self) -> None:
        return None

    def get_object(self) -> User:
        return User.objects.select_related("alternate").get(pk=self.request.user.pk)

    def check_permission(self) -> None:
        """Everybody's own."""

    def get_success_url(self) -> str:
        return reverse("away")

    get_cancel_url = get_success_url

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        page = {"away": standing_in.people_away_for(self.request.user), "person": self.object}
        return super().get_context_data(**kwargs) | page


class PersonAway(PeoplePage):
    """The days away of somebody else, for those who arrange it: who is ill cannot enter them."""

    object: User
    record_or_404 = staticmethod(person_or_404)
    form_class, permission, verb = AbsenceForm, "people.arrange", "set_away"
    title, submit_label, success_message = _("Days away"), _("Save days"), _("The days are saved.")

    def get_success_url(self) -> str:
        return reverse("person", args=[self.object.pk])

    get_cancel_url = get_success_url


class StandInButton(AbsencePage, TransitionPage):
    """A button: begin, or end, to act for somebody."""

    form_class = ReviewForm
    is_new = True
    object: User


class ActFor(StandInButton):
    success_message = _("You act for this person until you stop. The history names both of you.")

    def get_object(self) -> User:
        people = standing_in.people_away_for(self.request.user)
        found = next((person for person in people if str(person.pk) == str(self.kwargs["pk"])), None)
        if found is None:
            raise Http404
        return found

    def perform(self, form: ReviewForm, expected_version: int) -> None:
        standing_in.begin(self.request, self.object)

    def get_success_url(self) -> str:
        return reverse("desk")


class StopActing(StandInButton):
    success_message = _("You act in your own name again.")

    def get_object(self) -> User:
        if self.request.user.acting_for is None:
            raise Http404
        return self.request.user.acting_for

    def perform(self, form: ReviewForm, expected_version: int) -> None:
        standing_in.end(self.request)
