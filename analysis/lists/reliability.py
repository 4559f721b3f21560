"""How reliable MOS are: at stimulus level ICC(Q,k), at method level the generalisability coefficient."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.lists.scope import Scope, codes, scores
from analysis.stats.icc import icc_all
from analysis.stats.variance import VarianceShare, variance_components

NOT_NOISE = ("method", "residual")


def components(frame: pd.DataFrame) -> list[VarianceShare]:
    """Variance components of the ratings of one question."""
    return variance_components(
        codes(frame["rater"]), codes(frame["item"]), codes(frame["method"]), scores(frame)
    )


def generalizability(frame: pd.DataFrame, shares: list[VarianceShare]) -> float | None:
    """σ²_m / (σ²_m + error variance) of method means over the raters and items of this design.

    Each other component adds its variance × the mean over pairs of methods of ½ Σ (w − w')², w being a
    method's share of ratings at each level; complete designs: σ²_im / n_i + σ²_rm / n_r + σ²_e / (n_i n_r).
    None where methods do not vary or cannot be told from something else.
    Source: Brennan (2001), Generalizability Theory, section 4.4; weights as in Putka et al. (2008).
    """
    variance = {share.component: share.variance for share in shares}
    wanted = variance.get("method", 0.0)
    if wanted <= 0:
        return None
    noise = sum(
        value * unshared(frame, name.split(":")) for name, value in variance.items() if name not in NOT_NOISE
    )
    noise += variance["residual"] * float(np.mean(1 / np.bincount(codes(frame["method"]))))
    return wanted / (wanted + noise)


def unshared(frame: pd.DataFrame, factors: list[str]) -> float:
    """Mean over pairs of methods of ½ Σ (w − w')²; 0 where all methods have the same mixture of levels."""
    level = codes(frame[factors[0]]) if len(factors) == 1 else frame.groupby(factors).ngroup().to_numpy()
    method = codes(frame["method"])
    n_methods = int(method.max()) + 1
    weight = 1 / np.bincount(method)[method]
    cell, index = np.unique(level * n_methods + method, return_inverse=True)
    share = np.bincount(index, weight)
    own = float((share**2).sum())
    together = float((np.bincount(cell // n_methods, share) ** 2).sum())
    return own / n_methods - (together - own) / (n_methods * (n_methods - 1))


def reliability(scope: Scope, question: str, frame: pd.DataFrame) -> dict[str, float | None]:
    """Reliability of the MOS of exactly these ratings, by level; a level that is not named has none."""
    rng: np.random.Generator = scope.options.rng("reliability", question)
    found = icc_all(codes(frame["rater"]), codes(frame["stimulus"]), scores(frame), n_boot=2, rng=rng)
    single = next(one.value for one in found if one.coefficient == "ICC(Q,k)")
    return {"stimulus": single, "method": generalizability(frame, components(frame))}
