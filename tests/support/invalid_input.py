"""A step sent with something bad in it, and what its page has to keep."""

from html import unescape
from types import SimpleNamespace
from typing import Any

from tests.support import grids, steps

HUGE = "9" * 5_000  # more digits than Python turns into a number
# Who takes each step.
WHO = {
    "report-return": "consultant", "report-accept": "consultant",
    "report-start-reading": "consultant", "extension-decide": "secretariat",
}  # fmt: skip


def who(page: str) -> str:
    ours = page.startswith(("deadline-", "meeting-", "action-"))
    return WHO.get(page, "secretariat" if ours else "vnm")


def sent(page: str, cast: Any, cycle: Any, sign_in: Any, **bad: Any) -> SimpleNamespace:
    """A step sent with something bad in it: the answer, what was sent, and the tables that are other than before."""
    made = steps.world(page, cast, cycle)
    values = {k: v for k, v in (steps.typed(page, made) | bad).items() if v is not None}
    browser, before = sign_in(getattr(cast, who(page))), grids.fingerprint()
    browser.raise_request_exception = False
    answer = browser.post(steps.address(page, made), values)
    return SimpleNamespace(answer=answer, typed=values, changed=grids.changed(before), made=made)


def text(answer: Any) -> str:
    return unescape(answer.content.decode())


def assert_kept(told: SimpleNamespace) -> None:
    """The page says that nothing was saved, and holds everything that was typed (passwords and files apart)."""
    page, form = text(told.answer), told.answer.context["form"]
    assert "There is a problem" in page or told.answer.status_code == 409
    for name, value in told.typed.items():
        if name in form.fields and isinstance(value, str) and "password" not in name and value != "on":
            assert form[name].value() in (value, [value])
            chosen = hasattr(form.fields[name], "choices")
            assert chosen or value.replace("\0", "\ufffd") in page.replace("\0", "\ufffd"), name


def in_the_sites_look(answer: Any) -> None:
    page = text(answer)
    assert '<a class="brand" href="/">' in page
    assert '<main id="main"' in page
    assert "Traceback" not in page
