"""Form input that arrived too late: kept on the server until the same person sends it again.

Too late: the session had timed out, was ended elsewhere or with the password, or the page was older than the last
sign-in.
The input is stored in the visitor's session, which no browser can read, with the account that sent it. It is shown to
nobody else: when another person signs in here, it is deleted.
"""

import json
from typing import Any, NamedTuple

from django import forms
from django.contrib import messages
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.backends.base import SessionBase
from django.dispatch import receiver
from django.http import HttpRequest
from django.urls import ResolverMatch
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from reviews.models import User
from reviews.models.sent_forms import FIELD, owner_of
from reviews.uploads import kept

KEY = "unsaved_inputs"  # 0.1.0 had one form under "typed"
# Stored for the work on a review, and for corrections.
STORED_ROUTES = (
    "cycles/",
    "people/",
    "calendar/",
    "saved-views/",
    "watching/",
    "away/",
    "mails/",
    "notifications/",
    "admin/",
)
LARGEST = 300_000  # characters of one session, all forms together
ANEW = "begin_anew"  # the button that throws the input away
NEVER_STORED = ("password", "csrfmiddlewaretoken", ANEW)  # parts of a field's name


class UnsavedInput(NamedTuple):
    """One form that was sent too late."""

    user: int
    path: str
    fields: dict[str, list[str]]
    without_file: bool  # a file was sent, and could not be kept

    @property
    def form_key(self) -> list[str]:
        return self.fields.get(FIELD, [])

    def labelled_values(self, match: ResolverMatch | None) -> list[tuple[str, str]]:
        """What the person wrote, with the labels of the form.

        Of fields that only the opened form knows, all that is surely a text, with the end of the field's name.
        """
        form_class = getattr(getattr(getattr(match, "func", None), "view_class", None), "form_class", None)
        form_fields: dict[str, forms.Field] = getattr(form_class, "base_fields", {})
        rows = []
        for name, values in self.fields.items():
            field = form_fields.get(name)
            if field is None:
                field = forms.CharField(label=capfirst(name.rpartition("-")[2].replace("_", " ")))
                values = [value for value in values if " " in value.strip()]
            if any(values) and not field.widget.is_hidden:
                rows.append((str(field.label or name), _in_words(values, field)))
        return rows


def _in_words(values: list[str], field: forms.Field) -> str:
    choices = {key: str(label) for key, label in getattr(field, "choices", ()) if isinstance(key, str)}
    return ", ".join(choices.get(value, value) for value in values)


def keep(request: HttpRequest) -> bool:
    """Store what was sent too late, and say so on the next page. Return whether it is stored."""
    match = request.resolver_match
    if request.method != "POST" or not (match and match.route.startswith(STORED_ROUTES)):
        return False
    author = author_of(request)
    if author is None:
        messages.warning(
            request, _("What you sent was not saved. Your browser's Back button may still have it.")
        )
        return False
    fields, files = _fields_of(request), _kept_files(request, author)
    for name, file in files.items():
        if file:
            fields |= {name: [file.original_name], kept.token_field(name): [file.token]}
    unsaved = UnsavedInput(author, request.get_full_path(), fields, not all(files.values()))
    others = [row for row in stored_in(request.session) if row[:2] != unsaved[:2]]
    if len(json.dumps([*others, unsaved])) > LARGEST:
        messages.warning(
            request, _("What you sent is too long to be kept. Your browser's Back button may still have it.")
        )
        return False
    request.session[KEY] = [*others, unsaved]
    if request.user.is_authenticated:
        return True
    messages.info(request, _("What you typed is kept: sign in, and it is here again."))
    return True


def author_of(request: HttpRequest) -> int | None:
    """The id of the person who typed what was sent; None if it is not known, or not who is signed in.

    Signed out by this very request, signed in, or, once the session is gone, named by the form's key.
    """
    key_owner = owner_of(request.POST.get(FIELD, ""))
    user = getattr(request, "signed_out_user", request.user)
    if not user.is_authenticated:
        return key_owner
    return None if key_owner not in (None, user.pk) else user.pk


def _fields_of(request: HttpRequest) -> dict[str, list[str]]:
    return {
        name: values
        for name, values in request.POST.lists()
        if not any(part in name.lower() for part in NEVER_STORED)
    }


def _kept_files(request: HttpRequest, author: int) -> dict[str, kept.KeptFile | None]:
    """The files that were sent, stored aside; None for one that cannot be kept."""
    return {name: kept.keep(files[-1], author, request.path) for name, files in request.FILES.lists()}


def stored_in(session: SessionBase) -> list[UnsavedInput]:
    return [UnsavedInput(*row) for row in session.get(KEY, [])]


def for_request(request: HttpRequest) -> UnsavedInput | None:
    """What this person typed on this very page and has not saved yet."""
    if KEY not in request.session:
        return None
    own = (request.user.pk, request.get_full_path())
    return next((row for row in stored_in(request.session) if row[:2] == own), None)


def forget(session: SessionBase, unsaved: UnsavedInput) -> None:
    session[KEY] = [row for row in stored_in(session) if row != unsaved]


@receiver(user_logged_in)
def forget_others(request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Delete what another person typed in this browser."""
    if KEY in request.session:
        request.session[KEY] = [row for row in stored_in(request.session) if row.user == user.pk]
