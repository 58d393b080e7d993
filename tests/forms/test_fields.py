"""The fields of all forms: what is stored is what the person meant, or an error beside the field says what is wrong."""

import importlib
import pkgutil
import random
from collections.abc import Iterator
from datetime import date, time, timedelta
from typing import Any

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.test import RequestFactory

import reviews.forms
from reviews.admin import site
from reviews.forms.base import RecordForm, ReviewForm
from reviews.forms.fields import (
    DayField,
    RangeField,
    TextField,
    TimeOfDayField,
    WebAddressField,
    WholeNumberField,
)
from reviews.forms.reports import FigureField

THAI, LAO, KHMER, BURMESE = "๐๑๒๓๔๕๖๗๘๙", "໐໑໒໓໔໕໖໗໘໙", "០១២៣៤៥៦៧៨៩", "၀၁၂၃၄၅၆၇၈၉"
SCRIPTS = ["0123456789", THAI, LAO, KHMER, BURMESE, "٠١٢٣٤٥٦٧٨٩", "０１２３４５６７８９"]  # noqa: RUF001
BETWEEN = "Enter a whole number from 0 to 100."
DAY = date(2020, 8, 20)


def in_script(text: str, digits: str) -> str:
    return text.translate({ord(str(n)): digits[n] for n in range(10)})


def errors(field: forms.Field, typed: str) -> str:
    with pytest.raises(ValidationError) as refused:
        field.clean(typed)
    return " ".join(refused.value.messages)


# Numbers


@pytest.mark.parametrize(
    "typed",
    [
        "64,5",
        "98.7%",
        "98,7%",
        "80-85",
        "80–85",
        "--",
        "-",
        "1e",
        "1e1",
        "8,5",
        "1.234",
        "6 5",
        "%",
        "8²",
        "½",
        "１_０",
        "-1",
        "101",
        "65 %%",
        "+5",
        "0x10",
        "about 60",
        "9" * 5_000,
    ],
)
def test_what_is_no_figure_is_refused(typed):
    assert errors(FigureField("Analysis"), typed) == BETWEEN


@pytest.mark.parametrize("digits", SCRIPTS)
@pytest.mark.parametrize("typed", ["65", "65%", "65 %", " 65\u00a0% ", "\u200f65\u200b", "065"])
def test_a_figure_in_any_script(typed, digits):
    assert FigureField("Analysis").clean(in_script(typed, digits)) == 65


def test_full_width_and_arabic_percent_signs():
    assert FigureField("Analysis").clean("６５％") == 65  # noqa: RUF001
    assert FigureField("Analysis").clean("٦٥٪") == 65


@pytest.mark.parametrize("typed", ["", "  ", "\u200b", None])
def test_nothing_typed_is_no_number(typed):
    assert FigureField("Analysis").clean(typed) is None


@pytest.mark.parametrize("typed", ["-5", "−5", "–5", "－5"])  # noqa: RUF001
def test_a_number_below_zero(typed):
    assert WholeNumberField().clean(typed) == -5


@pytest.mark.parametrize("typed", ["1.234", "1,234", "12 people", "65%"])
def test_what_is_no_whole_number(typed):
    assert errors(WholeNumberField(), typed) == "Enter a whole number. Leave out points, commas and units."


def test_a_range_is_named():
    assert errors(RangeField(1, 366), "400") == "Enter a whole number from 1 to 366."


# Days


@pytest.mark.parametrize("digits", SCRIPTS)
@pytest.mark.parametrize(
    "typed",
    [
        "20/8/2020",
        "20/08/2020",
        "20.8.2020",
        "20. 8. 2020",
        "20-8-2020",
        "20 8 2020",
        "2020-08-20",
        "2020/8/20",
        "\u200e20/8/2020\u200b",
        " 20/8/2020 ",
        "20／8／2020",
    ],
)
def test_a_day_however_it_is_written(typed, digits):  # noqa: RUF001
    assert DayField().clean(in_script(typed, digits)) == DAY


@pytest.mark.parametrize(
    "typed", ["20 Aug 2020", "20 August 2020", "ngày 20 tháng 8 năm 2020", "20 thg 8 2020", "20 Thg. 8 2020"]
)
def test_a_day_with_its_month_in_words(typed):
    assert DayField().clean(typed) == DAY


@pytest.mark.parametrize(
    "typed", ["20", "20/8", "20/8/", "20/08/2", "20/08/202", "8/2020", "2020-08", "2020", "20.8."]
)
@pytest.mark.parametrize("required", [True, False])
def test_an_incomplete_day_is_never_taken_for_none(typed, required):
    assert "The date is not complete." in errors(DayField(required=required), typed)


