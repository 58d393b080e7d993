"""The performance goals: what was measured as figures with their bounds, in the order of the goals."""

from typing import Any

from tests.support.figures import Figure

COMMAND = "make bench"
LISTS = ("list, first page", "list, filtered", "list, sorted", "list, sorted on a name")
SAVED = "list, saved columns"
RARE = "list, rare word"
RECORDS = ("report", "gap", "meeting page")
SEARCHES = ("search, rare word", "search, two words", "search, of a country", "search, code")
OVERVIEWS = ("country round", "coverage map")
Size = dict[str, Any]


def every(sizes: list[Size], memory: dict[str, Any]) -> list[Figure]:
    """At 100,000 rows where a goal names no size, or else at the largest measured; growth from the smallest."""
    usual = next((size for size in sizes if size["rows"] == 100_000), sizes[-1])
    largest = sizes[-1]
    figures: list[Figure] = []
    for name in LISTS:
        figures += [_floor(usual, name, 2.0), _admin(usual, name, 0.25), *_light(usual, name)]
    figures += [_floor(usual, SAVED, 2.0), *_light(usual, SAVED)]
    # By an index, which serves the floor alike: no goal names their ratio; what counts is that it does not grow.
    figures += [_admin(usual, RARE, 0.25), *_light(usual, RARE), _growth(sizes, RARE, 1.3)]
    deep = ms(largest, "list, deep page") / ms(largest, "list, first page")
    figures.append(_figure(largest, "list, deep page: times the first", deep, "<= 1.5 x"))
    for name in RECORDS:
        figures += [_floor(usual, name, 3), _admin(usual, name, 0.2)]
    figures.append(_admin(usual, "update form", 0.5))
    # At the largest size there are more entries than any review will have.
    at = [usual] if usual is largest else [usual, largest]
    figures += [_floor(size, name, 3) for name in SEARCHES for size in at]
    if saves := usual.get("extras", {}).get("saves"):
        figures.append(
            _figure(usual, "save: times the administration's", saves["ours"] / saves["admin"], "<= 1 x")
        )
    figures += _boards(sizes)
    figures += [_floor(usual, name, 3) for name in OVERVIEWS]
    return [*figures, *_exports(largest), *_load(usual, memory), *_transfer(usual)]


def ms(size: Size, page: str, whose: str = "ours") -> float:
    return float(size["pages"][page][whose]["ms"])


def _figure(size: Size, name: str, value: float, goal: str) -> Figure:
    return Figure(f"{name}, {size['rows']:,} rows", round(value, 2), goal, COMMAND)


def _floor(size: Size, name: str, most: float) -> Figure:
    value = ms(size, name) / ms(size, name, "floor")
    return _figure(size, f"{name}: times its floor", value, f"<= {most:g} x")


def _admin(size: Size, name: str, most: float) -> Figure:
    value = ms(size, name) / ms(size, name, "admin")
    return _figure(size, f"{name}: times the administration's page", value, f"<= {most:g} x")


def _growth(sizes: list[Size], name: str, most: float) -> Figure:
    smallest, largest = sizes[0], sizes[-1]
    value = ms(largest, name) / ms(smallest, name)
    return _figure(largest, f"{name}: growth from {smallest['rows']:,}", value, f"<= {most:g} x")


def _light(size: Size, name: str) -> list[Figure]:
    ours = size["pages"][name]["ours"]
    return [
        _figure(size, f"{name}: queries", ours["queries"], "<= 4"),
        _figure(size, f"{name}: HTML", ours["bytes"] / 1000, "<= 60 kB"),
    ]


def _boards(sizes: list[Size]) -> list[Figure]:
    """Also against the floor of the smallest size: a floor that counts a million rows is no floor."""
    smallest, largest = sizes[0], sizes[-1]
    figures = []
    for name in ("board, 11 members", "board, a past day"):
        times = ms(largest, name) / ms(smallest, name, "floor")
        figures += [
            _floor(largest, name, 2.5),
            _figure(largest, f"{name}: times its floor at {smallest['rows']:,}", times, "<= 2.5 x"),
            _growth(sizes, name, 1.3),
        ]
    times = ms(largest, "board, 195 members") / ms(largest, "board, 11 members")
    return [*figures, _figure(largest, "board, 195 members: times that of 11", times, "<= 4 x")]


def _exports(size: Size) -> list[Figure]:
    figures = []
    for kind in ("csv", "xlsx"):
        export, name = size["exports"][kind], f"export of {size['exports']['rows']:,} rows, {kind}"
        slower = round(export["meanwhile_ms"] / export["idle_ms"], 2)
        figures.append(Figure(f"{name}: a worker grew by", export["grown_mb"], "<= 60 MB", COMMAND))
        figures.append(Figure(f"{name}: another page's median meanwhile", slower, "<= 2 x", COMMAND))
    return figures


def _load(size: Size, memory: dict[str, Any]) -> list[Figure]:
    throughput, name = size["extras"]["throughput"], "a worker's memory"
    times = throughput["ours"] / throughput["floor"]
    last_half = memory["mb"][len(memory["mb"]) // 2 :]
    drift = 100 * (max(last_half) / min(last_half) - 1)
    return [
        _figure(size, "list, eight at once: throughput, times the floor's", times, ">= 0.5 x"),
        _figure(size, f"{name}: mixed requests made", memory["requests"], ">= 10,000"),
        _figure(size, f"{name}: the most", memory["most_mb"], "<= 130 MB"),
        _figure(size, f"{name}: largest over smallest in the last half", drift, "<= 10 %"),
    ]


def _transfer(size: Size) -> list[Figure]:
    transfer, slow_line = size["extras"]["transfer"], size["extras"]["slow_line"]
    figures = [_figure(size, "first visit, transferred", transfer["first_visit"] / 1000, "<= 120 kB")]
    for name, number in transfer["second"].items():
        figures.append(_figure(size, f"second page, {name}", number / 1000, "<= 15 kB"))
    mutable = len(transfer["not_immutable"])
    figures.append(_figure(size, "static files that are not immutable", mutable, "= 0"))
    if slow_line:
        figures.append(_figure(size, "posting progress on a slow line", slow_line["seconds"], "< 3 s"))
    return figures
