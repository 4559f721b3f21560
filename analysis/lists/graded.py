"""Graded comparisons (CCR) as the lists need them: scores turned to one direction."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.lists.scope import Placed, Scope, codes, codes_of, placed, scores
from analysis.stats.comparison_scores import OrderEffect, order_effect, reversed_scores
from analysis.stats.result import Note, part_of

CMOS = "CMOS"
ONE_SIDED = 0.1  # of the answers, on average over pairs, more in one order than in the other


def graded_questions(scope: Scope) -> list[str]:
    """Questions whose comparisons carry scores."""
    comparisons = scope.data.comparisons
    found = set(
        comparisons["question"][comparisons["score"].notna() & (comparisons["expected_choice"] == "")]
    )
    return [question for question in scope.data.questions if question in found]


def graded(scope: Scope, question: str, screening: str) -> pd.DataFrame:
    """Comparisons with a score: rater, item, method_a, method_b (in the study's order), score of a over b."""
    votes = scope.compared(question, screening)
    votes = votes[votes["score"].notna() & (votes["n"] > 0)]
    place = {method: position for position, method in enumerate(scope.data.methods)}
    left = votes["left"].map(place).to_numpy(dtype=int)
    right = votes["right"].map(place).to_numpy(dtype=int)
    a = np.where(left < right, votes["left"], votes["right"])
    b = np.where(left < right, votes["right"], votes["left"])
    a_first = (votes["first"] == "left").to_numpy(dtype=bool) == (left < right)
    over = reversed_scores(scores(votes), a_first) if len(votes) else scores(votes)
    return votes.assign(method_a=a, method_b=b, a_first=a_first, second=scores(votes), score=over)


def over_reference(scope: Scope, frame: pd.DataFrame) -> pd.DataFrame:
    """Rows against the reference: `method` is the other one, `score` its score over the reference."""
    reference = scope.data.reference
    is_a = (frame["method_a"] == reference).to_numpy(dtype=bool)
    is_b = (frame["method_b"] == reference).to_numpy(dtype=bool)
    method = np.where(is_a, frame["method_b"], frame["method_a"])
    turned = frame.assign(method=method, score=np.where(is_a, -frame["score"], frame["score"]) + 0.0)
    return turned[is_a | is_b]


def effect_of_order(scope: Scope, question: str) -> OrderEffect | None:
    """None where no comparison carries a score."""
    frame = graded(scope, question, scope.primary)
    if frame.empty:
        return None
    pair = codes_of(frame["method_a"], scope.data.methods) * len(scope.data.methods)
    pair += codes_of(frame["method_b"], scope.data.methods)
    return order_effect(
        codes(frame["rater"]),
        codes(frame["item"]),
        np.unique(pair, return_inverse=True)[1],
        frame["a_first"].to_numpy(dtype=bool),
        frame["second"].to_numpy(dtype=float),
        target=scope.options.target,
    )


def order_notes(scope: Scope, question: str, effect: OrderEffect) -> list[Placed]:
    """That the order mattered, or that it cannot be told; and answers that have no score."""
    notes = []
    if effect.value is None:
        message = (
            "Every pair was shown in one order only: an effect of the order cannot be told from the methods'."
        )
        notes.append(Note("order_not_estimable", message))
    elif effect.p is not None and effect.p < scope.options.alpha:
        message = (
            f"Being shown second adds {effect.value:+.2f} grades whatever the methods ({told_p(effect.p)}); "
            f"this {_fate(effect)}."
        )
        notes.append(Note("order_effect", message))
    votes = scope.compared(question)
    bare = int(votes["score"].isna().sum())
    if bare:
        message = f"{part_of(bare, len(votes))} comparisons have no score and do not enter CMOS."
        notes.append(Note("ccr_incomplete", message))
    return placed(notes, question)


def told_p(p: float) -> str:
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


def _fate(effect: OrderEffect) -> str:
    if effect.balance < ONE_SIDED:
        return "cancels out of CMOS, as both orders were shown about equally often"
    return "is part of CMOS, as one order was shown more often than the other"


def people_unknown(frame: pd.DataFrame) -> tuple[Note, ...]:
    """Why CMOS has no interval where raters were not recorded."""
    if len(frame) and (frame["rater"] == "").all():
        return (Note("raters_unknown", "Raters are not recorded, so no interval can be given."),)
    return ()
