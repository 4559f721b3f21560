"""Means, intervals and differences of results.json against R, sureal and design.md's formulas."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from golden import (
    FORMULAS,
    OBJECTIVE,
    PYTHON,
    RATINGS,
    R,
    by,
    cases,
    figures,
    question_of,
    read,
    results,
    rows,
)

from analysis.stats.differences import MethodScores
from analysis.stats.mos import mean_estimate
from analysis.stats.twoway import Clusters, cluster_variance, clustered_spread

NORMAL = 1.95996  # as the published programs round it
R_COUNTS = {
    "n": "n_ratings",
    "raters": "n_raters",
    "items": "n_items",
    "methods": "n_methods",
    "stimuli": "n_stimuli",
}
PYTHON_COUNTS = {"n_ratings": "n_ratings", "n_raters": "n_raters", "n_stimuli": "n_stimuli"}
COUNTED = [
    pytest.param(keys, *case.values, id=case.id, marks=case.marks)
    for software, keys in ((R, R_COUNTS), (PYTHON, PYTHON_COUNTS))
    for case in cases(software)
    if case.values[0]
]


@pytest.mark.parametrize(("keys", "folder", "name"), COUNTED)
def test_sets_are_counted_as_by_r_and_python(keys: dict[str, str], folder: str, name: str) -> None:
    want, study = figures(folder)[name], results(folder)["study"]
    found = {
        "n_ratings": sum(row["n_ratings"] for row in rows(folder, "mos", name, measure="MOS")),
        "n_raters": len(rows(folder, "raters", name)),
        "n_items": study["n_items"],
        "n_methods": study["n_methods"],
        "n_stimuli": len(rows(folder, "stimulus_mos", name)),
    }
    assert {key: found[ours] for key, ours in keys.items()} == {key: want[key] for key in keys}


@pytest.mark.parametrize(("folder", "name"), cases(R, "complete_rater_x_stimulus"))
def test_designs_are_told_complete_from_incomplete_as_by_r(folder: str, name: str) -> None:
    want, found = figures(folder)[name], read(folder, name)
    density = rows(folder, "agreement", name, coefficient="alpha_interval")[0]["density"]
    assert (density == 1) == want["complete_rater_x_stimulus"]
    assert found.table.duplicated(["rater", "stimulus"]).any() == want["duplicates"]
    met = found.table[["item", "method"]].drop_duplicates()
    assert (len(met) == want["items"] * want["methods"]) == want["crossed"]


@pytest.mark.parametrize(("folder", "name"), cases(R, "per_method"))
def test_rating_means_sd_and_naive_limits_equal_r(folder: str, name: str) -> None:
    found = by(rows(folder, "mos", name, measure="MOS"), "method")
    assert set(found) == {str(want["method"]) for want in figures(folder)[name]["per_method"]}
    for want in figures(folder)[name]["per_method"]:
        row = found[str(want["method"])]
        assert (row["rating_mean"], row["sd"]) == pytest.approx((want["mean"], want["sd"]), abs=1e-9)
        assert row["n_ratings"] == want["n"]
        naive = (row["naive_ci_low"], row["naive_ci_high"])
        assert naive == pytest.approx((want["naive_t_lo"], want["naive_t_hi"]), abs=1e-9)


@pytest.mark.parametrize(("folder", "name"), cases(R, "per_method_cluster"))
def test_cluster_variances_equal_r(folder: str, name: str) -> None:
    """R clusters ratings, also where a cell holds several; ours averages those first."""
    ratings, found = read(folder, name), by(rows(folder, "mos", name, measure="MOS"), "method")
    compared = 0
    for want in figures(folder)[name]["per_method_cluster"]:
        row, side = found[str(want["method"])], ratings.of(str(want["method"]))
        assert (row["n_raters"], row["n_items"]) == (want["raters"], want["items"])
        if want["items"] < 2:
            assert row["se"] is None
            continue
        compared += 1
        parts, se = clustered(side, Clusters(want["raters"], want["items"]))
        assert parts == pytest.approx([want[key] for key in ("V_rater", "V_item", "V_cell")], rel=1e-8)
        assert se == pytest.approx(want["cgm_se"], rel=1e-8)
    assert compared


def clustered(side: MethodScores, size: Clusters) -> tuple[list[float], float]:
    """Variances of a plain mean over ratings by rater, item and cell, and the two-way standard error."""
    rater, item = np.unique(side.rater, return_inverse=True)[1], np.unique(side.item, return_inverse=True)[1]
    influence = (np.asarray(side.score) - np.mean(side.score)) / len(rater)
    cells, cell = np.unique(rater * size.n_items + item, return_inverse=True)
    parts = [
        cluster_variance(codes, influence, count)
        for codes, count in ((rater, size.n_raters), (item, size.n_items), (cell, len(cells)))
    ]
    return parts, float(np.sqrt(clustered_spread(rater, item, influence, parts[2], size).variance))


@pytest.mark.parametrize(("folder", "name"), cases(FORMULAS, "methods"))
def test_method_means_have_the_two_way_variance(folder: str, name: str) -> None:
    """Degrees of freedom and limits: only where min(R, I) > 5 and no part of the variance is the larger."""
    ratings, found = read(folder, name), by(rows(folder, "mos", name, measure="MOS"), "method")
    compared = 0
    for method, want in figures(folder)[name]["methods"].items():
        row, side = found[method], ratings.of(method)
        assert row["mean"] == pytest.approx(want["mean"], abs=1e-9)
        if want["se"] is None:
            assert (row["se"], row["procedure"], row["n_ratings"]) == (None, "refused", want["n"])
            continue
        assert row["se"] == pytest.approx(want["se"], abs=1e-9)
        assert (row["n_raters"], row["n_items"]) == (want["R"], want["I"])
        assert row["procedure"] == PROCEDURES[want["kind"]]
        if min(want["R"], want["I"]) > 5 and (want["kind"] == "moments" or sum_is_largest(side)):
            compared += 1
            assert row["df"] == pytest.approx(want["df"], rel=1e-6)
            assert (row["ci_low"], row["ci_high"]) == pytest.approx((want["lo"], want["hi"]), abs=1e-6)
    assert compared or folder in SMALL


PROCEDURES = {
    "anova": "two-way ANOVA",
    "moments": "two-way moments (Gao-Owen)",
    "cgm_fallback(rater/item not separable)": "two-way clustered (Cameron-Gelbach-Miller)",
}
SMALL = {"nflx_public"}  # where a part of the variance exceeds the sum wherever there are six items


def sum_is_largest(side: MethodScores) -> bool:
    """Of a complete design, whether a + b − c exceeds a and b, from a pivot table."""
    long = pd.DataFrame({"r": side.rater, "i": side.item, "y": side.score})
    x = long.pivot_table(index="r", columns="i", values="y").to_numpy()
    by_row, by_column = x.mean(1, keepdims=True), x.mean(0, keepdims=True)
    rest = ((x - by_row - by_column + x.mean()) ** 2).sum() / ((x.shape[0] - 1) * (x.shape[1] - 1)) / x.size
    a, b = by_row.var(ddof=1) / len(x), by_column.var(ddof=1) / x.shape[1]
    return bool(a + b - rest > max(a, b))


@pytest.mark.parametrize(
    ("folder", "name"), cases(FORMULAS, "diffs", wanted=lambda held: bool(held["diffs"]))
)
def test_differences_are_paired_where_both_methods_have_the_same_cells(folder: str, name: str) -> None:
    """Elsewhere the reference drops cells without a partner; pairing would be listwise deletion."""
    ratings = read(folder, name)
    found = {(row["method_a"], row["method_b"]): row for row in rows(folder, "differences", name)}
    assert len(found) == len(figures(folder)[name]["diffs"])
    mean = {method: row["mean"] for method, row in by(rows(folder, "mos", name), "method").items()}
    for pair, want in figures(folder)[name]["diffs"].items():
        a, b = pair.split(" - ")
        sign = 1 if (a, b) in found else -1
        row = found[(a, b) if sign > 0 else (b, a)]
        assert sign * row["mean"] == pytest.approx(mean[a] - mean[b], abs=1e-12)
        if same_cells(ratings.of(a), ratings.of(b)):
            same_as_paired(row, want, sign, paired(ratings.of(a), ratings.of(b)))
        else:
            sides = [mean_estimate(s.rater, s.item, s.score) for s in (ratings.of(a), ratings.of(b))]
            assert row["procedure"].startswith("difference of means, two-way clustered")
            assert row["df"] == min(n for side in sides for n in (side.n_raters, side.n_items)) - 1


def same_as_paired(row: dict[str, Any], want: dict[str, Any], sign: int, cells: MethodScores) -> None:
    assert (row["procedure"], want["kind"]) == ("paired, two-way ANOVA", "anova")
    assert (sign * row["mean"], row["se"]) == pytest.approx((want["mean"], want["se"]), abs=1e-9)
    assert len(np.unique(cells.rater)) == want["R"]
    assert len(np.unique(cells.item)) == want["I"]
    if min(want["R"], want["I"]) > 5 and sum_is_largest(cells):
        assert row["df"] == pytest.approx(want["df"], rel=1e-6)
        found = sorted(sign * limit for limit in (row["ci_low"], row["ci_high"]))
        assert found == pytest.approx([want["lo"], want["hi"]], abs=1e-6)


def same_cells(a: MethodScores, b: MethodScores) -> bool:
    one, two = ({*zip(s.rater, s.item, strict=True)} for s in (a, b))
    return one == two and len(one) == len({r for r, _ in one}) * len({i for _, i in one})


def paired(a: MethodScores, b: MethodScores) -> MethodScores:
    one, two = (
        pd.DataFrame({"r": s.rater, "i": s.item, "y": s.score}).groupby(["r", "i"])["y"].mean()
        for s in (a, b)
    )
    difference = (one - two).reset_index()
    return MethodScores(*(difference[column].to_numpy() for column in ("r", "i", "y")))


@pytest.mark.parametrize("folder", ["vqeghd3", "qulab_mos"])
def test_complete_sets_are_compared_in_every_pair(shared: Path, folder: str) -> None:
    kinds = [row["procedure"] for row in rows(folder, "differences")]
    assert set(kinds) == {"paired, two-way ANOVA"}


@pytest.mark.parametrize(("folder", "name"), cases(PYTHON, "sureal_MosModel"))
def test_stimulus_means_and_errors_equal_sureal(folder: str, name: str) -> None:
    """sureal's interval is normal; ours, which holds near the ends of the scale, stays inside it."""
    ratings, want = read(folder, name), figures(folder)[name]["sureal_MosModel"]
    found = by(rows(folder, "stimulus_mos", name, measure="MOS"), "stimulus")
    low, high = results(folder)["study"]["scales"][question_of(name)]
    columns = ("quality_scores", "quality_scores_std", "quality_scores_ci95_halfwidth")
    order = figures(folder)[name]["stimulus_order"]
    assert set(order) == set(found)
    assert set(figures(folder)[name]["rater_order"]) == set(ratings.table["rater"].astype(str))
    for stimulus, mean, se, half in zip(order, *(want[column] for column in columns), strict=True):
        row = found[stimulus]
        assert (row["mean"], row["se"]) == pytest.approx((mean, se), abs=1e-9)
        assert NORMAL * row["se"] == pytest.approx(half, abs=1e-9)
        if row["ci_low"] is not None:
            assert low <= row["ci_low"] <= row["mean"] <= row["ci_high"] <= high


