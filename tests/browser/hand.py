"""A person's hand at a page, which counts its clicks."""

import re
from typing import Any

from playwright.sync_api import Locator, Page, expect


class Hand:
    """Does what a click does, and counts: a choice in a list is two clicks, a file three, typing none."""

    def __init__(self, page: Page, *, start: str = "/") -> None:
        """`start`: the address that is opened first; empty: the page that is open."""
        self.page, self.clicks = page, 0
        if start:
            page.goto(start)

    @property
    def main(self) -> Locator:
        return self.page.get_by_role("main")

    def click(self, place: Locator) -> None:
        place.click()
        self.clicks += 1

    def press(self, name: str | re.Pattern[str], role: Any = "link", **options: Any) -> None:
        self.click(self.page.get_by_role(role, name=name, **options).first)

    def button(self, name: str | re.Pattern[str], **options: Any) -> None:
        self.click(self.main.get_by_role("button", name=name, **options).first)

    def tick(self, label: str | re.Pattern[str], within: Locator | None = None) -> None:
        self.click((within or self.page).get_by_label(label).first)

    def choose(self, box: Locator, **option: Any) -> None:
        box.select_option(**option)
        self.clicks += 2

    def attach(self, box: Locator, name: str, content: bytes, kind: str) -> None:
        chosen: Any = {"name": name, "mimeType": kind, "buffer": content}
        box.set_input_files(chosen)
        self.clicks += 3

    def sees(self, *texts: str) -> None:
        for text in texts:
            expect(self.main).to_contain_text(text)
