"""Tile map of ASEAN: an equal square for each member, roughly where it lies."""

from collections.abc import Iterable
from dataclasses import dataclass

# Column and row of each square, by the country's code.
TILE_PLACES = {
    "MMR": (0, 0),
    "LAO": (1, 0),
    "VNM": (2, 0),
    "PHL": (4, 1),
    "THA": (1, 1),
    "KHM": (2, 1),
    "MYS": (1, 2),
    "BRN": (3, 2),
    "SGP": (1, 3),
    "IDN": (2, 3),
    "TLS": (4, 3),
}
TILE, TILE_STEP, TILE_BAR = 128, 136, 96


@dataclass(frozen=True)
class TileMember:
    """What a square shows of a member: its status, and its figures; None: never reported."""

    code: str
    name: str
    status: str
    tone: str
    figures: tuple[int | None, ...]


@dataclass(frozen=True)
class TileBar:
    value: int | None
    y: int
    width: int


@dataclass(frozen=True)
class Tile:
    member: TileMember
    x: int
    y: int
    bars: tuple[TileBar, ...]


@dataclass(frozen=True)
class TileMap:
    tiles: tuple[Tile, ...]
    width: int = TILE_STEP * 5
    height: int = TILE_STEP * 4
    size: int = TILE
    bar_width: int = TILE_BAR


def tile_map(members: Iterable[TileMember]) -> TileMap | None:
    """Lay out the squares; None if a member is no state of ASEAN, or there is none."""
    members = tuple(members)
    if not members or any(member.code not in TILE_PLACES for member in members):
        return None
    tiles = []
    for member in members:
        column, row = TILE_PLACES[member.code]
        x, y = TILE_STEP * column, TILE_STEP * row
        bars = tuple(
            TileBar(value, y + 72 + 16 * n, round((value or 0) * TILE_BAR / 100))
            for n, value in enumerate(member.figures)
        )
        tiles.append(Tile(member, x, y, bars))
    return TileMap(tuple(tiles))
