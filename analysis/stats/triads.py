"""Circular triads: A over B, B over C, C over A."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.stats.arrays import FloatArray, IntArray

CELLS_AT_ONCE = 500


@dataclass(frozen=True)
class Triads:
    """How many triads one judge decided on all three sides, and how many of those run in a circle."""

    circular: int
    judged: int


def count_triads(judge: IntArray, winner: IntArray, loser: IntArray, n: FloatArray, n_methods: int) -> Triads:
    """Circular triads within each judge (a rater on one item; all pooled where raters are not known).

    judge, winner, loser: codes, shape (rows,), the methods' below n_methods; n: how often, shape (rows,);
    none missing. Rows are decided comparisons, ties left out; a pair judged several times counts for its
    majority, and not at all at a draw. No row gives (0, 0).
    Source: Kendall & Babington Smith (1940).
    """
    _, code = np.unique(judge, return_inverse=True)
    circular = judged = 0.0
    for start in range(0, int(code.max(initial=-1)) + 1, CELLS_AT_ONCE):
        rows = (code >= start) & (code < start + CELLS_AT_ONCE)
        net = _net_wins(code[rows] - start, winner[rows], loser[rows], n[rows], n_methods)
        beats, met = (net > 0).astype(float), (net != 0).astype(float)
        circular += np.einsum("cij,cji->", beats @ beats, beats) / 3
        judged += np.einsum("cij,cji->", met @ met, met) / 6
    return Triads(round(circular), round(judged))


def _net_wins(
    judge: IntArray, winner: IntArray, loser: IntArray, n: FloatArray, n_methods: int
) -> FloatArray:
    wins = np.zeros((int(judge.max(initial=-1)) + 1, n_methods, n_methods))
    np.add.at(wins, (judge, winner, loser), n)
    net: FloatArray = wins - wins.transpose(0, 2, 1)
    return net
