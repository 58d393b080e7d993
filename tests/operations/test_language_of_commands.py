"""The language of what a command says: that of the shell, as of every program."""

import pytest

import manage


@pytest.mark.parametrize(
    ("shell", "language"),
    [
        ({"LANG": "vi_VN.UTF-8"}, "vi"),
        ({"LANG": "vi_VN.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "en_GB.UTF-8", "LC_MESSAGES": "vi_VN"}, "vi"),
        ({"LANG": "lo_LA.UTF-8"}, "en"),
        ({}, "en"),
    ],
)
def test_the_language_of_the_shell(shell, language, monkeypatch):
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in shell.items():
        monkeypatch.setenv(name, value)
    assert manage.language_of_shell() == language
