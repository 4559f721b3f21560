"""Subject-corrected MOS: the figures of sureal on real ratings, and what must hold on any."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from golden import PYTHON, SCALES, by, cases, figures, read, rows

from analysis.stats.bias_removal import BiasRemoval, bias_removal
from analysis.stats.subject_model import SubjectModel, inconsistency_limits, subject_model

NORMAL = 1.95996  # as sureal rounds it
SOLVER, SOLVER2 = "sureal_SubjectMLEModelProjectionSolver", "sureal_SubjectMLEModelProjectionSolver2"
REMOVAL = "sureal_BiasremvMosModel"
FREQUENT = np.linspace(1, 8, 60) / np.linspace(1, 8, 60).sum()
Columns = tuple[np.ndarray, np.ndarray, np.ndarray]


def study(seed: int, n_raters: int = 15, n_stimuli: int = 40, share: float = 1.0) -> Columns:
    """Scores of the model itself, with a rater of no bias and one of much noise; a random share is kept."""
    rng = np.random.default_rng(seed)
    rater, stimulus = np.indices((n_raters, n_stimuli)).reshape(2, -1)
    bias, noise = rng.normal(0, 0.5, n_raters), rng.uniform(0.3, 1.2, n_raters)
    score = rng.uniform(1, 5, n_stimuli)[stimulus] + bias[rater] + noise[rater] * rng.normal(size=len(rater))
    kept = rng.random(len(rater)) < share
    return rater[kept], stimulus[kept], score[kept]


def residuals(columns: Columns, model: SubjectModel) -> np.ndarray:
    rater, stimulus, score = columns
    return score - model.quality[stimulus] - model.bias[rater]


def sorted_codes(folder: str, name: str) -> tuple[Columns, list[str], list[str]]:
    """The ratings of one question, coded in the order of sorted names, and these names."""
    table = read(folder, name).table
    raters, rater = np.unique(table["rater"].astype(str), return_inverse=True)
    stimuli, stimulus = np.unique(table["stimulus"].astype(str), return_inverse=True)
    return (rater, stimulus, table["score"].to_numpy(float)), list(raters), list(stimuli)


def per_stimulus(found: np.ndarray, stimuli: list[str], name: str, folder: str) -> np.ndarray:
    return found[[stimuli.index(stimulus) for stimulus in figures(folder)[name]["stimulus_order"]]]


def same(found: Any, want: Any) -> None:
    assert found == pytest.approx(want, abs=1e-6)


def same_criteria(found: SubjectModel | BiasRemoval, want: dict[str, Any]) -> None:
    same(
        (found.log_likelihood, found.dof, found.aic, found.bic),
        (want["loglikelihood"], want["dof"], want["aic"], want["bic"]),
    )


@pytest.mark.parametrize(("folder", "name"), cases(PYTHON, SOLVER, SOLVER2))
def test_subject_model_equals_sureals_projection(folder: str, name: str) -> None:
    columns, raters, stimuli = sorted_codes(folder, name)
    found, want, second = (
        subject_model(*columns),
        figures(folder)[name][SOLVER],
        figures(folder)[name][SOLVER2],
    )
    observers = [raters.index(rater) for rater in want["observers"]]
    assert found.converged
    same(per_stimulus(found.quality, stimuli, name, folder), want["quality_scores"])
    same(per_stimulus(found.quality, stimuli, name, folder), second["quality_scores"])
    for solver, se in ((want, found.quality_se_by_rater), (second, found.quality_se)):
        se = per_stimulus(se, stimuli, name, folder)
        same(se, solver["quality_scores_std"])
        same(NORMAL * se, solver["quality_scores_ci95_halfwidth"])
        same(found.bias[observers], solver["observer_bias"])
        same(found.bias_se[observers], solver["observer_bias_std"])
        same(found.inconsistency[observers], solver["observer_inconsistency"])
        same(found.inconsistency_se[observers], solver["observer_inconsistency_std"])
        same_criteria(found, solver)


@pytest.mark.parametrize(("folder", "name"), cases(PYTHON, REMOVAL))
def test_bias_removal_equals_sureals(folder: str, name: str) -> None:
    columns, raters, stimuli = sorted_codes(folder, name)
    found, want = bias_removal(*columns), figures(folder)[name][REMOVAL]
    same(found.bias[[raters.index(rater) for rater in want["observers"]]], want["observer_bias"])
    same(per_stimulus(found.quality, stimuli, name, folder), want["quality_scores"])
    same(per_stimulus(found.quality_se, stimuli, name, folder), want["quality_scores_std"])
    same(
        NORMAL * per_stimulus(found.quality_se, stimuli, name, folder), want["quality_scores_ci95_halfwidth"]
    )
    same_criteria(found, want)


@pytest.mark.parametrize(("folder", "name"), cases(PYTHON, SOLVER, REMOVAL))
def test_results_hold_the_corrected_figures(folder: str, name: str) -> None:
    want, removed = figures(folder)[name][SOLVER2], figures(folder)[name][REMOVAL]
    clips = by(rows(folder, "stimulus_mos", name, measure="MOS"), "stimulus")
    named = [
        clips[_clip_name(folder, name, stimulus)] for stimulus in figures(folder)[name]["stimulus_order"]
    ]
    assert {row["corrected_model"] for row in named} == {"p910_alternating_projection"}
    same([row["corrected_mos"] for row in named], want["quality_scores"])
    same([row["corrected_se"] for row in named], want["quality_scores_std"])
    same([row["bias_removed_mos"] for row in named], removed["quality_scores"])
    habits = by(rows(folder, "raters", name), "rater")
    observers = [habits[rater] for rater in want["observers"]]
    same([row["bias"] for row in observers], want["observer_bias"])
    same([row["bias_p913"] for row in observers], removed["observer_bias"])
    same([row["inconsistency"] for row in observers], want["observer_inconsistency"])


def _clip_name(folder: str, name: str, stimulus: str) -> str:
    """Where ratings.csv names no stimuli, the figures name them by item and method."""
    if SCALES not in read(folder, name).table:
        return stimulus
    item, method = stimulus.split("|")
    found = [
        row["stimulus"]
        for row in rows(folder, "stimulus_mos", name, measure="MOS")
        if (row["item"], row["method"]) == (item, method)
    ]
    assert len(found) == 1
    return str(found[0])


def test_subject_model_of_the_netflix_set_is_the_published_one(shared: Path) -> None:
    columns, _, stimuli = sorted_codes("nflx_public", PYTHON)
    found, published = subject_model(*columns), figures("nflx_public", "expected.json")
    want = published["p910_mle (SubjectMLEModelProjectionSolver, Annex E alternating projection)"]
    quality = per_stimulus(found.quality, stimuli, PYTHON, "nflx_public")
    assert quality == pytest.approx(want["quality_scores"], abs=1e-7), "published with eight places"
    assert found.bias == pytest.approx(want["observer_bias"], abs=1e-7)
    assert found.inconsistency == pytest.approx(want["observer_inconsistency"], abs=1e-7)
    same((quality[0], quality[-2]), (want["quality[0]"], want["quality[-2]"]))
    same(found.inconsistency_se[0], want["observer_inconsistency_std[0]"])
    low, _ = inconsistency_limits(found.inconsistency, np.bincount(columns[0]))
    same(found.inconsistency[0] - low[0], want["observer_inconsistency_ci95[0] half"])
    rest = residuals(columns, found)
    same(np.sqrt((rest**2).mean()), want["rmse"])
    same(np.corrcoef(columns[2], columns[2] - rest)[0, 1], want["cc"])


def test_subject_model_of_the_netflix_set_is_the_maximum_that_newtons_method_finds(shared: Path) -> None:
    found = subject_model(*sorted_codes("nflx_public", PYTHON)[0])
    want = figures("nflx_public", "expected.json")["mle_content_oblivious (newton)"]
    same(found.bias.var(), want["var_observer_bias"])
    same(found.bias_se.sum(), want["sum_bias_std"])
    same(
        (found.inconsistency.sum(), found.inconsistency.var()),
        (want["sum_inconsistency"], want["var_inconsistency"]),
    )
    same((found.quality.sum(), found.quality.var()), (want["sum_quality_zeromean"], want["var_quality"]))
    same(found.quality_se_by_rater.sum(), want["sum_quality_std"])
    same(2 * NORMAL * found.quality_se_by_rater.sum(), want["sum_quality_ci95"])


@pytest.mark.all
def test_voice_conversion_challenge_converges_where_a_thousand_alternations_do_not(shared: Path) -> None:
    converges_beyond_the_alternation(sorted_codes("vcc2018", PYTHON)[0])


def test_sparse_ratings_converge_where_a_thousand_alternations_do_not() -> None:
    """Four ratings per stimulus, some raters with few: one is believed entirely, and drags on for ever."""
    rng = np.random.default_rng(6)
    rater = np.concatenate([rng.choice(60, 4, replace=False, p=FREQUENT) for _ in range(300)])
    stimulus = np.repeat(np.arange(300), 4)
    score = rng.uniform(1, 5, 300)[stimulus] + rng.normal(0, 0.5, 60)[rater] + rng.normal(0, 0.7, 1200)
    converges_beyond_the_alternation((rater, stimulus, score.round().clip(1, 5)))


def converges_beyond_the_alternation(columns: Columns) -> None:
    found, (settled, likelihood) = subject_model(*columns), thousand_alternations(*columns)
    assert found.converged
    assert not settled
    assert found.log_likelihood >= likelihood
    assert "no_inconsistency" in [note.code for note in found.notes]
    fulfils_its_equations(columns, found)


def thousand_alternations(rater: np.ndarray, stimulus: np.ndarray, score: np.ndarray) -> tuple[bool, float]:
    """P.910's algorithm as printed: whether it settles within 1e-8, and its log-likelihood per rating."""
    n = np.bincount(rater)
    quality = np.bincount(stimulus, score) / np.bincount(stimulus)
    bias = np.bincount(rater, score - quality[stimulus]) / n
    for _ in range(1000):
        before = quality
        variance = np.bincount(rater, (score - quality[stimulus] - bias[rater]) ** 2) / n
        weight = (1 / (variance + 1e-8))[rater]
        quality = np.bincount(stimulus, weight * (score - bias[rater])) / np.bincount(stimulus, weight)
        bias = np.bincount(rater, score - quality[stimulus]) / n
    left = score - quality[stimulus] - bias[rater]
    likelihood = -0.5 * (np.log(2 * np.pi * variance[rater]) + left**2 / variance[rater]).mean()
    return bool(np.linalg.norm(quality - before) < 1e-8), float(likelihood)


