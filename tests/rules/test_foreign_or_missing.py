"""Another country's record and one that does not exist: nobody can tell them apart."""

import random
from typing import Any

import pytest

from tests.support import crawl, leak_markers
from tests.support.addresses import Address, everywhere
from tests.support.browsers import signed_in, undone
from tests.support.shared_records import shared

EACH = 150  # for each person; the seed is fixed, so that a failure comes again


@shared
def found(cast: Any) -> list[Address]:
    return everywhere(leak_markers.plant(cast).cycle)


def missing(address: Address, dice: random.Random) -> Address:
    """The same page of a record that there is not: one of its codes leads nowhere."""
    name = dice.choice([name for name in address.codes if name != "kind"])
    beyond = dice.randrange(900_000, 999_999)
    value = str(address.codes[name])
    if value.isdecimal():
        value = str(beyond)
    elif "-" in value and value[-1].isdecimal():  # VNM-3, VNM-F2
        value = f"{value.rstrip('0123456789')}{beyond}"
    else:
        value = dice.choice(["XYZ", "MMR"]) if value.isupper() else f"nowhere-{beyond}"
    return address._replace(codes=address.codes | {name: value})


def told(browser: Any, method: str, address: Address) -> tuple[int, str]:
    """Status and body, without the address itself and what differs from one answer to the next."""
    with undone():
        answer = getattr(browser, method)(address.url)
    return answer.status_code, crawl.without_token(crawl.text(answer)).replace(address.url, "")


@pytest.mark.parametrize("name", ["lao", "observer"])
def test_nobody_can_tell_them_apart(name, found, cast):
    browser, dice = signed_in(getattr(cast, name)), random.Random(20200820)
    foreign = [address for address in found if address.state == "VNM"]
    # Reports, gaps, findings, a deadline of one country, extensions and advice, whatever is done with them.
    assert {a.page.partition("-")[0] for a in foreign} > {
        "report",
        "datagap",
        "finding",
        "deadline",
        "advice",
    }
    for address in dice.choices(foreign, k=EACH):
        method, absent = dice.choice(["get", "post"]), missing(address, dice)
        answer = told(browser, method, address)
        assert answer == told(browser, method, absent), (method, address.url, absent.url)
        assert answer[0] in (404, 405)


def test_of_what_is_not_shared_observers_cannot_tell_either(found, cast):
    browser, dice = signed_in(cast.observer), random.Random(20200820)
    common = [address for address in found if address.codes and not address.state]
    hidden = [a for a in common if told(browser, "get", a)[0] == 404]
    assert {a.page.partition("-")[0] for a in hidden} > {
        "meeting",
        "deadline",
        "plan",
        "method",
        "difficulty",
    }
    for address in dice.sample(hidden, k=min(len(hidden), EACH // 3)):
        absent = missing(address, dice)
        assert told(browser, "get", address) == told(browser, "get", absent), (address.url, absent.url)
