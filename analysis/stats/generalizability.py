"""How reliable method means are over the raters and items of a design."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from analysis.stats.arrays import FloatArray, IntArray
from analysis.stats.result import as_codes
from analysis.stats.variance import level_codes, variance_components

NOT_NOISE = ("method", "residual")


def generalizability(rater: ArrayLike, item: ArrayLike, method: ArrayLike, score: ArrayLike) -> float | None:
    """σ²_m / (σ²_m + error variance) of method means over the raters and items of this design.

    rater, item, method: integer codes, shape (n,); score: shape (n,), any unit, none missing. Other
    components (`variance_components`) each add their variance × the mean over pairs of methods of ½ Σ (w
    − w')², w being a method's share of ratings at each level; complete designs: σ²_im / n_i + σ²_rm / n_r
    + σ²_e / (n_i n_r). None where methods do not vary, or cannot be told from their only rater or item.
    Raises ValueError for NaN. Source: Brennan (2001), Generalizability Theory, section 4.4; weights as in
    Putka et al. (2008).
    """
    shares = variance_components(rater, item, method, score)
    variance = {share.component: share.variance for share in shares}
    wanted = variance.get("method", 0.0)
    if wanted <= 0 or min(len(np.unique(rater)), len(np.unique(item))) < 2:
        return None
    codes = {"rater": as_codes(rater, "rater"), "item": as_codes(item, "item")}
    codes["method"] = np.unique(as_codes(method, "method"), return_inverse=True)[1].astype(np.int64)
    noise = sum(
        value * _unshared(level_codes(*(codes[factor] for factor in name.split(":")))[0], codes["method"])
        for name, value in variance.items()
        if name not in NOT_NOISE
    )
    noise += variance["residual"] * float(np.mean(1 / np.bincount(codes["method"])))
    return wanted / (wanted + noise)


def _unshared(level: IntArray, method: IntArray) -> float:
    """Mean over pairs of methods of ½ Σ (w − w')²; 0 where all methods have the same mixture of levels."""
    n_methods = int(method.max()) + 1
    weight: FloatArray = 1 / np.bincount(method)[method]
    cell, n_cells = level_codes(level, method)
    share = np.bincount(cell, weight)
    level_of = np.empty(n_cells, dtype=np.int64)
    level_of[cell] = level
    own = float((share**2).sum())
    together = float((np.bincount(level_of, share) ** 2).sum())
    return own / n_methods - (together - own) / (n_methods * (n_methods - 1))
