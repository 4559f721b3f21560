"""Views of made studies with few or many methods and long names, and what the report draws of them."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np

from analysis import figures
from analysis.card import build_card
from analysis.figures import Plot, View
from analysis.figures.conduct import played
from analysis.figures.course import drifting
from analysis.figures.groups import grouped
from analysis.figures.raters import placed
from analysis.load import load_source
from analysis.options import Options
from analysis.report.render import stimulus_values
from analysis.results import compute

NAMES = [
    "Ground truth (real video)",
    "Wav2Lip-GAN-finetuned-on-HDTF-at-256px-v1.3",
    "AniPortrait_with_reference_attention_and_pose_guidance",
    "方法甲：音频驱动的说话人脸生成模型",
    "نموذج الوجه المتكلم",
    "Говорящая голова с очень длинным названием",
    "FLOAT",
    *[f"system_with_a_long_name_{i:02d}" for i in range(13)],
]
FACTS = ["sitting", "position", "presented_at", "response_ms", "played_fraction", "stalled_ms", "hidden_ms"]
RATING = ["rater", "stimulus", "method", "item", "question", "score", "kind", "expected_low", "expected_high"]
CLIP = ["stimulus", "method", "item", "is_reference", "lighting"]


def _write(file: Path, header: list[str], rows: Iterable[Iterable[Any]]) -> None:
    with file.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([header, *rows])


def _ratings(rng: np.random.Generator, names: list[str], raters: int, items: int) -> list[list[Any]]:
    bias, quality = rng.normal(0, 0.3, raters), np.linspace(4.4, 1.6, len(names))
    rows = []
    for r in range(raters):
        day = f"2026-03-{2 + r % 3:02d}"
        for place, clip in enumerate(rng.permutation(len(names) * items), 1):
            m, i = divmod(int(clip), items)
            score = int(np.clip(round(quality[m] + bias[r] + rng.normal(0, 0.6)), 1, 5))
            rated = [f"r{r}", f"{m}-{i}", names[m], f"i{i}", "overall", score, "scored", "", ""]
            played = [1200 + 40 * place, 1.0 if rng.random() > 0.05 else 0.5, rng.integers(0, 1300), 0]
            rows.append([*rated, f"s{r}", place, f"{day}T09:{place % 60:02d}:00Z", *played])
        rows.append(
            [f"r{r}", "0-0", names[0], "i0", "overall", 1 + r % 4, "trap", 1, 1, f"s{r}", 0, *[""] * 5]
        )
    return rows


def _comparisons(rng: np.random.Generator, names: list[str], raters: int) -> list[list[Any]]:
    rows = []
    for r in range(raters):
        for k in range(2 * len(names)):
            a = k % len(names)
            b = (a + 1 + int(rng.integers(len(names) - 1))) % len(names)
            choice = "left" if (b - a) + rng.normal(0, 4) > 0 else "right"
            rows.append([f"r{r}", "i0", names[a], names[b], "better", choice])
    return rows


def made_view(folder: Path, names: list[str], raters: int = 8, items: int = 3) -> View:
    """A study of `names`, the first of which is the reference."""
    rng = np.random.default_rng(5)
    folder.mkdir()
    clips = [(f"{m}-{i}", name, f"i{i}") for m, name in enumerate(names) for i in range(items)]
    light = ["bright", "dim"]
    reference = [*[True] * items, *[False] * (len(clips) - items)]
    stimuli = [
        [*clip, known, light[k % 2]] for k, (clip, known) in enumerate(zip(clips, reference, strict=True))
    ]
    _write(folder / "stimuli.csv", CLIP, stimuli)
    _write(folder / "ratings.csv", [*RATING, *FACTS], _ratings(rng, names, raters, items))
    compared = ["rater", "item", "left", "right", "question", "choice"]
    _write(folder / "comparisons.csv", compared, _comparisons(rng, names, raters))
    values = [[s, m, "LSE-C", f"{9 - 0.2 * names.index(m) + rng.normal():.3f}"] for s, m, _ in clips]
    _write(folder / "metrics.csv", ["stimulus", "method", "metric", "value"], values)
    _write(
        folder / "raters.csv",
        ["rater", "device"],
        [[f"r{r}", ["desktop", "phone"][r % 2]] for r in range(raters)],
    )
    study = {"schema_version": 1, "study": "made", "title": "Made", "seed": 3, "scales": {"overall": [1, 5]}}
    (folder / "study.json").write_text(json.dumps({**study, "simulated": True}), encoding="utf-8")
    data = load_source(str(folder))
    results = compute(data, Options(n_boot=60))
    return View(results, build_card(results, data), stimulus_values(data.metrics))


def drawn(view: View) -> dict[str, Callable[[], Plot]]:
    """Every figure that the report shows of `view`, by its name in it."""
    found: dict[str, Callable[[], Plot]] = {"timeline": lambda: figures.timeline(view)}
    for q in view.questions("mos"):
        found |= {
            f"mos {q}": lambda q=q: figures.mos(view, q),
            f"distribution {q}": lambda q=q: figures.distribution(view, q),
        }
        for name in grouped(view, q):
            found[f"groups {q} {name}"] = lambda q=q, name=name: figures.group_means(view, q, name)
        for name in figures.correlated_metrics(view, q):
            found[f"scatter {q} {name}"] = lambda q=q, name=name: figures.scatter(view, q, name)
    for kind, asked in (
        ("differences", view.questions("differences")),
        ("strengths", view.questions("preference")),
        ("wins", view.questions("preference")),
        ("correlations", view.questions("correlation")),
        ("agreement", [q for q in view.questions("agreement") if view.agreement(q)]),
        ("variance", [q for q in view.questions("variance") if view.variance(q)]),
        ("habits", [q for q in view.questions("raters") if placed(view, q)]),
        ("drift", drifting(view)),
    ):
        for q in asked:
            found[f"{kind} {q}"] = lambda kind=kind, q=q: getattr(figures, kind)(view, q)
    if played(view):
        found |= {"playback": lambda: figures.playback(view), "pace": lambda: figures.pace(view)}
    return {**found, "attention": lambda: figures.attention(view)}