@pytest.mark.parametrize(
    "typed",
    [
        "31.2.2020",
        "2020-02-30",
        "0000-00-00",
        "8/20/2020",
        "soon",
        "--",
        "20/8/20200",
        "9" * 5_000,
        "-" * 5_000,
        "1/1/2020 and 2/2/2020",
        "dd/08/2020",
    ],
)
def test_what_is_no_day_is_refused(typed):
    assert "Enter a valid date." in errors(DayField(required=False), typed)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("20/8/2563", "2563 looks like a Buddhist year: do you mean 2020?"),
        ("29/2/2563", "2563 looks like a Buddhist year: do you mean 2020?"),
        ("2563-08-20", "2563 looks like a Buddhist year: do you mean 2020?"),
        ("๒๐/๘/๒๕๖๓", "2563 looks like a Buddhist year: do you mean 2020?"),
        ("20 Aug 2563", "2563 looks like a Buddhist year: do you mean 2020?"),
        ("20/8/20", "Write the year with four digits: do you mean 2020?"),
        ("0020-08-20", "Write the year with four digits: do you mean 2020?"),
        ("20/8/98", "Write the year with four digits: do you mean 1998?"),
        ("20/8/1999", "The year is 1999. Write one from 2000 to 2100."),
        ("20/8/1442", "The year is 1442. Write one from 2000 to 2100."),
        ("31/12/2101", "The year is 2101. Write one from 2000 to 2100."),
        ("9999-12-31", "The year is 9999. Write one from 2000 to 2100."),
    ],
)
def test_a_year_that_nobody_means(typed, words):
    assert errors(DayField(required=False), typed) == words


def test_the_first_and_the_last_year():
    assert DayField().clean("1/1/2000") == date(2000, 1, 1)
    assert DayField().clean("31/12/2100") == date(2100, 12, 31)
    assert DayField(first_year=1967).clean("8/8/1967") == date(1967, 8, 8)


def test_the_day_of_something_done_has_come(today):
    assert DayField(past=True).clean(today.isoformat()) == today
    assert errors(DayField(past=True), "21/8/2020") == "That day has not come yet."


# Whatever is typed


def meant_numbers(rng: random.Random) -> Iterator[tuple[str, int]]:
    """Numbers, and the ways of writing them that mean exactly that."""
    while True:
        number = rng.randint(0, 100)
        text = in_script(str(number), rng.choice(SCRIPTS))
        yield (
            rng.choice(["", " ", "\u200b"]) + text + rng.choice(["", "%", " %", "\u00a0%", "\u2060"]),
            number,
        )


def meant_days(rng: random.Random) -> Iterator[tuple[str, date]]:
    while True:
        day = date(2000, 1, 1) + timedelta(days=rng.randrange(36_800))
        mark = rng.choice("/-. ")
        parts = [str(day.day), str(day.month), str(day.year)]
        if rng.random() < 0.5:
            parts = [part.zfill(2) for part in parts]
        yield in_script(mark.join(parts if rng.random() < 0.6 else parts[::-1]), rng.choice(SCRIPTS)), day


def spoilt(text: str, rng: random.Random) -> str:
    """The text with one sign more, less or other: as fingers slip."""
    place = rng.randrange(len(text) + 1)
    return (
        text[:place] + rng.choice([",", ".", "-", "e", "x", "/", "", "?"]) + text[place + rng.randrange(2) :]
    )


def test_2000_random_texts_in_every_number_field(fields_of_administration):
    rng = random.Random(20)
    for name, field in different_fields(fields_of_administration, WholeNumberField):
        typed = meant_numbers(rng)
        for _ in range(1_000):
            text, number = next(typed)
            for typed_text in (text, spoilt(text, rng)):
                visible = typed_text.translate({0x200B: None, 0x2060: None}).strip(" \u00a0")
                meant = int(visible.rstrip("%\u00a0 ")) if is_number(visible, field.unit) else None
                stored = stored_or_refused(field, typed_text)
                assert stored in (meant, REFUSED) if visible else stored in (None, REFUSED), (
                    name,
                    typed_text,
                )
                if typed_text == text and meant == number and in_bounds(field, number):
                    assert stored == number, (name, text)


def test_2000_random_texts_in_every_day_field(fields_of_administration):
    rng = random.Random(8)
    for name, field in different_fields(fields_of_administration, DayField):
        typed = meant_days(rng)
        for _ in range(1_000):
            text, day = next(typed)
            assert stored_or_refused(field, text) == (REFUSED if field.past and day > DAY else day), (
                name,
                text,
            )
            other = spoilt(text, rng)
            stored = stored_or_refused(field, other)
            if stored is not REFUSED:
                assert sorted(map(int, digit_groups(other))) == sorted(
                    [stored.year, stored.month, stored.day]
                ), other


REFUSED = object()


def stored_or_refused(field: forms.Field, typed: str) -> Any:
    try:
        return field.clean(typed)
    except ValidationError:
        return REFUSED


def is_number(text: str, unit: str) -> bool:
    digits = text.removesuffix(unit).rstrip() if unit else text
    return digits.removeprefix("-").isdecimal()


