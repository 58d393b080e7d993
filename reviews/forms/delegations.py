"""Attendance at a meeting: all bodies on one form, each row with what the person saw of it."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reviews.actions.delegations import Attendance
from reviews.forms.base import ReviewForm
from reviews.forms.fields import TextField, WholeNumberField
from reviews.models import Delegation, User
from reviews.models.delegations import DelegationFields, absence_errors
from reviews.queries.delegations import Seat

PRESENT, ABSENT = "yes", "no"
CHOICES = ((PRESENT, _("Present")), (ABSENT, _("Absent")))
MOST_PEOPLE = 10_000  # of one delegation
NAMES = ("present", "head", "size", "note", "people")
EMPTY: Mapping[str, Any] = {"present": "", "head": "", "size": None, "note": "", "people": []}


class SeatFields(NamedTuple):
    """The part of the form about one body."""

    seat: Seat
    present: BoundField
    head: BoundField
    size: BoundField
    note: BoundField
    people: BoundField
    hidden: tuple[BoundField, BoundField]


class AttendanceForm(ReviewForm):
    """A row left as it was is not written, whatever others made of it meanwhile."""

    def __init__(self, *args: Any, seats: list[Seat], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.seats = {seat.organisation.pk: seat for seat in seats}
        for seat in seats:
            self.add_seat(seat)

    def add_seat(self, seat: Seat) -> None:
        """Add the fields of a body. `was` tells what was recorded when the page was opened."""
        pk, stored = seat.organisation.pk, values_of(seat.delegation)
        shown = stored | ({} if seat.delegation else {"present": as_choice(seat.present)})
        people = forms.MultipleChoiceField(
            label=_("People"),
            required=False,
            choices=[(str(person.pk), label_of(person, seat)) for person in seat.people],
            widget=forms.CheckboxSelectMultiple,
        )
        fields: dict[str, forms.Field] = {
            "present": forms.ChoiceField(
                label=_("Attendance"), required=False, choices=CHOICES, widget=forms.RadioSelect
            ),
            "head": TextField(label=_("Head of delegation"), required=False, max_length=200),
            "size": WholeNumberField(label=_("Number"), required=False, min_value=0, max_value=MOST_PEOPLE),
            "note": TextField(label=_("Note"), required=False, max_length=300),
            "people": people,
        }
        for name, field in fields.items():
            field.label, field.initial = f"{seat.organisation}: {field.label}", shown[name]
            self.fields[f"{name}_{pk}"] = field
        version = seat.delegation.version if seat.delegation else 0
        hidden = forms.HiddenInput
        self.fields[f"seen_{pk}"] = forms.IntegerField(
            initial=version, min_value=0, widget=hidden, required=False
        )
        self.fields[f"was_{pk}"] = forms.CharField(
            initial=digest(stored), max_length=64, widget=hidden, required=False
        )

    def rows(self) -> Iterator[SeatFields]:
        for pk, seat in self.seats.items():
            present, head, size, note, people = (self[f"{name}_{pk}"] for name in NAMES)
            hidden = (self[f"seen_{pk}"], self[f"was_{pk}"])
            yield SeatFields(seat, present, head, size, note, people, hidden)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for pk in self.seats:
            typed = self.values_typed(pk)
            if not typed["present"] and typed != EMPTY and f"present_{pk}" not in self.errors:
                self.add_error(f"present_{pk}", _now("Choose present or absent."))
            if typed["present"] == ABSENT and digest(typed) != cleaned.get(f"was_{pk}"):
                self.add_absence_errors(pk, typed)
        return cleaned

    def add_absence_errors(self, pk: int, typed: Mapping[str, Any]) -> None:
        """As the model says, for all rows at once. A row that is left as it was recorded stays."""
        for name, message in absence_errors(
            present=False, size=typed["size"], people=typed["people"]
        ).items():
            self.add_error(f"{name}_{pk}", message)

    def values_typed(self, pk: int) -> dict[str, Any]:
        return {name: self.cleaned_data.get(f"{name}_{pk}", EMPTY[name]) for name in NAMES}

    def changed_rows(self) -> list[Attendance]:
        """What this person says anew, of the bodies of which it is said whether they came."""
        rows = []
        for pk, seat in self.seats.items():
            typed = self.values_typed(pk)
            if not typed["present"] or digest(typed) == self.cleaned_data[f"was_{pk}"]:
                continue
            people = [person for person in seat.people if str(person.pk) in typed["people"]]
            values: DelegationFields = {
                "organisation": seat.organisation,
                "present": typed["present"] == PRESENT,
                "head": typed["head"],
                "size": typed["size"],
                "note": typed["note"],
                "people": people,
            }
            rows.append(Attendance(self.cleaned_data[f"seen_{pk}"] or 0, values))
        return rows

    def newer(self, rows: list[Attendance]) -> list[tuple[Delegation, int]]:
        """The delegations among these rows that are newer than the person saw, each with the version seen."""
        found = []
        for version, values in rows:
            delegation = self.seats[values["organisation"].pk].delegation
            if delegation and delegation.version != version:
                found.append((delegation, version))
        return found

    def accept(self, delegations: list[Delegation]) -> None:
        """As `accept_version`: the person has been shown what changed in these delegations."""
        for row in delegations:
            pk = row.organisation_id
            self.replace_data({f"seen_{pk}": row.version, f"was_{pk}": digest(values_of(row))})


def label_of(person: User, seat: Seat) -> str:
    """The name and the role; of somebody recorded who would not be offered today, why not."""
    label = f"{person} · {person.role_text}"
    moved = person.organisation_id != seat.organisation.pk
    reason = _now("now of another body") if moved else person.why_not_offered
    return f"{label} ({reason})" if reason else label


def as_choice(present: bool | None) -> str:
    return "" if present is None else (PRESENT if present else ABSENT)


def values_of(delegation: Delegation | None) -> dict[str, Any]:
    """What is recorded, as the form's fields have it."""
    if delegation is None:
        return {**EMPTY}
    return {
        "present": as_choice(delegation.present),
        "head": delegation.head,
        "size": delegation.size,
        "note": delegation.note,
        "people": sorted(str(person.pk) for person in delegation.people.all()),
    }


def digest(values: Mapping[str, Any]) -> str:
    """What tells whether values are those that the person was shown."""
    plain = [sorted(values[name]) if name == "people" else values[name] for name in NAMES]
    return hashlib.sha256(json.dumps(plain).encode()).hexdigest()[:16]
