"""The word of a choice is Django's own, in every language; ours only asks for one at a time."""

from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models
from django.utils import translation

from reviews.models.choices import Labelled

CHOSEN = [
    (model, field)
    for model in apps.get_app_config("reviews").get_models()
    if issubclass(model, Labelled)
    for field in model._meta.concrete_fields
    if field.flatchoices
]


def named(part: Any) -> str:
    return str(getattr(part, "__name__", None) or part.name)


@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES])
@pytest.mark.parametrize(("model", "field"), CHOSEN, ids=named)
def test_word(model: type[models.Model], field: Any, language: str) -> None:
    with translation.override(language):
        for value in [value for value, _word in field.flatchoices] + ["unheard-of", "", None]:
            record = model(**{field.attname: value})
            shown = getattr(record, f"get_{field.name}_display")()
            assert shown == models.Model._get_FIELD_display(record, field)
            assert type(shown) in (str, type(None))