def fulfils_its_equations(columns: Columns, found: SubjectModel) -> None:
    rater, stimulus, _ = columns
    left, n = residuals(columns, found), np.bincount(rater)
    weight = 1 / (found.inconsistency**2 + 1e-8)
    pull = np.bincount(stimulus, (weight[rater] * left)) / np.bincount(stimulus, weight[rater])
    assert np.abs(pull).max() < 1e-9
    assert np.abs(np.bincount(rater, left) / n).max() < 1e-9
    assert np.sqrt(np.bincount(rater, left**2) / n) == pytest.approx(found.inconsistency, abs=1e-9)
    assert found.bias.sum() == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("share", [1.0, 0.5, 0.2])
def test_model_fulfils_its_three_equations(share: float) -> None:
    columns = study(1, share=share)
    fulfils_its_equations(columns, subject_model(*columns))


@pytest.mark.parametrize("share", [1.0, 0.3, 0.12])
@pytest.mark.parametrize("model", [subject_model, bias_removal])
def test_order_of_ratings_and_raters_changes_nothing(model: Any, share: float) -> None:
    rater, stimulus, score = study(2, share=share)
    rng = np.random.default_rng(0)
    order, names = rng.permutation(len(score)), rng.permutation(rater.max() + 1)
    one, other = model(rater, stimulus, score), model(names[rater[order]], stimulus[order], score[order])
    assert other.quality == pytest.approx(one.quality, abs=1e-9, nan_ok=True)
    assert other.quality_se == pytest.approx(one.quality_se, abs=1e-9, nan_ok=True)
    assert other.bias[names] == pytest.approx(one.bias, abs=1e-9, nan_ok=True)


