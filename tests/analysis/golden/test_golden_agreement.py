"""Agreement in results.json against R (irr, psych, lme4), the krippendorff package and published examples."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from golden import PYTHON, RATINGS, R, cases, figures, read, rows
from scipy import stats

from analysis.load import load_source
from analysis.options import Options
from analysis.results import compute
from analysis.stats.agreement import alpha, alpha_of_counts, fleiss_kappa, icc_all, kappa_of_counts
from analysis.stats.reml import reml_components
from analysis.stats.twoway import crossed_components

IRR = {
    "oneway_consistency_single": "ICC(1)",
    "oneway_consistency_average": "ICC(k)",
    "twoway_consistency_single": "ICC(C,1)",
    "twoway_consistency_average": "ICC(C,k)",
    "twoway_agreement_single": "ICC(A,1)",
    "twoway_agreement_average": "ICC(A,k)",
}
PSYCH = {
    "ICC1": "ICC(1)",
    "ICC2": "ICC(A,1)",
    "ICC3": "ICC(C,1)",
    "ICC1k": "ICC(k)",
    "ICC2k": "ICC(A,k)",
    "ICC3k": "ICC(C,k)",
}
LME4 = {"ICC(A,1)": "A1", "ICC(C,1)": "C1", "ICC(A,k)": "Ak", "ICC(C,k)": "Ck"}
OTHER_LIMITS = "ICC(A,k)"  # irr's limits are not those of Shrout and Fleiss (1979); psych's are, and ours


def coefficients(folder: str, name: str = PYTHON) -> dict[str, dict[str, Any]]:
    return {row["coefficient"]: row for row in rows(folder, "agreement", name)}


def limits(row: dict[str, Any]) -> list[float]:
    return [row["ci_low"], row["ci_high"]]


@pytest.mark.parametrize(("folder", "name"), cases(R, "irr_icc"))
def test_complete_icc_and_its_f_limits_equal_irr(folder: str, name: str) -> None:
    found = coefficients(folder, name)
    k = found["ICC(A,1)"]["k"]
    for key, coefficient in IRR.items():
        value, low, high, f = figures(folder)[name]["irr_icc"][key]
        row = found[coefficient]
        assert row["value"] == pytest.approx(value, abs=1e-7)
        if coefficient != OTHER_LIMITS:
            assert limits(row) == pytest.approx([low, high], abs=1e-7)
        single = found["ICC(1)" if key.startswith("oneway") else "ICC(C,1)"]["value"]
        assert (1 + (k - 1) * single) / (1 - single) == pytest.approx(f, rel=1e-6), "the F behind the value"
    assert (found["ICC(Q,k)"]["value"], found["ICC(Q,k)"]["q"]) == (found["ICC(C,k)"]["value"], 0)


@pytest.mark.parametrize(("folder", "name"), cases(R, "psych_ICC"))
def test_complete_icc_and_its_f_limits_equal_psych(folder: str, name: str) -> None:
    found = coefficients(folder, name)
    for want in figures(folder)[name]["psych_ICC"]:
        row = found[PSYCH[want["type"]]]
        assert row["value"] == pytest.approx(want["ICC"], abs=1e-7)
        assert limits(row) == pytest.approx([want["lower bound"], want["upper bound"]], abs=1e-6)


def test_icc_and_its_limits_are_those_of_shrout_and_fleiss(shared: Path) -> None:
    want, found = figures("shrout_fleiss1979", "expected.json"), coefficients("shrout_fleiss1979")
    for key, value in want.items():
        if key.startswith("ICC"):
            assert round(found[PSYCH[key.split(" ")[0]]]["value"], 2) == value
    for key, pair in want["CI95_rounded"].items():
        assert [round(limit, 2) for limit in limits(found[PSYCH[key]])] == pair


def test_icc_and_concordance_of_the_anxiety_ratings_are_those_of_irrs_manual(shared: Path) -> None:
    want, found = figures("irr_anxiety", "expected.json"), coefficients("irr_anxiety")
    for key, coefficient in (
        ("icc_two_way_consistency_single", "ICC(C,1)"),
        ("icc_two_way_agreement_single", "ICC(A,1)"),
        ("icc_oneway_single", "ICC(1)"),
    ):
        row = found[coefficient]
        assert [row["value"], *limits(row)] == pytest.approx(want[key], abs=1e-6)
    assert found["ICC(A,k)"]["value"] == pytest.approx(want["icc_agreement_average"][0], abs=1e-6)
    w = found["kendall_w"]["value"]
    assert w == pytest.approx(want["kendall_W_corrected"], abs=1e-12)
    chi_square = w * found["kendall_w"]["n_raters"] * (found["kendall_w"]["n_stimuli"] - 1)
    assert chi_square == pytest.approx(want["chisq"], abs=1e-5)
    assert stats.chi2.sf(chi_square, found["kendall_w"]["n_stimuli"] - 1) == pytest.approx(
        want["p"], abs=1e-7
    )


@pytest.mark.parametrize(("folder", "name"), cases(R, "icc_reml"))
def test_icc_of_variance_components_equals_lme4(folder: str, name: str) -> None:
    """Through results.json: F-based on complete data, REML on incomplete, moments on the very large."""
    want, found = figures(folder)[name]["icc_reml"], coefficients(folder, name)
    incomplete = found["ICC(A,1)"]["density"] < 1
    assert found["ICC(A,1)"]["k"] == pytest.approx(want["k_harmonic"], abs=1e-6)
    for coefficient, key in LME4.items():
        row = found[coefficient]
        assert row["value"] == pytest.approx(want[key], abs=1e-5)
        assert row["ci_low"] < row["value"] < row["ci_high"]
        if incomplete:
            assert row["procedure"].startswith("REML")


@pytest.mark.parametrize(("folder", "name"), cases(R, "icc_reml"))
def test_reml_components_equal_lme4(folder: str, name: str) -> None:
    want, ratings = figures(folder)[name]["icc_reml"], read(folder, name)
    start = crossed_components(ratings.stimulus, ratings.rater, ratings.score)
    assert start is not None
    found = reml_components(ratings.stimulus, ratings.rater, ratings.score, start)
    assert found is not None
    assert (found.row, found.column, found.residual) == pytest.approx(
        (want["v_stimulus"], want["v_rater"], want["v_resid"]), rel=1e-4
    )


@pytest.mark.parametrize("metric", ["ordinal", "interval"])
@pytest.mark.parametrize(("folder", "name"), cases(PYTHON, "alpha_ordinal", "alpha_interval"))
def test_alpha_equals_the_krippendorff_package(folder: str, name: str, metric: str) -> None:
    row = coefficients(folder, name)[f"alpha_{metric}"]
    assert row["value"] == pytest.approx(figures(folder)[name][f"alpha_{metric}"], abs=1e-11)


def test_alpha_of_krippendorffs_example(shared: Path) -> None:
    """All four levels were published; the ratio level suits no rating scale and is not offered."""
    want, found = figures("krippendorff_canonical", "expected.json"), coefficients("krippendorff_canonical")
    for level, rounded in zip(("nominal", "ordinal", "interval"), want["published_rounded"], strict=False):
        value = found[f"alpha_{level}"]["value"]
        assert value == pytest.approx(want[level], abs=1e-12)
        assert round(value, 3) == rounded


def test_a_stimulus_with_one_rating_cannot_pair_and_is_named(shared: Path) -> None:
    ratings, rng = read("krippendorff_canonical"), np.random.default_rng(0)
    found = alpha(ratings.rater, ratings.stimulus, ratings.score, metric="interval", rng=rng)
    assert "unpairable_stimuli" in [note.code for note in found.notes]


def test_alpha_of_wikipedias_example(shared: Path) -> None:
    want, found = figures("krippendorff_wikipedia", "expected.json"), coefficients("krippendorff_wikipedia")
    for level in ("nominal", "interval"):
        assert round(found[f"alpha_{level}"]["value"], 3) == want[level]


@pytest.mark.parametrize(("folder", "name"), cases(R, "kendall_W"))
def test_kendall_w_equals_irr_corrected_for_ties(folder: str, name: str) -> None:
    want, row = figures(folder)[name]["kendall_W"], coefficients(folder, name)["kendall_w"]
    assert row["value"] == pytest.approx(want["W"], abs=1e-9)
    free = row["n_stimuli"] - 1
    chi_square = row["value"] * row["n_raters"] * free
    assert chi_square == pytest.approx(want["chisq"], rel=1e-9)
    assert stats.chi2.sf(chi_square, free) == pytest.approx(want["p"], rel=1e-6)
    uncorrected = figures(folder)[name]["kendall_W_uncorrected"]["W"]
    assert uncorrected <= row["value"], "ties lower the W that does not correct for them"


def test_fleiss_kappa_of_fleiss_1971(shared: Path) -> None:
    ratings, want = read("fleiss1971_diagnoses"), figures("fleiss1971_diagnoses", "expected.json")
    found = fleiss_kappa(ratings.rater, ratings.stimulus, ratings.score, rng=np.random.default_rng(0))
    assert found.value == pytest.approx(want["fleiss_kappa"], abs=1e-12)
    assert found.procedure.startswith("Fleiss' kappa, bootstrap")


def test_kappa_of_each_diagnosis_is_that_of_this_diagnosis_against_the_others(shared: Path) -> None:
    ratings, want = read("fleiss1971_diagnoses"), figures("fleiss1971_diagnoses", "expected.json")
    for diagnosis, published in want["category_kappa"].items():
        told = (ratings.table["score"] == diagnosis).to_numpy(dtype=float)
        found = fleiss_kappa(ratings.rater, ratings.stimulus, told, rng=np.random.default_rng(0))
        assert round(found.value, 3) == published


def test_kappa_of_the_same_diagnoses_as_codes_stands_in_results(shared: Path, tmp_path: Path) -> None:
    ratings, want = read("fleiss1971_diagnoses"), figures("fleiss1971_diagnoses", "expected.json")
    ratings.table.assign(score=ratings.score + 1).to_csv(tmp_path / "ratings.csv", index=False)
    found = compute(load_source(str(tmp_path / "ratings.csv")), Options(n_boot=30))["agreement"]
    kappa = next(row for row in found if row["coefficient"] == "fleiss_kappa")
    assert kappa["value"] == pytest.approx(want["fleiss_kappa"], abs=1e-12)


def test_kappa_of_unequal_votes_is_the_generalised_one(shared: Path) -> None:
    votes = pd.read_csv(RATINGS / "cremad_votes/votes.csv")
    letters = list("ADFHNS")
    assert (votes[letters].sum(axis=1) == votes["numResponses"]).all()
    for modality, want in figures("cremad_votes")["krippendorff 0.9"].items():
        counts = votes.loc[votes["modality"] == modality, letters].to_numpy()
        value, _, procedure = kappa_of_counts(counts, n_boot=20, rng=np.random.default_rng(0))
        assert value == pytest.approx(want["fleiss_kappa_unequal_n (mean P_i unweighted)"], abs=1e-9)
        assert "generalised" in procedure
        assert len(counts) == want["n_clips"]
        assert counts.sum(axis=1).mean() == pytest.approx(want["mean_raters"], abs=1e-9)


def test_nominal_alpha_of_votes_needs_no_names_of_raters(shared: Path) -> None:
    """Only counts were published; who gave which vote does not enter the value of alpha."""
    votes = pd.read_csv(RATINGS / "cremad_votes/votes.csv")
    for modality, want in figures("cremad_votes")["krippendorff 0.9"].items():
        counts = votes.loc[votes["modality"] == modality, list("ADFHNS")].to_numpy()
        clip, letter = (np.repeat(index, counts.ravel()) for index in np.indices(counts.shape).reshape(2, -1))
        place = np.arange(len(clip)) - np.searchsorted(clip, clip)
        found = alpha(place, clip, letter, metric="nominal", n_boot=5, rng=np.random.default_rng(0))
        assert found.value == pytest.approx(want["krippendorff_nominal"], abs=1e-12)
        of_votes = alpha_of_counts(counts, metric="nominal")
        assert of_votes == pytest.approx(want["krippendorff_nominal"], abs=1e-12)


@pytest.mark.parametrize("folder", ["vqeghd3", "qulab_mos"])
def test_variance_components_equal_lme4_once_rater_item_is_pooled(shared: Path, folder: str) -> None:
    """lme4's model has no rater:item; in a complete design its figures follow from ours by algebra."""
    ratings, want = read(folder), figures(folder)[R]["lmm_full"]["vc"]
    v = {row["component"]: row["variance"] for row in rows(folder, "variance")}
    raters, items, methods = (int(a.max()) + 1 for a in (ratings.rater, ratings.item, ratings.method))
    pairs, triples = (raters - 1) * (items - 1), (raters - 1) * (items - 1) * (methods - 1)
    pooled = (pairs * (methods * v["rater:item"] + v["residual"]) + triples * v["residual"]) / (
        pairs + triples
    )
    assert pooled == pytest.approx(want["Residual"], rel=1e-4)
    assert v["rater:method"] + (v["residual"] - pooled) / items == pytest.approx(
        want["rater:method"], rel=1e-4
    )
    assert v["item:method"] + (v["residual"] - pooled) / raters == pytest.approx(
        want["item:method"], rel=1e-4
    )
    assert v["rater"] + v["rater:item"] / items == pytest.approx(want["rater"], rel=1e-4)
    assert v["item"] + v["rater:item"] / raters == pytest.approx(want["item"], rel=1e-3)


def test_doubled_ratings_are_refused_and_never_averaged(shared: Path) -> None:
    ratings, rng = read("agh_ntia"), np.random.default_rng(0)
    with pytest.raises(ValueError, match="more than once"):
        icc_all(ratings.rater, ratings.stimulus, ratings.score, rng=rng)
    with pytest.raises(ValueError, match="more than once"):
        alpha(ratings.rater, ratings.stimulus, ratings.score, metric="ordinal", rng=rng)
