"""Forms of the steps in which a cycle is set up: members, deadlines, ladder."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Case, QuerySet, When
from django.utils.text import capfirst
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reviews.actions.cycles import Member, members_changed_since
from reviews.actions.setup import Rung
from reviews.forms.base import ReviewForm
from reviews.forms.fields import DayField, RangeField
from reviews.forms.record_choices import RecordField, RecordsField
from reviews.forms.sheets import Column, ImportRow, SheetForm, add_model_errors
from reviews.models import Organisation, OrganisationKind, ReviewCycle
from reviews.models.bodies import DECIDING_ROLES
from reviews.models.deadlines import PHASE_OUTPUTS
from reviews.models.plans import MOST_DAYS
from reviews.text import fold

RUNGS = 5  # bodies that a ladder has at most
DECIDING = (OrganisationKind.OVERSIGHT_BODY, OrganisationKind.SECTORAL_BODY, OrganisationKind.SECRETARIAT)


class MembersForm(ReviewForm):
    """The members of a cycle, ticked one by one or by the groups that they belong to."""

    groups = forms.MultipleChoiceField(
        label=_("Groups"), required=False, widget=forms.CheckboxSelectMultiple, choices=()
    )
    members = RecordsField(
        label=_("Member states"),
        required=False,
        queryset=Organisation.objects.none(),
        widget=forms.CheckboxSelectMultiple,
    )
    joined_on = DayField(
        label=_("Counted from"),
        help_text=_("From this day on their reports are counted; for those that are new."),
    )
    seen = forms.RegexField(r"\A[0-9.]*\Z", required=False, widget=forms.HiddenInput)  # ids of those shown

    def __init__(self, *args: Any, cycle: ReviewCycle, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cycle = cycle
        self.fields["seen"].initial = self.seats_now()
        self.states = list(Organisation.objects.member_states(cycle.ends_on).order_by("sort_key"))
        names = sorted({name for state in self.states for name in state.group_names})
        groups, members = self.fields["groups"], self.fields["members"]
        assert isinstance(groups, forms.MultipleChoiceField)
        assert isinstance(members, RecordsField)
        groups.choices = [(name, self.group_label(name)) for name in names]
        if not names:
            del self.fields["groups"]
        members.offer(Organisation.objects.member_states(cycle.ends_on))

    def group_label(self, name: str) -> str:
        countries = ", ".join(state.name for state in self.states if name in state.group_names)
        return f"{name}: {countries}"

    def seats_now(self) -> str:
        """The ids of the members, such as "12.14"."""
        seats = self.cycle.memberships.counted().order_by("member_state")
        return ".".join(map(str, seats.values_list("member_state", flat=True)))

    def clean_seen(self) -> list[int]:
        return [int(pk) for pk in self.cleaned_data["seen"].split(".") if pk]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if self.errors:
            return values
        if not values.get("groups") and not values["members"]:
            self.add_error("members", _("Tick at least one member state, or a group."))
        elif newer := members_changed_since(self.cycle, values["seen"]):
            self.add_error("members", newer)
            self.replace_data({"seen": self.seats_now()})  # it is shown now
        return values

    def values(self) -> dict[str, Any]:
        """The members that are ticked or belong to a group that is."""
        values = super().values()
        groups, ticked = {*values.pop("groups", ())}, {state.pk for state in values["members"]}
        chosen = [state for state in self.states if state.pk in ticked or groups & {*state.group_names}]
        return values | {"members": chosen}


class MembersImportForm(SheetForm):
    """The members of a cycle from a sheet of countries; unknown ones become member states."""

    most_rows = 300
    columns = (
        Column("code", _("Code"), required=True, also=("iso3", "iso_code", "country_code")),
        Column("name", _("Name"), also=("name_en", "country", "member_state")),
        Column("name_vi", _("Name in Vietnamese")),
        Column("counted_from", _("Counted from"), also=("joined_on", "from")),
    )

    def __init__(self, *args: Any, cycle: ReviewCycle, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cycle = cycle

    def prepare(self, texts: list[dict[str, str]]) -> None:
        codes = [row["code"] for row in texts]
        self.known = {body.code: body for body in Organisation.objects.filter(code__in=codes)}
        self.code_of: dict[str, str] = {}
        for known in Organisation.objects.filter(kind=OrganisationKind.MEMBER_STATE):
            self.code_of |= {
                fold(name): known.code for name in (known.name_en, known.name_vi, known.iso2) if name
            }
        seats = self.cycle.memberships.counted().values_list("member_state", "joined_on")
        self.seated_on: dict[int, date] = dict(seats)

    def read_row(self, row: ImportRow) -> None:
        code, body = row.texts["code"], self.known.get(row.texts["code"])
        first = self.day_of(row, body)
        if body and not body.is_member_state:
            row.add_error("code", _now("%s is no member state.") % body)
        if body is None:
            self.check_new(row, first)
        if row.errors or first is None:
            return
        name, name_vi = row.texts["name"], row.texts["name_vi"]
        row.value = Member(code, name, name_vi, first)
        if body is None:
            row.outcome = _("new member state, gets a seat")
        elif body.pk in self.seated_on:
            row.outcome, first = _("has its seat already"), self.seated_on[body.pk]
        else:
            row.outcome = _("gets a seat")
        if body:  # what is known stays, whatever the sheet has
            name, name_vi = body.name_en, body.name_vi
        row.texts |= {"name": name, "name_vi": name_vi, "counted_from": first.isoformat()}

    def day_of(self, row: ImportRow, body: Organisation | None) -> date | None:
        """The day from which the member is counted; without one in the sheet, that on which the cycle starts."""
        try:
            day: date | None = DayField(required=False).clean(row.texts["counted_from"])
        except ValidationError as error:
            row.add_error("counted_from", " ".join(error.messages))
            return None
        joined = body.joined_on if body else None
        if day and joined and day < joined:
            row.add_error("counted_from", _("It had not joined ASEAN by that day."))
        first = day or self.cycle.starts_on
        return max(first, joined) if joined else first

    def check_new(self, row: ImportRow, first: date | None) -> None:
        if not row.texts["name"]:
            row.add_error("name", _("This country is not known yet: give its name."))
        for text in (row.texts["code"], row.texts["name"]):
            if code := self.code_of.get(fold(text)):
                message = _now("“%(text)s” is known already: it has the code %(code)s.")
                row.add_error("code", message % {"text": text, "code": code})
                return
        state = Organisation(
            kind=OrganisationKind.MEMBER_STATE,
            code=row.texts["code"],
            name_en=row.texts["name"] or "-",
            name_vi=row.texts["name_vi"],
            joined_on=first or self.cycle.starts_on,
        )
        add_model_errors(row, state, {"code": "code", "name_en": "name", "name_vi": "name_vi"})


class PhasesForm(ReviewForm):
    """By when each of the three phases is to be finished."""

    def __init__(self, *args: Any, cycle: ReviewCycle, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cycle = cycle
        there = {*cycle.deadlines.values_list("output", flat=True)}
        for output in PHASE_OUTPUTS:
            if output not in there:
                self.fields[output.value] = DayField(label=capfirst(str(output.label)), required=False)

    def clean(self) -> dict[str, Any]:
        """At least one day, within the cycle, and each phase not before the one before it."""
        values, last = super().clean() or self.cleaned_data, self.cycle.starts_on
        for name in (output.value for output in PHASE_OUTPUTS if values.get(output.value)):
            if not self.cycle.starts_on <= values[name] <= self.cycle.ends_on:
                self.add_error(name, _("This day lies outside the cycle."))
            elif values[name] < last:
                self.add_error(name, _("This day comes before that of the phase before."))
            else:
                last = values[name]
        if not self.errors and not any(values.get(output.value) for output in PHASE_OUTPUTS):
            self.add_error(None, _("Enter at least one day."))
        return values

    def values(self) -> dict[str, Any]:
        return {"due_days": {name: day for name, day in super().values().items() if day}}


class CopyFromForm(ReviewForm):
    """From which other cycle something is copied."""

    source = RecordField(label=_("Copy from"), queryset=ReviewCycle.objects.none())

    def __init__(self, *args: Any, cycles: "QuerySet[ReviewCycle]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["source"]
        assert isinstance(choice, RecordField)
        choice.offer(cycles)
        choice.initial = cycles.first()


def deciding_bodies(cycle: ReviewCycle) -> list[int]:
    """The ids of the bodies of a cycle that decide, in the order of their roles."""
    rows = cycle.body_roles.counted().filter(role__in=DECIDING_ROLES, body__kind__in=DECIDING).in_order()
    return list(dict.fromkeys(rows.values_list("body", flat=True)))[:RUNGS]


class LadderForm(ReviewForm):
    """The bodies that decide, in their order."""

    with_reports = forms.BooleanField(
        label=_("Begin with the national reports and the regional draft"), required=False, initial=True
    )
    days = RangeField(
        0,
        MOST_DAYS,
        label=_("Days from one step to the next"),
        initial=14,
        help_text=_("For papers to reach the next body in time. Each can be changed on the plan."),
    )

    def __init__(self, *args: Any, cycle: ReviewCycle, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        first = deciding_bodies(cycle)
        places = [When(pk=pk, then=place) for place, pk in enumerate(first)]
        bodies = Organisation.objects.filter(kind__in=DECIDING)
        if places:
            bodies = bodies.order_by(Case(*places, default=len(places)), "sort_key")
        for number in range(1, RUNGS + 1):
            label = {"number": number}
            body = RecordField(
                label=capfirst(_now("body %(number)d") % label),
                queryset=bodies,
                required=number == 1,
                initial=first[number - 1] if number <= len(first) else None,
                empty_label=_("please choose") if number == 1 else _("none"),
            )
            self.fields[f"body_{number}"] = body
            self.fields[f"planned_{number}"] = DayField(
                label=_now("Decides on (body %(number)d)") % label, required=False
            )
        self.order_fields([f"{name}_{n}" for n in range(1, RUNGS + 1) for name in ("body", "planned")])

    def clean(self) -> dict[str, Any]:
        """Each body once, in order of time, and no day without a body."""
        values = super().clean() or self.cleaned_data
        seen: set[Organisation] = set()
        last: date | None = None
        for number in range(1, RUNGS + 1):
            body, day = values.get(f"body_{number}"), values.get(f"planned_{number}")
            if day and not body:
                self.add_error(f"body_{number}", _("Choose the body that decides on this day."))
            if body in seen:
                self.add_error(f"body_{number}", _("This body is in the ladder already."))
            if day and last and day < last:
                self.add_error(f"planned_{number}", _("This day comes before that of the body before."))
            seen |= {body} if body else set()
            last = day or last
        return values

    def values(self) -> dict[str, Any]:
        values = super().values()
        rungs = [
            Rung(values[f"body_{number}"], values[f"planned_{number}"])
            for number in range(1, RUNGS + 1)
            if values[f"body_{number}"]
        ]
        return {"rungs": rungs, "with_reports": values["with_reports"], "days": values["days"]}
