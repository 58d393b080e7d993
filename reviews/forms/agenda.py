"""Forms about the agenda: an item with its paper, its outcome, its order, and the agenda of another meeting."""

from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reviews.forms.base import RecordForm, ReviewForm, note_field
from reviews.forms.fields import TextField
from reviews.forms.files import DocumentField, DocumentForm
from reviews.models import AgendaItem, AgendaOutcome, Meeting

TEMPLATE = "template"
LONGEST_AGENDA = 1_000  # items


class AgendaItemForm(RecordForm, DocumentForm):
    file = DocumentField(_("The paper as a file"), required=False)

    class Meta:
        model = AgendaItem
        fields = ("section", "title", "presenter", "duration", "paper")
        help_texts = {
            "section": _(
                "The heading above it. Items that follow one another under one heading stand together."
            ),
            "paper": _("The paper's number, title or address."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.file:
            file = self.fields["file"]
            now = _now("Now: %s. Another file takes its place.") % self.instance.original_name
            file.help_text = format_html("{} {}", file.help_text, now)


class ConcludeForm(ReviewForm):
    """What came of an agenda item."""

    outcome = forms.ChoiceField(
        label=_("Outcome"),
        choices=AgendaOutcome.choices,
        widget=forms.RadioSelect,
    )
    outcome_text = note_field(_("In words"), required=True, rows=4)


class CarryForm(ReviewForm):
    """Confirmation; a button on a meeting's page says into which one."""

    into = TextField(required=False, widget=forms.HiddenInput, max_length=40)


class CopyAgendaForm(ReviewForm):
    """From where the items are taken over: the template, or a meeting that has an agenda."""

    source = forms.ChoiceField(label=_("Take over from"), widget=forms.RadioSelect, initial=TEMPLATE)

    def __init__(self, *args: Any, meetings: list[Meeting], template: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.meetings = {meeting.code: meeting for meeting in meetings}
        source = self.fields["source"]
        assert isinstance(source, forms.ChoiceField)
        source.choices = [
            (TEMPLATE, template),
            *((code, str(meeting)) for code, meeting in self.meetings.items()),
        ]

    def clean_source(self) -> Meeting | None:
        return self.meetings.get(self.cleaned_data["source"])


class OrderField(forms.RegexField):
    """Hidden field: the ids of all items in their order, such as "12.14.13"."""

    def __init__(self) -> None:
        ids = rf"\A[0-9]{{1,9}}(\.[0-9]{{1,9}}){{0,{LONGEST_AGENDA}}}\Z"
        message = _("This page does not say how to order the agenda. Please open it again.")
        errors = dict.fromkeys(("required", "invalid"), message)
        super().__init__(ids, widget=forms.HiddenInput, error_messages=errors)

    def clean(self, value: Any) -> list[int]:
        return [int(pk) for pk in super().clean(value).split(".")]


class OrderForm(ReviewForm):
    """The order of the agenda, and the one that the person saw before."""

    order = OrderField()
    seen = OrderField()
