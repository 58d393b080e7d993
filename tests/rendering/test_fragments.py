"""The cache of fragments keeps apart what differs in type, language or template."""

import pytest
from django.utils.autoreload import file_changed
from django.utils.safestring import mark_safe
from django.utils.translation import override

from reviews.rendering import fragments


def test_markup_kept_for_one_is_no_markup_for_another():
    assert "<b>open</b>" in fragments.badge(mark_safe("<b>open</b>"))
    assert "&lt;b&gt;open&lt;/b&gt;" in fragments.badge("<b>open</b>")


@pytest.mark.parametrize(("value", "words"), [(None, "not yet reported"), (0, "0 %"), (100, "100 %")])
def test_nothing_is_not_nought(value, words):
    assert words in fragments.bar(value)


def test_each_language_has_its_own():
    with override("en"):
        english = fragments.bar(40)
    with override("vi"):
        fragments.bar(40)
        keys = [cache.cache_info().currsize for cache in fragments.CACHES]
        fragments.bar(40)
        assert [cache.cache_info().currsize for cache in fragments.CACHES] == keys
    with override("en"):
        assert fragments.bar(40) == english


@pytest.mark.parametrize("render", [fragments.included, fragments.drawn])
def test_an_edited_template_is_shown_at_once_under_runserver(render, settings, tmp_path):
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path], "OPTIONS": {}}]
    file, arguments = tmp_path / "one.html", {"chart": 1}
    rendered = []
    for text in ("before", "after"):
        file.write_text(text)
        file_changed.send(sender=None, file_path=file)  # as runserver does when it notices
        rendered.append(render("one.html", **arguments))
    assert rendered == ["before", "after"]


def test_in_real_use_a_fragment_is_rendered_once(monkeypatch):
    fragments.bar(41)
    monkeypatch.setattr(fragments, "get_template", None)
    assert "41 %" in fragments.bar(41)
