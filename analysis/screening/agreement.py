"""Who agrees too little with the others. Raters whom another rule has left out take no part."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from analysis.screening.verdict import Finding, counted
from analysis.screening.votes import Votes
from analysis.stats.bias_removal import rater_bias
from analysis.stats.correlation_screening import correlation_screening
from analysis.stats.kurtosis_screening import OutlyingVotes, outlying_votes
from analysis.stats.rater_correlation import leave_one_out
from studies.screening import Kurtosis, LeaveOneOut, Screening


def bt500(one: Votes, screening: Screening) -> Iterator[Finding]:
    """ITU-R BT.500: value is the share of the votes cast that lie far from the mean of the clip."""
    return _kurtosis(one, outlying_votes(one.rater, one.stimulus, one.score), screening.bt500)


def p913_bias(one: Votes, screening: Screening) -> Iterator[Finding]:
    """ITU-T P.913: the same after each rater's bias is taken off their scores."""
    bias = rater_bias(one.rater, one.stimulus, one.score)
    corrected = one.score - np.nan_to_num(bias)[one.rater]
    return _kurtosis(one, outlying_votes(one.rater, one.stimulus, corrected), screening.p913_bias)


def _kurtosis(one: Votes, found: OutlyingVotes, limits: Kurtosis) -> Iterator[Finding]:
    shares, rejected = found.share, found.rejected(limits.share, limits.imbalance)
    for code, rater in enumerate(one.raters):
        share = _defined(shares[code])
        reason = "no clip has the 5 ratings without which none can lie far from their mean"
        if share is not None:
            cast = counted(int(found.cast[code]), "rating")
            reason = f"of {cast}, {found.above[code]} far above the mean and {found.below[code]} far below"
            if share > limits.share and not rejected[code]:
                reason += ": mostly on one side"
        yield Finding(rater, one.question, share, limits.share, bool(rejected[code]), reason)


def p910(one: Votes, screening: Screening) -> Iterator[Finding]:
    """ITU-T P.910: value is the correlation with the means of the clips; the worst is left out first."""
    limits = screening.p910
    found = correlation_screening(
        one.rater,
        one.stimulus,
        one.method,
        one.score,
        stimulus_limit=limits.stimulus_r,
        method_limit=limits.method_r,
    )
    gone = int(found.place.max())
    for code, rater in enumerate(one.raters):
        r1, r2 = _defined(found.stimulus_r[code]), _defined(found.method_r[code])
        place = int(found.place[code])
        reason = _undefined() if r1 is None else f"correlates {r1:.3f} with the means of the clips"
        if r1 is not None and r2 is not None:
            reason += f" and {r2:.3f} with those of the methods (at least {limits.method_r:g} suffices)"
        if place:
            reason += f"; number {place} of {gone} to go"
        yield Finding(rater, one.question, r1, limits.stimulus_r, place > 0, reason)


def loo_correlation(one: Votes, screening: Screening) -> Iterator[Finding]:
    """value: correlation with the mean of all others over the clips that somebody else rated."""
    limits = screening.loo_correlation
    found = leave_one_out(one.rater, one.stimulus, one.score)
    for code, rater in enumerate(one.raters):
        r, shared = _defined(found.correlation[code]), int(found.shared[code])
        yield _follows((one.question, rater), r, shared, limits)


def _follows(who: tuple[str, str], r: float | None, shared: int, limits: LeaveOneOut) -> Finding:
    question, rater = who
    if r is None:
        return Finding(rater, question, None, limits.r, flagged=False, reason=_undefined())
    reason = f"correlates {r:.3f} with the mean of the others over {counted(shared, 'clip')}"
    few = shared < limits.stimuli
    if r < limits.r and few:
        reason += f", too few to tell ({limits.stimuli} are needed)"
    return Finding(rater, question, r, limits.r, r < limits.r and not few, reason)


def _undefined() -> str:
    return "no correlation is defined: fewer than 3 clips shared with others, or all scores alike"


def _defined(value: float) -> float | None:
    return None if math.isnan(value) else float(value)
