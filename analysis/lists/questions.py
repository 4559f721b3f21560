"""question_correlation: how far the answers to two questions go together, and how much of it is halo.

One row per pair of questions that the same raters answered about the same stimuli, level and coefficient, of
the primary screening: question_a, question_b; level (rating: single ratings; stimulus: the stimuli's MOS;
within_stimulus: deviations from the stimuli's means, where what is left in common is halo); coefficient
(PLCC, SROCC); value, ci_low, ci_high, procedure; n (ratings, within stimuli those of stimuli with several;
stimuli at the stimulus level), n_raters, n_stimuli. References count like other stimuli. Null where not
defined.
"""

from __future__ import annotations

from dataclasses import asdict
from itertools import combinations

import pandas as pd

from analysis.lists.scope import Listing, Scope, codes
from analysis.stats.halo import halo_set

CLIP = ["rater", "stimulus"]
PLACE = ("rater", "item", "method", "stimulus")


def question_rows(scope: Scope) -> Listing:
    """Pairs in the study's order of questions; none where no rater answered both about one stimulus."""
    listing = Listing()
    for a, b in combinations(scope.rated_questions, 2):
        both = _both(scope, a, b)
        if both.empty:
            continue
        rater, item, method, stimulus = (codes(both[name]) for name in PLACE)
        found = halo_set(
            rater,
            item,
            method,
            stimulus,
            both["score_a"].to_numpy(dtype=float),
            both["score_b"].to_numpy(dtype=float),
            confidence=scope.options.confidence,
            n_boot=scope.options.n_boot,
            rng=scope.options.rng("question_correlation", a, b),
        )
        listing.rows.extend({"question_a": a, "question_b": b, **asdict(one)} for one in found)
    return listing


def _both(scope: Scope, a: str, b: str) -> pd.DataFrame:
    first = scope.scored(a, scope.primary)[[*CLIP, "item", "method", "score"]]
    second = scope.scored(b, scope.primary)[[*CLIP, "score"]]
    return first.merge(second, on=CLIP, suffixes=("_a", "_b"))
