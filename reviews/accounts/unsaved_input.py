"""Form input of a session that timed out: kept on the server until the same person has signed in again.

It is stored in the visitor's new session, which no browser can read, with the account that sent it. It is shown to
nobody else: when another person signs in here, it is deleted.
"""

from typing import Any, NamedTuple

from django import forms
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.backends.base import SessionBase
from django.dispatch import receiver
from django.http import HttpRequest
from django.urls import ResolverMatch

from reviews.models import User
from reviews.uploads import kept

KEY = "typed"
# Stored for the work on a review, and for corrections.
STORED_ROUTES = ("cycles/", "admin/")
NEVER_STORED = ("password", "csrfmiddlewaretoken")  # parts of a field's name
ANEW = "anew"  # in the address: the person wants the empty form


class UnsavedInput(NamedTuple):
    """One form that was sent too late."""

    user: int
    path: str
    fields: dict[str, list[str]]
    without_file: bool  # a file was sent, and could not be kept

    def labelled_values(self, match: ResolverMatch | None) -> list[tuple[str, str]]:
        """What the person wrote, with the labels of the form; what has none was not written by hand."""
        form_class = getattr(getattr(getattr(match, "func", None), "view_class", None), "form_class", None)
        form_fields: dict[str, forms.Field] = getattr(form_class, "base_fields", {})
        rows = []
        for name, values in self.fields.items():
            field = form_fields.get(name)
            if field is None or field.widget.is_hidden or not any(values):
                continue
            choices = {
                key: str(label) for key, label in getattr(field, "choices", ()) if isinstance(key, str)
            }
            text = ", ".join(choices.get(value, value) for value in values)
            rows.append((str(field.label or name), text))
        return rows


def store(request: HttpRequest, user: User | AnonymousUser) -> bool:
    """Store what was sent, if it is worth it. Return whether it was stored."""
    match = request.resolver_match
    if request.method != "POST" or not (user.is_authenticated and match):
        return False
    if not match.route.startswith(STORED_ROUTES):
        return False
    fields = {
        name: values
        for name, values in request.POST.lists()
        if not any(part in name.lower() for part in NEVER_STORED)
    }
    sent = request.FILES.lists()
    kept_files = {name: kept.keep(files[-1], user.pk, request.path) for name, files in sent}
    for name, file in kept_files.items():
        if file:
            fields |= {name: [file.original_name], kept.token_field(name): [file.token]}
    without_file = not all(kept_files.values())
    request.session[KEY] = UnsavedInput(user.pk, request.get_full_path(), fields, without_file)
    return True


def for_request(request: HttpRequest) -> UnsavedInput | None:
    """What this person typed on this very page and has not saved yet."""
    if KEY not in request.session or ANEW in request.GET:
        return None
    unsaved = UnsavedInput(*request.session[KEY])
    is_own = (unsaved.user, unsaved.path) == (request.user.pk, request.get_full_path())
    return unsaved if is_own else None


def forget(session: SessionBase) -> None:
    session.pop(KEY, None)


@receiver(user_logged_in)
def forget_others(request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Delete what another person typed in this browser."""
    if KEY in request.session and UnsavedInput(*request.session[KEY]).user != user.pk:
        forget(request.session)
