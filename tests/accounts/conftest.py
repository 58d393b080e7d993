"""At the door every word is ours: no test here may meet a page, a mail or a notice of django-allauth itself."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import allauth
import pytest
from django.test.signals import template_rendered

THEIRS = Path(allauth.__file__).parent


@pytest.fixture(autouse=True)
def foreign_words() -> Iterator[set[str]]:
    """The templates of django-allauth that were shown; none may be left at the end."""
    names: set[str] = set()

    def look(template: Any, **kwargs: Any) -> None:
        if Path(str(template.origin)).is_relative_to(THEIRS):
            names.add(str(template.name))

    template_rendered.connect(look)
    yield names
    template_rendered.disconnect(look)
    assert not names, f"django-allauth's own words: {sorted(names)}"
