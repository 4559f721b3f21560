"""Which metric follows opinion better, and how well a metric tells stimuli apart."""

from __future__ import annotations

import json
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from analysis.stats import contest as module
from analysis.stats.contest import Contest, Rival, metric_contest, metric_contests
from analysis.stats.correlation_intervals import williams_test

COLUMNS = ("mos", "metric_a", "metric_b", "item", "method")


def study(seed: int, noise_a: float, noise_b: float, n_items: int = 20, n_methods: int = 8) -> pd.DataFrame:
    """Both metrics are the opinion plus noise of their own that items, methods and stimuli carry."""
    rng = np.random.default_rng(seed)
    item, method = np.repeat(np.arange(n_items), n_methods), np.tile(np.arange(n_methods), n_items)

    def effects(size: float) -> np.ndarray:
        parts = (
            rng.normal(size=n_items)[item] + rng.normal(size=n_methods)[method] + rng.normal(size=len(item))
        )
        return size * parts

    mos = effects(1.0)
    metrics = {"metric_a": mos + effects(noise_a), "metric_b": mos + effects(noise_b)}
    return pd.DataFrame({"mos": mos, **metrics, "item": item, "method": method})


def contests(table: pd.DataFrame, direction_b: str = "higher") -> dict[tuple[str, str], Contest]:
    found = metric_contest(
        *(table[name].to_numpy() for name in COLUMNS),
        direction_a="higher",
        direction_b=direction_b,
        n_boot=300,
        rng=np.random.default_rng(0),
    )
    return {(contest.level, contest.coefficient): contest for contest in found}


def among(table: pd.DataFrame, rivals: list[Rival], pairs: list[tuple[int, int]]) -> list[list[Contest]]:
    mos, item, method = (table[name].to_numpy() for name in ("mos", "item", "method"))
    rng = np.random.default_rng(0)
    return metric_contests(mos, rivals, item, method, pairs=pairs, n_boot=300, rng=rng)


def three(table: pd.DataFrame) -> list[Rival]:
    """Two metrics of stimuli, the second better when lower, and one that has one value per method."""
    whole = table.groupby("method")["metric_a"].transform("median").to_numpy()
    first, second = (table[name].to_numpy() for name in ("metric_a", "metric_b"))
    return [Rival(first, "higher"), Rival(-second, "lower"), Rival(whole, "higher", ("method",))]


def test_a_clearly_better_metric_wins_at_every_level() -> None:
    for contest in contests(study(1, 0.1, 3.0, n_methods=40)).values():
        assert contest.difference > 0.2
        assert contest.ci_low > 0
        assert contest.p < 0.02


def test_the_difference_is_that_of_the_two_correlations() -> None:
    table = study(1, 0.1, 3.0)
    found = contests(table)
    for name, correlate in (
        ("PLCC", stats.pearsonr),
        ("SROCC", stats.spearmanr),
        ("KROCC", stats.kendalltau),
    ):
        first, second = (correlate(table["mos"], table[metric])[0] for metric in ("metric_a", "metric_b"))
        assert found["stimulus", name].difference == pytest.approx(first - second)


def test_over_methods_their_means_are_compared() -> None:
    table = study(1, 0.5, 2.0)
    means = table.groupby("method")[["mos", "metric_a", "metric_b"]].mean()
    first, second = (stats.pearsonr(means["mos"], means[name])[0] for name in ("metric_a", "metric_b"))
    between = stats.pearsonr(means["metric_a"], means["metric_b"])[0]
    contest = contests(table)["method", "PLCC"]
    assert contest.difference == pytest.approx(first - second)
    assert contest.williams_p == pytest.approx(williams_test(first, second, between, 8).p)
    assert contest.procedure == "method bootstrap, ± t(min − 1)·SD"


@pytest.mark.parametrize(("n_methods", "defined"), [(3, []), (4, ["PLCC", "SROCC"])])
def test_few_methods_are_not_compared(n_methods: int, defined: list[str]) -> None:
    found = contests(study(1, 0.5, 2.0, n_methods=n_methods))
    assert [
        name for (level, name), one in found.items() if level == "method" and one.difference is not None
    ] == (defined)


def test_equally_good_metrics_are_rarely_told_apart() -> None:
    rejections = 0
    for seed in range(60):
        contest = contests(study(seed, 1.0, 1.0, n_items=8, n_methods=5))["stimulus", "PLCC"]
        rejections += contest.p < 0.05
    assert rejections <= 8


def test_metrics_that_say_nothing_are_rarely_told_apart_within_items_of_four_methods() -> None:
    """Percentiles of mean rank correlations tell them apart in a quarter of the studies."""
    rng = np.random.default_rng(5)
    item, method = np.repeat(np.arange(20), 4), np.tile(np.arange(4), 20)
    rejections = 0
    for _ in range(60):
        values = (rng.normal(size=4)[method] + rng.normal(size=80) / 4 for _ in range(3))
        _, contest, _ = metric_contest(
            *values,
            item,
            method,
            direction_a="higher",
            direction_b="higher",
            n_boot=200,
            rng=rng,
            levels=("within_item",),
        )
        assert contest.procedure == "item × method bootstrap, ± t(min − 1)·SD"
        assert (contest.p < 0.05) == (not contest.ci_low <= 0 <= contest.ci_high)
        rejections += contest.p < 0.05
    assert rejections <= 60 * 0.05 + 3 * np.sqrt(60 * 0.05 * 0.95)


