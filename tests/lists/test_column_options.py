"""Contract of the list renderer: every documented option of a django-tables2 column is honoured, or refused."""

from collections.abc import Callable
from typing import Any

import django_tables2 as tables
import pytest
from django.http import QueryDict
from django.utils.translation import override
from lxml import html

from reviews.lists.comparison import ChangeTable
from reviews.rendering import table_html

RECORD = {"name": "Viet Nam", "figure": 12345.5, "empty": None, "address": "/vnm/"}


def rendered(column: tables.Column, record: Any = None, **extra: Any) -> Any:
    """The `<td>` of one column; the first column of a list is its row header, so another one stands before it."""
    table = table_of(column, record, **extra)
    return html.fragment_fromstring(f"<table>{table_html.body(table)}</table>").xpath("//td")[0]


def table_of(column: tables.Column, record: Any = None, **extra: Any) -> Any:
    kind = type(
        "OneTable", (tables.Table,), {"first": tables.Column(accessor="name"), "column": column, **extra}
    )
    return kind([RECORD if record is None else record], sequence=("first", "..."))


OPTIONS: dict[str, tuple[dict[str, Any], Callable[[Any], Any], Any]] = {
    "td": ({"attrs": {"td": {"class": "wide"}}}, lambda td: td.get("class"), "wide"),
    "cell": ({"attrs": {"cell": {"class": "wide"}}}, lambda td: td.get("class"), "wide"),
    "computed": (
        {"attrs": {"td": {"data-of": lambda value, record: f"{value} {record['figure']}"}}},
        lambda td: td.get("data-of"),
        "Viet Nam 12345.5",
    ),
    "accessor": ({"accessor": "figure"}, lambda td: td.text_content(), "12345.5"),
    "default": ({"accessor": "empty", "default": "nothing"}, lambda td: td.text_content(), "nothing"),
    "default called": ({"accessor": "empty", "default": lambda: "made"}, lambda td: td.text_content(), "made"),
    "empty_values": ({"empty_values": ("Viet Nam",)}, lambda td: td.text_content(), "—"),
    "verbose_name": ({"verbose_name": "Country"}, lambda td: td.get("data-label"), "Country"),
    "linkify": ({"linkify": lambda record: record["address"]}, lambda td: td.find(".//a").get("href"), "/vnm/"),
    "linkify, no address": ({"linkify": lambda record: ""}, lambda td: td.find(".//a"), None),
    "linkify, reverse": ({"linkify": ("board", ["mtr"])}, lambda td: td.find(".//a").get("href"), "/cycles/mtr/"),
    "linkify, attrs": (
        {"linkify": lambda record: record["address"], "attrs": {"a": {"rel": "help"}}},
        lambda td: (td.find(".//a").get("rel"), td.find(".//a").get("href")),
        ("help", "/vnm/"),
    ),
    "localize": ({"accessor": "figure", "localize": True}, lambda td: td.text_content(), "12345,5"),
    "no localize": ({"accessor": "figure", "localize": False}, lambda td: td.text_content(), "12345.5"),
}  # fmt: skip


@pytest.mark.parametrize("name", OPTIONS)
def test_an_option_is_honoured(name):
    options, read, expected = OPTIONS[name]
    with override("vi"):
        assert read(rendered(tables.Column(**{"accessor": "name", **options}))) == expected


def test_a_linked_object_without_an_address_of_its_own():
    class Country:
        name = "Viet Nam"

        def get_absolute_url(self):
            return "/of-the-record/"

    td = rendered(tables.Column(accessor="name", linkify=True), Country())
    assert td.find(".//a").get("href") == "/of-the-record/"


def test_what_is_not_for_the_page_or_for_the_export():
    table = table_of(
        tables.Column(accessor="name", visible=False),
        other=tables.Column(accessor="name", exclude_from_export=True),
    )
    assert [column.name for column in table.columns] == ["first", "other"]
    assert next(table_html.values(table)) == ["First", "Column"]


@pytest.mark.parametrize(
    ("options", "first"),
    [
        ({}, "?sort=column"),
        ({"initial_sort_descending": True}, "?sort=-column"),
        ({"orderable": False}, None),
    ],
)
def test_sorting_in_the_head(options, first):
    table = table_of(tables.Column(accessor="name", **options))
    head = html.fragment_fromstring(f"<table><tr>{table_html.head(table, QueryDict())}</tr></table>").xpath(
        "//th"
    )[1]
    link = head.find("a")
    assert (link is not None and link.get("href") or None) == first


@pytest.mark.parametrize(
    "column",
    [
        tables.Column(accessor="name", footer="total"),
        tables.Column(accessor="name", linkify=lambda bound_row: "/"),
        tables.TemplateColumn("{{ value }}", accessor="name"),
    ],
    ids=["footer", "bound_row", "template"],
)
def test_what_is_not_supported_is_refused(column):
    with pytest.raises(table_html.UnsupportedOption):
        table_html.body(table_of(column))


def test_attributes_of_rows_are_refused():
    with pytest.raises(table_html.UnsupportedOption):
        table_html.body(
            table_of(tables.Column(accessor="name"), Meta=type("Meta", (), {"row_attrs": {"class": "x"}}))
        )


def test_the_longest_column_of_the_comparison_is_laid_out_as_one():
    """The case that showed it: on narrow screens the sentences took a third of the width."""
    assert ChangeTable.base_columns["in_words"].attrs["td"]["class"] == "wide"
