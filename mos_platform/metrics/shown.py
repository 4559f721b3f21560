"""Weights and measured values as tables for people and as JSON for programs. No Django here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from mos_platform.metrics.measures.inventory import Stock
from mos_platform.metrics.single import LeftOut, Measured

STYLES = {"there": "green", "missing": "yellow", "damaged": "bold red"}
NAMED_METRICS = 3
UNITS = ((1e9, "GB"), (1e6, "MB"), (1e3, "kB"))


def stock_table(stock: Sequence[Stock], folder: Path) -> RenderableType:
    """One line for each file, and how to get those that are missing."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("file", "size", "state", "for"):
        table.add_column(column, no_wrap=column != "for", justify="right" if column == "size" else "left")
    for one in stock:
        table.add_row(one.file.name, size(one.file.bytes), Text(one.state, STYLES[one.state]), _uses(one))
    return Group(table, Text(), *map(Text, _advice(stock, folder)))


def _uses(one: Stock) -> str:
    more = len(one.metrics) - NAMED_METRICS
    return ", ".join(one.metrics[:NAMED_METRICS]) + (f" and {more} more" if more > 0 else "")


def _advice(stock: Iterable[Stock], folder: Path) -> Iterable[str]:
    yield f"Folder: {folder} (MOS_WEIGHTS_DIR names another one)"
    if any(one.state != "there" for one in stock):
        yield "Get one:     python -m mos_platform weights fetch NAME"
        yield "Or by hand:  python -m mos_platform weights show NAME says whence, and under which licence"


def stock_details(stock: Iterable[Stock], folder: Path) -> RenderableType:
    """All that is known of each file."""
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column("key", no_wrap=True)
    table.add_column("fact", overflow="fold")
    for one in stock:
        for key, fact in _facts(one, folder):
            table.add_row(Text(key, "bold" if key == "file" else "dim"), Text(fact))
        table.add_row()
    return table


def _facts(one: Stock, folder: Path) -> Iterable[tuple[str, str]]:
    file = one.file
    yield "file", file.name
    yield "state", f"{one.state}: {one.problem}" if one.problem else one.state
    yield "belongs at", str(folder / file.name)
    yield "page", file.page
    yield "address", f"{file.url} (in it: {file.member})" if file.member else file.url
    yield "size", f"{file.bytes} bytes" if file.bytes else "not published"
    yield "sha256", _hash(file.sha256)
    yield "format", file.format
    yield "licence", file.licence
    yield "for", ", ".join(one.metrics) or "no metric yet"


def _hash(sha256: str) -> str:
    if not sha256:
        return "not published"
    return sha256 if len(sha256) > 8 else f"begins with {sha256}"


def size(count: int | None) -> str:
    if count is None:
        return "–"
    return next((f"{count / unit:.1f} {name}" for unit, name in UNITS if count >= unit), f"{count} B")


def stock_as_json(one: Stock) -> dict[str, Any]:
    file = one.file
    return {
        "name": file.name,
        "state": one.state,
        "problem": one.problem,
        "metrics": list(one.metrics),
        "bytes": file.bytes,
        "sha256": file.sha256 or None,
        "url": file.url,
        "member": file.member or None,
        "page": file.page,
        "format": file.format,
        "licence": file.licence,
    }


def value_table(measured: Sequence[Measured], left_out: LeftOut) -> RenderableType:
    """One line for each value; then why others have none, and what else could be computed."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("metric", "value", "unit", "better"):
        table.add_column(column, no_wrap=True, justify="right" if column == "value" else "left")
    table.add_column("note", overflow="fold")
    for one in measured:
        if one.measurement.value is not None:
            unit = "" if one.metric.unit == "1" else one.metric.unit
            value, note = f"{one.measurement.value:.5g}", Text(one.measurement.note)
            table.add_row(one.metric.name, value, unit, one.metric.direction or "", note)
    values: list[RenderableType] = [table] if table.row_count else []
    others: list[RenderableType] = [Text(line) for line in _without(left_out)]
    return Group(*_apart([part for part in (values, _reasons(measured), others) if part]))


def _apart(parts: Iterable[Sequence[RenderableType]]) -> list[RenderableType]:
    """The parts with an empty line between them."""
    return [line for part in parts for line in (Text(), *part)][1:]


def _reasons(measured: Iterable[Measured]) -> list[RenderableType]:
    """Metrics without a value, those with the same reason together."""
    metrics: dict[str, list[str]] = {}
    for one in measured:
        if one.measurement.value is None:
            metrics.setdefault(one.measurement.reason, []).append(one.metric.name)
    return [
        Text.assemble(("Not computed: ", "yellow"), ", ".join(names), f" – {reason}")
        for reason, names in metrics.items()
    ]


def _without(left_out: LeftOut) -> Iterable[str]:
    if left_out.for_want_of_reference:
        yield f"With --reference REF also: {', '.join(left_out.for_want_of_reference)}."
    for lack, names in left_out.for_want_of.items():
        yield f"Without {lack}: no {', '.join(names)}."
    if any(lack.weights for lack in left_out.for_want_of):
        yield "`python -m mos_platform weights` says how to get weights."
    if left_out.of_methods:
        yield f"Values of methods, from all clips of a study: {', '.join(left_out.of_methods)}."


def status(one: Measured) -> str:
    return "ok" if one.measurement.value is not None else f"not computed: {one.measurement.reason}"


def measured_as_json(one: Measured) -> dict[str, Any]:
    metric, implementation = one.metric, one.implementation
    return {
        "metric": metric.name,
        "value": one.measurement.value,
        "unit": metric.unit or None,
        "direction": metric.direction,
        "status": status(one),
        "implementation": implementation.name if implementation else None,
        "version": implementation.version if implementation else None,
        "note": one.measurement.note or None,
    }
