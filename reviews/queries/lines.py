"""Long lists of a page: the first lines of a kind are shown, the others folded away."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from django.utils.translation import gettext as _

MOST_LINES = 5  # of one kind, before the others are folded away

Line = TypeVar("Line")


@dataclass(frozen=True)
class Lines(Generic[Line]):
    """Lines of one kind."""

    all: list[Line]

    @property
    def is_long(self) -> bool:
        return len(self.all) > MOST_LINES

    @property
    def first(self) -> list[Line]:
        return self.all[:MOST_LINES]

    @property
    def others(self) -> list[Line]:
        return self.all[MOST_LINES:]


def shorten_names(names: list[str]) -> str:
    """The first names, and how many more there are."""
    more = len(names) - MOST_LINES
    shown = ", ".join(names[:MOST_LINES])
    return _("%(names)s and %(n)d more") % {"names": shown, "n": more} if more > 0 else shown
