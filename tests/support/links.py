"""Every page that a person comes to by following links, each kind of page a few times."""

import re
from collections import Counter, deque
from collections.abc import Iterator
from html import unescape
from typing import Any
from urllib.parse import urljoin, urlsplit

from django.urls import Resolver404, resolve

LINK = re.compile(rb"""<a\b[^>]*?\bhref=["']?([^"'\s>#]+)""")


def crawl(browser: Any, start: str = "/", most: int = 2) -> Iterator[tuple[str, Any]]:
    """Addresses and answers. `most`: of each kind of page and of query."""
    waiting, expected_version, met = deque([start]), {start}, Counter[Any]()
    while waiting:
        url = waiting.popleft()
        if (key := kind(url)) is None or met[key] >= most:
            continue
        met[key] += 1
        answer = browser.get(url)
        yield url, answer
        found = {urljoin(url, unescape(link.decode())) for link in LINK.findall(body(answer))}
        waiting.extend(sorted(found - expected_version))
        expected_version |= found


def kind(url: str) -> Any:
    """The name of the page and the name in its query; None for what is no page of ours, or a mixture of filters."""
    parts = urlsplit(url)
    if parts.scheme or parts.netloc or parts.path.startswith("/static/") or "&" in parts.query:
        return None
    try:
        found = resolve(parts.path)
    except Resolver404:
        return None
    return found.view_name, parts.query.partition("=")[0]


def body(answer: Any) -> bytes:
    if answer.streaming:
        return b""
    return bytes(answer.content) if "text/html" in answer.get("Content-Type", "") else b""
