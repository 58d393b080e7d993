"""Posting progress in a real browser on a slow line: from the button to the page that says that it is posted."""

import statistics
import time
from typing import Any

from playwright.sync_api import CDPSession, Page, sync_playwright

from tests.support.chromium import FLAGS, chromium_path

KILOBITS, LATENCY = 400, 400  # a second, each way; milliseconds
TIMES = 3


def measure(port: int, session: str, form: str) -> dict[str, Any] | None:
    """Seconds, the median of three; None where there is no Chromium."""
    with sync_playwright() as playwright:
        path = chromium_path(playwright)
        if path is None:
            return None
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        site = f"http://127.0.0.1:{port}"
        context = browser.new_context(base_url=site)
        context.add_cookies([{"name": "sessionid", "value": session, "url": site}])
        page = context.new_page()
        seconds = [
            _post(page, context.new_cdp_session(page), form, figure) for figure in range(50, 50 + TIMES)
        ]
        browser.close()
    return {"seconds": round(statistics.median(seconds), 2), "times": [round(s, 2) for s in seconds]}


def _post(page: Page, line: CDPSession, form: str, figure: int) -> float:
    _throttle(line, -1, 0)
    page.goto(form)
    page.get_by_label("Data collection").fill(str(figure))
    page.get_by_label("Note").fill("Posted from a district.")
    _throttle(line, KILOBITS * 1000 / 8, LATENCY)
    start = time.perf_counter()
    page.get_by_role("button", name="Post progress").click()
    page.get_by_text("Your progress is posted.").wait_for()
    return time.perf_counter() - start


def _throttle(line: CDPSession, bytes_a_second: float, latency: int) -> None:
    line.send("Network.enable")
    both = {"downloadThroughput": bytes_a_second, "uploadThroughput": bytes_a_second}
    line.send("Network.emulateNetworkConditions", {"offline": False, "latency": latency, **both})
