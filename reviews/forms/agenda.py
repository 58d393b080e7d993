"""Forms about the agenda: an item, and its outcome."""

from django import forms
from django.utils.translation import gettext_lazy as _

from reviews.forms.base import RecordForm, ReviewForm, note_field
from reviews.forms.fields import TextField
from reviews.models import AgendaItem, AgendaOutcome


class AgendaItemForm(RecordForm):
    class Meta:
        model = AgendaItem
        fields = ("title", "presenter", "paper", "duration")
        help_texts = {"paper": _("The paper's number, title or address.")}


class ConcludeForm(ReviewForm):
    """What came of an agenda item."""

    outcome = forms.ChoiceField(label=_("Outcome"), choices=[("", "—"), *AgendaOutcome.choices])
    outcome_text = note_field(_("In words"), required=True, rows=4)


class CarryForm(ReviewForm):
    """Confirmation; a button on a meeting's page says into which one."""

    into = TextField(required=False, widget=forms.HiddenInput, max_length=40)
