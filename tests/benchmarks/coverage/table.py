"""The tallies as Markdown tables, and the promise that they are held against."""

from __future__ import annotations

from dataclasses import dataclass

from tally import Tallies, Tally

TITLES = {
    "mos": "MOS of a method",
    "differences": "Difference of two methods",
}


@dataclass(frozen=True)
class Part:
    """One table: a statistic, its designs as rows and its intervals as columns."""

    name: str
    designs: list[str]
    intervals: list[str]


def parts(tallies: Tallies) -> list[Part]:
    """In the order in which they were recorded, the project's own interval first."""
    found: dict[str, Part] = {}
    for part, design, interval in tallies.found:
        one = found.setdefault(part, Part(part, [], []))
        if design not in one.designs:
            one.designs.append(design)
        if interval not in one.intervals:
            one.intervals.append(interval)
    return list(found.values())


def markdown(tallies: Tallies) -> str:
    return "\n\n".join(_section(part, tallies) for part in parts(tallies)) + "\n"


def _section(part: Part, tallies: Tallies) -> str:
    rows = [["design", *part.intervals, "studies"]]
    rows += [_row(part, design, tallies) for design in part.designs]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    rows.insert(1, ["-" * width for width in widths])
    lines = ["| " + " | ".join(map(str.ljust, row, widths)) + " |" for row in rows]
    return "\n".join([f"## {TITLES.get(part.name, part.name)}", "", *lines])


def _row(part: Part, design: str, tallies: Tallies) -> list[str]:
    found = [tallies.found.get((part.name, design, interval), Tally()) for interval in part.intervals]
    return [design, *(_cell(one) for one in found), f"{max(one.replications for one in found):,}"]


def _cell(tally: Tally) -> str:
    if not tally.studies:
        return "–"
    text = f"{100 * tally.coverage:.1f} ± {100 * tally.error:.1f} ({tally.mean_width:.2f})"
    share = tally.undefined / (tally.undefined + tally.defined)
    return f"{text}, {100 * share:.0f} % undefined" if share >= 0.005 else text


def shortfalls(tallies: Tallies, promises: dict[str, tuple[float, float]]) -> list[str]:
    """Sentences on the two-way intervals of means and differences that leave the promised range."""
    found = []
    for part, title in TITLES.items():
        for design, (low, high) in promises.items():
            tally = tallies.found.get((part, design, "two-way"))
            if tally is not None and not low <= tally.coverage <= high:
                measured = f"{100 * tally.coverage:.1f} ± {100 * tally.error:.1f} %"
                found.append(f"{title}, {design}: {measured}, not {100 * low:.1f}–{100 * high:.1f} %.")
    return found
