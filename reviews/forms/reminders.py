"""Forms of reminders and explanations."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reviews.forms.base import ReviewForm, note_field
from reviews.forms.fields import TextField
from reviews.models import DeadlineOutput, ReminderSchedule, Role
from reviews.models.reminders import FARTHEST_DAYS, USUAL_DAYS
from reviews.queries.reminders import Remindable, due_text, reminded_text
from reviews.text import isolated, plain_signs

MOST_DAYS = 12  # of one kind of deadline and role


class RemindForm(ReviewForm):
    """Whom to remind of what, and what to write with it."""

    items = forms.MultipleChoiceField(label=_("Remind"), widget=forms.CheckboxSelectMultiple)
    text = note_field(
        _("Text"),
        help_text=_("Comes with the deadline and its day, which every reminder names. May stay empty."),
    )

    def __init__(self, *args: Any, rows: list[Remindable], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = {row.key: row for row in rows if not row.is_reminded_today}
        field = self.fields["items"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(key, label_of(row)) for key, row in self.rows.items()]

    def values(self) -> dict[str, Any]:
        chosen = [self.rows[key] for key in self.cleaned_data["items"]]
        items = [(row.deadline, row.state) for row in chosen]
        return {"items": items, "text": self.cleaned_data["text"]}


def label_of(row: Remindable) -> str:
    """A country and what it has to meet: when that is due, and when it was reminded."""
    names = {"state": row.state, "deadline": isolated(str(row.deadline)), "due": due_text(row.status)}
    text = _now("%(state)s: %(deadline)s, %(due)s") % names
    reminded = reminded_text(row.last)
    return f"{text} · {reminded}" if reminded else text


class ExplanationRequestForm(ReviewForm):
    question = note_field(
        _("What is to be explained"),
        required=True,
        help_text=_("The country reads this by mail and on its desk."),
    )


class ExplanationForm(ReviewForm):
    answer = note_field(
        _("Explanation"), required=True, help_text=_("The Secretariat and the regional consultants read it.")
    )


class DaysField(TextField):
    """Days before (−) and after (+) a due day, with commas: "-21, -7, +1"."""

    def clean(self, value: Any) -> list[int]:
        text = plain_signs(super().clean(value)).replace("−", "-")
        words = [word for word in re.split(r"[\s,;]+", text) if word]
        if len(words) > MOST_DAYS:
            raise ValidationError(_("Enter at most %(n)d days.") % {"n": MOST_DAYS})
        if not all(re.fullmatch(r"[+-]?[0-9]{1,3}", word) for word in words):
            raise ValidationError(_("Write whole numbers with commas, such as -7, -1, +1."))
        days = sorted({int(word) for word in words})
        if any(abs(day) > FARTHEST_DAYS for day in days):
            raise ValidationError(_("Enter days from -%(n)d to +%(n)d.") % {"n": FARTHEST_DAYS})
        return days

    @staticmethod
    def text_of(days: "tuple[int, ...] | list[int]") -> str:
        return ", ".join(f"{day:+d}" if day else "0" for day in days)


class ReminderDaysForm(ReviewForm):
    """The days on which each role is reminded of each kind of deadline."""

    def __init__(self, *args: Any, schedule: ReminderSchedule, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        days = schedule.by_output_and_role()
        for output in DeadlineOutput:
            for role in USUAL_DAYS:
                names = {"output": output.label, "role": Role(role).label}
                self.fields[f"{output}.{role}"] = DaysField(
                    label=_now("%(output)s: %(role)s") % names,
                    required=False,
                    max_length=100,
                    initial=DaysField.text_of(days[output, role]),
                )

    def values(self) -> dict[str, Any]:
        names = (name for name in self.fields if name != "version")
        return {"days": {name: self.cleaned_data[name] for name in names}}
