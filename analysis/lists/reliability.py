"""How reliable MOS are: at stimulus level ICC(Q,k), at method level the generalisability coefficient."""

from __future__ import annotations

import pandas as pd

from analysis.lists.scope import codes, scores
from analysis.stats.agreement import generalizability, mean_score_reliability


def reliability(frame: pd.DataFrame) -> dict[str, float | None]:
    """Reliability of the MOS of exactly these ratings, by level; a level that is not named has none."""
    of_stimuli = mean_score_reliability(codes(frame["rater"]), codes(frame["stimulus"]), scores(frame))
    return {"stimulus": of_stimuli, "method": of_methods(frame)}


def of_methods(frame: pd.DataFrame) -> float | None:
    """Generalisability of the method means of these ratings."""
    rater, item, method = (codes(frame[name]) for name in ("rater", "item", "method"))
    return generalizability(rater, item, method, scores(frame))
