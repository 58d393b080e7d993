"""The catalogues of translations: whole, right in form, and as their compiled files have them."""

import ast
import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.utils import translation

from tests.support.languages import LOCALE, catalogue, texts_of

LANGUAGES = sorted(code for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE)
PLACEHOLDER = re.compile(r"%\(\w+\)[sdr]|%[sdr%]|\{\w*\}")
TAG = re.compile(r"</?[a-z]+[^>]*>")
# The same in English and in the other language: names and signs.
EQUAL = {"vi": {"SHA-256", "SOCA"}}


def pairs(entry: polib.POEntry) -> list[tuple[str, str]]:
    return [(entry.msgid_plural or entry.msgid, text) for text in texts_of(entry)]


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_nothing_is_empty_or_doubtful(language):
    unfinished = [entry.msgid for entry in catalogue(language) if entry.fuzzy or not all(texts_of(entry))]
    assert unfinished == []


def test_nothing_is_left_in_english(language):
    equal = {
        entry.msgid
        for entry in catalogue(language)
        if entry.msgid in texts_of(entry) and re.search("[A-Za-z]{2}", PLACEHOLDER.sub("", entry.msgid))
    }
    assert equal - EQUAL[language] == set()


def test_placeholders_agree(language):
    differing = []
    for entry in catalogue(language):
        wanted = [Counter(PLACEHOLDER.findall(msgid)) for msgid in (entry.msgid, entry.msgid_plural) if msgid]
        differing += [text for text in texts_of(entry) if Counter(PLACEHOLDER.findall(text)) not in wanted]
    assert differing == []


def test_tags_agree(language):
    differing = [
        text
        for entry in catalogue(language)
        for msgid, text in pairs(entry)
        if sorted(TAG.findall(msgid)) != sorted(TAG.findall(text))
    ]
    assert differing == []


def test_the_compiled_file_is_that_of_the_catalogue(language):
    """Whoever changes a catalogue runs `make messages` last."""
    folder = LOCALE / language / "LC_MESSAGES"
    compiled = polib.mofile(str(folder / "django.mo"))
    told = [
        {(e.msgctxt, e.msgid): tuple(texts_of(e)) for e in file if e.msgid}
        for file in (compiled, catalogue(language))
    ]
    assert told[0] == told[1]


@pytest.mark.skipif(not shutil.which("msgfmt"), reason="gettext is not installed")
def test_gettext_finds_no_mistake(language):
    path = LOCALE / language / "LC_MESSAGES" / "django.po"
    run = subprocess.run(
        ["msgfmt", "--check-format", "--output-file=/dev/null", path], capture_output=True, text=True
    )
    assert (run.returncode, run.stderr) == (0, "")


def test_every_text_of_the_code_is_in_the_catalogue(language):
    """As far as a plain look at the code tells: texts in one piece, in the calls that `make messages` knows."""
    known = {text for entry in catalogue(language) for text in (entry.msgid, entry.msgid_plural)}
    missing = {
        f"{path}: {text}"
        for folder in ("reviews", "reviewtracker")
        for path in Path(settings.BASE_DIR, folder).rglob("*.py")
        for text in marked_texts(path)
        if text not in known
    }
    assert missing == set()


def marked_texts(path: Path) -> list[str]:
    """The texts that a file marks for translation."""
    marks = {"_", "_now", "_lazy", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy"}
    calls = [
        node
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in marks
    ]
    return [
        call.args[0].value
        for call in calls
        if call.args and isinstance(call.args[0], ast.Constant) and isinstance(call.args[0].value, str)
    ]


def test_no_text_is_marked_inside_an_f_string():
    """Where gettext's tools do not look."""
    inside = [
        f"{path}:{node.lineno}"
        for path in Path(settings.BASE_DIR, "reviews").rglob("*.py")
        for string in ast.walk(ast.parse(path.read_text()))
        if isinstance(string, ast.JoinedStr)
        for node in ast.walk(string)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("_", "_now", "_lazy", "gettext")
    ]
    assert inside == []


def test_borrowed_texts_are_still_texts_of_the_libraries():
    """Those of reviewtracker/library_strings.py that no library has any more can go."""
    source = Path(settings.BASE_DIR, "reviewtracker", "library_strings.py")
    borrowed = [
        argument.value
        for node in ast.walk(ast.parse(source.read_text()))
        if isinstance(node, ast.Call)
        for argument in node.args
        if isinstance(argument, ast.Constant)
    ]
    assert len(borrowed) > 50
    known = library_texts()
    assert [text for text in borrowed if text not in known] == []


def library_texts() -> set[str | None]:
    """The texts of Django's and allauth's own English catalogues, and of django-filter's code."""
    import allauth
    import django
    import django_filters

    found: set[str | None] = set()
    for library in (django, allauth):
        for path in Path(library.__file__).parent.rglob("locale/en/LC_MESSAGES/django.po"):
            for entry in polib.pofile(str(path)):
                found |= {entry.msgctxt, entry.msgid, entry.msgid_plural}
    filters = "".join(path.read_text() for path in Path(django_filters.__file__).parent.rglob("*.py"))
    return found | set(re.findall(r'_\("([^"]+)"\)', filters))


def test_what_django_has_wrongly_is_right_here():
    with translation.override("vi"):
        assert translation.gettext("Password reset unsuccessful") == "Không đặt lại được mật khẩu"
        assert translation.gettext("Enter a whole number.") == "Nhập một số nguyên."
        assert translation.gettext("Log out") == "Đăng xuất"
        assert "đăng nhập" not in translation.gettext("log entry")
