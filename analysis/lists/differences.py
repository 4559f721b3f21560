"""differences and letters: which methods are told apart, within stated families."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from analysis.lists.graded import CMOS, graded, graded_questions, over_reference, people_unknown
from analysis.lists.scope import Listing, Row, Scope, codes, placed, scores
from analysis.stats.arrays import FloatArray, IntArray
from analysis.stats.comparison_scores import comparison_difference
from analysis.stats.differences import (
    DifferenceEstimate,
    MethodScores,
    compact_letters,
    difference_estimate,
    holm,
)

ALL_PAIRS = "all pairs"
AGAINST_REFERENCE = "all against the reference"
OF_METHODS = frozenset(
    {"cells_averaged", "one_item", "one_rater"}
)  # said of the methods, and so of their pairs

Estimates = dict[tuple[str, str], DifferenceEstimate]


@dataclass(frozen=True)
class DifferenceLists:
    differences: Listing
    letters: Listing


@dataclass(frozen=True)
class _Measured:
    """What the rows of one family have in common."""

    question: str
    measure: str
    screening: str


@dataclass(frozen=True)
class _Methods:
    """The ratings of each method with codes that all methods share."""

    names: list[str]
    parts: dict[str, MethodScores]
    means: dict[str, float]


def difference_lists(scope: Scope) -> DifferenceLists:
    """Both lists are of raw scores; letters are of rated questions, in the primary screening."""
    lists = DifferenceLists(Listing(), Listing())
    rated, compared = set(scope.rated_questions), set(graded_questions(scope))
    for question in scope.data.questions:
        for screening in scope.screenings:
            if question in rated:
                _add_rated(lists, scope, question, screening)
            if question in compared:
                lists.differences.add(_graded_rows(scope, question, screening))
    return lists


def _add_rated(lists: DifferenceLists, scope: Scope, question: str, screening: str) -> None:
    methods = _methods(scope, question, screening)
    estimates = _estimates(scope, methods, combinations(methods.names, 2))
    lists.differences.rows.extend(_rows(scope, question, screening, methods, estimates))
    if screening == scope.primary:
        lists.letters.rows.extend(_letters(scope, question, methods, estimates))
        for pair, estimate in estimates.items():
            notes = [note for note in estimate.notes if note.code not in OF_METHODS]
            lists.differences.notes.extend(placed(notes, question, " − ".join(pair)))


def _graded_rows(scope: Scope, question: str, screening: str) -> Listing:
    """Mean scores of CCR, one method relative to the other, of every pair that met."""
    frame = graded(scope, question, screening)
    measured = _Measured(question, CMOS, screening)
    estimates = _graded_estimates(scope, frame)
    rows = _family(scope, measured, ALL_PAIRS, estimates)
    against = _graded_estimates(scope, _reference_second(scope, frame))
    rows += _family(scope, measured, AGAINST_REFERENCE, against)
    listing = Listing(rows)
    if screening == scope.primary:
        for pair, estimate in estimates.items():
            notes = people_unknown(frame) or estimate.notes
            listing.notes.extend(placed(notes, question, " − ".join(pair)))
    return listing


def _reference_second(scope: Scope, frame: pd.DataFrame) -> pd.DataFrame:
    turned = over_reference(scope, frame)
    return turned.assign(method_a=turned["method"], method_b=scope.data.reference)


def _graded_estimates(scope: Scope, frame: pd.DataFrame) -> Estimates:
    place = {name: index for index, name in enumerate(scope.data.methods)}
    groups = {(str(a), str(b)): rows for (a, b), rows in frame.groupby(["method_a", "method_b"])}
    return {
        pair: comparison_difference(
            codes(groups[pair]["rater"]),
            codes(groups[pair]["item"]),
            scores(groups[pair]),
            target=scope.options.target,
            confidence=scope.options.confidence,
        )
        for pair in sorted(groups, key=lambda pair: (place[pair[0]], place[pair[1]]))
    }


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
    measured = _Measured(question, scope.rated_measure(question), screening)
    rows = _family(scope, measured, ALL_PAIRS, estimates)
    reference = scope.data.reference
    if reference is not None and reference in methods.names:
        pairs = [(name, reference) for name in methods.names if name != reference]
        rows += _family(scope, measured, AGAINST_REFERENCE, _estimates(scope, methods, pairs))
    return rows


def _family(scope: Scope, measured: _Measured, family: str, estimates: Estimates) -> list[Row]:
    corrected = holm([estimate.p for estimate in estimates.values()])
    margin = scope.options.margin
    return [
        {
            "question": measured.question,
            "method_a": a,
            "method_b": b,
            "measure": measured.measure,
            "screening": measured.screening,
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
    """Methods that share a letter are not told apart at the level of the tests after Holm over all pairs.

    None where no pair could be tested: letters would say that methods were compared.
    """
    if all(estimate.p is None for estimate in estimates.values()):
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
