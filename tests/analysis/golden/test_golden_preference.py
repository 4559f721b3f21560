"""Paired comparisons in results.json against Davidson's paper, R's eba and sureal, read from their files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from golden import RATINGS, figures
from scipy import stats

from analysis.load import load_source
from analysis.options import Options
from analysis.results import compute
from analysis.stats.bradley_terry import Fit, Votes, fit_votes

EBA = "Bradley-Terry (R eba 1e-5)"
CHOICES = {"i": "left", "j": "right", "tie": "tie"}
OUTCOMES = {"i": 1, "j": -1, "tie": 0}


def compared(path: Path) -> dict[str, Any]:
    return compute(load_source(str(path)), Options(n_boot=20))


def strengths(found: dict[str, Any], key: str = "strength") -> dict[str, float]:
    return {row["method"]: row[key] for row in found["preference"]}


def worths(found: dict[str, Any], order: list[str]) -> np.ndarray:
    worth = np.exp([strengths(found)[name] for name in order])
    return np.asarray(worth / worth.sum())


def test_puddings_are_worth_what_davidson_and_a_converged_fit_say(shared: Path, tmp_path: Path) -> None:
    """The paper stopped after seven iterations, so that its own figures hold to four decimals."""
    pairs = pd.read_csv(RATINGS / "davidson1970_pudding" / "pairs.csv")
    pairs.assign(choice=pairs["outcome"].map(CHOICES)).to_csv(tmp_path / "pairs.csv", index=False)
    found, (model,) = compared(tmp_path / "pairs.csv"), compared(tmp_path / "pairs.csv")["preference_model"]
    published, fitted = figures("davidson1970_pudding", "expected.json"), figures("davidson1970_pudding")
    want, brands = fitted["Davidson ML"], [f"b{brand}" for brand in range(1, 7)]
    assert worths(found, brands) == pytest.approx(want["worth_sum1"], abs=1e-6)
    assert worths(found, brands) == pytest.approx(published["worth(sum=1)"], abs=2.1e-5)
    assert model["model"] == "davidson"
    assert model["tie_parameter"] == pytest.approx(want["nu"], abs=1e-6)
    tie = published["tie_parameter(P(tie) prop to nu*sqrt(pi_i*pi_j))"]
    assert model["tie_parameter"] == pytest.approx(tie, abs=2e-5)
    assert model["log_likelihood"] == pytest.approx(want["loglik"], abs=1e-8)
    ratios = [strengths(found)[brand] - strengths(found)["b1"] for brand in brands[1:]]
    assert ratios == pytest.approx(want["log_worth_minus_brand1"], abs=5e-6)


def test_pudding_standard_errors_are_those_of_the_information_matrix(shared: Path) -> None:
    pairs = pd.read_csv(RATINGS / "davidson1970_pudding" / "pairs.csv")
    left, right = (pairs[side].str[1:].astype(int).to_numpy() - 1 for side in ("left", "right"))
    n = pairs["n"].to_numpy(dtype=float)
    fit = fit_votes(Votes(left, right, pairs["outcome"].map(OUTCOMES).to_numpy(), n, 6))
    assert isinstance(fit, Fit)
    want = figures("davidson1970_pudding")["Davidson ML"]
    ratios = fit.to_strengths[1:] - fit.to_strengths[0]
    of_ratios = np.sqrt(np.diag(ratios @ fit.covariance @ ratios.T))
    of_ties = float(np.sqrt(fit.covariance[-1, -1]))
    assert [*of_ratios, of_ties] == pytest.approx(want["se_log_worth"], abs=1e-6)
    assert of_ties == pytest.approx(want["se_log_nu"], abs=1e-6)


def test_voices_are_worth_what_eba_says(shared: Path) -> None:
    found, published = (
        compared(RATINGS / "qulab_pairs" / "pairs.csv"),
        figures("qulab_pairs", "expected.json"),
    )
    want, (model,) = figures("qulab_pairs")[EBA], found["preference_model"]
    order = want["order"]
    assert order == published["order"]
    assert [strengths(found)[name] for name in order] == pytest.approx(want["log_pi_centered"], abs=1e-9)
    errors = [strengths(found, "se_covariance")[name] for name in order]
    assert errors == pytest.approx(want["se_log_pi_centered(sum-to-zero)"], abs=1e-9)
    assert worths(found, order) == pytest.approx(want["pi_sum1"], abs=1e-9)
    scale = np.array([published["uscale"][name] for name in order])
    furthest = np.abs(worths(found, order) - scale).max()
    assert furthest == pytest.approx(want["max_abs_diff_vs_published_uscale"], rel=1e-3)
    printed = np.array(published["eba_BTL_coef(sum=1-ish)"])
    assert worths(found, order) == pytest.approx(printed / printed.sum(), abs=1e-5)
    assert model["model"] == "bradley_terry"
    assert model["connected"] is True


def test_figures_of_sharpened_images_are_those_of_one_fit_without_a_common_scale(shared: Path) -> None:
    """sureal's forty log-worths have a common scale only by the start of its iteration; we give none."""
    found = compared(RATINGS / "lukas_pc" / "pairs.csv")
    assert found["preference_model"][0]["connected"] is False
    assert {row["strength"] for row in found["preference"]} == {None}
    pairs = pd.read_csv(RATINGS / "lukas_pc" / "pairs.csv")
    log_worth = fixed_point(pairs["winner"].to_numpy(), pairs["loser"].to_numpy(), 40)
    want = figures("lukas_pc", "expected.json")["bt_mle"]
    whole = [log_worth.sum(), log_worth.var(), stats.kurtosis(log_worth), log_worth[0], log_worth[-2]]
    assert whole == pytest.approx(
        [want[key] for key in ("sum", "var(ddof0)", "kurtosis", "q[0]", "q[-2]")], rel=1e-4
    )
    rates = {row["method"]: row["win_rate"] for row in found["preference"]}
    for _, images in pairs.groupby("item"):
        names = sorted({*images["winner"], *images["loser"]})
        by_rate = sorted(names, key=lambda name: rates[str(name)])
        assert np.corrcoef(log_worth[by_rate], np.arange(len(names)))[0, 1] > 0.9


def fixed_point(winner: np.ndarray, loser: np.ndarray, size: int) -> np.ndarray:
    """The iteration of Zermelo (1929) and Ford (1957) from equal worths."""
    wins = np.zeros((size, size))
    np.add.at(wins, (winner, loser), 1)
    met, worth = wins + wins.T, np.full(size, 1 / size)
    for _ in range(500):
        worth = wins.sum(axis=1) / (met / (worth[:, None] + worth)).sum(axis=1)
        worth /= worth.sum()
    return np.log(worth)
