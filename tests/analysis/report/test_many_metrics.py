"""A study with metrics of every kind and status: each correlated with MOS, missing ones with their reason."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from analysis import figures
from analysis.card import build_card
from analysis.figures import View
from analysis.figures.metrics import MOST_DRAWN
from analysis.load import load_source
from analysis.options import Options
from analysis.report import findings, tables
from analysis.report.missing_values import missing
from analysis.report.render import stimulus_values
from analysis.report.sections import sections
from analysis.results import compute

METHODS = {"real": 4.6, "worst": 1.8, "poor": 2.4, "fair": 3.1, "good": 3.8}
ITEMS = 6
CLOSE = ("ssim", "ms_ssim", "f_lmd", "ear")
FAR = ("cpbd", "brisque", "akd", "apd", "prmse", "l1", "mse")
DIRECTION = {"ssim": "higher", "ms_ssim": "higher", "cpbd": "higher", "ear": "", "mve": "lower"}
WEIGHTS = (
    "not computed: weights missing (syncnet_v2.model; `python -m mos_platform weights` says how to get it)"
)


def write(path: Path, head: list[str], rows: list[list[object]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(head)
        writer.writerows(rows)


def metric_rows(rng: np.random.Generator, clips: list[tuple[str, str, str]]) -> list[list[object]]:
    rows: list[list[object]] = []
    for metric in (*CLOSE, *FAR, "mve"):
        direction = DIRECTION.get(metric, "lower")
        noise = 0.1 if metric in CLOSE else 4.0
        for clip, method, _ in clips:
            value = 10 + (-1 if direction == "lower" else 1) * METHODS[method] + rng.normal(0, noise)
            imported = str(metric == "mve").lower()
            rows.append([clip, method, metric, f"{value:.4f}", direction, "ok", imported])
    for clip, method, _ in clips:
        rows += [[clip, method, name, "", "lower", WEIGHTS, "false"] for name in ("lse_d", "lse_d_mesh")]
        found = method != "fair"
        rows.append(
            [
                clip,
                method,
                "niqe",
                "4.5" if found else "",
                "lower",
                "ok" if found else "not computed: no block",
                "false",
            ]
        )
    rows += [
        ["", method, "fid", f"{80 - 9 * METHODS[method]:.2f}", "lower", "ok", "false"] for method in METHODS
    ]
    return rows


@pytest.fixture(scope="module")
def view(tmp_path_factory: pytest.TempPathFactory) -> View:
    folder, rng = tmp_path_factory.mktemp("many"), np.random.default_rng(4)
    clips = [(f"{m}-{i}", m, f"i{i}") for m in METHODS for i in range(ITEMS)]
    stimuli = [[*clip, str(clip[1] == "real").lower()] for clip in clips]
    write(folder / "stimuli.csv", ["stimulus", "method", "item", "is_reference"], [*stimuli])
    ratings = [
        [f"r{r}", *clip, "overall", int(np.clip(round(METHODS[clip[1]] + rng.normal(0, 0.6)), 1, 5))]
        for r in range(8)
        for clip in clips
    ]
    write(folder / "ratings.csv", ["rater", "stimulus", "method", "item", "question", "score"], [*ratings])
    head = ["stimulus", "method", "metric", "value", "direction", "status", "imported"]
    write(folder / "metrics.csv", head, metric_rows(rng, clips))
    (folder / "study.json").write_text(json.dumps({"scales": {"overall": [1, 5]}}))
    data = load_source(str(folder))
    results = compute(data, Options(n_boot=20))
    return View(results, build_card(results, data), stimulus_values(data.metrics))


def test_every_metric_with_values_is_correlated_with_mos(view: View) -> None:
    assert set(figures.correlated_metrics(view, "overall")) == {*CLOSE, *FAR, "mve", "niqe", "fid"}
    body = tables.correlation(view, "overall")
    assert {row[0].text for row in body.rows} >= {"SSIM", "FID", "MVE", "NIQE"}
    assert body.folded


def test_missing_values_stand_with_reason_and_count_metrics_alike_together(view: View) -> None:
    together, apart = missing(view).sentences
    assert together.startswith("LSE-D, LSE-D (mesh crop): 30 of 30 values missing, weights missing (syncnet")
    assert apart == "NIQE: 6 of 30 values missing, no block."
    (values,) = (section for section in sections(view) if section.slug == "values")
    assert "findings.missing(view)" in values.cells
    notes = [row["message"] for row in view.rows("warnings") if row["code"] == "metric_without_values"]
    assert len(notes) == 1
    assert "LSE-D" in notes[0]


def test_values_per_method_leave_out_what_has_none(view: View) -> None:
    table = tables.metrics(view)
    shown = [group.title for group in table.groups]
    assert len(shown) == len(CLOSE) + len(FAR) + 3
    assert not any("LSE-D" in title for title in shown)
    fid = 1 + 2 * shown.index("FID")
    spreads = {row[0].text: (row[fid].text, row[fid + 1].text) for row in table.rows}
    assert spreads["good"] == ("45.80", "45.80"), "one value has no quartiles"
    ssim = 2 + 2 * shown.index("SSIM")
    assert all("[" in row[ssim].text for row in table.rows)


def test_of_many_metrics_those_closest_to_mos_are_drawn(view: View) -> None:
    drawn = figures.drawn_metrics(view, "overall")
    assert len(drawn) == MOST_DRAWN < len(figures.correlated_metrics(view, "overall"))
    assert set(CLOSE) <= set(drawn)
    plot = figures.correlations(view, "overall")
    assert f"The {MOST_DRAWN} closest to MOS over stimuli have plots of their own." in plot.caption


def test_a_metric_without_a_direction_rises_and_is_not_said_to_follow(view: View) -> None:
    text = " ".join(findings.summary(view).sentences)
    assert "EAR rises with MOS: SROCC" in text
    assert "SSIM follows MOS: SROCC" in text
    notes = [row for row in view.rows("warnings") if row["code"] == "metric_undirected"]
    assert len(notes) == 1
    assert "EAR" in notes[0]["message"]


def test_the_figure_of_many_correlations_has_one_line_for_each(view: View) -> None:
    plot = figures.correlations(view, "overall")
    words = [text.get_text() for axes in plot.figure.axes for text in axes.texts] + [
        label.get_text() for axes in plot.figure.axes for label in axes.get_yticklabels()
    ]
    assert any(word.startswith("SSIM ↑, n = 24") for word in words), words
    assert any(word.startswith("FID ↓, n = 4") for word in words)
    assert not any("within item" in word for word in words)
    assert "Other levels stand in the table." in plot.caption