def in_bounds(field: WholeNumberField, number: int) -> bool:
    least, most = field.min_value, field.max_value
    return (least is None or number >= least) and (most is None or number <= most)


def different_fields(of_administration: list[tuple[str, forms.Field]], kind: type) -> list[tuple[str, Any]]:
    """One field of each kind that differs from the others in what it takes, of all our forms."""
    found: dict[Any, tuple[str, Any]] = {}
    for name, field in [*fields_of_forms(), *of_administration]:
        for part in field.fields if isinstance(field, forms.MultiValueField) else (field,):
            if isinstance(part, kind):
                takes = ("min_value", "max_value", "unit", "first_year", "past", "required")
                found.setdefault((type(part), *(getattr(part, one, None) for one in takes)), (name, part))
    return list(found.values())


def digit_groups(text: str) -> list[str]:
    return "".join(sign if sign.isdecimal() else " " for sign in text).split()


# Texts


@pytest.mark.parametrize(
    "typed", ["\u200b", "\ufeff", "\u00ad", "\u2800", "\u3164", "\u2060", " \u200b\n\u3164"]
)
def test_a_text_in_which_nothing_is_seen_is_empty(typed):
    assert errors(TextField(), typed) == "This field is required."
    assert TextField(required=False).clean(typed) == ""


def test_signs_that_are_no_letters_are_seen():
    assert TextField().clean("👩🏽\u200d🔬") == "👩🏽\u200d🔬"
    assert TextField().clean("?") == "?"


def test_a_text_that_is_too_long_is_refused_with_the_count():
    field = TextField(max_length=200)
    assert "maxlength" not in field.widget.attrs
    assert errors(field, "x" * 239) == "Ensure this value has at most 200 characters (it has 239)."


# Every form has these fields


def subclasses(base: type) -> Iterator[type]:
    for form in base.__subclasses__():
        yield form
        yield from subclasses(form)


def fields_of_forms() -> Iterator[tuple[str, forms.Field]]:
    for module in pkgutil.iter_modules(reviews.forms.__path__):
        importlib.import_module(f"reviews.forms.{module.name}")
    for form in {*subclasses(ReviewForm), *subclasses(RecordForm)}:
        for name, field in getattr(form, "base_fields", {}).items():
            yield f"{form.__qualname__}.{name}", field


@pytest.fixture
def fields_of_administration(cast: Any) -> list[tuple[str, forms.Field]]:
    request = RequestFactory().get("/")
    request.user = cast.admin
    found = []
    for model, model_admin in site._registry.items():
        for fieldset_of in (None, model()) if not getattr(model_admin, "immutable", False) else ():
            form = model_admin.get_form(request, fieldset_of, change=fieldset_of is not None)
            found += [(f"{model.__name__}.{name}", field) for name, field in form.base_fields.items()]
    return found


def is_ours(field: forms.Field) -> bool:
    """Whether the field judges what was typed on the server, and its box cuts nothing off. Hidden, nobody types it."""
    if field.widget.is_hidden:
        return True
    parts = field.fields if isinstance(field, forms.MultiValueField) else (field,)
    for part in parts:
        if isinstance(part, forms.DateField) and not isinstance(part, DayField):
            return False
        if isinstance(part, forms.IntegerField) and not isinstance(part, WholeNumberField):
            return False
        if type(part) is forms.CharField and "password" not in str(part.label).lower():
            return False
    box = getattr(field.widget, "input_type", "")
    return box not in ("number", "date") and "maxlength" not in field.widget.attrs


def test_every_field_of_our_forms():
    fields = list(fields_of_forms())
    assert len(fields) > 100
    assert [name for name, field in fields if not is_ours(field)] == []


def test_every_field_of_the_administration(fields_of_administration):
    assert len(fields_of_administration) > 150
    assert [name for name, field in fields_of_administration if not is_ours(field)] == []


# Times of day, and addresses of pages


@pytest.mark.parametrize("typed", ["9:30", "09.30", "9h30", "9H30", " 09:30 ", "๙:๓๐"])
def test_a_time_of_day_is_read_as_people_write_it(typed):
    assert TimeOfDayField().clean(typed) == time(9, 30)
    assert TimeOfDayField(required=False).clean("") is None
    assert TimeOfDayField().clean("14") == TimeOfDayField().clean("14h") == time(14)


@pytest.mark.parametrize("typed", ["24:00", "9:60", "9:3", "930", "9 pm", "9:30-12:00", "noon"])
def test_what_is_no_time_of_day_is_refused(typed):
    assert errors(TimeOfDayField(), typed) == "Enter a time of day from 0:00 to 23:59, such as 9:30 or 14:00."


def test_an_address_of_a_page_is_one_of_the_web():
    field = WebAddressField()
    assert field.clean("meet.example/3") == "https://meet.example/3"
    for typed in ("javascript:alert(1)", "ftp://meet.example/3", "not an address"):
        assert "valid URL" in errors(field, typed)
