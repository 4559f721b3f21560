"""The metric catalogue: what each objective metric is, where it is defined, and what it needs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import get_args

from studies.catalogue.lookup import table
from studies.computed import COMPUTED, Direction, Level, Metric
from studies.names import Index, folded

__all__ = [
    "CATALOGUE",
    "COMPUTED",
    "Direction",
    "Level",
    "Metric",
    "known_metric",
    "metric_title",
    "metric_titles",
    "same_metric",
]


def known_metric(name: str) -> Metric | None:
    """The metric that goes by this name, as written or whatever its case, spaces and hyphens."""
    return _INDEX.find(name.strip())


def metric_title(name: str) -> str:
    """How the metric is called in print; its own name where the catalogue does not know it."""
    known = known_metric(name)
    return known.title if known else name


def metric_titles(names: Iterable[str]) -> dict[str, str]:
    """By name: how each of a study's metrics is called in print, with its own name where titles collide."""
    titles = {name: metric_title(name) for name in names}
    often = Counter(titles.values())
    return {
        name: title if often[title] == 1 or title == name else f"{title} ({name})"
        for name, title in titles.items()
    }


def same_metric(one: str, other: str) -> bool:
    """Whether two names stand for one metric."""
    found = known_metric(one), known_metric(other)
    return found[0] == found[1] if any(found) else folded(one) == folded(other)


def _described(row: dict[str, str]) -> Metric:
    direction = next((word for word in get_args(Direction) if word == row["direction"]), None)
    level = next(word for word in get_args(Level) if word == row["level"])
    return Metric(
        name=row["name"],
        title=row["title"],
        definition=row["definition"],
        source=row["source"],
        direction=direction,
        unit=row["unit"],
        level=level,
        needs=frozenset(row["needs"].split()),
        aliases=tuple(name for name in row["aliases"].split(";") if name),
        computed=False,
    )


def _spellings(metric: Metric) -> list[str]:
    return [folded(name) for name in (metric.name, metric.title, *metric.aliases)]


CATALOGUE: dict[str, Metric] = {
    **{metric.name: metric for metric in table("metrics.csv", _described)},
    **COMPUTED,
}
_INDEX = Index.of(CATALOGUE.values(), _spellings)
