"""The word of a choice: of a status, a kind, a verb."""

from functools import cache
from typing import Any

from django.db import models
from django.utils.encoding import force_str


class Labelled(models.Model):
    """Knows the words of its choices.

    Django translates and hashes the words of all the choices of a field each time that it is asked for one; in a
    history of thirty lines that was a fifth of the page.
    """

    class Meta:
        abstract = True

    def _get_FIELD_display(self, field: Any) -> Any:  # noqa: N802 - get_status_display() and its like ask this
        value = getattr(self, field.attname)
        return force_str(_labels(field).get(value, value), strings_only=True)


@cache
def _labels(field: Any) -> dict[Any, Any]:
    return dict(field.flatchoices)
