"""What somebody typed while their session ran out: kept on the server until the same person has signed in again.

It lies in the visitor's new session, which no browser can read, with the number of the account that sent it. It is
shown to nobody else: whoever signs in here as another person makes it vanish.
"""

from typing import Any, NamedTuple

from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest
from django.urls import ResolverMatch

KEY = "typed"
# Of the work on a review, and of corrections; a password is asked for again.
KEPT, NEVER = ("cycles/", "admin/"), ("password", "csrfmiddlewaretoken")
ANEW = "anew"  # in the address: the person wants the empty form


class Typed(NamedTuple):
    """One form that was sent too late."""

    user: int
    path: str
    fields: dict[str, list[str]]
    with_file: bool

    def shown(self, match: ResolverMatch | None) -> list[tuple[str, str]]:
        """What the person wrote, with the labels of the form; what has none was not written by hand."""
        known = getattr(getattr(getattr(match, "func", None), "view_class", None), "form_class", None)
        fields = getattr(known, "base_fields", {})
        return [
            (str(fields[name].label or name), _readable(fields[name], values))
            for name, values in self.fields.items()
            if name in fields and not fields[name].widget.is_hidden and any(values)
        ]


def _readable(field: Any, values: list[str]) -> str:
    words = {
        str(value): str(label) for value, label in getattr(field, "choices", ()) if isinstance(value, str)
    }
    return ", ".join(words.get(value, value) for value in values)


def keep(request: HttpRequest, user: Any) -> bool:
    """Whether it was worth keeping, and is kept."""
    match = request.resolver_match
    if request.method != "POST" or not (user.is_authenticated and match and match.route.startswith(KEPT)):
        return False
    fields = {
        name: values
        for name, values in request.POST.lists()
        if not any(word in name.lower() for word in NEVER)
    }
    request.session[KEY] = Typed(user.pk, request.get_full_path(), fields, bool(request.FILES))
    return True


def of(request: HttpRequest) -> Typed | None:
    """What this person typed on this very page, and what is not saved yet."""
    if KEY not in request.session or ANEW in request.GET:
        return None
    typed = Typed(*request.session[KEY])
    return typed if (typed.user, typed.path) == (request.user.pk, request.get_full_path()) else None


def forget(session: Any) -> None:
    session.pop(KEY, None)


@receiver(user_logged_in)
def forget_others(request: HttpRequest, user: Any, **kwargs: Any) -> None:
    if KEY in request.session and Typed(*request.session[KEY]).user != user.pk:
        forget(request.session)
