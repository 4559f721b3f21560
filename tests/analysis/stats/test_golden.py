"""Figures of other software on real ratings: R (lme4, irr, psych), krippendorff, sureal, and formulas."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.stats.agreement import (
    alpha,
    fleiss_kappa,
    icc_all,
    kappa_of_counts,
    kendall_w,
    variance_components,
)
from analysis.stats.differences import MethodScores, difference_estimate
from analysis.stats.mos import mean_estimate, stimulus_estimate
from analysis.stats.twoway import cells_of, centred, cluster_variance

RATINGS = Path(__file__).resolve().parents[3].parent / "shared" / "ratings"
R_SOFTWARE = "R (lme4 1.1-31, lmerTest, irr, psych)"
PYTHON = "python (sureal 0.9, krippendorff 0.9, pingouin 0.6.1)"
FORMULAS = "two-way variance formulas of design.md"
ICC_BY_IRR = {
    "ICC(1)": "oneway_consistency_single",
    "ICC(k)": "oneway_consistency_average",
    "ICC(C,1)": "twoway_consistency_single",
    "ICC(C,k)": "twoway_consistency_average",
    "ICC(A,1)": "twoway_agreement_single",
}
ICC_BY_PSYCH = ["ICC(1)", "ICC(A,1)", "ICC(C,1)", "ICC(k)", "ICC(A,k)", "ICC(C,k)"]


def cases(software: str, *keys: str, wanted: Callable[[dict[str, Any]], bool] = bool) -> list[Any]:
    """(set, question) pairs whose reference holds all `keys` of one software, and what is `wanted`."""
    found = []
    for path in sorted(RATINGS.glob("*/reference.json")):
        for name, figures in json.loads(path.read_text()).items():
            if name.startswith(software) and all(key in figures for key in keys) and wanted(figures):
                found.append(
                    pytest.param(path.parent.name, name, id=f"{path.parent.name}{name[len(software) :]}")
                )
    return found or [pytest.param("", "", marks=pytest.mark.skip(reason="real ratings are absent"))]


@dataclass(frozen=True)
class Ratings:
    table: pd.DataFrame
    rater: np.ndarray
    item: np.ndarray
    method: np.ndarray
    stimulus: np.ndarray
    score: np.ndarray
    methods: list[str]

    def of(self, method: str) -> MethodScores:
        rows = self.method == self.methods.index(method)
        return MethodScores(self.rater[rows], self.item[rows], self.score[rows])


def read(folder: str, name: str = "") -> tuple[Ratings, dict[str, Any]]:
    reference = RATINGS / folder / "reference.json"
    figures = json.loads(reference.read_text()).get(name, {}) if reference.exists() else {}
    table = pd.read_csv(RATINGS / folder / "ratings.csv", dtype={"method": str})
    if "scale" in table:
        table = table[table["scale"] == name.rpartition(" ")[2]]
    table = table[table["score"].notna()]
    if "stimulus" not in table:
        table = table.assign(stimulus=table["item"].astype(str) + "|" + table["method"])
    codes = {c: pd.factorize(table[c]) for c in ("rater", "item", "method", "stimulus")}
    score = pd.factorize(table["score"])[0] if table["score"].dtype.kind not in "if" else table["score"]
    arrays = {column: found[0] for column, found in codes.items()}
    methods = [str(m) for m in codes["method"][1]]
    return Ratings(table, score=np.asarray(score, dtype=float), methods=methods, **arrays), figures


def parts_of_variance(rater: np.ndarray, item: np.ndarray, score: np.ndarray) -> tuple[float, float, float]:
    """a, b, c of a complete design, from a pivot table."""
    x = (
        pd.DataFrame({"r": rater, "i": item, "y": score})
        .pivot_table(index="r", columns="i", values="y")
        .to_numpy()
    )
    rows, columns, n = x.mean(1, keepdims=True), x.mean(0, keepdims=True), x.size
    rest = ((x - rows - columns + x.mean()) ** 2).sum() / ((x.shape[0] - 1) * (x.shape[1] - 1))
    return rows.var(ddof=1) * x.shape[1] / n, columns.var(ddof=1) * x.shape[0] / n, rest / n


def sum_is_largest(a: float, b: float, c: float) -> bool:
    return a + b - c > max(a, b)


@pytest.mark.parametrize(("folder", "name"), cases(R_SOFTWARE, "per_method"))
def test_rating_means_and_naive_limits_equal_r(folder: str, name: str) -> None:
    ratings, figures = read(folder, name)
    for want in figures["per_method"]:
        side = ratings.of(str(want["method"]))
        found = mean_estimate(side.rater, side.item, side.score)
        assert found.rating_mean == pytest.approx(want["mean"], abs=1e-9)
        assert found.n_ratings == want["n"]
        if found.naive_ci_low is not None:
            assert found.naive_ci_low == pytest.approx(want["naive_t_lo"], abs=1e-9)
            assert found.naive_ci_high == pytest.approx(want["naive_t_hi"], abs=1e-9)


@pytest.mark.parametrize(("folder", "name"), cases(FORMULAS, "methods"))
def test_method_means_have_the_two_way_variance(folder: str, name: str) -> None:
    ratings, figures = read(folder, name)
    compared = 0
    for method, want in figures["methods"].items():
        side = ratings.of(method)
        found = mean_estimate(side.rater, side.item, side.score)
        assert found.mean == pytest.approx(want["mean"], abs=1e-9)
        if want["se"] is None:
            assert found.se is None
            assert [note.code for note in found.notes] == ["one_item"]
            continue
        assert found.se == pytest.approx(want["se"], abs=1e-9)
        inactive = want["kind"] == "moments" or sum_is_largest(
            *parts_of_variance(side.rater, side.item, side.score)
        )
        if min(want["R"], want["I"]) > 5 and inactive:
            compared += 1
            assert found.df == pytest.approx(want["df"], rel=1e-6)
            assert (found.ci_low, found.ci_high) == pytest.approx((want["lo"], want["hi"]), abs=1e-6)
    assert compared or folder == "nflx_public"


def has_complete_pairs(figures: dict[str, Any]) -> bool:
    complete = {name for name, method in figures["methods"].items() if method.get("kind") == "anova"}
    return any(complete.issuperset(pair.split(" - ")) for pair in figures["diffs"])


@pytest.mark.parametrize(("folder", "name"), cases(FORMULAS, "diffs", wanted=has_complete_pairs))
def test_complete_differences_are_paired(folder: str, name: str) -> None:
    ratings, figures = read(folder, name)
    compared = 0
    for pair, want in figures["diffs"].items():
        first, second = pair.split(" - ")
        a, b = ratings.of(first), ratings.of(second)
        found = difference_estimate(a, b)
        if not same_cells(a, b):
            continue
        compared += 1
        assert found.procedure == "paired, two-way ANOVA"
        assert (found.mean, found.se) == pytest.approx((want["mean"], want["se"]), abs=1e-9)
        inactive = sum_is_largest(*parts_of_variance(*paired(a, b)))
        if min(want["R"], want["I"]) > 5 and inactive:
            assert found.df == pytest.approx(want["df"], rel=1e-6)
            assert (found.ci_low, found.ci_high) == pytest.approx((want["lo"], want["hi"]), abs=1e-6)
    assert compared


def same_cells(a: MethodScores, b: MethodScores) -> bool:
    one, two = ({*zip(s.rater, s.item, strict=True)} for s in (a, b))
    return one == two and len(one) == len({r for r, _ in one}) * len({i for _, i in one})


def paired(a: MethodScores, b: MethodScores) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    one, two = (
        pd.DataFrame({"r": s.rater, "i": s.item, "y": s.score}).groupby(["r", "i"])["y"].mean()
        for s in (a, b)
    )
    difference = (one - two).reset_index()
    return tuple(difference[c].to_numpy() for c in ("r", "i", "y"))


@pytest.mark.parametrize("folder", ["its4s_agh", "vqf_denoise"])
def test_incomplete_differences_use_all_ratings_and_not_only_pairs(shared: Path, folder: str) -> None:
    """The reference drops the cells without a partner; we keep them: pairing would be listwise deletion."""
    ratings, figures = read(folder, FORMULAS)
    for pair in figures["diffs"]:
        a, b = (ratings.of(method) for method in pair.split(" - "))
        if same_cells(a, b):
            continue
        found = difference_estimate(a, b)
        first, second = (mean_estimate(s.rater, s.item, s.score) for s in (a, b))
        assert found.procedure.startswith("difference of means, two-way clustered")
        assert found.mean == pytest.approx(first.mean - second.mean, abs=1e-12)
        assert found.df == min(first.n_raters, second.n_raters, first.n_items, second.n_items) - 1


@pytest.mark.parametrize(("folder", "name"), cases(R_SOFTWARE, "per_method_cluster"))
def test_cluster_variances_equal_r(folder: str, name: str) -> None:
    ratings, figures = read(folder, name)
    for want in figures["per_method_cluster"]:
        side = ratings.of(str(want["method"]))
        cells = cells_of(side.rater, side.item, side.score)
        if cells.averaged or cells.n_items < 2 or want["V_rater"] is None:
            continue
        influence = centred(cells)
        by_rater = cluster_variance(cells.rater, influence, cells.n_raters)
        by_item = cluster_variance(cells.item, influence, cells.n_items)
        assert (by_rater, by_item) == pytest.approx((want["V_rater"], want["V_item"]), rel=1e-8)


@pytest.mark.parametrize(("folder", "name"), cases(R_SOFTWARE, "irr_icc"))
def test_complete_icc_equals_irr_and_psych(folder: str, name: str) -> None:
    """irr's limits of ICC(A,k) are not those of Shrout and Fleiss (1979); psych's are, and so are ours."""
    ratings, figures = read(folder, name)
    rng = np.random.default_rng(0)
    found = {c.coefficient: c for c in icc_all(ratings.rater, ratings.stimulus, ratings.score, rng=rng)}
    for coefficient, key in ICC_BY_IRR.items():
        ours = found[coefficient]
        assert (ours.value, ours.ci_low, ours.ci_high) == pytest.approx(figures["irr_icc"][key][:3], abs=1e-7)
    for coefficient, want in zip(ICC_BY_PSYCH, figures["psych_ICC"], strict=True):
        assert found[coefficient].value == pytest.approx(want["ICC"], abs=1e-7)
    assert found["ICC(Q,k)"].value == found["ICC(C,k)"].value
    assert found["ICC(Q,k)"].q == 0


def test_icc_limits_equal_the_published_ones(shared: Path) -> None:
    ratings, _ = read("shrout_fleiss1979")
    want = json.loads((RATINGS / "shrout_fleiss1979/expected.json").read_text())["CI95_rounded"]
    found = icc_all(ratings.rater, ratings.stimulus, ratings.score, rng=np.random.default_rng(0))
    names = ["ICC1", "ICC2", "ICC3", "ICC1k", "ICC2k", "ICC3k"]
    for name, ours in zip(names, found[:6], strict=True):
        assert [round(ours.ci_low, 2), round(ours.ci_high, 2)] == want[name]


@pytest.mark.parametrize(("folder", "name"), cases(R_SOFTWARE, "icc_reml"))
def test_icc_of_variance_components_equals_lme4(folder: str, name: str) -> None:
    ratings, figures = read(folder, name)
    want = figures["icc_reml"]
    rng = np.random.default_rng(0)
    coefficients = icc_all(ratings.rater, ratings.stimulus, ratings.score, n_boot=200, rng=rng)
    found = {c.coefficient: c for c in coefficients}
    assert found["ICC(A,1)"].k == pytest.approx(want["k_harmonic"], abs=1e-6)
    keys = {"ICC(A,1)": "A1", "ICC(C,1)": "C1", "ICC(A,k)": "Ak", "ICC(C,k)": "Ck"}
    for coefficient, key in keys.items():
        assert found[coefficient].value == pytest.approx(want[key], abs=1e-4)
    for one in coefficients:
        assert one.ci_low < one.value < one.ci_high


@pytest.mark.parametrize("metric", ["ordinal", "interval"])
@pytest.mark.parametrize(("folder", "name"), cases(PYTHON, "alpha_ordinal", "alpha_interval"))
def test_alpha_equals_the_krippendorff_package(folder: str, name: str, metric: str) -> None:
    ratings, figures = read(folder, name)
    rng = np.random.default_rng(0)
    found = alpha(ratings.rater, ratings.stimulus, ratings.score, metric=metric, n_boot=20, rng=rng)
    assert found.value == pytest.approx(figures[f"alpha_{metric}"], abs=1e-11)


def test_alpha_of_krippendorffs_example(shared: Path) -> None:
    ratings, _ = read("krippendorff_canonical")
    want = json.loads((RATINGS / "krippendorff_canonical/expected.json").read_text())
    for metric in ("nominal", "ordinal", "interval"):
        rng = np.random.default_rng(0)
        found = alpha(ratings.rater, ratings.stimulus, ratings.score, metric=metric, rng=rng)
        assert found.value == pytest.approx(want[metric], abs=1e-12)
        assert "unpairable_stimuli" in [note.code for note in found.notes]


@pytest.mark.parametrize(("folder", "name"), cases(R_SOFTWARE, "kendall_W"))
def test_kendall_w_equals_irr(folder: str, name: str) -> None:
    ratings, figures = read(folder, name)
    found = kendall_w(ratings.rater, ratings.stimulus, ratings.score)
    assert found.value == pytest.approx(figures["kendall_W"]["W"], abs=1e-9)


def test_fleiss_kappa_of_fleiss_1971(shared: Path) -> None:
    ratings, _ = read("fleiss1971_diagnoses")
    want = json.loads((RATINGS / "fleiss1971_diagnoses/expected.json").read_text())["fleiss_kappa"]
    found = fleiss_kappa(ratings.rater, ratings.stimulus, ratings.score, rng=np.random.default_rng(0))
    assert found.value == pytest.approx(want, abs=1e-12)
    assert found.procedure.startswith("Fleiss' kappa, bootstrap")


def test_generalised_kappa_of_unequal_votes(shared: Path) -> None:
    votes = pd.read_csv(RATINGS / "cremad_votes/votes.csv")
    reference = json.loads((RATINGS / "cremad_votes/reference.json").read_text())["krippendorff 0.9"]
    for modality, want in reference.items():
        counts = votes.loc[votes["modality"] == modality, list("ADFHNS")].to_numpy()
        value, _, procedure = kappa_of_counts(counts, n_boot=20, rng=np.random.default_rng(0))
        assert value == pytest.approx(want["fleiss_kappa_unequal_n (mean P_i unweighted)"], abs=1e-9)
        assert "generalised" in procedure


@pytest.mark.parametrize(("folder", "name"), cases(PYTHON, "sureal_MosModel"))
def test_stimulus_means_and_errors_equal_sureal(folder: str, name: str) -> None:
    ratings, figures = read(folder, name)
    want = figures["sureal_MosModel"]
    grouped = ratings.table.groupby(ratings.table["stimulus"].astype(str))["score"]
    scores = {stimulus: group.to_numpy() for stimulus, group in grouped}
    low, high = ratings.score.min(), ratings.score.max()
    for stimulus, mean, se in zip(
        figures["stimulus_order"], want["quality_scores"], want["quality_scores_std"], strict=True
    ):
        found = stimulus_estimate(scores[stimulus], low=low, high=high)
        assert (found.mean, found.se) == pytest.approx((mean, se), abs=1e-9)
        assert low <= found.ci_low <= found.mean <= found.ci_high <= high


@pytest.mark.parametrize("folder", ["vqeghd3", "qulab_mos"])
def test_variance_components_equal_lme4_once_rater_item_is_pooled(shared: Path, folder: str) -> None:
    """lme4's model has no rater:item; in a complete design its figures follow from ours by algebra."""
    ratings, figures = read(folder, R_SOFTWARE)
    want = figures["lmm_full"]["vc"]
    shares = variance_components(ratings.rater, ratings.item, ratings.method, ratings.score)
    v = {share.component: share.variance for share in shares}
    R, I, M = (int(a.max()) + 1 for a in (ratings.rater, ratings.item, ratings.method))  # noqa: E741
    pairs, triples = (R - 1) * (I - 1), (R - 1) * (I - 1) * (M - 1)
    pooled = (pairs * (M * v["rater:item"] + v["residual"]) + triples * v["residual"]) / (pairs + triples)
    assert pooled == pytest.approx(want["Residual"], rel=1e-4)
    assert v["rater:method"] + (v["residual"] - pooled) / I == pytest.approx(want["rater:method"], rel=1e-4)
    assert v["item:method"] + (v["residual"] - pooled) / R == pytest.approx(want["item:method"], rel=1e-4)
    assert v["rater"] + v["rater:item"] / I == pytest.approx(want["rater"], rel=1e-4)


def test_doubled_ratings_are_refused_and_never_averaged(shared: Path) -> None:
    ratings, _ = read("agh_ntia")
    with pytest.raises(ValueError, match="more than once"):
        icc_all(ratings.rater, ratings.stimulus, ratings.score, rng=np.random.default_rng(0))
    with pytest.raises(ValueError, match="more than once"):
        alpha(ratings.rater, ratings.stimulus, ratings.score, metric="ordinal", rng=np.random.default_rng(0))
