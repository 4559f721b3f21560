"""Correlations with objective metrics in results.json against scipy's and the published formulas."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from golden import OBJECTIVE, RATINGS, figures, read, results

from analysis.lists.reliability import of_methods
from analysis.load import load_source
from analysis.options import Options
from analysis.results import compute
from analysis.stats.correlation import disattenuate
from analysis.stats.correlation_intervals import williams_test, zou_interval

SPEECH = str(RATINGS / "qulab_mos" / "ratings.csv")
DENOISING = ("VMAF", "VMAF_NEG", "SSIM", "PSNR")
COEFFICIENTS = (("PLCC", "plcc"), ("SROCC", "srocc"), ("KROCC", "krocc_tau_b"))
LIMITS = {"PLCC": "plcc_ci_fisher", "SROCC": "srocc_ci_bonett_wright", "KROCC": "krocc_ci_fieller"}
CONTESTS = {"VMAF_vs_PSNR": ("PSNR", "VMAF"), "VMAF_vs_VMAF_NEG": ("VMAF", "VMAF_NEG")}


@cache
def denoising(folder: Path) -> dict[str, Any]:
    wide = pd.read_csv(RATINGS / "vqf_denoise" / "objective.csv")
    long = wide.melt(id_vars="stimulus", value_vars=DENOISING, var_name="metric").assign(direction="higher")
    long.to_csv(folder / "denoising.csv", index=False)
    return results("vqf_denoise", folder / "denoising.csv")


@cache
def speech(folder: Path) -> dict[str, Any]:
    polqa = read("qulab_mos").table.drop_duplicates("stimulus")[["stimulus", "polqa"]]
    polqa.assign(metric="POLQA").rename(columns={"polqa": "value"}).to_csv(folder / "polqa.csv", index=False)
    return results("qulab_mos", folder / "polqa.csv")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, shared: Path) -> Path:
    return tmp_path_factory.mktemp("metrics")


def raw(found: dict[str, Any], metric: str, level: str, coefficient: str) -> dict[str, Any]:
    wanted = {"metric": metric, "level": level, "coefficient": coefficient, "mapping": "raw"}
    (row,) = (row for row in found["correlation"] if wanted.items() <= row.items())
    return dict(row)


def same_as_published(found: dict[str, Any], metric: str, level: str, want: dict[str, Any]) -> None:
    for coefficient, key in COEFFICIENTS:
        row = raw(found, metric, level, coefficient)
        assert row["n"] == want["n"]
        assert row["value"] == pytest.approx(want[key], abs=1e-12)
        limits = [row["independent_ci_low"], row["independent_ci_high"]]
        assert limits == pytest.approx(want[LIMITS[coefficient]], abs=1e-9)


@pytest.mark.parametrize("metric", DENOISING)
def test_metrics_of_the_denoising_study_correlate_as_scipy_says(folder: Path, metric: str) -> None:
    same_as_published(denoising(folder), metric, "stimulus", figures("vqf_denoise")[OBJECTIVE][metric])


def test_polqa_correlates_with_speech_quality_as_scipy_says(folder: Path) -> None:
    want, found = figures("qulab_mos")[OBJECTIVE], speech(folder)
    same_as_published(found, "POLQA", "stimulus", want)
    same_as_published(found, "POLQA", "method", want["condition_level"])


def test_the_interval_from_items_and_methods_holds_the_percentile_one(folder: Path) -> None:
    """Same resampling, other interval: percentiles of eight methods are too narrow, Fisher's by far more."""
    speech(folder)
    want, data = figures("qulab_mos")[OBJECTIVE], load_source(SPEECH, metrics=folder / "polqa.csv")
    found = raw(compute(data, Options(n_boot=2000)), "POLQA", "stimulus", "PLCC")
    low, high = want["plcc_twoway_boot"]
    assert low - 0.03 < found["ci_low"] < low < high < found["ci_high"] < high + 0.03
    assert found["procedure"].startswith("item × method bootstrap")
    fisher = found["independent_ci_high"] - found["independent_ci_low"]
    assert found["ci_high"] - found["ci_low"] > 2 * fisher


def test_disattenuation_divides_by_the_root_of_the_reliability(folder: Path) -> None:
    """Ours divides by ICC(Q,k), which equals the ICC(C,k) of the reference on complete data only."""
    want, row = figures("qulab_mos")[OBJECTIVE], raw(speech(folder), "POLQA", "stimulus", "PLCC")
    assert row["disattenuated"] == pytest.approx(want["plcc_disattenuated_Ck"], abs=1e-6)
    sparse, row = figures("vqf_denoise")[OBJECTIVE], raw(denoising(folder), "VMAF", "stimulus", "PLCC")
    consistency, agreement = sparse["reliability_Ck_Ak"]
    assert agreement <= row["reliability"] <= consistency + 1e-4
    corrected, ceiling = disattenuate(row["value"], consistency)
    assert corrected == pytest.approx(sparse["VMAF_plcc_disattenuated(MOS reliability C,k)"], abs=1e-9)
    assert ceiling == pytest.approx(np.sqrt(consistency), abs=1e-12)
    found = {one["coefficient"]: one["value"] for one in denoising(folder)["agreement"]}
    assert [found["ICC(C,k)"], found["ICC(A,k)"]] == pytest.approx([consistency, agreement], abs=1e-5)


@pytest.mark.parametrize("contest", CONTESTS)
def test_two_metrics_are_told_apart_as_williams_and_zou_say(folder: Path, contest: str) -> None:
    """Metrics stand in natural order, so the difference may have the other sign."""
    want, (a, b) = figures("vqf_denoise")[OBJECTIVE][contest], CONTESTS[contest]
    sign = 1 if contest.startswith(f"{a}_vs_") else -1
    wanted = {"metric_a": a, "metric_b": b, "level": "stimulus", "coefficient": "PLCC"}
    (row,) = (row for row in denoising(folder)["metric_contest"] if wanted.items() <= row.items())
    assert sign * row["difference"] == pytest.approx(want["r1"] - want["r2"], abs=1e-9)
    assert row["williams_p"] == pytest.approx(want["williams_p"], rel=1e-6)
    found = sorted(sign * limit for limit in (row["zou_low"], row["zou_high"]))
    assert found == pytest.approx(want["zou_ci"], abs=1e-9)
    test = williams_test(want["r1"], want["r2"], want["r12"], 88)
    assert test is not None
    assert (test.t, test.df, test.p) == pytest.approx(
        (want["williams_t"], want["williams_df"], want["williams_p"]), rel=1e-9
    )
    assert zou_interval(want["r1"], want["r2"], want["r12"], 88, 0.95) == pytest.approx(
        want["zou_ci"], abs=1e-9
    )


def test_the_reliability_of_method_means_is_near_one_where_methods_differ_most(folder: Path) -> None:
    row = raw(speech(folder), "POLQA", "method", "PLCC")
    table = read("qulab_mos").table.astype({"item": str, "rater": str})
    assert row["reliability"] == pytest.approx(of_methods(table), abs=1e-9)
    assert 0.98 < row["reliability"] < 1
