"""agreement and variance: how far raters agree about stimuli, and what the scores vary with."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.lists.raters import repeat_pairs
from analysis.lists.reliability import of_methods
from analysis.lists.scope import Listing, Row, Scope, codes, placed, scores
from analysis.screening import AGREEMENT
from analysis.stats.agreement import (
    Coefficient,
    VarianceShare,
    alpha_all,
    fleiss_kappa,
    icc_all,
    kendall_w,
    sos_a,
    variance_components,
)
from analysis.stats.variance import unidentified


def agreement_rows(scope: Scope) -> Listing:
    """One row per question, screening and coefficient; stimuli are the units."""
    listing = Listing()
    for question in scope.rated_questions:
        for screening in scope.screenings:
            frame = scope.scored(question, screening)
            found = _coefficients(scope, question, screening, frame) if len(frame) else []
            found = [_marked(one) for one in found] if screening == "applied" and inflated(scope) else found
            listing.rows.extend(_row(question, screening, one) for one in found)
            if screening == scope.primary:
                listing.notes.extend(note for one in found for note in placed(one.notes, question))
    return listing


def inflated(scope: Scope) -> list[str]:
    """Applied rules that exclude raters for how little they agree with the others: the rest agrees more."""
    applied = {one.rule for one in scope.verdicts if one.applied}
    return [rule for rule in AGREEMENT if rule in applied]


def _marked(one: Coefficient) -> Coefficient:
    return replace(one, procedure=f"{one.procedure}; inflated by screening on agreement")


def _coefficients(scope: Scope, question: str, screening: str, frame: pd.DataFrame) -> list[Coefficient]:
    rater, stimulus, score = codes(frame["rater"]), codes(frame["stimulus"]), scores(frame)
    confidence, n_boot = scope.options.confidence, scope.options.n_boot
    low, high = scope.data.scales[question]

    def rng(name: str) -> np.random.Generator:
        return scope.options.rng("agreement", question, screening, name)

    found = icc_all(rater, stimulus, score, confidence=confidence, n_boot=n_boot, rng=rng("icc"))
    found += alpha_all(rater, stimulus, score, confidence=confidence, n_boot=n_boot, rng=rng("alpha"))
    found.append(kendall_w(rater, stimulus, score))
    found.append(fleiss_kappa(rater, stimulus, score, confidence=confidence, n_boot=n_boot, rng=rng("kappa")))
    found.append(sos_a(rater, stimulus, score, low=low, high=high, confidence=confidence))
    found.append(_generalizability(frame, found[0]))
    return [*found, *_repeat_consistency(scope, question, screening, rng("repeats"))]


def _generalizability(frame: pd.DataFrame, beside: Coefficient) -> Coefficient:
    return Coefficient(
        coefficient="generalizability",
        value=of_methods(frame),
        ci_low=None,
        ci_high=None,
        procedure="method means over random raters and items, from variance components",
        k=None,
        q=None,
        n_raters=beside.n_raters,
        n_stimuli=beside.n_stimuli,
        density=beside.density,
    )


def _repeat_consistency(
    scope: Scope, question: str, screening: str, rng: np.random.Generator
) -> list[Coefficient]:
    """ICC(1) of first and hidden second scores, over every clip that a rater was shown twice."""
    pairs = repeat_pairs(scope, question, screening)
    if len(pairs) < 2:
        return []
    occasion = np.repeat([0, 1], len(pairs))
    clip = np.tile(np.arange(len(pairs)), 2)
    score = np.concatenate([pairs["first"].to_numpy(dtype=float), pairs["second"].to_numpy(dtype=float)])
    options = scope.options
    single = icc_all(occasion, clip, score, confidence=options.confidence, n_boot=options.n_boot, rng=rng)[0]
    return [_renamed(single, pairs["rater"].nunique())]


def _renamed(single: Coefficient, n_raters: int) -> Coefficient:
    return Coefficient(
        coefficient="repeat_consistency",
        value=single.value,
        ci_low=single.ci_low,
        ci_high=single.ci_high,
        procedure=f"ICC(1) of first and second scores, {single.procedure}",
        k=None,
        q=None,
        n_raters=n_raters,
        n_stimuli=single.n_stimuli,
        density=single.density,
    )


def _row(question: str, screening: str, one: Coefficient) -> Row:
    return {
        "question": question,
        "coefficient": one.coefficient,
        "screening": screening,
        "value": one.value,
        "ci_low": one.ci_low,
        "ci_high": one.ci_high,
        "procedure": one.procedure,
        "k": one.k,
        "q": one.q,
        "n_raters": one.n_raters,
        "n_stimuli": one.n_stimuli,
        "density": one.density,
    }


def variance_rows(scope: Scope) -> Listing:
    """One row per question and variance component, of the primary screening."""
    listing = Listing()
    for question in scope.rated_questions:
        frame = scope.scored(question, scope.primary)
        shares = _components(frame) if len(frame) else []
        note = unidentified(shares) if shares else None
        listing.notes.extend(placed([note] if note else [], question))
        for share in shares:
            listing.rows.append(
                {
                    "question": question,
                    "component": share.component,
                    "variance": share.variance,
                    "share": share.share,
                }
            )
    return listing


def _components(frame: pd.DataFrame) -> list[VarianceShare]:
    rater, item, method = (codes(frame[name]) for name in ("rater", "item", "method"))
    return variance_components(rater, item, method, scores(frame))
