"""What is odd about a metric's values: those left out, made in several ways, a course against its direction.

`title`: what the metric is called in print.
"""

from __future__ import annotations

import pandas as pd

from analysis.stats.correlation import CorrelationEstimate
from analysis.stats.result import Note, part_of
from analysis.tables import natural
from studies.metrics import Direction

UNSTATED = "an implementation that is not stated"
MOST_NAMED = 6  # methods
FEWEST = 3  # stimuli with a value, below which nothing is said about a metric

# Of these there may be many: they are said once, and name the metrics as places.
WITHOUT_VALUES = Note(
    "metric_without_values",
    "A metric without a value for any rated stimulus is left out; why stands with the metrics' values.",
)
UNDIRECTED = Note(
    "metric_undirected",
    "A metric of which neither higher nor lower values are better, or of which papers differ in that, enters "
    "no contest and no classification.",
)


def missing_values(title: str, stimuli: pd.DataFrame, valued: pd.DataFrame) -> list[Note]:
    """stimuli, valued: stimulus and method of those rated, and of those that have a value as well."""
    missing = len(stimuli) - len(valued)
    if not missing:
        return []
    verb = "has no value and is" if missing == 1 else "have no value and are"
    counted = f"{title}: {part_of(missing, len(stimuli))} rated stimuli {verb} left out"
    message = counted + _whole_methods(stimuli, valued)
    if len(valued) < FEWEST:
        message = f"{counted}; no correlation is computed from fewer than {FEWEST}"
    return [Note("metric_values_missing", f"{message}.")]


def _whole_methods(stimuli: pd.DataFrame, valued: pd.DataFrame) -> str:
    bare = natural(set(stimuli["method"]) - set(valued["method"]))
    if not bare:
        return ""
    return f"; {', '.join(bare)} {'has' if len(bare) == 1 else 'have'} none"


def dropped_levels(title: str, of_metric: pd.DataFrame) -> list[Note]:
    """of_metric: values of one metric, some of clips (stimulus filled), some of methods (stimulus empty)."""
    of_methods = int((of_metric["stimulus"] == "").sum())
    if of_methods in (0, len(of_metric)):
        return []
    what = "1 value of a whole method is" if of_methods == 1 else f"{of_methods} values of whole methods are"
    message = f"{title}: {what} left out, as its other values are of single clips."
    return [Note("metric_levels_mixed", message)]


def mixed_implementations(title: str, of_metric: pd.DataFrame) -> list[Note]:
    """of_metric: the values of one metric; those of several implementations need not be comparable."""
    valued = of_metric[of_metric["value"].notna()]
    makers: dict[str, set[str]] = {}
    for (implementation, version), rows in valued.groupby(["implementation", "version"]):
        maker = f"{implementation} {version}".strip() if implementation else UNSTATED
        makers.setdefault(maker, set()).update(rows["method"])
    if len(makers) < 2:
        return []
    told = [f"{_named(methods)} by {maker}" for maker, methods in makers.items()]
    message = (
        f"{title} comes from {len(told)} implementations, whose values need not be comparable and enter the "
        f"same means and correlations: {'; '.join(told)}."
    )
    return [Note("metric_implementations_mixed", message)]


def _named(methods: set[str]) -> str:
    names, more = natural(methods)[:MOST_NAMED], len(methods) - MOST_NAMED
    return ", ".join(names) + (f" and {more} more" if more > 0 else "")


def without_direction(title: str, direction: Direction | None) -> list[Note]:
    """A metric of which nobody said whether high values are good can be correlated, not judged."""
    if direction is not None:
        return []
    message = (
        f"It is not said of {title} whether higher or lower values are better, so it enters no "
        "contest and no classification; fill column 'direction' with higher or lower."
    )
    return [Note("metric_without_direction", message)]


def mapped_against(direction: Direction | None, one: CorrelationEstimate) -> list[Note]:
    """The monotone mapping follows the data's sign, which need not be the one that the metric promises."""
    if one.mapping != "monotone" or one.value is None or direction is None:
        return []
    if (one.value > 0) == (direction == "higher"):
        return []
    course = "rises" if one.value > 0 else "falls"
    message = f"the mapping onto MOS {course} although {direction} values of the metric are better."
    return [Note("mapping_against_direction", message)]
