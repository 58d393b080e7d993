"""Several requests for more time on one form, each with its own decision and the version that the person saw."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.utils.formats import date_format
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reviews.actions.extensions import Decision
from reviews.forms.base import ReviewForm, note_field
from reviews.forms.fields import DayField, TextField
from reviews.models import Extension
from reviews.models.extensions import WHY_REFUSED
from reviews.queries.extensions import Effect
from reviews.text import is_blank

DECISIONS = [("", _("decide later")), ("grant", _("grant")), ("refuse", _("refuse"))]


class DecisionFields(NamedTuple):
    """The part of the form about one request."""

    extension: Extension
    effect: Effect | None
    decision: BoundField
    until: BoundField
    note: BoundField
    hidden: SafeString


class DecisionsForm(ReviewForm):
    """A request on which nothing was chosen stays as it is."""

    def __init__(
        self,
        *args: Any,
        requests: list[Extension],
        effects: Mapping[int, Effect | None],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.requests, self.effects = requests, effects
        for request in requests:
            self.add_request(request)

    def add_request(self, request: Extension) -> None:
        """Add the fields of a request. The hidden ones say which version was seen, and which effect."""
        effect, name = self.effects[request.pk], str(request.member_state)
        self.fields |= {
            f"decision_{request.pk}": forms.ChoiceField(
                label=_("Decision on %s") % name,
                required=False,
                initial="",
                choices=DECISIONS,
                widget=forms.RadioSelect,
            ),
            f"until_{request.pk}": DayField(
                label=_("Granted until"), required=False, initial=request.asked_until
            ),
            f"note_{request.pk}": note_field(_("Note (required if refused)"), rows=1),
            f"version_{request.pk}": forms.IntegerField(
                initial=request.version, min_value=1, widget=forms.HiddenInput
            ),
            f"seen_{request.pk}": TextField(
                required=False,
                max_length=200,
                widget=forms.HiddenInput,
                initial=effect.fingerprint if effect else "",
            ),
        }

    def rows(self) -> Iterator[DecisionFields]:
        for request in self.requests:
            decision, until, note, *hidden = (
                self[f"{name}_{request.pk}"] for name in ("decision", "until", "note", "version", "seen")
            )
            fields = format_html_join("", "{}", ((field.as_widget(),) for field in hidden))
            yield DecisionFields(request, self.effects[request.pk], decision, until, note, fields)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        chosen = [request for request in self.requests if cleaned.get(f"decision_{request.pk}")]
        for request in chosen:
            if cleaned[f"decision_{request.pk}"] == "refuse":
                self.require_note(request)
            else:
                self.require_seen_until(request)
        if self.was_decided_meanwhile():
            self.add_error(None, _("A request that you chose was decided meanwhile by somebody else."))
        elif not chosen and not self.errors:
            self.add_error(None, _("Choose grant or refuse for at least one request."))
        return cleaned

    def require_note(self, request: Extension) -> None:
        if is_blank(self.cleaned_data.get(f"note_{request.pk}", "")):
            self.add_error(f"note_{request.pk}", WHY_REFUSED)

    def require_seen_until(self, request: Extension) -> None:
        """Add an error for a day that cannot be, or if it does harm that was not shown yet; it is shown now."""
        name, effect = f"until_{request.pk}", self.effects[request.pk]
        until = self.cleaned_data.get(name)
        if not until:
            if name not in self.errors:
                self.add_error(name, _("Give the day until which it is granted."))
            return
        try:
            request.validate_until(until, name)
        except ValidationError as error:
            self.add_error(None, error)
            return
        if effect and effect.does_harm and effect.fingerprint != self.cleaned_data.get(f"seen_{request.pk}"):
            text = _now("This is later than %s, the latest day that harms nothing. To grant it, save again.")
            self.add_error(name, text % date_format(effect.latest_on or until))
            self.replace_data({f"seen_{request.pk}": effect.fingerprint})

    def was_decided_meanwhile(self) -> bool:
        """Whether something was chosen for a request that does not wait any more."""
        sent = {name for name, value in self.data.items() if value and re.fullmatch(r"decision_\d+", name)}
        return not sent <= self.fields.keys()

    def decisions(self) -> list[Decision]:
        """What was decided, for `decide_extensions`."""
        decisions = []
        for request in self.requests:
            decision, until, note, version = (
                self.cleaned_data[f"{name}_{request.pk}"] for name in ("decision", "until", "note", "version")
            )
            if decision:
                decisions.append(Decision(request, version, until if decision == "grant" else None, note))
        return decisions
