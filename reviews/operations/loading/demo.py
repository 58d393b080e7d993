"""The demonstration: its accounts, and an invented history on the real calendar."""

import secrets
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date

from django.contrib.auth.hashers import check_password, make_password

from reviews import clock
from reviews.models import Organisation, ReviewCycle, User
from reviews.models.base import all_or_nothing
from reviews.models.notifications import without_notifications
from reviews.operations.loading import story
from reviews.operations.loading.rows import Row, read
from reviews.operations.loading.steps.find import SLUG

# The accounts are older than everything that they do.
FIRST_DAY = date(2020, 3, 2)


@dataclass(frozen=True)
class Loaded:
    """Who can sign in, and what the loading did."""

    accounts: list[User]
    added: int
    password: str  # of the accounts added; empty when none was made up
    is_new: bool  # whether the history was loaded now


@all_or_nothing()
def load(password: str = "") -> Loaded:
    """Load accounts and history the first time, later the accounts only. All or nothing: raises RowError."""
    rows = read(story.FOLDER / "accounts.csv", ("username", "name", "organisation", "role"))
    is_new = not ReviewCycle.objects.filter(slug=SLUG).exists()
    missing = [row for row in rows if not _existing_accounts([row])]
    if password:
        _set_password(_existing_accounts(rows), password)
    made_up = _readable_password() if missing and not password else ""
    with clock.at(FIRST_DAY) if is_new else nullcontext():
        _add_accounts(missing, password or made_up)
    if is_new:
        with without_notifications():
            story.replay()
    return Loaded(_existing_accounts(rows), len(missing), made_up, is_new)


def _existing_accounts(rows: list[Row]) -> list[User]:
    """Those of the rows that exist, in the order of the file."""
    names = [row.text("username") for row in rows]
    users = {user.username: user for user in User.objects.filter(username__in=names)}
    return [users[name] for name in names if name in users]


def _add_accounts(rows: list[Row], password: str) -> None:
    # One hash for all of them: a good one takes its time, and the password is the same.
    hashed = make_password(password) if rows else ""
    for row in rows:
        with row.reporting_errors():
            User.create_traced(
                by=None,
                username=row.text("username"),
                name=row.text("name"),
                organisation=Organisation.objects.get(code=row.text("organisation")),
                role=row.text("role"),
                is_superuser=not row.text("role"),
                password=hashed,
            )


def _set_password(accounts: list[User], password: str) -> None:
    """Set the password of those that have another one."""
    hashes = {user.password for user in accounts}
    other = {hashed for hashed in hashes if not check_password(password, hashed)}
    new = make_password(password) if other else ""
    for user in accounts:
        if user.password in other:
            user.change_traced(
                by=None, expected_version=user.version, why="password set by load_demo", password=new
            )


def _readable_password() -> str:
    """Return a random password of about 49 bits that can be read out aloud."""
    syllables = [secrets.choice("bdfghklmnprstv") + secrets.choice("aeiou") for _ in range(8)]
    return "-".join("".join(pair) for pair in zip(syllables[::2], syllables[1::2], strict=True))
