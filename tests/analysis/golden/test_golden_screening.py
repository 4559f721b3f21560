"""Screening in results.json against sureal's two models that reject raters by the kurtosis rule."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from golden import PYTHON, by, cases, figures, read, rows

from analysis.stats.bias_removal import rater_bias
from analysis.stats.kurtosis_screening import outlying_votes

NORMAL = 1.95996  # as sureal rounds it
MODELS = {"bt500": "sureal_SubjrejMosModel", "p913_bias": "sureal_BiasremvSubjrejMosModel"}
BOTH = [
    pytest.param(*case.values, rule, id=f"{case.id} {rule}", marks=case.marks)
    for rule, model in MODELS.items()
    for case in cases(PYTHON, model)
    if case.values[0]
]


def verdicts(folder: str, name: str, rule: str) -> dict[str, dict[str, Any]]:
    return by(rows(folder, "screening", name, rule=rule), "rater")


@pytest.mark.parametrize(("folder", "name", "rule"), BOTH)
def test_shares_and_rejections_equal_sureals(folder: str, name: str, rule: str) -> None:
    """Two intended differences, both of which let more raters be found out.

    sureal divides by all clips, we by the votes cast; and it counts a vote on a clip whose votes are all
    equal as one above and one below the mean, we count none.
    """
    want, found = figures(folder)[name][MODELS[rule]], verdicts(folder, name, rule)
    table = scores(folder, name, rule)
    n_stimuli, spread = table["stimulus"].nunique(), table.groupby("stimulus")["score"].agg(np.ptp)
    equal = table[table["stimulus"].map(spread) < 1e-12]["rater"].value_counts()
    cast = table["rater"].value_counts()
    stats = zip(
        want["observers"], want["observer_rejected_1st_stats"], want["observer_rejected"], strict=True
    )
    for rater, share, rejected in stats:
        far = share * n_stimuli - 2 * equal.get(rater, 0)
        assert found[rater]["value"] == pytest.approx(far / cast[rater], abs=1e-9)
        if cast[rater] == n_stimuli and rater not in equal:
            assert found[rater]["flagged"] == rejected


@pytest.mark.parametrize(("folder", "name", "rule"), BOTH)
def test_imbalances_equal_sureals(folder: str, name: str, rule: str) -> None:
    want, table = figures(folder)[name][MODELS[rule]], scores(folder, name, rule)
    codes = {column: np.unique(table[column], return_inverse=True) for column in ("rater", "stimulus")}
    found = outlying_votes(codes["rater"][1], codes["stimulus"][1], table["score"].to_numpy())
    spread = table.groupby("stimulus")["score"].agg(np.ptp)
    equal = table[table["stimulus"].map(spread) < 1e-12]["rater"].value_counts()
    for rater, imbalance in zip(want["observers"], want["observer_rejected_2nd_stats"], strict=True):
        place = list(codes["rater"][0]).index(rater)
        above, below = int(found.above[place]), int(found.below[place])
        far = above + below + 2 * equal.get(rater, 0)
        assert (imbalance is None) == (far == 0)
        assert abs(above - below) == pytest.approx((imbalance or 0) * far, abs=1e-9)


def scores(folder: str, name: str, rule: str) -> pd.DataFrame:
    """rater, stimulus, score; less the rater's bias for the rule that takes it off."""
    table = read(folder, name).table[["rater", "stimulus", "score"]].astype({"rater": str, "stimulus": str})
    if rule == "p913_bias":
        raters, rater = np.unique(table["rater"], return_inverse=True)
        bias = rater_bias(rater, pd.factorize(table["stimulus"])[0], table["score"].to_numpy())
        table["score"] -= bias[rater]
        table.attrs["bias"] = dict(zip(raters, bias, strict=True))
    return table


@pytest.mark.parametrize(("folder", "name", "rule"), BOTH)
def test_means_of_the_others_equal_sureals(folder: str, name: str, rule: str) -> None:
    want, table = figures(folder)[name][MODELS[rule]], scores(folder, name, rule)
    rejected = dict(zip(want["observers"], want["observer_rejected"], strict=True))
    assert sorted(want.get("rejected", [])) == sorted(rater for rater, gone in rejected.items() if gone)
    groups = table[~table["rater"].map(rejected)].groupby("stimulus")["score"]
    order = figures(folder)[name]["stimulus_order"]
    mean, se = groups.mean()[order].to_numpy(), groups.sem()[order].to_numpy()
    assert mean == pytest.approx(want["quality_scores"], abs=1e-9)
    if rule == "p913_bias":
        bias = [table.attrs["bias"][rater] for rater in want["observers"]]
        assert bias == pytest.approx(want["observer_bias"], abs=1e-9)
    assert se == pytest.approx(want["quality_scores_std"], abs=1e-9)
    assert NORMAL * se == pytest.approx(want["quality_scores_ci95_halfwidth"], abs=1e-9)


@pytest.mark.parametrize(
    ("rule", "key"), [("bt500", "bt500_SubjrejMosModel"), ("p913_bias", "p913_BiasremvSubjrejMosModel")]
)
def test_of_four_corrupted_raters_the_rules_find_three_and_nobody_else(
    shared: Path, rule: str, key: str
) -> None:
    found = verdicts("nflx_last4outliers", PYTHON, rule)
    published = figures("nflx_last4outliers", "expected.json")
    want, flagged = published[key], {rater for rater, row in found.items() if row["flagged"]}
    assert (len(flagged), flagged <= set(published["true_outliers"])) == (3, True)
    table, raw = scores("nflx_last4outliers", PYTHON, rule), read("nflx_last4outliers").table
    means = table[~table["rater"].isin(flagged)].groupby("stimulus")["score"].mean()
    quality = means[raw["stimulus"].astype(str).unique()].to_numpy()
    assert [quality[0], quality[-2]] == pytest.approx([want["quality[0]"], want["quality[-2]"]], abs=1e-9)
    kept = table[~table["rater"].isin(flagged)]
    fitted = means[kept["stimulus"]].to_numpy()
    assert np.corrcoef(fitted, kept["score"])[0, 1] == pytest.approx(want["cc"], abs=1e-9)
    assert np.sqrt(((fitted - kept["score"]) ** 2).mean()) == pytest.approx(want["rmse"], abs=1e-9)
