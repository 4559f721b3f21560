"""Whether results that were computed again are those that were published."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.report.text import Text, escaped
from analysis.results import to_json

MOST_SHOWN = 5
ROUNDING = 1e-9  # of a value: far below what any report prints, far above what sums of doubles lose
SMALLEST = 1e-6  # values below are noise around zero and are compared as if they were this large


@dataclass(frozen=True)
class _Difference:
    """A place in the results, both values as shown, and how far apart they are, relative to their size."""

    place: str
    published: str
    computed: str
    apart: float


def compared(results: dict[str, Any], file: Path) -> Text:
    """One sentence where every byte is the same or only rounding differs, else the first places that do."""
    published = file.read_text(encoding="utf-8")
    computed = to_json(results)
    if computed == published:
        return Text((("", (f"These are the results in `{file.name}`, byte for byte.",)),))
    places = list(_differing(json.loads(published), json.loads(computed), ""))
    if places and all(place.apart <= ROUNDING for place in places):
        return Text((("", (_rounded(file, places),)),))
    shown = [
        escaped(f"{one.place}: {one.published} was published, {one.computed} is computed here.")
        for one in places[:MOST_SHOWN]
    ]
    more = [f"{len(places) - MOST_SHOWN} more values differ."] if len(places) > MOST_SHOWN else []
    head = f"These are not the results in `{file.name}`: {_values(places)}."
    return Text((("", (head, *shown, *more)),))


def _rounded(file: Path, places: list[_Difference]) -> str:
    """Processors of different kinds round the last digits of a sum differently."""
    return (
        f"These are the results in `{file.name}` up to the rounding of the processor: {_values(places)} in "
        f"the last digits, by {max(one.apart for one in places):.0e} of the value at most."
    )


def _values(places: list[_Difference]) -> str:
    return f"{len(places)} value{'s differ' if len(places) > 1 else ' differs'}"


def _apart(published: Any, computed: Any) -> float:
    """Relative difference of two numbers; infinite for anything else that differs."""
    numbers = isinstance(published, int | float) and isinstance(computed, int | float)
    if not numbers or isinstance(published, bool) or isinstance(computed, bool):
        return math.inf
    return float(abs(published - computed) / max(abs(published), abs(computed), SMALLEST))


def _differing(published: Any, computed: Any, place: str) -> Iterator[_Difference]:
    """A list of another length counts as a whole."""
    if isinstance(published, dict) and isinstance(computed, dict):
        for key in dict.fromkeys([*published, *computed]):
            inner = f"{place}.{key}" if place else key
            yield from _differing(published.get(key), computed.get(key), inner)
    elif isinstance(published, list) and isinstance(computed, list) and len(published) == len(computed):
        for i, (old, new) in enumerate(zip(published, computed, strict=True)):
            yield from _differing(old, new, f"{place}[{i}]")
    elif published != computed:
        yield _Difference(place, _short(published), _short(computed), _apart(published, computed))


def _short(value: Any) -> str:
    text = f"{len(value)} rows" if isinstance(value, list) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else text[:79] + "…"
