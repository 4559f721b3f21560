"""Subject-corrected MOS of ratings that say too little: what is left out, said, or refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from analysis.load import load_source
from analysis.options import Options
from analysis.results import compute
from analysis.stats.bias_removal import bias_removal
from analysis.stats.subject_model import inconsistency_limits, subject_model

pytestmark = pytest.mark.filterwarnings("error::RuntimeWarning")
Columns = tuple[np.ndarray, np.ndarray, np.ndarray]


def crossed(seed: int = 0, n_raters: int = 8, n_stimuli: int = 24) -> Columns:
    rng = np.random.default_rng(seed)
    rater, stimulus = np.indices((n_raters, n_stimuli)).reshape(2, -1)
    score = rng.uniform(1, 5, n_stimuli)[stimulus] + rng.normal(0, 0.6, len(rater))
    return rater, stimulus, score


def joined(one: Columns, *ratings: tuple[int, int, float]) -> Columns:
    rater, stimulus, score = (
        np.append(known, new) for known, new in zip(one, zip(*ratings, strict=True), strict=True)
    )
    return rater.astype(int), stimulus.astype(int), score


def codes_of_notes(columns: Columns) -> list[str]:
    return [note.code for note in subject_model(*columns).notes]


def test_a_rater_with_one_rating_has_a_bias_but_no_say() -> None:
    columns = crossed()
    without, found = subject_model(*columns), subject_model(*joined(columns, (8, 3, 1.0)))
    assert found.quality - found.quality[0] == pytest.approx(without.quality - without.quality[0], abs=1e-9)
    assert found.bias[8] == pytest.approx(1.0 - found.quality[3])
    assert found.bias.sum() == pytest.approx(0, abs=1e-9)
    assert np.isnan(found.inconsistency[8])
    assert np.isnan(found.bias_se[8])
    assert found.quality_se == pytest.approx(without.quality_se, abs=1e-9)


def test_a_stimulus_with_one_rating_gets_it_less_the_bias_and_no_error() -> None:
    found = subject_model(*joined(crossed(), (2, 24, 4.0)))
    assert found.quality[24] == pytest.approx(4.0 - found.bias[2])
    assert np.isnan(found.quality_se[24])
    assert np.isfinite(found.quality_se[:24]).all()


def test_bias_is_relative_to_those_whom_ratings_connect() -> None:
    one, (rater, stimulus, score) = crossed(1), crossed(2)
    both = (np.append(one[0], rater + 8), np.append(one[1], stimulus + 24), np.append(one[2], score))
    found, apart = subject_model(*both), [subject_model(*one), subject_model(rater, stimulus, score)]
    assert found.quality == pytest.approx(np.concatenate([model.quality for model in apart]), abs=1e-8)
    assert found.bias == pytest.approx(np.concatenate([model.bias for model in apart]), abs=1e-8)
    assert codes_of_notes(both) == ["unconnected_raters"]


@pytest.mark.parametrize(
    "columns",
    [
        ([0, 0, 0], [0, 1, 2], [1.0, 4.0, 5.0]),
        ([0, 1, 2], [0, 1, 2], [1.0, 4.0, 5.0]),
        ([0, 0, 1, 1], [0, 1, 1, 2], [1.0, 4.0, 5.0, 2.0]),
        ([0], [0], [3.0]),
    ],
    ids=["one rater", "nobody meets", "a chain that biases fit exactly", "one rating"],
)
def test_ratings_that_biases_fit_exactly_have_no_subject_model(columns: Columns) -> None:
    found = subject_model(*columns)
    assert np.isnan(found.quality).all()
    assert np.isnan(found.inconsistency).all()
    assert (found.log_likelihood, found.aic, found.bic, found.converged) == (None, None, None, False)
    assert "subject_model_undefined" in [note.code for note in found.notes]


def test_equal_scores_are_their_own_quality() -> None:
    rater, stimulus, _ = crossed()
    found = subject_model(rater, stimulus, np.full(len(rater), 3.0))
    assert found.quality == pytest.approx(3.0)
    assert found.bias == pytest.approx(0.0)
    assert found.log_likelihood is None
    assert found.converged
    assert bias_removal(rater, stimulus, np.full(len(rater), 3.0)).log_likelihood is None


def test_a_rater_without_any_inconsistency_is_named_as_deciding_alone() -> None:
    """Raters with two ratings each: the likelihood is endless where one of them is believed entirely."""
    rng = np.random.default_rng(3)
    rater = np.repeat(np.arange(40), 2)
    stimulus = np.concatenate([rng.choice(10, 2, replace=False) for _ in range(40)])
    columns = (rater, stimulus, rng.integers(1, 6, 80).astype(float))
    found = subject_model(*columns)
    assert found.converged
    assert (found.inconsistency < 1e-4).any()
    assert np.isfinite(found.quality).all()
    assert "no_inconsistency" in [note.code for note in found.notes]


def test_each_of_many_groups_is_fitted_as_if_alone() -> None:
    parts = [crossed(seed, 4, 5) for seed in range(6)]
    rater, stimulus = (
        np.concatenate([part[place] + size * number for number, part in enumerate(parts)])
        for place, size in ((0, 4), (1, 5))
    )
    found = subject_model(rater, stimulus, np.concatenate([part[2] for part in parts]))
    alone = np.concatenate([subject_model(*part).quality for part in parts])
    assert found.quality == pytest.approx(alone, abs=1e-8)


@pytest.mark.parametrize("model", [subject_model, bias_removal])
@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (([0], [0], [np.nan]), "missing"),
        (([], [], []), "no score"),
        (([0, 0], [1, 1], [1.0, 2.0]), "more than once"),
        (([0, 1], [0], [1.0, 2.0]), "lengths"),
        (([-1], [0], [1.0]), "negative"),
    ],
)
def test_bad_ratings_are_refused_in_words(model: object, columns: Columns, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        model(*(np.array(column, dtype=int if place < 2 else float) for place, column in enumerate(columns)))


def test_limits_of_an_inconsistency_hold_it_and_narrow_with_ratings() -> None:
    low, high = inconsistency_limits([0.5, 0.5, np.nan], [10, 1000, 10])
    assert (low[:2] < 0.5).all()
    assert (high[:2] > 0.5).all()
    assert high[1] - low[1] < high[0] - low[0]
    assert np.isnan(low[2])
    with pytest.raises(ValueError, match="confidence"):
        inconsistency_limits([0.5], [10], confidence=95)


def results_of(folder: Path, ratings: list[tuple[str, str, int]]) -> dict[str, list[dict[str, object]]]:
    lines = ["rater,method,item,score", *(f"{rater},m,{item},{score}" for rater, item, score in ratings)]
    (folder / "ratings.csv").write_text("\n".join(lines) + "\n")
    return compute(load_source(str(folder / "ratings.csv")), Options(n_boot=20))


def test_one_rater_has_no_corrected_mos_and_the_report_says_so(tmp_path: Path) -> None:
    found = results_of(tmp_path, [("r", f"i{item}", 1 + item % 5) for item in range(8)])
    for row in found["stimulus_mos"]:
        assert row["mean"] is not None
        assert (row["corrected_mos"], row["corrected_model"], row["bias_removed_mos"]) == (None, None, None)
    assert (found["raters"][0]["bias"], found["raters"][0]["inconsistency"]) == (None, None)
    assert "subject_model_undefined" in [note["code"] for note in found["warnings"]]


def test_bias_removal_stands_in_where_the_subject_model_is_undefined(tmp_path: Path) -> None:
    chain = [("a", "x", 1), ("a", "y", 4), ("b", "y", 5), ("b", "z", 2)]
    found = results_of(tmp_path, chain)
    assert {row["corrected_model"] for row in found["stimulus_mos"]} == {"p913_bias_removal"}
    mos = {row["item"]: row["corrected_mos"] for row in found["stimulus_mos"]}
    assert mos == pytest.approx({"x": 1.25, "y": 4.5, "z": 1.75})
    assert [row["bias"] for row in found["raters"]] == pytest.approx([-0.25, 0.25])
    assert [row["inconsistency"] for row in found["raters"]] == [None, None]