@pytest.mark.all
def test_file_means_of_the_voice_conversion_challenge_are_the_published_ones(shared: Path) -> None:
    published = read("vcc2018").table.groupby("stimulus")["file_mean"].first()
    assert figures("vcc2018", "expected.json")["max_abs_diff_mean"] < 1e-12
    found = by(rows("vcc2018", "stimulus_mos", measure="MOS"), "stimulus")
    assert len(found) == len(published)
    for stimulus, mean in published.items():
        assert found[stimulus]["mean"] == pytest.approx(mean, abs=1e-12)


def test_clip_means_and_spreads_of_the_denoising_study_are_the_published_ones(shared: Path) -> None:
    published = pd.read_csv(RATINGS / "vqf_denoise" / "objective.csv", dtype={"stimulus": str})
    checks = [value for key, value in figures("vqf_denoise")[OBJECTIVE].items() if key.startswith("check_")]
    assert [value < 1e-12 for value in checks] == [True, True], "the other program's own comparison"
    found = by(rows("vqf_denoise", "stimulus_mos", measure="MOS"), "stimulus")
    assert set(found) == set(published["stimulus"])
    for line in published.to_dict("records"):
        row = found[line["stimulus"]]
        assert row["mean"] == pytest.approx(line["Raw_Score"], abs=1e-12)
        assert NORMAL * row["sd"] / np.sqrt(row["n_ratings"]) == pytest.approx(
            line["CI95_Raw_Score"], abs=1e-9
        )
