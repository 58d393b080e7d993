"""People and invitations as lists: columns and filters."""

import django_filters as filters
import django_tables2 as tables
from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reviews import clock
from reviews.lists.base import WordsFilter, choice_filter
from reviews.lists.columns import DayColumn, StatusColumn
from reviews.models import Invitation, InvitationStatus, OrganisationKind, Role, User
from reviews.models.folding import Folded
from reviews.text import fold

ACCOUNTS = (
    ("active", _("may sign in")),
    ("left", _("may no longer sign in")),
    ("left_with_items", _("may no longer sign in, open items left")),
)


def search_people(rows: "QuerySet[User]", name: str, value: str) -> "QuerySet[User]":
    """Return the people who have each word in their name, address or body, whatever its diacritics and case."""
    columns = {"folded_name": "name", "folded_email": "email", "folded_body": "organisation__name_en"}
    rows = rows.alias(**{alias: Folded(column) for alias, column in columns.items()})
    for word in fold(value).split():
        found = Q(organisation__code__iexact=word)
        for alias in columns:
            found |= Q(**{f"{alias}__contains": word})
        rows = rows.filter(found)
    return rows


def filter_accounts(rows: "QuerySet[User]", name: str, value: str) -> "QuerySet[User]":
    """Return those who can still sign in, those who no longer can, or of these who still have open items."""
    if value == "active":
        return rows.offered()  # type: ignore[attr-defined]  # of our model
    gone = rows.gone()  # type: ignore[attr-defined]
    return gone.filter(held__gt=0) if value == "left_with_items" else gone


class PeopleFilter(filters.FilterSet):
    q = WordsFilter(label=_("Words"), method=search_people, max_length=100)
    role = choice_filter(_("Role"), Role.choices)
    kind = filters.ChoiceFilter(
        label=_("Kind of body"),
        field_name="organisation__kind",
        choices=OrganisationKind.choices,
        empty_label=_("all"),
    )
    account = filters.ChoiceFilter(
        label=_("Account"), method=filter_accounts, choices=ACCOUNTS, empty_label=_("all")
    )

    class Meta:
        model = User
        fields = ("q", "role", "kind", "account")


class PeopleTable(tables.Table):
    name = tables.Column(
        linkify=lambda record: record.get_absolute_url(), accessor="display_name", order_by="name"
    )
    organisation = tables.Column(_("Body"), order_by="organisation__sort_key")
    role = tables.Column(_("Role"), accessor="role_text", order_by="role")
    email = tables.Column()
    alternate = tables.Column(accessor="alternate_text", orderable=False)
    held = tables.Column(_("Open items"))
    is_active = StatusColumn(_("Account"), accessor="account_text", order_by="is_active")

    class Meta:
        model = User
        fields = ("name", "organisation", "role", "email", "alternate", "held", "is_active")


class InvitationFilter(filters.FilterSet):
    status = choice_filter(_("Status"), InvitationStatus.choices)
    role = choice_filter(_("Role"), Role.choices)

    class Meta:
        model = Invitation
        fields = ("status", "role")


class InvitationTable(tables.Table):
    name = tables.Column()
    organisation = tables.Column(_("Body"), order_by="organisation__sort_key")
    status = StatusColumn(accessor="status_text", order_by="status")
    expires_at = DayColumn(_("Works until"))
    invited_by = tables.Column(orderable=False)
    withdraw = tables.Column(_("Withdraw"), accessor="pk", orderable=False, exclude_from_export=True)

    class Meta:
        model = Invitation
        fields = ("name", "email", "organisation", "role", "status", "expires_at", "invited_by", "withdraw")

    def render_withdraw(self, value: int, record: Invitation) -> SafeString | str | Promise:
        if record.status != InvitationStatus.OPEN or record.expires_at <= clock.now():
            return ""
        text, of = _now("Withdraw"), record.name
        url = record.withdraw_url
        return format_html('<a href="{}">{}<span class="visually-hidden"> {}</span></a>', url, text, of)