@pytest.mark.parametrize("share", [1.0, 0.4])
@pytest.mark.parametrize("model", [subject_model, bias_removal])
def test_scores_on_another_scale_give_the_same_on_that_scale(model: Any, share: float) -> None:
    rater, stimulus, score = study(3, share=share)
    one, other = model(rater, stimulus, score), model(rater, stimulus, 20 * score - 7)
    # P.910 adds 1e-8 to variances whatever the scale is, so that weights differ by a ten-millionth
    assert (other.quality + 7) / 20 == pytest.approx(one.quality, abs=1e-6)
    assert other.quality_se / 20 == pytest.approx(one.quality_se, abs=1e-6, nan_ok=True)
    assert other.bias / 20 == pytest.approx(one.bias, abs=1e-6)
    shifted = model(rater, stimulus, score + 2)
    assert shifted.quality == pytest.approx(one.quality + 2, abs=1e-9)
    assert shifted.bias == pytest.approx(one.bias, abs=1e-9)


def test_model_finds_what_made_the_scores() -> None:
    rng = np.random.default_rng(4)
    rater, stimulus = np.indices((20, 60)).reshape(2, -1)
    quality, bias, noise = rng.uniform(1, 5, 60), rng.normal(0, 0.6, 20), rng.uniform(0.5, 1.5, 20)
    found, plain = [], []
    for _ in range(100):
        score = quality[stimulus] + bias[rater] + noise[rater] * rng.normal(size=len(rater))
        model = subject_model(rater, stimulus, score)
        found.append((model.quality, model.quality_se_by_rater, model.inconsistency, model.bias))
        plain.append(np.bincount(stimulus, score) / 20)
    qualities, errors, inconsistencies, biases = (np.array(part) for part in zip(*found, strict=True))
    assert np.abs(biases.mean(axis=0) - (bias - bias.mean())).max() < 0.06
    assert np.abs(inconsistencies.mean(axis=0) / noise - 1).max() < 0.1
    spread, known_noise = qualities.std(axis=0).mean(), 1 / np.sqrt((1 / noise**2).sum())
    assert spread < 0.95 * np.array(plain).std(axis=0).mean()
    assert spread == pytest.approx(known_noise, rel=0.1), "nearly as if the noise were known"
    assert errors.mean() == pytest.approx(spread, rel=0.1)


def test_raters_are_told_apart_by_their_noise() -> None:
    """With two raters nothing tells whose noise it is; a third who agrees with one of them does."""
    rng = np.random.default_rng(5)
    truth = rng.uniform(1, 5, 50)
    near, nearer, far = (truth + noise * rng.normal(size=50) for noise in (0.3, 0.3, 1.0))
    rater, stimulus = np.indices((2, 50)).reshape(2, -1)
    two = subject_model(rater, stimulus, np.concatenate([near, far]))
    assert two.quality == pytest.approx((near + far) / 2)
    assert two.inconsistency[0] == pytest.approx(two.inconsistency[1])
    rater, stimulus = np.indices((3, 50)).reshape(2, -1)
    three = subject_model(rater, stimulus, np.concatenate([near, nearer, far]))
    assert three.inconsistency[2] > 2 * max(three.inconsistency[:2])
