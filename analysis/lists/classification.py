"""metric_classification: does a metric tell apart what raters tell apart, and order it rightly?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.lists.differences import ALL_PAIRS
from analysis.lists.scope import Listing, Row, Scope, codes, placed, scores
from analysis.stats.classification import (
    Areas,
    Direction,
    PairTests,
    ordered_rightly,
    pair_tests,
    stimulus_areas,
)
from analysis.stats.result import Note

MOST_STIMULI = 15_000  # a hundred million pairs: about a gigabyte
NONE = Areas(None, None)
TOO_MANY = Note(
    "classification_left_out",
    f"Pairs of stimuli were not tested one by one, as there are more than {MOST_STIMULI} stimuli.",
)


@dataclass(frozen=True)
class Valued:
    """A metric: values indexed by stimulus, or by method where it has one per method."""

    name: str
    direction: Direction
    of_methods: bool
    values: pd.Series


@dataclass(frozen=True)
class _Told:
    """What raters told apart: stimuli, and methods as pairs (better, worse) after Holm's correction."""

    stimuli: list[str]
    tests: PairTests | None
    home: pd.Series
    methods: list[str]
    pairs: list[tuple[int, int]]


def classification_rows(
    scope: Scope, question: str, rated: pd.DataFrame, metrics: Iterable[Valued], differences: list[Row]
) -> Listing:
    """One row per metric. rated: ratings without references; differences: rows of that list.

    Areas are over pairs of stimuli, each told apart where the difference of its two means over raters is
    significant at 1 − confidence, pair by pair; counts are of pairs of methods that differ after Holm.
    """
    listing, wanted = Listing(), list(metrics)
    if not wanted or rated["stimulus"].nunique() < 2:
        return listing
    told = _told(scope, question, rated, differences)
    if told.tests is None and not all(metric.of_methods for metric in wanted):
        listing.notes.extend(placed([TOO_MANY], question))
    for metric in wanted:
        areas = NONE if told.tests is None or metric.of_methods else _areas(told.tests, told.stimuli, metric)
        significant, rightly = ordered_rightly(
            told.pairs, _of_methods(told, metric), direction=metric.direction
        )
        row = {"question": question, "metric": metric.name, "auc_different": areas.different}
        row |= {"auc_better": areas.better, "pairs_significant": significant}
        listing.rows.append({**row, "pairs_ordered_rightly": rightly})
    return listing


def _told(scope: Scope, question: str, rated: pd.DataFrame, differences: list[Row]) -> _Told:
    home = rated.drop_duplicates("stimulus").set_index("stimulus")["method"].sort_index()
    methods = scope.methods_in(home)
    tests = None
    if len(home) <= MOST_STIMULI:
        columns = (codes(rated["rater"]), codes(rated["stimulus"]), scores(rated))
        tests = pair_tests(*columns, confidence=scope.options.confidence)
    return _Told(list(home.index), tests, home, methods, _better_first(scope, question, methods, differences))


def _better_first(
    scope: Scope, question: str, methods: list[str], differences: list[Row]
) -> list[tuple[int, int]]:
    place = {method: index for index, method in enumerate(methods)}
    pairs = []
    for row in differences:
        told = row["p_holm"] is not None and row["p_holm"] < scope.options.alpha
        here = (row["question"], row["screening"], row["measure"], row["family"]) == (
            question,
            scope.primary,
            scope.rated_measure(question),
            ALL_PAIRS,
        )
        if told and here and {row["method_a"], row["method_b"]} <= place.keys():
            first, second = place[row["method_a"]], place[row["method_b"]]
            pairs.append((first, second) if row["mean"] > 0 else (second, first))
    return pairs


def _areas(tests: PairTests, stimuli: list[str], metric: Valued) -> Areas:
    values = metric.values.reindex(stimuli).to_numpy(dtype=float)
    return stimulus_areas(tests, values, direction=metric.direction)


def _of_methods(told: _Told, metric: Valued) -> np.ndarray:
    """A metric's value per method: its own, or the mean over the rated stimuli that have one."""
    of_methods = metric.values if metric.of_methods else metric.values.groupby(told.home).mean()
    return of_methods.reindex(told.methods).to_numpy(dtype=float)
