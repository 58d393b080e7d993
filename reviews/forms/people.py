"""Forms about people: invitations, one by one and from a sheet, and alternates."""

from collections import defaultdict
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reviews import clock, policy
from reviews.forms.base import RecordForm, ReviewForm
from reviews.forms.fields import EmailField, TextField
from reviews.forms.record_choices import RecordField
from reviews.forms.sheets import Column, ImportRow, SheetForm, add_model_errors
from reviews.models import Invitation, InvitationStatus, Organisation, Role, User
from reviews.models.invitations import InvitationFields
from reviews.text import fold

ADMINISTRATOR_GIVES = _(
    "An administrator invites people of a country and regional consultants: they read what their side keeps to itself."
)


class InviteForm(ReviewForm):
    """One invitation. Only the roles that this person may give are offered."""

    name = TextField(label=_("Name"), max_length=150)
    email = EmailField(label=_("E-mail"), max_length=254)
    organisation = RecordField(label=_("Body"), queryset=Organisation.objects.all())
    role = forms.ChoiceField(label=_("Role"))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles, role = policy.roles_given_by(user), self.fields["role"]
        assert isinstance(role, forms.ChoiceField)
        role.choices = [("", _("please choose")), *((r.value, r.label) for r in roles)]
        if len(roles) < len(Role):
            role.help_text = str(ADMINISTRATOR_GIVES)


class InvitePeopleForm(SheetForm):
    """Many invitations: name, e-mail, body and role of each person."""

    most_rows = 100  # on one sheet; within an hour, see reviews.accounts.mail_throttle
    columns = (
        Column("email", _("E-mail"), required=True, also=("e_mail", "mail", "address")),
        Column("name", _("Name"), required=True, also=("full_name",)),
        Column("body", _("Body"), required=True, also=("organisation", "organization", "country", "code")),
        Column("role", _("Role"), required=True),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.roles = policy.roles_given_by(user)

    def prepare(self, texts: list[dict[str, str]]) -> None:
        self.bodies: dict[str, set[Organisation]] = defaultdict(set)
        for body in Organisation.objects.all():
            for name in filter(None, (body.name_en, body.name_vi, body.iso2)):
                self.bodies[fold(name)].add(body)
        self.bodies |= {fold(body.code): {body} for bodies in self.bodies.values() for body in bodies}
        self.role_of = {fold(str(role.label)): role for role in Role} | {role.value: role for role in Role}
        addresses = {row["email"].casefold() for row in texts}
        self.accounts = {
            email.casefold()
            for email in User.objects.values_list("email", flat=True)
            if email.casefold() in addresses
        }
        working = Invitation.objects.filter(status=InvitationStatus.OPEN, expires_at__gt=clock.now())
        self.invited = {row.email.casefold(): row for row in working if row.email.casefold() in addresses}

    def read_row(self, row: ImportRow) -> None:
        texts = row.texts
        body, role = self.body_of(row), self.role_of.get(fold(texts["role"]))
        self.check_role(row, role)
        self.check_address(row)
        if row.errors or body is None or role is None:
            return
        invitation = Invitation(email=texts["email"], name=texts["name"], organisation=body, role=role)
        add_model_errors(row, invitation, {"email": "email", "name": "name", "organisation": "body"})
        texts |= {"body": str(body), "role": str(role.label)}
        row.value = InvitationFields(
            email=texts["email"], name=texts["name"], organisation=body, role=role.value
        )
        row.outcome = _("will be invited by mail")

    def body_of(self, row: ImportRow) -> Organisation | None:
        """The body of a code or name; a code means one body alone, a name may be that of several."""
        text = row.texts["body"]
        found = sorted(self.bodies.get(fold(text), ()), key=lambda body: body.code)
        if len(found) == 1:
            return found[0]
        if found:
            codes = ", ".join(body.code for body in found)
            message = _now(
                "Several bodies are called “%(name)s”: write the code of the right one (%(codes)s)."
            )
            row.add_error("body", message % {"name": text, "codes": codes})
        elif text:
            message = _now("There is no body “%s”: write its code, such as VNM, or its name.")
            row.add_error("body", message % text)
        return None

    def check_role(self, row: ImportRow, role: Role | None) -> None:
        text = row.texts["role"]
        if text and role is None:
            roles = ", ".join(str(role.label) for role in Role)
            row.add_error(
                "role", _now("“%(role)s” is no role. Roles: %(roles)s.") % {"role": text, "roles": roles}
            )
        elif role and role not in self.roles:
            row.add_error("role", _("Only an administrator gives this role."))

    def check_address(self, row: ImportRow) -> None:
        address = row.texts["email"].casefold()
        if address in self.accounts:
            row.add_error("email", _("Somebody has an account with this e-mail address already."))
        elif address in self.invited:
            day = date_format(clock.day_of(self.invited[address].expires_at))
            row.add_error("email", _now("Invited already; the invitation works until %s.") % day)


class AlternateForm(RecordForm):
    """Who acts when somebody is away."""

    class Meta:
        model = User
        fields = ("alternate",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        person = self.instance
        colleagues = User.objects.filter(organisation=person.organisation_id).exclude(pk=person.pk)
        able = [user.pk for user in colleagues if policy.of_one_side(user, person)]
        self.offer("alternate", colleagues.filter(pk__in=able), _("nobody"))
