"""A hundred payloads that would run in a page which does not escape what people typed; where they are planted, and
what finds one that got through.

Each calls xss(n). `ALL` is the hundred of them in one text.
"""

from pathlib import Path
from typing import Any

from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.validators import MaxLengthValidator
from django.db import connection, models
from lxml import html

from reviews.models import Deadline, DeadlineOutput, EditConflict, NotAllowedNow, Trace, Tracked, User

HERE = Path(__file__).parent / "payloads"
SIGNS = str.maketrans({"⏎": "\n", "␍": "\r", "⇥": "\t", "␀": "\0"})


def read(name: str) -> list[str]:
    """One payload a line; № is its number, and other signs stand for what a line cannot hold."""
    lines = enumerate((HERE / name).read_text().splitlines(), start=1)
    return [line.translate(SIGNS).replace("№", str(n)) for n, line in lines]


PAYLOADS = read("markup.txt")
ALL = "\n".join(PAYLOADS)
ONE = "<img src=x onerror=xss(0)>\"'"
TELLING = [text for text in [*PAYLOADS, ONE] if set(text) & set("<>\"'&")]

# What no page of ours has: it can only come from what somebody typed. (JSON beside a page's own script is data that
# no browser runs; where there is no script there is a sentence, or the projector's page loads itself anew.)
FOREIGN = """
    //script[not(@src) and not(@type='application/json')]
    | //noscript[not(p) and not(meta)] | //noscript//*[not(self::p or self::meta)] | //noscript/p//@*
    | //style | //iframe | //object | //embed | //base | //marquee | //video | //audio
    | //template[not(@id='unsaved_text')]
    | //math | //meta[@http-equiv][not(parent::noscript and @content='5')] | //xss | //*[@style] | //*[@srcdoc]
    | //*[@formaction[contains(., ':')]]
    | //*[@*[starts-with(name(), 'on')]] | //*[@*[starts-with(name(), 'data-hx') or starts-with(name(), 'hx-on')]]
    | //*[@*[contains('href src action', name()) and contains(translate(., 'SCRIPTDA', 'scriptda'), 'script:')]]
"""


def faults(page: str) -> list[str]:
    """What of the payloads stands in a page as markup and not as text."""
    raw = [text for text in TELLING if text in page]
    foreign = html.document_fromstring(page).xpath(FOREIGN)
    return raw + [html.tostring(found).decode()[:100] for found in foreign]


# --- planting

# Words of fixed form, which are checked as such; and the password.
FIXED = {
    "code",
    "iso2",
    "sha256",
    "password",
    "username",
    "time_zone",
    "kind",
    "mode",
    "search",
    "slug",
    "sort_key",
}
FIXED |= {"digest", "key_digest", "receipt_number"}
FIXED |= {
    "readers",
    "url_name",
    "place",
    "page",
    "anchor",
    "query",
}  # addresses, and who reads an entry of the search
REFUSALS = (NotAllowedNow, EditConflict, TypeError)


def free_text(model: Any) -> list[Any]:
    """The fields in which people write what they like."""
    plain = [
        f
        for f in model._meta.concrete_fields
        if type(f) in (models.CharField, models.TextField) and not f.choices
    ]
    return [
        f for f in plain if f.name not in FIXED and UnicodeUsernameValidator not in map(type, f.validators)
    ]


def texts_for(model: Any, text: str, *, cut: bool = True) -> dict[str, Any]:
    """The same text for every such field, cut to its length; only a deadline of another kind has a name."""
    fields = free_text(model)
    values: dict[str, Any] = {field.name: text[: field.max_length if cut else None] for field in fields}
    return values | ({"output": DeadlineOutput.OTHER} if model is Deadline else {})


def tracked() -> list[Any]:
    from django.apps import apps

    return [model for model in apps.get_app_config("reviews").get_models() if model is not Trace]


def widen(monkeypatch: Any) -> None:
    """Lift every limit of length and of one line, so that each field can hold the hundred."""
    monkeypatch.setattr("reviews.models.validators.validate_one_line", lambda text: None)
    for field in (field for model in tracked() for field in free_text(model)):
        others = [rule for rule in field.validators if not isinstance(rule, MaxLengthValidator)]
        monkeypatch.setitem(field.__dict__, "validators", others)
    _alter("{} ALTER COLUMN {} TYPE text")


def narrow() -> None:
    _alter("{0} ALTER COLUMN {1} TYPE varchar({2}) USING left({1}, {2})")


def _alter(how: str) -> None:
    """SQLite keeps what it is given; PostgreSQL keeps to the length that it was told."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for model in tracked():
                for field in (f for f in free_text(model) if f.max_length):
                    cursor.execute(
                        "ALTER TABLE " + how.format(model._meta.db_table, field.column, field.max_length)
                    )


def plant() -> int:
    """All of them in every text field, through the models where they can be corrected; how many fields that is."""
    admin, fields = User.objects.get(username="admin"), 0
    for model in tracked():
        for n, record in enumerate(model._base_manager.order_by("pk")):
            text = ALL if n == 0 else ONE
            values = texts_for(model, text, cut=False)
            fields += len(values)
            _write(record, admin, text, values)
    return fields


def _write(record: Any, admin: Any, why: str, values: dict[str, Any]) -> None:
    rows = models.QuerySet(type(record)).filter(pk=record.pk)
    if not isinstance(record, Tracked):
        rows.update(**values)
        return
    try:
        record.correct(by=admin, expected_version=record.version, why=why, **values)
    except REFUSALS:  # a record that nobody changes
        rows.update(**values)
