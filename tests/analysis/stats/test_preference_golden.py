"""Published and independently computed paired-comparison results."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import kurtosis

from analysis.stats.bradley_terry import Fit, Votes, fit_votes
from analysis.stats.preference import PreferenceFit, fit_preference

# Davidson (1970), example 2, chocolate puddings: brand i, brand j, i preferred, j preferred, tied.
PUDDING = np.array(
    [
        [1, 2, 19, 22, 16],
        [1, 3, 16, 19, 12],
        [2, 3, 19, 19, 10],
        [1, 4, 18, 23, 13],
        [2, 4, 23, 19, 9],
        [3, 4, 19, 20, 15],
        [1, 5, 13, 19, 18],
        [2, 5, 16, 20, 12],
        [3, 5, 16, 15, 17],
        [4, 5, 17, 14, 16],
        [1, 6, 18, 21, 12],
        [2, 6, 22, 20, 12],
        [3, 6, 13, 18, 10],
        [4, 6, 14, 19, 18],
        [5, 6, 11, 21, 12],
    ]
)
PUDDING_WORTHS = [0.1388005, 0.1729985, 0.161742, 0.165393, 0.1586805, 0.2023855]
PUDDING_TIE = 0.7468147
# The same likelihood maximised by another program, without the paper's stop after seven iterations.
PUDDING_LOG_LIKELIHOOD = -809.7095100902936
PUDDING_LOG_WORTH_RATIOS = [0.220241405, 0.152977295, 0.175144368, 0.133864673, 0.377134382]
PUDDING_RATIO_SE = [0.187216998, 0.193518360, 0.188211088, 0.192704575, 0.192406246]
PUDDING_LOG_TIE_SE = 0.082498690


def _pudding_rows() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    left, right = np.repeat(PUDDING[:, 0] - 1, 3), np.repeat(PUDDING[:, 1] - 1, 3)
    return left, right, np.tile([1, -1, 0], len(PUDDING)), PUDDING[:, 2:].ravel().astype(float)


def _worths(fit: PreferenceFit) -> np.ndarray:
    worth = np.exp([strength.strength for strength in fit.strengths])
    return np.asarray(worth / worth.sum())


def _read(shared: Path, name: str, file: str) -> tuple[pd.DataFrame, dict[str, Any]]:
    folder = shared / "ratings" / name
    return pd.read_csv(folder / "pairs.csv"), json.loads((folder / file).read_text())


def test_pudding_worths_and_tie_parameter_are_the_published_ones() -> None:
    left, right, outcome, n = _pudding_rows()
    fit = fit_preference(None, None, left, right, outcome, n_methods=6, n=n, positions_known=False)
    assert fit.model.model == "davidson"
    assert _worths(fit) == pytest.approx(PUDDING_WORTHS, abs=2.1e-5)
    assert fit.model.tie_parameter == pytest.approx(PUDDING_TIE, abs=2e-5)
    assert fit.model.log_likelihood == pytest.approx(PUDDING_LOG_LIKELIHOOD, abs=1e-8)


def test_pudding_standard_errors_are_those_of_the_other_program() -> None:
    left, right, outcome, n = _pudding_rows()
    fit = fit_votes(Votes(left, right, outcome, n, 6))
    assert isinstance(fit, Fit)
    assert fit.strengths[1:] - fit.strengths[0] == pytest.approx(PUDDING_LOG_WORTH_RATIOS, abs=2e-6)
    ratios = fit.to_strengths[1:] - fit.to_strengths[0]
    assert np.sqrt(np.diag(ratios @ fit.covariance @ ratios.T)) == pytest.approx(PUDDING_RATIO_SE, abs=1e-6)
    assert np.sqrt(fit.covariance[-1, -1]) == pytest.approx(PUDDING_LOG_TIE_SE, abs=1e-6)


def test_thirteen_listeners_on_fifteen_voices_agree_with_eba(shared: Path) -> None:
    pairs, reference = _read(shared, "qulab_pairs", "reference.json")
    expected = json.loads((shared / "ratings" / "qulab_pairs" / "expected.json").read_text())
    golden = reference["Bradley-Terry (R eba 1e-5)"]
    code = {method: position for position, method in enumerate(golden["order"])}
    winner, loser = pairs["winner"].map(code).to_numpy(), pairs["loser"].map(code).to_numpy()
    rater = pairs["rater"].astype("category").cat.codes.to_numpy()
    ones = np.ones(len(pairs), dtype=int)
    fit = fit_preference(rater, None, winner, loser, ones, n_methods=15, positions_known=False)
    strengths = [strength.strength for strength in fit.strengths]
    standard_errors = [strength.se_covariance for strength in fit.strengths]
    assert strengths == pytest.approx(golden["log_pi_centered"], abs=1e-9)
    assert standard_errors == pytest.approx(golden["se_log_pi_centered(sum-to-zero)"], abs=1e-9)
    scale = np.array([expected["uscale"][name] for name in golden["order"]])
    apart = golden["max_abs_diff_vs_published_uscale"]
    assert np.abs(_worths(fit) - scale).max() == pytest.approx(apart, abs=1e-8)
    assert _worths(fit) == pytest.approx(golden["pi_sum1"], abs=1e-9)
    raw = np.array(expected["eba_BTL_coef(sum=1-ish)"])
    order = [golden["order"].index(name) for name in expected["order"]]
    assert _worths(fit)[order] == pytest.approx(raw / raw.sum(), abs=1e-5)


def test_fit_transitivity_and_agreement_of_the_voices_are_those_of_eba(shared: Path) -> None:
    """G², Kendall's u and the three kinds of violations; eba's χ² of u is not offered."""
    pairs, expected = _read(shared, "qulab_pairs", "expected.json")
    golden = json.loads((shared / "ratings" / "qulab_pairs" / "reference.json").read_text())
    golden = golden["Bradley-Terry (R eba 1e-5)"]
    code = {method: position for position, method in enumerate(expected["order"])}
    winner, loser = pairs["winner"].map(code).to_numpy(), pairs["loser"].map(code).to_numpy()
    rater = pairs["rater"].astype("category").cat.codes.to_numpy()
    ones = np.ones(len(pairs), dtype=int)
    model = fit_preference(rater, None, winner, loser, ones, n_methods=15, positions_known=False).model
    assert model.fit is not None
    assert model.fit.g2 == pytest.approx(golden["G2"], abs=1e-8)
    assert (round(model.fit.g2, 2), model.fit.df) == (expected["G2(91)"], 91)
    assert model.fit.p == pytest.approx(expected["G2 p"], abs=5e-5)
    assert model.kendall_u == pytest.approx(golden["kendall_u(if 13 judges)"], abs=1e-12)
    assert model.kendall_u == pytest.approx(expected["kendall_u"], abs=5e-8)
    violations = expected["stochastic_transitivity_violations"]
    found = model.transitivity
    assert (found.weak, found.moderate, found.strong, found.judged) == tuple(
        violations[name] for name in ("weak", "moderate", "strong", "tests")
    )


def test_triads_of_the_voices_agree_with_kendalls_formula_and_with_eba(shared: Path) -> None:
    pairs, expected = _read(shared, "qulab_pairs", "expected.json")
    code = {method: position for position, method in enumerate(expected["order"])}
    winner, loser = pairs["winner"].map(code).to_numpy(), pairs["loser"].map(code).to_numpy()
    rater = pairs["rater"].astype("category").cat.codes.to_numpy()
    ones = np.ones(len(pairs), dtype=int)
    fit = fit_preference(rater, None, winner, loser, ones, n_methods=15, positions_known=False)
    wins = pd.crosstab(rater, winner).reindex(columns=range(15), fill_value=0).to_numpy()
    by_formula = (15 * 14 * 29 / 12 - (wins**2).sum(axis=1) / 2).sum()
    assert fit.model.circular_triads == by_formula
    assert fit.model.triads_judged == 13 * 455
    pooled = fit_preference(None, None, winner, loser, ones, n_methods=15, positions_known=False)
    violations = expected["stochastic_transitivity_violations"]
    assert pooled.model.circular_triads == violations["weak"]
    assert pooled.model.triads_judged == violations["tests"]


def test_sharpened_images_agree_with_sureal_within_each_content(shared: Path) -> None:
    """Five contents were never compared with each other: no common scale, but one fit for each.

    sureal fits all forty at once by fixed-point iteration from equal worths; the same iteration here
    reproduces its published figures, and its differences within a content are those of our fits.
    """
    pairs, expected = _read(shared, "lukas_pc", "expected.json")
    winner, loser = pairs["winner"].to_numpy(), pairs["loser"].to_numpy()
    rater, item = (pairs[name].astype("category").cat.codes.to_numpy() for name in ("rater", "item"))
    ones = np.ones(len(pairs), dtype=int)
    whole = fit_preference(rater, item, winner, loser, ones, n_methods=40, positions_known=False)
    assert not whole.model.connected
    assert whole.notes[0].code == "preference_disconnected"
    assert whole.model.fit is None
    assert all(strength.strength is None for strength in whole.strengths)

    log_worth = _fixed_point(winner, loser, 40)
    golden = expected["bt_mle"]
    found = [log_worth.sum(), log_worth.var(), kurtosis(log_worth), log_worth[0], log_worth[-2]]
    names = ("sum", "var(ddof0)", "kurtosis", "q[0]", "q[-2]")
    assert found == pytest.approx([golden[name] for name in names], rel=1e-5)
    for content in range(5):
        rows = item == content
        methods, codes = np.unique(np.concatenate([winner[rows], loser[rows]]), return_inverse=True)
        ahead, behind = np.split(codes, 2)
        fit = fit_preference(rater[rows], None, ahead, behind, ones[rows], n_methods=8, positions_known=False)
        centred = log_worth[methods] - log_worth[methods].mean()
        assert [s.strength for s in fit.strengths] == pytest.approx(centred, abs=1e-4)
        together = [whole.strengths[method] for method in methods]
        assert len({s.group for s in together}) == 1
        assert [s.group_strength for s in together] == pytest.approx(centred, abs=1e-4)


def _fixed_point(winner: np.ndarray, loser: np.ndarray, size: int) -> np.ndarray:
    wins = np.zeros((size, size))
    np.add.at(wins, (winner, loser), 1)
    met = wins + wins.T
    worth = np.full(size, 1 / size)
    for _ in range(500):
        worth = wins.sum(axis=1) / (met / (worth[:, None] + worth)).sum(axis=1)
        worth /= worth.sum()
    return np.log(worth)
