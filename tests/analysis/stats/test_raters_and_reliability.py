"""Reliability of means, bias of raters and differential scores, against their definitions."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.stats.agreement import generalizability, icc_all, mean_score_reliability, variance_components
from analysis.stats.bias_removal import rater_bias
from analysis.stats.mos import differential_scores


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


def test_bias_is_the_mean_distance_from_the_stimulus_means() -> None:
    table = crossed(4, 0.5)
    gap = table["score"] - table.groupby("stimulus")["score"].transform("mean")
    found = rater_bias(table["rater"], table["stimulus"], table["score"])
    assert found == pytest.approx(gap.groupby(table["rater"]).mean().to_numpy())


def test_bias_of_a_rater_who_met_nobody_is_not_invented() -> None:
    lone, *others = rater_bias([0, 1, 1, 2, 2], [0, 1, 2, 1, 2], [4.0, 3.0, 3.0, 5.0, 4.0])
    assert np.isnan(lone)
    assert others == pytest.approx([-0.75, 0.75])


def test_differential_scores_use_the_same_raters_reference_of_the_same_item() -> None:
    rater, item = [0, 0, 0, 1, 1, 0], [0, 0, 1, 0, 0, 0]
    score, reference = [5.0, 4.0, 3.0, 2.0, 4.0, 1.0], [True, False, False, True, False, False]
    found = differential_scores(rater, item, score, reference, high=5)
    assert found == pytest.approx([5, 4, np.nan, 5, 7, 1], nan_ok=True)


def test_differential_scores_refuse_missing_scores() -> None:
    with pytest.raises(ValueError, match="missing"):
        differential_scores([0], [0], [np.nan], [True], high=5)
