"""Tells what was measured: on the screen, and in docs/performance.md between two marks."""

import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from bench import goals
from tests.trust.figures import Figure

PAPER = Path("docs/performance.md")
BEGIN, END = "<!-- make bench writes from here -->\n", "<!-- to here -->\n"
ABSENT = "Comment matrix (63 provinces, 500 comments): not measured, the product has none yet."
NO_BROWSER = "Posting progress on a slow line: not measured, no Chromium here."


def tell(found: dict[str, Any], arguments: str) -> None:
    told = "\n".join(lines(found, arguments))
    print(told)
    before, _mark, rest = PAPER.read_text().partition(BEGIN)
    PAPER.write_text(f"{before}{BEGIN}{told}\n{END}{rest.partition(END)[2]}")


def lines(found: dict[str, Any], arguments: str) -> list[str]:
    return [*_head(found, arguments), *_goals(found), "", *_pages(found["sizes"])]


def _head(found: dict[str, Any], arguments: str) -> Iterator[str]:
    command = f'make bench SIZES="{arguments}"' if arguments else "make bench"
    yield f"`{command}` on {date.today()}, {os.cpu_count()} cores, {found['seconds']} s in all."
    yield ""


def _goals(found: dict[str, Any]) -> Iterator[str]:
    figures = goals.every(found["sizes"], found["memory"])
    yield from _table(["figure", "measured", "goal", ""], [_row(figure) for figure in figures])
    yield f"\n{sum(figure.is_reached for figure in figures)} of {len(figures)} met. {ABSENT}"
    if not any("slow line" in figure.name for figure in figures):
        yield NO_BROWSER


def _row(figure: Figure) -> list[str]:
    return [figure.name, figure.measured, str(figure.goal), "met" if figure.is_reached else "MISSED"]


def _pages(sizes: list[dict[str, Any]]) -> Iterator[str]:
    """Each page at each size: milliseconds (times the floor, times the administration's), growth, queries, bytes."""
    heads = ["page: ms (x floor, x admin)", *(f"{one['rows']:,}" for one in sizes), "growth", "queries", "kB"]
    yield from _table(heads, [_page(sizes, name) for name in sizes[0]["pages"]])


def _page(sizes: list[dict[str, Any]], name: str) -> list[str]:
    ours = sizes[-1]["pages"][name]["ours"]
    growth = goals.ms(sizes[-1], name) / goals.ms(sizes[0], name)
    told = [f"{growth:.2f}", str(ours["queries"]), f"{ours['bytes'] / 1000:.0f}"]
    return [name, *(_cell(one, name) for one in sizes), *told]


def _cell(size: dict[str, Any], name: str) -> str:
    floor, admin = goals.ms(size, name, "floor"), size["pages"][name].get("admin")
    ratios = [
        f"{goals.ms(size, name) / floor:.2f}",
        *([f"{goals.ms(size, name) / admin['ms']:.2f}"] if admin else []),
    ]
    return f"{goals.ms(size, name):.1f} ({', '.join(ratios)})"


def _table(heads: list[str], rows: list[list[str]]) -> Iterator[str]:
    widths = [max(len(row[n]) for row in [heads, *rows]) for n in range(len(heads))]
    for row in (heads, ["-" * width for width in widths], *rows):
        yield "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
