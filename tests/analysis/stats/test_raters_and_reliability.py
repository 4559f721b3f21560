"""Reliability of means, habits of raters and differential scores, against their definitions."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.stats.agreement import generalizability, icc_all, mean_score_reliability, variance_components
from analysis.stats.mos import differential_scores
from analysis.stats.rater_habits import rater_habits


def crossed(seed: int, share: float = 1.0) -> pd.DataFrame:
    """12 raters × 5 items × 4 methods with effects of each; a random share of the ratings is kept."""
    rng = np.random.default_rng(seed)
    grid = np.indices((12, 5, 4)).reshape(3, -1).T
    table = pd.DataFrame(grid, columns=["rater", "item", "method"])
    table["stimulus"] = table["item"] * 4 + table["method"]
    for factor, size in (("rater", 0.4), ("item", 0.3), ("method", 0.8)):
        table[f"of_{factor}"] = rng.normal(0, size, 12)[table[factor]]
    score = table[["of_rater", "of_item", "of_method"]].sum(axis=1) + 3 + rng.normal(0, 0.6, len(table))
    table["score"] = score.round().clip(1, 5)
    return table[rng.random(len(table)) < share].reset_index(drop=True)


@pytest.mark.parametrize("share", [1.0, 0.6, 0.2])
def test_reliability_of_means_is_the_value_of_icc_q_k(share: float) -> None:
    table = crossed(1, share)
    columns = (table["rater"], table["stimulus"], table["score"])
    found = icc_all(*columns, n_boot=2, rng=np.random.default_rng(0))
    want = next(one.value for one in found if one.coefficient == "ICC(Q,k)")
    assert mean_score_reliability(*columns) == pytest.approx(want, abs=1e-12)


def test_reliability_of_means_needs_two_raters_of_a_stimulus() -> None:
    assert mean_score_reliability([0, 1, 2], [0, 1, 2], [1.0, 2.0, 3.0]) is None


def test_generalizability_of_a_complete_design_is_brennans_formula() -> None:
    table = crossed(2)
    columns = (table["rater"], table["item"], table["method"], table["score"])
    v = {share.component: share.variance for share in variance_components(*columns)}
    noise = v["item:method"] / 5 + v["rater:method"] / 12 + v["residual"] / 60
    assert generalizability(*columns) == pytest.approx(v["method"] / (v["method"] + noise), abs=1e-12)


def test_generalizability_counts_what_methods_do_not_share() -> None:
    complete, apart = crossed(3), crossed(3)
    apart["rater"] += 12 * apart["method"]
    columns = ["rater", "item", "method", "score"]
    together, own = (generalizability(*(t[c] for c in columns)) for t in (complete, apart))
    assert own < together
    assert generalizability(*(complete[complete["method"] == 0][c] for c in columns)) is None


def test_habits_are_bias_spread_and_leave_one_out_correlation() -> None:
    table = crossed(4, 0.5)
    mean = table.groupby("stimulus")["score"].transform("mean")
    for habit in rater_habits(table["rater"], table["stimulus"], table["score"]):
        own = table[table["rater"] == habit.rater]
        residual = own["score"] - mean[own.index]
        others = table[table["rater"] != habit.rater].groupby("stimulus")["score"].mean()
        pairs = own.set_index("stimulus")["score"].to_frame("own").join(others.rename("others")).dropna()
        assert habit.n_ratings == len(own)
        assert (habit.bias, habit.inconsistency) == pytest.approx((residual.mean(), residual.std()))
        assert habit.loo_correlation == pytest.approx(pairs["own"].corr(pairs["others"]))


def test_habits_of_a_lone_or_constant_rater_are_not_invented() -> None:
    lone, constant = rater_habits([0, 1, 1, 1], [0, 1, 2, 3], [4.0, 3.0, 3.0, 3.0])
    assert (lone.bias, lone.inconsistency, lone.loo_correlation) == (0.0, None, None)
    assert (constant.inconsistency, constant.loo_correlation) == (0.0, None)


def test_differential_scores_use_the_same_raters_reference_of_the_same_item() -> None:
    rater, item = [0, 0, 0, 1, 1, 0], [0, 0, 1, 0, 0, 0]
    score, reference = [5.0, 4.0, 3.0, 2.0, 4.0, 1.0], [True, False, False, True, False, False]
    found = differential_scores(rater, item, score, reference, high=5)
    assert found == pytest.approx([5, 4, np.nan, 5, 7, 1], nan_ok=True)


def test_differential_scores_refuse_missing_scores() -> None:
    with pytest.raises(ValueError, match="missing"):
        differential_scores([0], [0], [np.nan], [True], high=5)
