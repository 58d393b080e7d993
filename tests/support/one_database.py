"""Which tests need only one of the two databases, and why: a whole run on the other one leaves them out.

A run of chosen tests (a file, `-k`) takes them all: whoever chooses a test gets it, on either database.
"""

import pytest

PAGES = "pages, mails and signing in: what they ask of the database is tested on both, in models and queries"
SERVED = "commands and settings in front of the database; what they write is tested on both, in models"
CODE = "reads code and addresses, or sends what the forms refuse before the database is asked"
PYTHON = (
    "permissions, transitions, expected versions: rules in Python; who reads which rows is tested on both"
)

# A folder or a file of tests/, and the reason.
POSTGRESQL_ONLY = (
    dict.fromkeys(("accounts", "admin", "rendering", "web", "uploads", "views", "lists/test_exports.py"), PAGES)
    | {
        f"operations/test_{name}.py": SERVED
        for name in (
            "settings", "deploy", "load_demo", "load_demo_treatments", "load_reference", "mails", "outbox",
            "health_and_jobs", "bench", "least_rights", "manual",
        )
    }
    | {
        f"rules/test_{name}.py": CODE
        for name in (
            "leaks", "rude_input", "invalid_input", "invalid_addresses", "mass_assignment", "guide", "security_page",
            "policy", "policy_page", "planted_faults", "dependencies", "foreign_cycles", "other_countries",
            "figures", "layout", "languages", "catalogues", "formats",
        )
    }
    | {
        f"rules/test_{name}.py": PYTHON
        for name in ("access", "locked", "invalid_versions", "trace_complete", "sent_twice")
    }
)  # fmt: skip
SQLITE_ONLY = {
    "upgrade": "the databases of earlier releases are kept as dumps of SQLite, whichever runs the tests",
    "queries/test_comparison.py": "the audit trail, for 200 random histories; its query is read on both, in views",
    "queries/test_random_histories.py": "the same for deadlines; the as-of read itself is tested on both, in models",
}
# Tests in those places whose subject is the database after all: two that write at once.
ON_BOTH = {
    "admin/test_conflict.py": "two corrections at the same moment: SQLite locks a file where PostgreSQL locks a row",
    "operations/test_outbox.py": "two senders at the same moment",
    "operations/test_jobs.py": "two ticks at the same moment",
    "accounts/test_sign_in_throttle.py": "guesses that are counted at the same moment",
    "web/test_form_keys.py": "three presses at the same moment",
}


def elsewhere(place: str, vendor: str) -> bool:
    """Whether the tests of a file ("views/test_board.py") run on the other database only."""
    table = POSTGRESQL_ONLY if vendor == "sqlite" else SQLITE_ONLY
    return place not in ON_BOTH and (place in table or place.partition("/")[0] in table)


def place_of(item: pytest.Item) -> str:
    return item.path.relative_to(item.config.rootpath / "tests").as_posix()


def is_whole_run(config: pytest.Config) -> bool:
    return not config.option.keyword and config.args == config.getini("testpaths")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    from django.db import connection

    if not is_whole_run(config):
        return
    left_out = [item for item in items if elsewhere(place_of(item), connection.vendor)]
    items[:] = [item for item in items if not elsewhere(place_of(item), connection.vendor)]
    config.hook.pytest_deselected(items=left_out)
