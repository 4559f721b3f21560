"""differences and letters: which methods are told apart, within stated families."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from analysis.lists.scope import Listing, Row, Scope, codes, placed, scores
from analysis.stats.arrays import FloatArray, IntArray
from analysis.stats.differences import (
    DifferenceEstimate,
    MethodScores,
    compact_letters,
    difference_estimate,
    holm,
)

ALL_PAIRS = "all pairs"
AGAINST_REFERENCE = "all against the reference"

Estimates = dict[tuple[str, str], DifferenceEstimate]


@dataclass(frozen=True)
class DifferenceLists:
    differences: Listing
    letters: Listing


@dataclass(frozen=True)
class _Methods:
    """The ratings of each method with codes that all methods share."""

    names: list[str]
    parts: dict[str, MethodScores]
    means: dict[str, float]


def difference_lists(scope: Scope) -> DifferenceLists:
    """Both lists are of raw scores; letters are of the primary screening."""
    lists = DifferenceLists(Listing(), Listing())
    for question in scope.rated_questions:
        for screening in scope.screenings:
            methods = _methods(scope, question, screening)
            estimates = _estimates(scope, methods, combinations(methods.names, 2))
            lists.differences.rows.extend(_rows(scope, question, screening, methods, estimates))
            if screening == scope.primary:
                lists.letters.rows.extend(_letters(scope, question, methods, estimates))
                for pair, estimate in estimates.items():
                    lists.differences.notes.extend(placed(estimate.notes, question, " − ".join(pair)))
    return lists


def _methods(scope: Scope, question: str, screening: str) -> _Methods:
    frame = scope.scored(question, screening)
    rater, item, score = codes(frame["rater"]), codes(frame["item"]), scores(frame)
    method = frame["method"].to_numpy(dtype=str)
    names = scope.methods_in(method)
    parts = {name: _part(method == name, rater, item, score) for name in names}
    means = frame.groupby(["method", "rater", "item"])["score"].mean().groupby("method").mean()
    return _Methods(names, parts, {name: float(means[name]) for name in names})


def _part(rows: np.ndarray, rater: IntArray, item: IntArray, score: FloatArray) -> MethodScores:
    return MethodScores(rater[rows], item[rows], score[rows])


def _estimates(scope: Scope, methods: _Methods, pairs: Iterable[tuple[str, str]]) -> Estimates:
    options = scope.options
    return {
        (a, b): difference_estimate(
            methods.parts[a], methods.parts[b], target=options.target, confidence=options.confidence
        )
        for a, b in pairs
    }


def _rows(scope: Scope, question: str, screening: str, methods: _Methods, estimates: Estimates) -> list[Row]:
    rows = _family(scope, question, screening, ALL_PAIRS, estimates)
    reference = scope.data.reference
    if reference is not None and reference in methods.names:
        pairs = [(name, reference) for name in methods.names if name != reference]
        rows += _family(scope, question, screening, AGAINST_REFERENCE, _estimates(scope, methods, pairs))
    return rows


def _family(scope: Scope, question: str, screening: str, family: str, estimates: Estimates) -> list[Row]:
    corrected = holm([estimate.p for estimate in estimates.values()])
    margin = scope.options.margin
    return [
        {
            "question": question,
            "method_a": a,
            "method_b": b,
            "measure": "MOS",
            "screening": screening,
            "mean": estimate.mean,
            "se": estimate.se,
            "df": estimate.df,
            "ci_low": estimate.ci_low,
            "ci_high": estimate.ci_high,
            "p": estimate.p,
            "p_holm": p_holm,
            "family": family,
            "procedure": estimate.procedure,
            "margin": margin,
            "p_equivalence": estimate.p_equivalence(margin) if margin else None,
            "p_noninferiority": estimate.p_noninferiority(margin) if margin else None,
        }
        for ((a, b), estimate), p_holm in zip(estimates.items(), corrected, strict=True)
    ]


def _letters(scope: Scope, question: str, methods: _Methods, estimates: Estimates) -> list[Row]:
    """Methods that share a letter are not told apart at the level of the tests after Holm over all pairs."""
    if len(methods.names) < 2:
        return []
    place = {name: index for index, name in enumerate(methods.names)}
    significant = np.zeros((len(place), len(place)), dtype=bool)
    corrected = holm([estimate.p for estimate in estimates.values()])
    for (a, b), p in zip(estimates, corrected, strict=True):
        apart = p is not None and p < scope.options.alpha
        significant[place[a], place[b]] = significant[place[b], place[a]] = apart
    letters = compact_letters([methods.means[name] for name in methods.names], significant)
    return [
        {"question": question, "method": name, "letters": letter}
        for name, letter in zip(methods.names, letters, strict=True)
    ]
