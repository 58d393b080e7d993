"""The product's own settings, less what would slow a test down or let it touch the installation."""

import os

# Trying-out mode, whatever this shell is set to: the tests pin days and switch things themselves.
os.environ |= {
    "DEBUG": "1",
    "SECRET_KEY": "only for tests",
    "HTTPS": "0",
    "REVIEWTRACKER_TODAY": "",
    "SECOND_FACTOR_EXEMPT": "",
}
# Without a file of our own: the fixture in tests/support/databases.py gives each process one in a temporary folder.
os.environ.setdefault("DATABASE_URL", "sqlite://:memory:")

from tempfile import mkdtemp

# Each process has its own: people of two databases have the same numbers.
os.environ["RUNTIME_DIRECTORY"] = mkdtemp(prefix="reviewtracker-run-")

from reviewtracker.settings import *  # noqa: E402, F403

# Many tests open downloads that they do not read to the end, and so never give their place back.
COSTLY_PAGES_AT_ONCE = COSTLY_PAGES_WAITING = 100
# Argon2 is slow on purpose, and every test signs somebody in.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
