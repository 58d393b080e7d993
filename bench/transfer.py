"""What goes over the line: a first visit with every file that its page names, and the page after it."""

import re
from typing import Any

from bench.servers import Answer, Browser

ZIPPED = {"Accept-Encoding": "gzip"}
FILES = re.compile(rb'(?:href|src)="(/static/[^"]+)"')
WITHIN = re.compile(rb'url\("?(/?[^"):]+\.[a-z0-9]+)"?\)')  # in a style sheet; not what it holds itself


def measure(browser: Browser, first: str, others: dict[str, str]) -> dict[str, Any]:
    """Bytes of bodies as they are sent to a browser that takes them compressed."""
    page = browser.get(first, ZIPPED)
    files = {url: browser.get(url, ZIPPED) for url in named(browser, first)}
    pages = {name: browser.get(url, ZIPPED) for name, url in others.items()}
    return {
        "first_visit": page.size + sum(answer.size for answer in files.values()), "page": page.size,
        "files": {url: answer.size for url, answer in files.items()},
        "second": {name: answer.size for name, answer in pages.items()},
        "pages_compressed": all(_is_zipped(answer) for answer in [page, *pages.values()]),
        "not_immutable": [url for url, answer in files.items() if "immutable" not in _kept(answer)],
    }  # fmt: skip


def named(browser: Browser, url: str) -> list[str]:
    """The static files that a page names, and those that its style sheets name."""
    files = [found.decode() for found in FILES.findall(browser.get(url).body)]
    for sheet in [name for name in files if name.endswith(".css")]:
        folder = sheet.rpartition("/")[0]
        within = (found.decode() for found in WITHIN.findall(browser.get(sheet).body))
        files += [name if name.startswith("/") else f"{folder}/{name}" for name in within]
    return list(dict.fromkeys(files))


def _kept(answer: Answer) -> str:
    return answer.headers.get("Cache-Control", "")


def _is_zipped(answer: Answer) -> bool:
    return answer.headers.get("Content-Encoding") == "gzip"
