"""People: who has which role where, what they hold, alternates, and invitations."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reviews import policy
from reviews.accounts.invitations import invite, invite_all
from reviews.forms.base import ReasonForm, ReviewForm
from reviews.forms.people import AlternateForm, InviteForm, InvitePeopleForm
from reviews.lists.people import InvitationFilter, InvitationTable, PeopleFilter, PeopleTable
from reviews.models import Invitation, User
from reviews.queries.people import hand_over_of, held_by, moves_of, with_held
from reviews.rendering.people import hand_over_document
from reviews.request_context import SignedInRequest
from reviews.text import isolated
from reviews.views.base import SiteListPage
from reviews.views.form_pages import FormPage
from reviews.views.minutes import word_response
from reviews.views.sheets import ImportPage
from reviews.web.errors import Text


class PeopleList(SiteListPage):
    model, table_class, filterset_class = User, PeopleTable, PeopleFilter
    permission, nav, title = "people.read", "people", _("People")
    select_related, ordering = ("organisation", "alternate"), ("organisation__sort_key", "name")
    empty_text = _("Nobody found.")

    def get_queryset(self) -> "QuerySet[User]":
        return with_held(super().get_queryset())

    def get_actions(self) -> list[tuple[Text, str]]:
        if not policy.may(self.request.user, "account.invite"):
            return []
        return [
            (_("Invite people from a sheet"), reverse("invite-sheet")),
            (_("Invite a person"), reverse("invite")),
            (_("Invitations"), reverse("invitation-list")),
        ]


class InvitationList(SiteListPage):
    model, table_class, filterset_class = Invitation, InvitationTable, InvitationFilter
    permission, nav, title = "people.read", "people", _("Invitations")
    select_related, ordering = ("organisation", "invited_by"), ("-id",)
    empty_text = _("Nobody was invited yet.")
    get_actions = PeopleList.get_actions


def person_or_404(request: SignedInRequest, cycle: None, pk: str) -> User:
    """Somebody, for those who read about people. Raises Http404."""
    policy.require_reader(request.user, "people.read")
    return get_object_or_404(User.objects.select_related("alternate"), pk=pk)


def person_page(request: SignedInRequest, pk: str) -> HttpResponse:
    """One person: body, role, alternates, what is in his or her name, and earlier bodies and roles."""
    person = person_or_404(request, None, pk)
    context = {
        "nav": "people",
        "title": person,
        "person": person,
        "held": held_by(person, request.user),
        "stands_in_for": person.stands_in_for.select_related("alternate"),
        "moves": moves_of(person),
        "may_arrange": policy.may(request.user, "people.arrange"),
    }
    return render(request, "people/person.html", context)


def hand_over_page(request: SignedInRequest, pk: str) -> HttpResponse:
    """What is to be handed over when somebody leaves: open items, gaps of the country, who knows what."""
    person = person_or_404(request, None, pk)
    context = {
        "nav": "people",
        "title": _now("Hand-over: %(person)s") % {"person": isolated(str(person))},
        "person": person,
        "hand_over": hand_over_of(person, request.user),
        "breadcrumbs": [(_("People"), reverse("people")), (person, person.get_absolute_url())],
    }
    return render(request, "people/hand_over.html", context)


def hand_over_docx(request: SignedInRequest, pk: str) -> HttpResponse:
    """The same as a Word document."""
    person = person_or_404(request, None, pk)
    return word_response(hand_over_document(hand_over_of(person, request.user)), f"hand-over-{person.pk}")


class PeoplePage(FormPage):
    """A form about people, who belong to no cycle."""

    nav = "people"

    def get_cycle(self) -> None:
        return None

    def get_success_url(self) -> str:
        return reverse("people")

    get_cancel_url = get_success_url


class NameAlternate(PeoplePage):
    object: User
    record_or_404 = staticmethod(person_or_404)
    form_class, permission, verb = AlternateForm, "people.arrange", "name_alternate"
    title, submit_label, success_message = (
        _("Alternate"),
        _("Save alternate"),
        _("The alternate is saved."),
    )

    def get_success_url(self) -> str:
        return reverse("person", args=[self.object.pk])

    get_cancel_url = get_success_url


class InvitationPage(PeoplePage):
    """A new invitation, or several."""

    permission, is_new = "account.invite", True

    def get_object(self) -> Invitation:
        return Invitation()

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"user": self.request.user}

    def get_success_url(self) -> str:
        return reverse("invitation-list")

    get_cancel_url = get_success_url

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"lead": self.lead}

    lead: Text = _("A mail goes out with a link that makes the account, once, within 72 hours.")


class InvitePerson(InvitationPage):
    form_class, asks_before_repeating = InviteForm, True
    title, submit_label = _("Invite a person"), _("Send invitation")
    success_message = _("The invitation is sent.")

    def perform(self, form: ReviewForm, expected_version: int) -> Invitation:
        return invite(self.request, **form.values())


class InvitePeople(InvitationPage, ImportPage):
    form_class, help_template = InvitePeopleForm, "people/sheet_help.html"
    title, submit_label = _("Invite people from a sheet"), _("Send invitations")
    success_message = _("The invitations are sent.")

    def perform(self, form: ReviewForm, expected_version: int) -> Invitation:
        return invite_all(self.request, **form.values())[-1]


def invitation_or_404(request: SignedInRequest, cycle: None, pk: str) -> Invitation:
    policy.require_reader(request.user, "people.read")
    return get_object_or_404(Invitation.objects.select_related("organisation"), pk=pk)


class WithdrawInvitation(PeoplePage):
    object: Invitation
    record_or_404 = staticmethod(invitation_or_404)
    form_class, permission = ReasonForm, "account.invite"
    transition = verb = "withdraw"
    title, submit_label = _("Withdraw the invitation"), _("Withdraw invitation")
    success_message = _("The invitation is withdrawn: its link no longer works.")

    def get_success_url(self) -> str:
        return reverse("invitation-list")

    get_cancel_url = get_success_url
