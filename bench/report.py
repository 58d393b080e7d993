"""The report of what was measured: on the screen, and in docs/performance.md between two marks."""

import os
from datetime import date
from pathlib import Path
from typing import Any

from bench import goals

PAPER = Path("docs/performance.md")
BEGIN, END = "<!-- make bench writes from here -->\n", "<!-- to here -->\n"
ABSENT = "Comment matrix (63 provinces, 500 comments): not measured, the product has none yet."
NO_BROWSER = "Posting progress on a slow line: not measured, no Chromium here."


def write(results: dict[str, Any], arguments: str) -> None:
    report = "\n".join(lines(results, arguments))
    print(report)
    before, _mark, rest = PAPER.read_text().partition(BEGIN)
    PAPER.write_text(f"{before}{BEGIN}{report}\n{END}{rest.partition(END)[2]}")


def lines(results: dict[str, Any], arguments: str) -> list[str]:
    """Return the report: every goal beside what was measured, then every page at every size."""
    command = f'make bench SIZES="{arguments}"' if arguments else "make bench"
    figures = goals.every(results["sizes"], results["memory"])
    rows = [
        [figure.name, figure.measured, str(figure.goal), "met" if figure.is_reached else "MISSED"]
        for figure in figures
    ]
    report = [
        f"`{command}` on {date.today()}, {os.cpu_count()} cores, {results['seconds']} s in all.",
        "",
        *_table(["figure", "measured", "goal", ""], rows),
        f"\n{sum(figure.is_reached for figure in figures)} of {len(figures)} met. {ABSENT}",
    ]
    if not any("slow line" in figure.name for figure in figures):
        report.append(NO_BROWSER)
    return [*report, "", *_pages(results["sizes"])]


def _pages(sizes: list[dict[str, Any]]) -> list[str]:
    """Each page at each size: milliseconds (times the floor, times the administration's), growth, queries, bytes."""
    heads = ["page: ms (x floor, x admin)", *(f"{one['rows']:,}" for one in sizes), "growth", "queries", "kB"]
    rows = []
    for name in sizes[0]["pages"]:
        row = [name]
        for size in sizes:
            milliseconds, admin = goals.ms(size, name), size["pages"][name].get("admin")
            ratios = [f"{milliseconds / goals.ms(size, name, 'floor'):.2f}"]
            if admin:
                ratios.append(f"{milliseconds / admin['ms']:.2f}")
            row.append(f"{milliseconds:.1f} ({', '.join(ratios)})")
        ours = sizes[-1]["pages"][name]["ours"]
        growth = goals.ms(sizes[-1], name) / goals.ms(sizes[0], name)
        rows.append([*row, f"{growth:.2f}", str(ours["queries"]), f"{ours['bytes'] / 1000:.0f}"])
    return _table(heads, rows)


def _table(heads: list[str], rows: list[list[str]]) -> list[str]:
    widths = [max(len(row[n]) for row in [heads, *rows]) for n in range(len(heads))]
    return [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in (heads, ["-" * width for width in widths], *rows)
    ]
