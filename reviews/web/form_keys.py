"""Form keys: a form that was saved is not saved a second time, however often it is sent.

Each form that is shown has a random key. It is stored in the transaction of the record that the form makes, and is
unique there: sent again, also at the same moment, the form leads to what was made the first time.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from reviews.models import SentForm, UnsavedText
from reviews.models.base import all_or_nothing
from reviews.models.sent_forms import FIELD, owner_of
from reviews.request_context import SignedInRequest

# What differs each time a form is sent.
NOT_CONTENT = (FIELD, "csrfmiddlewaretoken")
# Answers to a form that was not saved.
NOT_SAVED = (200, 403, 404, 409)
SAVED_ALREADY = _lazy("You have saved this already. It was not saved a second time.")


class SentBefore(Exception):
    """This form was saved before, or another one with the same content. Nothing was written."""

    def __init__(self, sent: SentForm) -> None:
        super().__init__(f"saved before as {sent.key}")
        self.sent = sent

    def __str__(self) -> str:
        return _("You have saved this form already: %(made)s. Nothing was saved a second time.") % {
            "made": self.sent.made or self.sent.url
        }


class _KeyTaken(Exception):
    """The database has this key, or this content, already."""


def saved_earlier(request: SignedInRequest) -> SentForm | None:
    """What was saved with this form's key before, whatever was typed then."""
    key = _key_of(request)
    return SentForm.objects.filter(key=key).first() if key else None


@contextmanager
def save_once(request: SignedInRequest, *, repeatable: bool = True) -> Iterator[SentForm]:
    """One transaction for a form: what the block writes, then the form's key. Raises SentBefore.

    The block says with set_result() what it made. `repeatable`: whether the same content may be saved with another key.
    Without a key, which no page of ours leaves out, nothing is remembered.
    """
    sent = SentForm(key=_key_of(request), user=request.user, repeatable=repeatable)
    if sent.key:
        sent.content = digest_of(request)
    try:
        with all_or_nothing():
            yield sent
            UnsavedText.forget(request.user, request.get_full_path())
            if sent.key:
                _insert(sent)
    except _KeyTaken:
        same_content = Q(user=request.user, content=sent.content, repeatable=False)
        # The row with this very key first.
        found = SentForm.objects.filter(Q(key=sent.key) | same_content)
        raise SentBefore(min(found, key=lambda row: row.key != sent.key)) from None


def _insert(sent: SentForm) -> None:
    try:
        sent.save(force_insert=True)
    except IntegrityError as error:
        raise _KeyTaken from error


def _key_of(request: SignedInRequest) -> str:
    """The key that was sent; empty if it is not one of ours."""
    key = request.POST.get(FIELD, "")
    owner = owner_of(key)
    if owner is None:
        return ""
    if owner != request.user.pk:
        raise PermissionDenied(
            _("This page was opened by somebody else who was signed in here. Nothing was saved.")
        )
    return _without_signature(key)


def _without_signature(key: str) -> str:
    return key.rpartition(":")[0]


def digest_of(request: HttpRequest) -> str:
    """A digest of what was sent: address, fields and files. With our key: a password may be among them."""
    if not hasattr(request, "form_digest"):
        fields = [(name, values) for name, values in request.POST.lists() if name not in NOT_CONTENT]
        digest = salted_hmac(__name__, json.dumps([request.path, sorted(fields)]), algorithm="sha256")
        for name, files in sorted(request.FILES.lists()):
            for file in files:
                digest.update(f"{name}:{file.name}:{file.size}".encode())
                for chunk in file.chunks():
                    digest.update(chunk)
                file.seek(0)
        request.form_digest = digest.hexdigest()  # type: ignore[attr-defined] # once: later the file has moved
    return str(request.form_digest)  # type: ignore[attr-defined]


class FormKeyMiddleware:
    """Leads whoever sends a saved form again to what it made, in place of a refusal."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.method != "POST" or response.status_code not in NOT_SAVED:
            return response
        key = request.POST.get(FIELD, "")
        if owner_of(key) is None:
            return response
        sent = SentForm.objects.filter(key=_without_signature(key), user=request.user.pk).first()
        if sent is None or sent.content != digest_of(request):
            return response
        messages.info(request, SAVED_ALREADY)
        return redirect(sent.url)
