"""metric_classification in results.json: pairs of many stimuli, and pairs of methods after Holm."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.lists import classification
from analysis.load import load_source
from analysis.options import Options
from analysis.results import compute

METHODS = ("a", "b", "c", "d")
LEVEL = np.array([-0.8, -0.75, 0.3, 1.0])  # a and b are alike
ITEMS = 35


@pytest.fixture
def study(tmp_path: Path) -> tuple[Path, Path]:
    """140 clips, 20 raters; `same` follows opinion, `opposed` runs against it, `whole` is one per method."""
    random = np.random.default_rng(4)
    rater, method, item = (axis.ravel() for axis in np.indices((20, len(METHODS), ITEMS)))
    opinion = 3 + LEVEL[method] + random.normal(0, 0.3, 20)[rater] + random.normal(0, 0.2, ITEMS)[item]
    score = np.clip(np.rint(opinion + random.normal(0, 0.6, rater.size)), 1, 5).astype(int)
    names = np.array(METHODS)[method]
    table = pd.DataFrame({"rater": rater, "method": names, "item": item, "score": score})
    table.assign(stimulus=table["method"] + "_" + table["item"].astype(str)).to_csv(
        tmp_path / "ratings.csv", index=False
    )
    clips = [(m, f"{m}_{i}", LEVEL[place]) for place, m in enumerate(METHODS) for i in range(ITEMS)]
    rows = [("", clip, "same", level + random.normal(0, 0.3), "higher") for _, clip, level in clips]
    rows += [("", clip, "opposed", level, "lower") for _, clip, level in clips]
    rows += [(m, "", "whole", LEVEL[place], "higher") for place, m in enumerate(METHODS)]
    columns = ["method", "stimulus", "metric", "value", "direction"]
    pd.DataFrame(rows, columns=columns).to_csv(tmp_path / "metrics.csv", index=False)
    return tmp_path / "ratings.csv", tmp_path / "metrics.csv"


def rows(study: tuple[Path, Path]) -> tuple[dict[str, dict[str, Any]], dict[str, Any]]:
    results = compute(load_source(str(study[0]), metrics=study[1]), Options(n_boot=20))
    return {row["metric"]: row for row in results["metric_classification"]}, results


def test_more_than_a_hundred_stimuli_are_compared_pair_by_pair(study: tuple[Path, Path]) -> None:
    found, _ = rows(study)
    assert found["same"]["auc_different"] > 0.8
    assert found["same"]["auc_better"] > 0.95
    assert found["opposed"]["auc_better"] < 0.05


def test_method_pairs_are_those_that_differ_after_holm(study: tuple[Path, Path]) -> None:
    found, results = rows(study)
    pairs = [row for row in results["differences"] if row["p_holm"] < 0.05]
    assert len(pairs) == 5, "all pairs but a and b"
    for metric, right in (("same", 5), ("opposed", 0), ("whole", 5)):
        row = found[metric]
        assert (row["pairs_significant"], row["pairs_ordered_rightly"]) == (5, right)
    assert (found["whole"]["auc_different"], found["whole"]["auc_better"]) == (None, None)


def test_too_many_stimuli_are_said_so_and_methods_still_compared(
    study: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(classification, "MOST_STIMULI", 100)
    found, results = rows(study)
    assert found["same"]["auc_different"] is None
    assert found["same"]["pairs_ordered_rightly"] == 5
    assert "classification_left_out" in [note["code"] for note in results["warnings"]]
