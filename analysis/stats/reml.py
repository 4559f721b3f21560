"""Restricted maximum likelihood for two crossed random effects, y = mean + row + column + residual."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, sparse

from analysis.stats.arrays import FloatArray, IntArray
from analysis.stats.twoway import Components

LIMIT_CELLS = 5_000_000  # dense rows x columns table of counts, in cells
LIMIT_SIDE = 1_000  # the shorter side of that table is factorised densely
FEW_SIZES = 8  # up to this many group sizes, cross products are computed once
SIMPLEX = np.array([[0.0, 0.0], [0.3, 0.0], [0.0, 0.3]])
BOUND = 14.0  # variance ratios are searched in exp(-BOUND)..exp(BOUND)


def within_limits(n_row: int, n_column: int) -> bool:
    """Whether the dense tables of this module stay small; larger data take moment estimates."""
    return n_row * n_column <= LIMIT_CELLS and min(n_row, n_column) <= LIMIT_SIDE


def reml_components(
    row: IntArray, column: IntArray, score: FloatArray, start: Components
) -> Components | None:
    """REML estimates (Patterson and Thompson 1971; profiled as in Bates et al. 2015, eq. 42).

    row, column: codes without gaps, shape (n,); score: shape (n,). None where the search does not end.
    """
    if row.max() < column.max():
        swapped = reml_components(column, row, score, Components(start.column, start.row, start.residual))
        return None if swapped is None else Components(swapped.column, swapped.row, swapped.residual)
    likelihood = _Likelihood(row, column, score)
    rest = max(start.residual, 1e-3 * float(score.var()))
    ratios = np.log(np.clip([start.row / rest, start.column / rest], 1e-3, 1e3))
    # Nelder-Mead calls no threaded library, whose threads cost more than the two numbers sought.
    found = optimize.minimize(
        likelihood.deviance,
        ratios,
        method="Nelder-Mead",
        bounds=[(-BOUND, BOUND)] * 2,
        options={"xatol": 1e-5, "fatol": 1e-9, "initial_simplex": ratios + SIMPLEX},
    )
    if not np.isfinite(found.fun):
        return None
    by_row, by_column = (float(v) for v in np.exp(found.x))
    residual = likelihood.residual_variance(by_row, by_column)
    return Components(by_row * residual, by_column * residual, residual)


class _Likelihood:
    """Profiled restricted deviance; the longer factor (rows) is eliminated, the shorter one factorised."""

    def __init__(self, row: IntArray, column: IntArray, score: FloatArray) -> None:
        n = len(score)
        self.free = n - 1
        centred = (score - score.mean()) / score.std()
        self.scale = float(score.var())
        self.n_row = np.bincount(row).astype(np.float64)
        self.sizes = np.unique(self.n_row)
        counts = sparse.coo_array((np.ones(n), (row, column))).toarray()
        self.row_side = np.column_stack([self.n_row, np.bincount(row, centred), counts])
        column_sums = np.column_stack([counts.sum(0), np.bincount(column, centred)])
        self.cross = np.zeros((counts.shape[1] + 2, counts.shape[1] + 2))
        self.cross[:2, :2] = [[n, centred.sum()], [centred.sum(), centred @ centred]]
        self.cross[2:, :2], self.cross[:2, 2:] = column_sums, column_sums.T
        self.cross[2:, 2:] = np.diag(counts.sum(0))
        few = len(self.sizes) <= FEW_SIZES
        self.grams = [self._gram(self.n_row == size, 1.0) for size in self.sizes] if few else []

    def _gram(self, rows: NDArray[np.bool_], weight: FloatArray | float) -> FloatArray:
        side = self.row_side[rows]
        gram: FloatArray = side.T @ (weight * side)
        return gram

    def _eliminated(self, by_row: float) -> FloatArray:
        """What the rows explain; rows with the same number of scores share one cross product."""
        if not self.grams:
            weight = by_row / (1 + by_row * self.n_row)
            return self._gram(self.n_row > 0, weight[:, None])
        weights = by_row / (1 + by_row * self.sizes)
        return sum((w * g for w, g in zip(weights, self.grams, strict=True)), np.zeros_like(self.cross))

    def deviance(self, log_ratios: FloatArray) -> float:
        determinant, information, quadratic = self._terms(*np.exp(log_ratios))
        return float(self.free * np.log(quadratic) + determinant + np.log(information))

    def residual_variance(self, by_row: float, by_column: float) -> float:
        return self._terms(by_row, by_column)[2] / self.free * self.scale

    def _terms(self, by_row: float, by_column: float) -> tuple[float, float, float]:
        """log|V|, 1'V⁻¹1 and the generalised residual sum of squares, V in units of residual variance."""
        reduced = self.cross - self._eliminated(by_row)
        inner = np.eye(len(reduced) - 2) + by_column * reduced[2:, 2:]
        solved = np.linalg.solve(inner, reduced[2:, :2])
        fixed = reduced[:2, :2] - by_column * reduced[:2, 2:] @ solved
        determinant = float(np.log1p(by_row * self.n_row).sum() + np.linalg.slogdet(inner)[1])
        information = float(fixed[0, 0])
        return determinant, information, max(float(fixed[1, 1] - fixed[0, 1] ** 2 / information), 1e-300)
