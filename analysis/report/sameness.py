"""Whether results that were computed again are those that were published."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from analysis.report.text import Text, escaped
from analysis.results import to_json

MOST_SHOWN = 5


def compared(results: dict[str, Any], file: Path) -> Text:
    """One sentence where every byte is the same, else the first places that differ."""
    published = file.read_text(encoding="utf-8")
    computed = to_json(results)
    if computed == published:
        return Text((("", (f"These are the results in `{file.name}`, byte for byte.",)),))
    places = list(_differing(json.loads(published), json.loads(computed), ""))
    shown = [
        escaped(f"{place}: {old} was published, {new} is computed here.")
        for place, old, new in places[:MOST_SHOWN]
    ]
    more = [f"{len(places) - MOST_SHOWN} more values differ."] if len(places) > MOST_SHOWN else []
    head = f"These are not the results in `{file.name}`: {len(places)} values differ."
    return Text((("", (head, *shown, *more)),))


def _differing(published: Any, computed: Any, place: str) -> Iterator[tuple[str, str, str]]:
    """Where, what was published, what is computed; a list of another length as a whole."""
    if isinstance(published, dict) and isinstance(computed, dict):
        for key in dict.fromkeys([*published, *computed]):
            inner = f"{place}.{key}" if place else key
            yield from _differing(published.get(key), computed.get(key), inner)
    elif isinstance(published, list) and isinstance(computed, list) and len(published) == len(computed):
        for i, (old, new) in enumerate(zip(published, computed, strict=True)):
            yield from _differing(old, new, f"{place}[{i}]")
    elif published != computed:
        yield place, _short(published), _short(computed)


def _short(value: Any) -> str:
    text = f"{len(value)} rows" if isinstance(value, list) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else text[:79] + "…"
