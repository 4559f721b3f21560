"""Made ratings with known variances."""

from __future__ import annotations

import numpy as np

Rows = tuple[np.ndarray, np.ndarray, np.ndarray]


def rated(
    random: np.random.Generator, n_raters: int, n_stimuli: int, share: float = 1.0, *, grades: bool = True
) -> Rows:
    """Variances: stimulus 0.6, rater 0.2, residual 0.4; each stimulus is scored by a share of the raters."""
    score = (
        3 + np.sqrt(0.6) * random.normal(size=(n_stimuli, 1)) + np.sqrt(0.2) * random.normal(size=n_raters)
    )
    score = score + np.sqrt(0.4) * random.normal(size=(n_stimuli, n_raters))
    if grades:
        score = np.clip(np.rint(score), 1, 5)
    order = np.argsort(random.random(score.shape), axis=1)
    stimulus, rater = np.nonzero(order < max(2, round(share * n_raters)))
    return rater, stimulus, score[stimulus, rater]
