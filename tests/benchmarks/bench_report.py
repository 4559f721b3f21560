"""How long a report takes: the statistics of a study of a usual size, and all formats of a large one.

The large study has 100,000 ratings: 250 raters, each of whom answers two questions about 200 of 800 clips (20
methods × 40 items), with four metrics, splits and playback facts. Target: under 60 s on 2 cores.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

SMALL = (36, 5, 12, 60)
LARGE = (250, 20, 40, 200)
QUESTIONS = ("sync", "quality")
METRICS = (("LSE-C", "higher"), ("LSE-D", "lower"), ("PSNR", "higher"), ("LMD", "lower"))
ALL_FORMATS = "html,ipynb,tex,csv,json,pdf"


def clips(methods: int, items: int, rng: np.random.Generator) -> pd.DataFrame:
    """One row per stimulus, with the quality that raters would agree on."""
    method, item = (axis.ravel() for axis in np.indices((methods, items)))
    quality = 3 + np.linspace(-1, 1, methods)[method] + rng.normal(0, 0.3, items)[item]
    return pd.DataFrame(
        {
            "stimulus": [f"s{n:04d}" for n in range(method.size)],
            "method": [f"method-{m:02d}" for m in method],
            "item": [f"item-{i:02d}" for i in item],
            "split": np.where(item % 2 == 0, "seen", "unseen"),
            "gender": np.where(item % 3 == 0, "female", "male"),
            "quality": quality + rng.normal(0, 0.2, method.size),
        }
    )


def ratings(shown: pd.DataFrame, raters: int, each: int, rng: np.random.Generator) -> pd.DataFrame:
    """Every rater rates `each` clips on every question; grades follow from clip and rater effects."""
    seen = np.concatenate([rng.permutation(len(shown))[:each] for _ in range(raters)])
    rater, position = (axis.ravel() for axis in np.indices((raters, each)))
    start = pd.Timestamp("2026-01-01T10:00:00Z")
    at = start + pd.to_timedelta(rater * 3600 + position * 15, unit="s")
    answers = shown.iloc[seen][["stimulus", "method", "item", "quality"]].reset_index(drop=True)
    answers = answers.assign(rater=[f"r{r:03d}" for r in rater], sitting=[f"r{r:03d}-1" for r in rater])
    answers = answers.assign(
        position=position + 1,
        presented_at=at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        submitted_at=(at + pd.Timedelta(seconds=12)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        response_ms=rng.gamma(4, 900, seen.size).round().astype(int),
        played_fraction=np.where(rng.random(seen.size) < 0.02, 0.6, 1.0),
        stalled_ms=np.where(rng.random(seen.size) < 0.03, 400, 0),
        replays=rng.poisson(0.1, seen.size),
    )
    bias = rng.normal(0, 0.4, raters)[rater]
    asked = [
        answers.assign(
            question=question,
            score=(answers["quality"] + bias + rng.normal(0, 0.7, seen.size)).round().clip(1, 5).astype(int),
        )
        for question in QUESTIONS
    ]
    return pd.concat(asked).drop(columns="quality")


def metrics(shown: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Values that follow quality, each metric more loosely than the one before."""
    parts = [
        shown[["stimulus", "method"]].assign(
            metric=name,
            value=shown["quality"] * (1 if direction == "higher" else -1) + rng.normal(0, noise, len(shown)),
            direction=direction,
        )
        for noise, (name, direction) in enumerate(METRICS, start=1)
    ]
    return pd.concat(parts)


def write_study(folder: Path, size: tuple[int, int, int, int], rng: np.random.Generator) -> Path:
    raters, methods, items, each = size
    shown = clips(methods, items, rng)
    answers = ratings(shown, raters, each, rng)
    people = pd.DataFrame({"rater": answers["rater"].unique(), "sittings": 1, "simulated": True})
    study = {"schema_version": 1, "study": "large", "scales": {question: [1, 5] for question in QUESTIONS}}
    (folder / "study.json").write_text(json.dumps(study))
    for name, table in (
        ("ratings", answers),
        ("stimuli", shown.drop(columns="quality")),
        ("raters", people),
        ("metrics", metrics(shown, rng)),
    ):
        table.to_csv(folder / f"{name}.csv", index=False)
    return folder


def seconds(source: Path, formats: str, out: Path) -> float:
    command = [sys.executable, "-m", "analysis", "report", str(source), "--out", str(out)]
    began = time.perf_counter()
    subprocess.run([*command, "--format", formats], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def main() -> None:
    rng = np.random.default_rng(1)
    for words, size, formats in (("json", SMALL, "json"), ("all formats", LARGE, ALL_FORMATS)):
        raters, methods, items, each = size
        count = f"{raters * each * len(QUESTIONS):,} ratings, {raters} raters, {methods} × {items} clips"
        with tempfile.TemporaryDirectory() as folder:
            source = write_study(Path(folder), size, rng)
            took = seconds(source, formats, source / "out")
        print(f"analysis report, {words}: {count}: {took:.1f} s")


if __name__ == "__main__":
    main()
