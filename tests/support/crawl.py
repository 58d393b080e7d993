"""Everything that a person can fetch, as text: pages, sheets, Word documents, files, refusals."""

import io
import re
from collections.abc import Iterator
from typing import Any

import openpyxl
from django.db import models
from django.http import HttpResponseBase
from django.test import Client
from django.urls import reverse
from docx import Document

from reviews.admin import site
from tests.support import steps
from tests.support.addresses import Address, everywhere
from tests.support.browsers import undone

# Lists, and pages that are taken away like lists.
SHEETS = {"annex", "coverage", "round", "compare", "meeting-compare", "report-annex"}
DAYS = ("2020-08-01", "2020-08-10", "2020-08-20")
PERIOD = "?from=2020-08-01&to=2020-08-20"
# Every spelling of an address that one record answers to.
ASKED = {"board": [f"?as_of={day}" for day in DAYS], "compare": [PERIOD], "datagap-list": ["?q=zq"],
         "finding-list": ["?q=zq"]}  # fmt: skip
ASKED["search"] = [
    f"?q=zq{letters}" for letters in ("vnm", "lao", "mee", "age", "dea", "adv", "thr", "use", "min")
]
SITE_PAGES = {
    "desk",
    "search",
    "unsaved",
    "account_change_password",
    "mfa_index",
    "usersessions_list",
    "socialaccount_connections",
}


def is_sheet(page: str) -> bool:
    return page in SHEETS or page.endswith("-list")


def is_step(page: str) -> bool:
    """A form or a move."""
    return page in steps.TYPED or page in steps.ONLY_BUTTONS


def once_for_each_country(found: list[Address]) -> list[Address]:
    """The pages of every record; of forms and moves the first one of each country, and common ones.

    But every draft: one that was dropped stands only in its form.
    """
    kept: dict[Any, Address] = {}
    for address in found:
        alike = (address.page, address.state, address.codes.get("kind"))
        kept.setdefault(
            alike if is_step(address.page) and address.page != "advice-edit" else address.url, address
        )
    return list(kept.values())


def addresses(cycle: Any, following: Any) -> list[Address]:
    """Everything of a cycle, and the pages of one that is being prepared."""
    found = [a for a in everywhere(cycle) if a.slug or a.page in SITE_PAGES]
    return once_for_each_country(found) + [a for a in pages(everywhere(following)) if a.slug]


def pages(found: list[Address]) -> list[Address]:
    """Without forms and moves."""
    return [address for address in found if not is_step(address.page)]


def read(browser: Client, found: list[Address], kinds: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Where, and what stands there; lists also as they are taken away in these formats."""
    for address in found:
        queries = ["", *ASKED.get(address.page, [])]
        if is_sheet(address.page):
            queries += [f"{queries[-1] or '?'}&_export={kind}" for kind in kinds]
        for query in queries:
            url = address.url + query.replace("?&", "?")
            yield url, text(browser.get(url)).replace(address.url, "")


def refused(browser: Client, found: list[Address]) -> Iterator[tuple[str, str]]:
    """What the site answers to forms that are late, or not for this person; nothing is kept of it."""
    for address in found:
        if is_step(address.page) and address.slug:
            with undone():
                answer = browser.post(address.url, {"version": "1"} | steps.TYPED.get(address.page, {}))
            yield f"POST {address.url}", text(answer).replace(address.url, "")


def administration(browser: Client, rows: list[models.Model]) -> Iterator[tuple[str, str]]:
    """All lists of the administration; of these records the form and the history."""
    for model in site._registry:
        yield from _admin_page(browser, model, "changelist")
    for row in rows:
        for page in ("change", "history"):
            yield from _admin_page(browser, type(row), page, row.pk)


def _admin_page(browser: Client, model: Any, page: str, *args: Any) -> Iterator[tuple[str, str]]:
    url = reverse(f"admin:reviews_{model._meta.model_name}_{page}", args=args)
    yield url, text(browser.get(url))


def text(answer: HttpResponseBase) -> str:
    """What stands in an answer, whatever its format."""
    content = b"".join(answer) if answer.streaming else answer.content
    kind = answer.get("Content-Type", "")
    if "spreadsheetml" in kind:
        sheet = openpyxl.load_workbook(io.BytesIO(content), read_only=True).active
        return "\n".join(str(cell) for row in sheet.iter_rows(values_only=True) for cell in row)
    if "wordprocessingml" in kind:
        return _word_text(content)
    return content.decode(errors="replace")


def _word_text(content: bytes) -> str:
    """Paragraphs, tables, headers, footers and the properties of the file."""
    paper = Document(io.BytesIO(content))
    parts = [paper.element, *(e._element for s in paper.sections for e in (s.header, s.footer))]
    about = [
        getattr(paper.core_properties, name)
        for name in ("author", "title", "subject", "comments", "keywords")
    ]
    return "\n".join([*(node.text or "" for part in parts for node in part.iter()), *about])


def without_token(shown: str) -> str:
    """Without what differs from one page to the next."""
    return re.sub(r'name="(?:csrfmiddlewaretoken|form_key)" value="[^"]+"|nonce="[^"]*"', "", shown)


def words(shown: str) -> set[str]:
    """The canaries in a text."""
    return set(re.findall(r"(?<![A-Za-z0-9])zq[a-z]{6,}x(?![A-Za-z0-9])", shown))
