"""What is written from right to left changes nothing beside it: in pages, charts, mails and Word documents."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core import mail
from django.db import models
from django.template import Context, engines
from django.urls import reverse
from django.utils.safestring import mark_safe
from docx import Document
from lxml import html

from reviews.models import Meeting, Trace
from reviews.rendering.direction import isolated_value
from tests.support import steps, xss
from tests.support.links import body, crawl

TURNED = "\u202eBaseline"
STARTS, END = "\u2066\u2067\u2068", "\u2069"
# The text of each is apart from all others: a choice, a box, one of several radio buttons.
APART = "self::option or self::textarea or self::script or self::label[input]"


@pytest.fixture
def shown(tmp_path: Path) -> Iterator[Callable[..., str]]:
    """`shown(source, text=...)`: what a template of ours makes of it, compiled as our loader does it."""
    cached = engines["django"].engine.template_loaders[0]
    loader = cached.loaders[0]
    loader.dirs = [tmp_path]

    def render(source: str, **context: object) -> str:
        (tmp_path / "one.html").write_text(source)
        cached.reset()
        return cached.get_template("one.html").render(Context(context))

    yield render
    loader.dirs = None
    cached.reset()


def not_isolated(text: str) -> bool:
    """Whether a sign that turns the direction is outside every isolated part of the text."""
    depth = 0
    for sign in text:
        depth += (sign in STARTS) - (sign == END)
        if sign == "\u202e" and depth == 0:
            return True
    return False


@pytest.fixture
def world(cast: Any, cycle: Any) -> Any:
    """One record of each kind, with the sign in every text that people write."""
    made = steps.world("minutes", cast, cycle)
    made.report.post_progress(
        by=cast.vnm, expected_version=made.report.version, data_collection=30, analysis=0, note="x"
    )
    for model in apps.get_app_config("reviews").get_models():
        values = xss.texts_for(model, TURNED)
        if values and model is not Trace:
            models.QuerySet(model).update(**values)
    return made


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (TURNED, f"\u2068{TURNED}\u2069"),
        ("Đà Nẵng", "Đà Nẵng"),
        (12, 12),
        (None, None),
        (mark_safe(f"one<br>{TURNED}"), f"one<br>\u2068{TURNED}\u2069"),
        (mark_safe(f'<input value="{TURNED}">'), f'<input value="{TURNED}">'),
    ],
)
def test_a_value(value, expected):
    result = isolated_value(value)
    assert (result, type(result)) == (expected, type(value))


def test_a_variable_of_a_template_in_every_place(shown):
    source = (
        "{% load i18n %}{{ text }}|{% if 1 %}{% for one in all %}{{ one }}{% endfor %}{% endif %}|"
        "{% with other=text %}{{ other|upper }}{% endwith %}|"
        "{% blocktranslate with text=text trimmed %}It is {{ text }}.{% endblocktranslate %}"
    )
    isolated = f"\u2068{TURNED}\u2069"
    expected = f"{isolated}|{isolated}|{isolated.upper()}|It is {isolated}."
    assert shown(source, text=TURNED, all=[TURNED]) == expected


@pytest.mark.parametrize("who", ["secretariat", "vnm", "consultant"])
def test_pages_keep_the_direction_beside_what_people_wrote(who, world, cast, sign_in):
    seen, leaks = 0, []
    for url, answer in crawl(sign_in(getattr(cast, who))):
        if url.startswith("/admin/") or not body(answer):
            continue
        page = html.fromstring(answer.content.decode())
        for text in page.xpath(f"//text()[not(ancestor::*[{APART}])]"):
            seen += TURNED in text
            leaks += [f"{url}: {' '.join(text.split())}"] * not_isolated(text)
    assert not leaks, "\n".join(leaks)
    assert seen > 50


def test_what_is_sent_back_is_as_it_was_typed(shown):
    """A form that was sent after the session had ended keeps the text in hidden fields."""
    assert shown("{% load fields %}<textarea>{{ text|as_typed }}</textarea>", text=f"<b>{TURNED}") == (
        f"<textarea>&lt;b&gt;{TURNED}</textarea>"
    )


def test_word_documents(world, cast, sign_in):
    code = Meeting.objects.get().code
    for name, args in (("minutes-docx", [code]), ("brief-docx", [code]), ("progress-report-docx", [])):
        answer = sign_in(cast.secretariat).get(reverse(name, args=["mtr", *args]))
        paper = Document(io.BytesIO(answer.content))
        texts = [paragraph.text for paragraph in paper.paragraphs]
        texts += [cell.text for table in paper.tables for row in table.rows for cell in row.cells]
        assert any(TURNED in text for text in texts)
        assert not [text for text in texts if not_isolated(text)]


def test_mails(cast, sign_in, django_capture_on_commit_callbacks):
    typed = {
        "email": "new@vnm.example",
        "name": TURNED,
        "role": "team",
        "organisation": cast.vnm.organisation_id,
    }
    with django_capture_on_commit_callbacks(execute=True):
        sign_in(cast.admin).post(reverse("admin:reviews_invitation_add"), typed)
    (sent,) = mail.outbox
    assert TURNED in sent.body
    assert not not_isolated(sent.body)
