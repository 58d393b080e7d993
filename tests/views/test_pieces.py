"""What is kept by its values is kept apart by what those values are."""

import pytest
from django.utils.safestring import mark_safe
from django.utils.translation import override

from reviews import pieces


def test_markup_kept_for_one_is_no_markup_for_another():
    assert "<b>open</b>" in pieces.badge(mark_safe("<b>open</b>"))
    assert "&lt;b&gt;open&lt;/b&gt;" in pieces.badge("<b>open</b>")


@pytest.mark.parametrize(("value", "words"), [(None, "not yet reported"), (0, "0 %"), (100, "100 %")])
def test_nothing_is_not_nought(value, words):
    assert words in pieces.bar(value)


def test_each_language_has_its_own():
    with override("en"):
        english = pieces.bar(40)
    with override("vi"):
        pieces.bar(40)
        keys = pieces._included.cache_info().currsize
        pieces.bar(40)
        assert pieces._included.cache_info().currsize == keys
    with override("en"):
        assert pieces.bar(40) == english
