"""Transferred bytes: a first visit with every file that its page names, and the page after it."""

import re
from typing import Any

from bench.servers import Browser

ZIPPED = {"Accept-Encoding": "gzip"}
FILES = re.compile(rb'(?:href|src)="(/static/[^"]+)"')
WITHIN = re.compile(rb'url\("?(/?[^"):]+\.[a-z0-9]+)"?\)')  # in a style sheet; not what it holds itself


def measure(browser: Browser, first: str, others: dict[str, str]) -> dict[str, Any]:
    """Bytes of bodies as they are sent to a browser that takes them compressed."""
    page = browser.get(first, ZIPPED)
    files = {url: browser.get(url, ZIPPED) for url in static_files(browser, first)}
    pages = {name: browser.get(url, ZIPPED) for name, url in others.items()}
    encodings = [answer.headers.get("Content-Encoding") for answer in (page, *pages.values())]
    mutable = [url for url, file in files.items() if "immutable" not in file.headers.get("Cache-Control", "")]
    return {
        "first_visit": page.size + sum(file.size for file in files.values()),
        "page": page.size,
        "files": {url: file.size for url, file in files.items()},
        "second": {name: answer.size for name, answer in pages.items()},
        "pages_compressed": all(encoding == "gzip" for encoding in encodings),
        "not_immutable": mutable,
    }


def static_files(browser: Browser, url: str) -> list[str]:
    """Return the static files that a page names, and those that its style sheets name."""
    files = [name.decode() for name in FILES.findall(browser.get(url).body)]
    for sheet in [name for name in files if name.endswith(".css")]:
        folder = sheet.rpartition("/")[0]
        for name in WITHIN.findall(browser.get(sheet).body):
            file = name.decode()
            files.append(file if file.startswith("/") else f"{folder}/{file}")
    return list(dict.fromkeys(files))