@given(st.integers(0, 10_000))
@settings(max_examples=10, deadline=None)
def test_a_metric_where_lower_is_better_is_turned_first(seed: int) -> None:
    table = study(seed, 0.5, 1.0, n_items=6, n_methods=5)
    turned = table.assign(metric_b=-table["metric_b"])
    before, after = contests(table), contests(turned, direction_b="lower")
    assert after == before


@given(st.integers(0, 10_000))
@settings(max_examples=10, deadline=None)
def test_exchanging_the_metrics_turns_the_difference(seed: int) -> None:
    table = study(seed, 0.5, 1.0, n_items=6, n_methods=5)
    exchanged = table.rename(columns={"metric_a": "metric_b", "metric_b": "metric_a"})
    before, after = contests(table), contests(exchanged)
    for key, contest in before.items():
        assert after[key].difference == pytest.approx(-contest.difference)
        assert after[key].p == pytest.approx(contest.p)
        if contest.p is None:
            assert (after[key].ci_low, contest.ci_high) == (None, None)
        else:
            assert after[key].ci_low == pytest.approx(-contest.ci_high)
    overall = before["stimulus", "PLCC"], after["stimulus", "PLCC"]
    assert overall[1].williams_p == pytest.approx(overall[0].williams_p)
    assert overall[1].zou_low == pytest.approx(-overall[0].zou_high)


def test_a_metric_against_itself_shows_no_difference() -> None:
    table = study(2, 0.5, 1.0)
    contest = contests(table.assign(metric_b=table["metric_a"]))["stimulus", "PLCC"]
    assert (contest.difference, contest.ci_low, contest.ci_high, contest.p) == (0, None, None, None)
    assert [note.code for note in contest.notes] == ["contest_undefined"]
    assert contest.williams_p is None


def test_four_stimuli_decide_nothing() -> None:
    for contest in contests(study(3, 0.1, 3.0, n_items=2, n_methods=2)).values():
        assert (contest.difference, contest.ci_low, contest.p) == (None, None, None)


def test_among_several_metrics_each_pair_is_told_what_it_is_told_alone() -> None:
    table = study(4, 0.5, 1.0)
    first, turned = among(table, three(table), [(0, 1), (1, 0)])
    alone = contests(table)
    assert first == list(alone.values())
    exchanged = table.rename(columns={"metric_a": "metric_b", "metric_b": "metric_a"})
    assert turned == list(contests(exchanged).values())


def test_metrics_meet_at_the_levels_that_both_have() -> None:
    table = study(4, 0.5, 1.0)
    everywhere, over_methods = among(table, three(table), [(0, 1), (0, 2)])
    assert {one.level for one in everywhere} == {"stimulus", "within_item", "method"}
    assert [(one.level, one.coefficient) for one in over_methods] == [
        ("method", name) for name in ("PLCC", "SROCC", "KROCC")
    ]


def test_a_metric_is_resampled_once_however_many_it_meets(monkeypatch: pytest.MonkeyPatch) -> None:
    table, resampled, compute = study(4, 0.5, 1.0), [], module.within_items

    def counting(name: str, metric: np.ndarray, *rest: object) -> np.ndarray:
        values = compute(name, metric, *rest)
        resampled.extend([(name, metric.tobytes())] * (len(values) == 300))
        return values

    monkeypatch.setattr(module, "within_items", counting)
    metrics = [table["mos"].to_numpy() + shift * table["metric_b"].to_numpy() for shift in range(4)]
    among(table, [Rival(one, "higher") for one in metrics], list(combinations(range(4), 2)))
    assert len(resampled) == len(set(resampled)) == 4 * 3


def test_a_stimulus_without_a_value_is_refused() -> None:
    table = study(4, 0.5, 1.0)
    gone = table["metric_b"].where(table["item"] > 0).to_numpy()
    with pytest.raises(ValueError, match="leave out stimuli without all values"):
        among(table, [*three(table), Rival(gone, "higher")], [(0, 1)])


def test_williams_and_zou_agree_with_the_reference(shared: Path) -> None:
    folder = shared / "ratings" / "vqf_denoise"
    golden = json.loads((folder / "reference.json").read_text())["correlations with objective metrics"]
    ratings = pd.read_csv(folder / "ratings.csv").groupby("stimulus")
    table = ratings.agg(mos=("score", "mean"), item=("item", "first"), method=("method", "first"))
    table = table.join(pd.read_csv(folder / "objective.csv").set_index("stimulus"))
    table[["item", "method"]] = table[["item", "method"]].apply(lambda c: c.astype("category").cat.codes)
    for rival in ("PSNR", "VMAF_NEG"):
        reference = golden[f"VMAF_vs_{rival}"]
        test = williams_test(reference["r1"], reference["r2"], reference["r12"], 88)
        assert test is not None
        assert (test.t, test.df) == pytest.approx((reference["williams_t"], reference["williams_df"]))
        columns = {"VMAF": "metric_a", rival: "metric_b"}
        contest = contests(table[["mos", "item", "method", *columns]].rename(columns=columns))
        overall = contest["stimulus", "PLCC"]
        assert overall.williams_p == pytest.approx(reference["williams_p"], rel=1e-6)
        assert [overall.zou_low, overall.zou_high] == pytest.approx(reference["zou_ci"], abs=1e-9)
