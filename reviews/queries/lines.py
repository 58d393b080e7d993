"""Long lists of a page: the first lines of a kind are shown, the others folded away."""

from dataclasses import dataclass
from typing import Generic, TypeVar

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
