"""Inception score: pure function."""

from __future__ import annotations

import numpy as np
import scipy
from numpy.typing import NDArray

SPLITS = 10


def score(logits: NDArray[np.floating], splits: int = SPLITS) -> tuple[float, float]:
    """(n, classes) → mean and standard deviation over splits of exp(mean KL(p(y|x) ‖ p(y))), 1 to classes.

    Pictures are dealt to the splits in turn, so that each holds all parts of all clips; n is at least
    `splits`. Source: Salimans, Goodfellow, Zaremba, Cheung, Radford & Chen (2016), section 4.
    """
    certainty = scipy.special.log_softmax(logits.astype(np.float64), axis=1)
    values = [_of_split(certainty[start::splits]) for start in range(splits)]
    return float(np.mean(values)), float(np.std(values))


def _of_split(certainty: NDArray[np.float64]) -> float:
    shares = np.exp(certainty)
    marginal = np.log(np.maximum(shares.mean(axis=0), np.finfo(np.float64).tiny))
    return float(np.exp(np.mean(np.sum(shares * (certainty - marginal), axis=1))))
