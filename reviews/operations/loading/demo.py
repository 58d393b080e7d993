"""The demonstration: its accounts, and an invented history on the real calendar."""

import secrets
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date

from django.contrib.auth.hashers import check_password, make_password

from reviews import clock
from reviews.models import Organisation, ReviewCycle, User
from reviews.models.base import all_or_nothing
from reviews.operations.loading import story
from reviews.operations.loading.rows import Row, read
from reviews.operations.loading.steps.named import SLUG

# The accounts are older than everything that they do.
FIRST_DAY = date(2020, 3, 2)


@dataclass(frozen=True)
class Loaded:
    """Who can sign in, and what the loading did."""

    accounts: list[User]
    added: int
    password: str  # of the accounts added; empty when none was made up
    is_new: bool  # whether the history was told now


@all_or_nothing()
def load(password: str = "") -> Loaded:
    """Accounts and history the first time; later the accounts only. All or nothing: raises RowError."""
    rows = _rows()
    is_new = not ReviewCycle.objects.filter(slug=SLUG).exists()
    missing = [row for row in rows if not _accounts([row])]
    if password:
        _set_password(_accounts(rows), password)
    made_up = _made_up() if missing and not password else ""
    with clock.at(FIRST_DAY) if is_new else nullcontext():
        _add(missing, make_password(password or made_up) if missing else "")
    if is_new:
        story.tell()
    return Loaded(_accounts(rows), len(missing), made_up, is_new)


def _rows() -> list[Row]:
    return read(story.FOLDER / "accounts.csv", ("username", "name", "organisation", "role"))


def _accounts(rows: list[Row]) -> list[User]:
    """Those that exist, in the order of the file."""
    names = [row.text("username") for row in rows]
    known = {user.username: user for user in User.objects.filter(username__in=names)}
    return [known[name] for name in names if name in known]


def _add(rows: list[Row], hashed: str) -> None:
    """One hash for all of them: a good one takes its time, and the password is the same."""
    for row in rows:
        with row.blamed():
            organisation = Organisation.objects.get(code=row.text("organisation"))
            texts = {name: row.text(name) for name in ("username", "name", "role")}
            is_superuser = not row.text("role")
            User.create_traced(
                by=None, password=hashed, organisation=organisation, is_superuser=is_superuser, **texts
            )


def _set_password(accounts: list[User], password: str) -> None:
    """For those that have another one."""
    other = {hashed for hashed in {u.password for u in accounts} if not check_password(password, hashed)}
    hashed = make_password(password) if other else ""
    for user in accounts:
        if user.password in other:
            user.change_traced(
                by=None, expected_version=user.version, why="password set by load_demo", password=hashed
            )


def _made_up() -> str:
    """A password of about 49 bits that can be read out aloud."""
    syllables = [secrets.choice("bdfghklmnprstv") + secrets.choice("aeiou") for _ in range(8)]
    return "-".join("".join(pair) for pair in zip(syllables[::2], syllables[1::2], strict=True))
