"""metric_classification: does a metric tell apart the pairs of stimuli that raters tell apart?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.lists.scope import Listing, Scope, codes, placed, scores
from analysis.stats.arrays import FloatArray, IntArray
from analysis.stats.contest import metric_classification
from analysis.stats.differences import MethodScores, difference_estimate
from analysis.stats.result import Note
from studies.metrics import Direction

MOST_STIMULI = 100
TOO_MANY = Note(
    "classification_left_out",
    f"Pairs of stimuli were not tested one by one, as there are more than {MOST_STIMULI} stimuli.",
)


@dataclass(frozen=True)
class Pairs:
    """Every pair of stimuli: its places, the MOS of the first less the second, and whether raters differ."""

    first: IntArray
    second: IntArray
    difference: FloatArray
    significant: np.ndarray


def classification_rows(
    scope: Scope, question: str, rated: pd.DataFrame, metrics: Iterable[tuple[str, Direction, pd.Series]]
) -> Listing:
    """One row per metric. rated: ratings without references; metrics: name, direction, value by stimulus.

    A pair is told apart where the difference of its two means over raters is significant at 1 − confidence,
    pair by pair.
    """
    listing = Listing()
    stimuli = sorted(set(rated["stimulus"]))
    wanted = list(metrics)
    if not wanted or len(stimuli) < 2:
        return listing
    if len(stimuli) > MOST_STIMULI:
        listing.notes.extend(placed([TOO_MANY], question))
        return listing
    pairs = _tested(scope, rated, stimuli)
    for name, direction, values in wanted:
        value = values.reindex(stimuli).to_numpy(dtype=float)
        change = value[pairs.first] - value[pairs.second]
        known = ~np.isnan(change)
        found = metric_classification(
            pairs.difference[known], pairs.significant[known], change[known], direction=direction
        )
        row = {"question": question, "metric": name, "auc_different": found.auc_different}
        row |= {"auc_better": found.auc_better, "pairs_significant": found.pairs_significant}
        listing.rows.append({**row, "pairs_ordered_rightly": found.pairs_ordered_rightly})
    return listing


def _tested(scope: Scope, rated: pd.DataFrame, stimuli: list[str]) -> Pairs:
    rater, score = codes(rated["rater"]), scores(rated)
    stimulus = codes(rated["stimulus"])
    parts = [_part(rater, score, stimulus == place) for place in range(len(stimuli))]
    first, second = np.triu_indices(len(stimuli), 1)
    estimates = [
        difference_estimate(parts[a], parts[b], target="raters", confidence=scope.options.confidence)
        for a, b in zip(first, second, strict=True)
    ]
    return Pairs(
        first.astype(np.int64),
        second.astype(np.int64),
        np.array([estimate.mean for estimate in estimates]),
        np.array([estimate.p is not None and estimate.p < scope.options.alpha for estimate in estimates]),
    )


def _part(rater: IntArray, score: FloatArray, rows: np.ndarray) -> MethodScores:
    return MethodScores(rater[rows], np.zeros(int(rows.sum()), dtype=np.int64), score[rows])
