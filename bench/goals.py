"""Every goal of the product's speed beside what was measured: figures with their bounds, in the goals' own order."""

from typing import Any

from tests.trust.figures import Figure

COMMAND = "make bench"
LISTS = ("list, first page", "list, filtered", "list, sorted", "list, sorted on a name")
RARE = "list, rare word"
RECORDS = ("report", "gap", "meeting page")
OVERVIEWS = ("country round", "coverage map")
Size = dict[str, Any]


def every(sizes: list[Size], memory: dict[str, Any]) -> list[Figure]:
    """At 100,000 rows where a goal names no size, or else at the largest measured; growth from the smallest."""
    usual = _usual(sizes)
    found = [
        *_lists(usual),
        *_rare(sizes),
        *_deep(sizes[-1]),
        *_records(usual),
        *_writing(usual),
        *_boards(sizes),
    ]
    found += [row for name in OVERVIEWS for row in [_floor(usual, name, 3)]]
    return [*found, *_exports(sizes[-1]), *_load(usual, memory), *_line(usual)]


def _usual(sizes: list[Size]) -> Size:
    return next((one for one in sizes if one["rows"] == 100_000), sizes[-1])


def ms(size: Size, page: str, whose: str = "ours") -> float:
    return float(size["pages"][page][whose]["ms"])


def _figure(size: Size, name: str, value: Any, goal: str) -> Figure:
    return Figure(f"{name}, {size['rows']:,} rows", round(value, 2), goal, COMMAND)


def _floor(size: Size, name: str, most: float) -> Figure:
    value = ms(size, name) / ms(size, name, "floor")
    return _figure(size, f"{name}: times its floor", value, f"<= {most:g} x")


def _admin(size: Size, name: str, most: float) -> Figure:
    value = ms(size, name) / ms(size, name, "admin")
    return _figure(size, f"{name}: times the administration's page", value, f"<= {most:g} x")


def _growth(sizes: list[Size], name: str, most: float) -> Figure:
    least, size = sizes[0], sizes[-1]
    value = ms(size, name) / ms(least, name)
    return _figure(size, f"{name}: growth from {least['rows']:,}", value, f"<= {most:g} x")


def _lists(size: Size) -> list[Figure]:
    found = []
    for name in LISTS:
        found += [_floor(size, name, 2.0), _admin(size, name, 0.25), *_light(size, name)]
    return found


def _light(size: Size, name: str) -> list[Figure]:
    ours = size["pages"][name]["ours"]
    return [
        _figure(size, f"{name}: queries", ours["queries"], "<= 4"),
        _figure(size, f"{name}: HTML", ours["bytes"] / 1000, "<= 60 kB"),
    ]


def _rare(sizes: list[Size]) -> list[Figure]:
    """By an index, which serves the floor alike: no goal names their ratio, and what tells is that it does not grow."""
    usual = _usual(sizes)
    return [_admin(usual, RARE, 0.25), *_light(usual, RARE), _growth(sizes, RARE, 1.3)]


def _deep(size: Size) -> list[Figure]:
    value = ms(size, "list, deep page") / ms(size, "list, first page")
    return [_figure(size, "list, deep page: times the first", value, "<= 1.5 x")]


def _records(size: Size) -> list[Figure]:
    return [row for name in RECORDS for row in (_floor(size, name, 3), _admin(size, name, 0.2))]


def _writing(size: Size) -> list[Figure]:
    found = [_admin(size, "update form", 0.5)]
    if saves := size.get("extras", {}).get("saves"):
        value = saves["ours"] / saves["admin"]
        found.append(_figure(size, "save: times the administration's", value, "<= 1 x"))
    return found


def _boards(sizes: list[Size]) -> list[Figure]:
    """Also against the floor of the smallest size: a floor that counts a million rows is no floor."""
    least, most = sizes[0], sizes[-1]
    found = []
    for name in ("board, 11 members", "board, a past day"):
        small = ms(most, name) / ms(least, name, "floor")
        found += [
            _floor(most, name, 2.5),
            _figure(most, f"{name}: times its floor at {least['rows']:,}", small, "<= 2.5 x"),
            _growth(sizes, name, 1.3),
        ]
    many = ms(most, "board, 195 members") / ms(most, "board, 11 members")
    return [*found, _figure(most, "board, 195 members: times that of 11", many, "<= 4 x")]


def _exports(size: Size) -> list[Figure]:
    found = []
    for kind, one in ((kind, size["exports"][kind]) for kind in ("csv", "xlsx")):
        name = f"export of {size['exports']['rows']:,} rows, {kind}"
        slower = one["meanwhile_ms"] / one["idle_ms"]
        found.append(Figure(f"{name}: a worker grew by", one["grown_mb"], "<= 60 MB", COMMAND))
        found.append(Figure(f"{name}: another page's median meanwhile", round(slower, 2), "<= 2 x", COMMAND))
    return found


def _load(size: Size, memory: dict[str, Any]) -> list[Figure]:
    pages, name = size["extras"]["throughput"], "a worker's memory"
    half = memory["mb"][len(memory["mb"]) // 2 :]
    drift = 100 * (max(half) / min(half) - 1)
    return [
        _figure(
            size,
            "list, eight at once: throughput, times the floor's",
            pages["ours"] / pages["floor"],
            ">= 0.5 x",
        ),
        _figure(size, f"{name}: mixed requests made", memory["requests"], ">= 10,000"),
        _figure(size, f"{name}: the most", memory["most_mb"], "<= 130 MB"),
        _figure(size, f"{name}: largest over smallest in the last half", drift, "<= 10 %"),
    ]


def _line(size: Size) -> list[Figure]:
    line, slow = size["extras"]["transfer"], size["extras"]["slow_line"]
    found = [_figure(size, "first visit, transferred", line["first_visit"] / 1000, "<= 120 kB")]
    found += [
        _figure(size, f"second page, {name}", n / 1000, "<= 15 kB") for name, n in line["second"].items()
    ]
    found.append(_figure(size, "static files that are not immutable", len(line["not_immutable"]), "= 0"))
    return found + (
        [_figure(size, "posting progress on a slow line", slow["seconds"], "< 3 s")] if slow else []
    )
