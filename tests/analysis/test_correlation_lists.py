"""metric_contest in results.json: what one pair of metrics is told does not hang on the other metrics."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.load import load_source
from analysis.options import Options
from analysis.results import compute

METHODS = ("a", "b", "c", "d", "e")
LEVELS = ("stimulus", "within_item", "method")
COEFFICIENTS = ("PLCC", "SROCC", "KROCC")
Told = dict[tuple[str, str], list[dict[str, Any]]]


@pytest.fixture(scope="module")
def ratings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """40 clips and 5 raters."""
    random = np.random.default_rng(2)
    rater, method, item = (axis.ravel() for axis in np.indices((5, len(METHODS), 8)))
    score = np.clip(np.rint(2 + method / 3 + random.normal(0, 1, rater.size)), 1, 5).astype(int)
    names = np.array(METHODS)[method]
    clip = [f"{name}_{number}" for name, number in zip(names, item, strict=True)]
    path = tmp_path_factory.mktemp("study") / "ratings.csv"
    columns = {"rater": rater, "method": names, "item": item, "stimulus": clip, "score": score}
    pd.DataFrame(columns).to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def metrics() -> pd.DataFrame:
    """Two metrics of all clips, two that lack clips, one of methods; two of them unlike in direction."""
    random = np.random.default_rng(3)
    method, item = (axis.ravel() for axis in np.indices((len(METHODS), 8)))
    clips = [f"{METHODS[m]}_{i}" for m, i in zip(method, item, strict=True)]
    parts = []
    for name, direction, kept in (
        ("full1", "higher", item >= 0),
        ("full2", "lower", item >= 0),
        ("part1", "higher", item > 0),
        ("part2", "higher", (item != 3) | (method > 2)),
    ):
        sign = 1 if direction == "higher" else -1
        value = sign * (method / 2 + random.normal(0, 1, method.size))
        frame = pd.DataFrame({"method": "", "stimulus": clips, "metric": name, "value": value})
        parts.append(frame[kept].assign(direction=direction))
    whole = {"method": METHODS, "stimulus": "", "metric": "whole", "value": [1.0, 3, 2, 5, 4]}
    return pd.concat([*parts, pd.DataFrame(whole).assign(direction="higher")])


def contests(ratings: Path, metrics: pd.DataFrame, folder: Path) -> Told:
    metrics.to_csv(folder / "metrics.csv", index=False)
    results = compute(load_source(str(ratings), metrics=folder / "metrics.csv"), Options(n_boot=40))
    told: Told = {}
    for row in results["metric_contest"]:
        told.setdefault((row["metric_a"], row["metric_b"]), []).append(row)
    return told


@pytest.fixture(scope="module")
def all_of_them(ratings: Path, metrics: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Told:
    return contests(ratings, metrics, tmp_path_factory.mktemp("all"))


def test_every_two_metrics_stand_in_order_at_the_levels_of_both(all_of_them: Told) -> None:
    names = ("full1", "full2", "part1", "part2", "whole")
    assert list(all_of_them) == list(combinations(names, 2))
    for pair, rows in all_of_them.items():
        levels = ("method",) if "whole" in pair else LEVELS
        wanted = [(level, name) for level in levels for name in COEFFICIENTS]
        assert [(row["level"], row["coefficient"]) for row in rows] == wanted
        assert all(row["ci_low"] < row["difference"] < row["ci_high"] for row in rows if row["p"])


@pytest.mark.parametrize("pair", [("full1", "full2"), ("full1", "part1"), ("part1", "part2")])
def test_a_pair_is_told_the_same_without_the_other_metrics(
    all_of_them: Told, ratings: Path, metrics: pd.DataFrame, tmp_path: Path, pair: tuple[str, str]
) -> None:
    assert contests(ratings, metrics[metrics["metric"].isin(pair)], tmp_path) == {pair: all_of_them[pair]}


def test_a_pair_meets_on_the_stimuli_that_have_both(
    all_of_them: Told, ratings: Path, metrics: pd.DataFrame, tmp_path: Path
) -> None:
    both = set.intersection(*(set(metrics["stimulus"][metrics["metric"] == m]) for m in ("part1", "part2")))
    assert len(both) == 32
    cut = contests(ratings, metrics[metrics["stimulus"].isin(both)], tmp_path)
    assert cut["part1", "part2"] == all_of_them["part1", "part2"]
    assert cut["full1", "full2"] != all_of_them["full1", "full2"]


def test_a_metric_renamed_is_told_the_same(
    all_of_them: Told, ratings: Path, metrics: pd.DataFrame, tmp_path: Path
) -> None:
    found = contests(ratings, metrics.replace({"metric": {"full1": "extra"}}), tmp_path)
    renamed = [{**row, "metric_a": "extra"} for row in all_of_them["full1", "part2"]]
    assert found["extra", "part2"] == renamed


def test_an_interval_beyond_what_differences_can_be_is_owned_up_to(tmp_path: Path) -> None:
    """Four methods, a metric that follows opinion but for one of them, and another that runs against it."""
    rater, item, method = (axis.ravel() for axis in np.indices((8, 4, 4)))
    score = np.clip(method + 1 + (rater + item) % 2, 1, 5)
    ratings = pd.DataFrame({"rater": rater, "item": item, "method": method, "score": score})
    ratings.to_csv(tmp_path / "ratings.csv", index=False)
    clips = ratings[["item", "method"]].drop_duplicates()
    values = {"follows": clips["method"] % 3, "opposed": -clips["method"] + clips["item"] / 5}
    parts = [clips.assign(metric=name, value=value) for name, value in values.items()]
    pd.concat(parts).assign(direction="higher").to_csv(tmp_path / "metrics.csv", index=False)
    results = compute(
        load_source(str(tmp_path / "ratings.csv"), metrics=tmp_path / "metrics.csv"), Options(n_boot=200)
    )
    rows = results["metric_contest"]
    ends = [row[key] for row in rows for key in ("ci_low", "ci_high") if row[key] is not None]
    said = [row["message"] for row in results["warnings"] if row["code"] == "contest_beyond_range"]
    assert max(map(abs, ends)) > 2
    assert len(said) == 1
    assert "reaches beyond −2 to 2" in said[0]
