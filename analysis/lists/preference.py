"""preference, preference_pairs and preference_model: what the A/B comparisons say."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from analysis.lists.graded import effect_of_order, order_notes, told_p
from analysis.lists.scope import Listing, Row, Scope, codes, codes_of, placed
from analysis.stats.arrays import IntArray
from analysis.stats.comparison_scores import OrderEffect
from analysis.stats.preference import PreferenceFit, fit_preference
from analysis.stats.result import Note

OUTCOME = {"left": 1, "tie": 0, "right": -1}


@dataclass(frozen=True)
class PreferenceLists:
    strengths: Listing = field(default_factory=Listing)
    pairs: Listing = field(default_factory=Listing)
    models: Listing = field(default_factory=Listing)


def preference_lists(scope: Scope) -> PreferenceLists:
    lists = PreferenceLists()
    for question in scope.compared_questions:
        votes = scope.compared(question)
        votes = votes[votes["n"] > 0]
        if len(votes):
            _add(lists, scope, question, votes)
    return lists


def _add(lists: PreferenceLists, scope: Scope, question: str, votes: pd.DataFrame) -> None:
    methods = scope.methods_in([*votes["left"], *votes["right"]])
    fit = _fit(scope, votes, methods)
    lists.strengths.rows.extend(_strengths(question, methods, fit))
    lists.pairs.rows.extend(_pairs(question, methods, fit))
    order = effect_of_order(scope, question)
    lists.models.rows.append({**_model(question, fit), **_order(order)})
    lists.models.notes.extend(placed([*fit.notes, *_position_note(scope, fit)], question))
    if order is not None:
        lists.models.notes.extend(order_notes(scope, question, order))


def _fit(scope: Scope, votes: pd.DataFrame, methods: list[str]) -> PreferenceFit:
    return fit_preference(
        _people(votes["rater"]),
        _people(votes["item"]),
        codes_of(votes["left"], methods),
        codes_of(votes["right"], methods),
        np.array([OUTCOME[choice] for choice in votes["choice"]], dtype=np.int64),
        n_methods=len(methods),
        confidence=scope.options.confidence,
        n=votes["n"].to_numpy(dtype=float),
        adaptive=votes["adaptive"].to_numpy(dtype=bool),
        positions_known=bool(votes["sides_known"].all()),
        target=scope.options.target,
        names=methods,
        regularised=scope.options.regularised_preference,
    )


def _position_note(scope: Scope, fit: PreferenceFit) -> list[Note]:
    effect, p = fit.model.position_effect, fit.model.position_p
    if effect is None or p is None or p >= scope.options.alpha:
        return []
    side = "left" if effect > 0 else "right"
    message = (
        f"The clip on the {side} was preferred more often, whatever the methods (odds × "
        f"{np.exp(abs(effect)):.2f}, {told_p(p)}); strengths hold as far as both sides were used alike."
    )
    return [Note("position_effect", message)]


def _people(column: pd.Series) -> IntArray | None:
    return None if (column == "").all() else codes(column)


def _strengths(question: str, methods: list[str], fit: PreferenceFit) -> list[Row]:
    return [
        {
            "question": question,
            "method": methods[row.method],
            "strength": row.strength,
            "se_covariance": row.se_covariance,
            "ci_low": row.ci_low,
            "ci_high": row.ci_high,
            "win_rate": row.win_rate,
            "group": row.group,
            "group_strength": row.group_strength,
            "group_ci_low": row.group_ci_low,
            "group_ci_high": row.group_ci_high,
            "target": fit.target,
            "procedure": row.procedure,
        }
        for row in fit.strengths
    ]


def _pairs(question: str, methods: list[str], fit: PreferenceFit) -> list[Row]:
    return [
        {
            "question": question,
            "method_a": methods[pair.method_a],
            "method_b": methods[pair.method_b],
            "wins_a": pair.wins_a,
            "wins_b": pair.wins_b,
            "ties": pair.ties,
            "p_a": pair.p_a,
            "ci_low": pair.ci_low,
            "ci_high": pair.ci_high,
            "p": pair.p,
            "p_holm": pair.p_holm,
            "procedure": pair.procedure,
        }
        for pair in fit.pairs
    ]


def _model(question: str, fit: PreferenceFit) -> Row:
    model = fit.model
    return {
        "question": question,
        "model": model.model,
        "log_likelihood": model.log_likelihood,
        "tie_parameter": model.tie_parameter,
        "position_effect": model.position_effect,
        "position_p": model.position_p,
        "circular_triads": model.circular_triads,
        "triads_judged": model.triads_judged,
        "triads_within": model.triads_within,
        "connected": model.connected,
        "g2": model.fit.g2 if model.fit else None,
        "g2_df": model.fit.df if model.fit else None,
        "g2_p": model.fit.p if model.fit else None,
        "transitivity_weak": model.transitivity.weak,
        "transitivity_moderate": model.transitivity.moderate,
        "transitivity_strong": model.transitivity.strong,
        "transitivity_triads": model.transitivity.judged,
        "kendall_u": model.kendall_u,
    }


def _order(effect: OrderEffect | None) -> Row:
    """What being shown second adds to a CCR score; null where there are none."""
    return {"order_effect": effect.value if effect else None, "order_p": effect.p if effect else None}
