"""Where the variation of ratings comes from: random effects of rater, item, method and their interactions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from analysis.stats.arrays import FloatArray, IntArray
from analysis.stats.result import Note, as_codes, as_scores, check_rows, compact

FACTORS = ("rater", "item", "method")
SPARSE = 16  # possible combinations per rating, beyond which they are sorted rather than counted
Parts = tuple[str, ...]
COMPONENTS: tuple[Parts, ...] = (
    ("rater",),
    ("item",),
    ("method",),
    ("rater", "item"),
    ("rater", "method"),
    ("item", "method"),
)


@dataclass(frozen=True)
class VarianceShare:
    """One variance component, in squared scale units, floored at zero, and its share of their sum."""

    component: str
    variance: float
    share: float | None


def variance_components(
    rater: ArrayLike, item: ArrayLike, method: ArrayLike, score: ArrayLike
) -> list[VarianceShare]:
    """Variance components of rater, item, method, their interactions and the residual, as the design allows.

    All arrays: shape (n,), codes and scores without missing values; variances in squared units of the score.
    All effects are random; the equations are Henderson's method 1 (Henderson 1953), which for complete
    data is the analysis of variance. A component that the design cannot tell from another one is left
    out, its variation being part of the one that stays. `share` is None where nothing varies. Raises
    ValueError for NaN.
    """
    given = zip(FACTORS, (rater, item, method), strict=True)
    codes = {name: as_codes(values, name) for name, values in given}
    y = as_scores(score)
    check_rows(*codes.values(), y)
    names, variances = _solve(_splits(codes), y)
    floored = np.maximum(variances, 0.0)
    total = float(floored.sum())
    return [
        VarianceShare(name, float(v), float(v) / total if total > 0 else None)
        for name, v in zip(names, floored, strict=True)
    ]


def unidentified(shares: Sequence[VarianceShare]) -> Note | None:
    """A note that names the components that `variance_components` had to leave out; None where it found all.

    shares: what that function returned, in any order; none missing. Source: Henderson (1953), method 1, whose
    equations are singular with them.
    """
    found = {share.component for share in shares}
    absent = [" × ".join(parts) for parts in COMPONENTS if ":".join(parts) not in found]
    if not absent:
        return None
    named = " and ".join(filter(None, [", ".join(absent[:-1]), absent[-1]]))
    text = f"the design does not tell {named} from the other components, which hold that variance too."
    return Note("components_not_identified", text)


def level_codes(*factors: IntArray) -> tuple[IntArray, int]:
    """One code without gaps per combination of the factors' codes, each of shape (n,), and their number.

    None missing; raises ValueError for negative codes.
    """
    code, size = compact(factors[0])
    for factor in factors[1:]:
        key = code * (int(factor.max()) + 1) + factor
        if int(key.max()) < SPARSE * len(key):
            code, size = compact(key)
        else:
            found, inverse = np.unique(key, return_inverse=True)
            code, size = inverse.astype(np.int64), len(found)
    return code, size


@dataclass(frozen=True)
class _Split:
    """Ratings split into groups: group of each rating, group sizes, and one rating of each group."""

    group: IntArray
    sizes: FloatArray
    member: IntArray

    @classmethod
    def by(cls, *codes: IntArray) -> _Split:
        group, n_groups = level_codes(*codes)
        member = np.empty(n_groups, dtype=np.int64)
        member[group] = np.arange(len(group))
        return cls(group, np.bincount(group).astype(np.float64), member)

    def between(self, centred: FloatArray) -> float:
        return float((np.bincount(self.group, centred) ** 2 / self.sizes).sum())


def _splits(codes: dict[str, IntArray]) -> dict[Parts, _Split]:
    """The ratings by each factor, each pair of factors, and all three."""
    return {parts: _Split.by(*(codes[part] for part in parts)) for parts in (*COMPONENTS, FACTORS)}


def _told_apart(splits: dict[Parts, _Split], n: int) -> list[Parts]:
    """Components with more than one group, fewer groups than ratings, and no simpler component like them."""
    found: list[Parts] = []
    for parts in COMPONENTS:
        levels = len(splits[parts].sizes)
        if 1 < levels < n and not any(_same(splits, parts, other) for other in found):
            found.append(parts)
    return found


def _same(splits: dict[Parts, _Split], a: Parts, b: Parts) -> bool:
    """Whether two components split the ratings in the same way."""
    return len({len(splits[parts].sizes) for parts in (a, b, _union(a, b))}) == 1


def _union(a: Parts, b: Parts) -> Parts:
    return tuple(factor for factor in FACTORS if factor in (*a, *b))


def _solve(splits: dict[Parts, _Split], y: FloatArray) -> tuple[list[str], FloatArray]:
    """Equate sums of squares to their expectations, dropping the last component until solvable."""
    components = _told_apart(splits, len(y))
    while True:
        equations, observed = _equations(splits, components, y)
        if np.linalg.matrix_rank(equations) == len(equations) or not components:
            break
        components.pop()
    solution = np.linalg.lstsq(equations, observed, rcond=None)[0]
    names = [":".join(parts) for parts in components]
    return [*names, "residual"], np.asarray(solution, dtype=np.float64)


def _equations(
    splits: dict[Parts, _Split], components: list[Parts], y: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Rows: sums of squares between groups and of single ratings, less the mean's; columns: components."""
    n, centred = len(y), y - y.mean()
    base = np.array([float((splits[c].sizes ** 2).sum()) / n for c in components] + [1.0])
    rows = [[_expected(splits, g, c) for c in components] + [float(len(splits[g].sizes))] for g in components]
    equations = np.array([*rows, [float(n)] * (len(components) + 1)]) - base
    observed = np.array([splits[g].between(centred) for g in components] + [float(centred @ centred)])
    return equations / n, observed / n


def _expected(splits: dict[Parts, _Split], group: Parts, component: Parts) -> float:
    """Coefficient of a component's variance in a sum of squares between groups: Σ n_gc² / n_g."""
    cells, groups = splits[_union(group, component)], splits[group]
    return float((cells.sizes**2 / groups.sizes[groups.group[cells.member]]).sum())
